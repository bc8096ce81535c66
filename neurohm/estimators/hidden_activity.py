"""What the hidden units did while a recording ran."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class HiddenActivity:
    """Probability of each hidden unit to be active, given each window of a recording.

    It can be used as an array.

    Parameters
    ----------
    values : ndarray of float32, (n_windows, n_units)
    times : ndarray of float64, (n_windows,)
        End of each window, seconds.
    layers : tuple of int
        The hidden layer of each column, from 1.

    Examples
    --------
    >>> activity = HiddenActivity(np.zeros((3, 2), np.float32), np.arange(3.0), (1, 1))
    >>> activity.shape, np.asarray(activity).dtype
    ((3, 2), dtype('float32'))
    """

    values: npt.NDArray[np.float32]
    times: npt.NDArray[np.float64]
    layers: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of windows and of hidden units."""
        return self.values.shape

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: Any) -> Any:
        return self.values[index]

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        return np.array(self.values, dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        windows, units = self.shape
        return f"HiddenActivity({windows} windows x {units} hidden units)"
