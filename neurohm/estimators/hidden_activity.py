"""What the hidden units did while a recording ran."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.mixins import NDArrayOperatorsMixin


@dataclass(frozen=True, eq=False)
class HiddenActivity(NDArrayOperatorsMixin):
    """Probability of each hidden unit to be active, given each window of a recording.

    It can be used as the array of its values. What comes of that, a slice, a product, a mean, is
    a plain array, as the times are those of whole windows alone.

    Parameters
    ----------
    values : ndarray of float32, (n_windows, n_units)
    times : ndarray of float64, (n_windows,)
        End of each window, seconds.
    layers : tuple of int
        The hidden layer of each column, from 1.
    step : float, optional
        Time from one window to the next, seconds, where no gap lies between them.

    Examples
    --------
    >>> activity = HiddenActivity(np.zeros((3, 2), np.float32), np.arange(3.0), (1, 1))
    >>> activity.shape, activity.T.shape, (1 - activity).dtype
    ((3, 2), (2, 3), dtype('float32'))
    >>> activity[activity.times > 0].mean(axis=0)
    array([0., 0.], dtype=float32)
    """

    values: npt.NDArray[np.float32]
    times: npt.NDArray[np.float64]
    layers: tuple[int, ...]
    step: float | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "values":  # a copy under way has no values yet
            raise AttributeError(name)
        return getattr(self.values, name)

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[npt.NDArray[np.float32]]:
        return iter(self.values)

    def __getitem__(self, index: Any) -> Any:
        return self.values[index]

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        return np.array(self.values, dtype=dtype, copy=copy)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        arrays = [x.values if isinstance(x, HiddenActivity) else x for x in inputs]
        return getattr(ufunc, method)(*arrays, **options)

    def __repr__(self) -> str:
        windows, units = self.values.shape
        return f"HiddenActivity({windows} windows x {units} hidden units)"
