"""The code of each window: which hidden units are on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Code = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class HiddenCodes:
    """The code of each window.

    Parameters
    ----------
    states : ndarray of uint8, (n_windows, n_hidden)
    times : ndarray of float64, (n_windows,)
        Of the trigger spikes, seconds.

    Examples
    --------
    >>> codes = HiddenCodes(np.array([[0, 1], [0, 0], [0, 1]], np.uint8), np.arange(3.0))
    >>> codes.distinct()
    ([(0, 1), (0, 0)], array([0, 1, 0]))
    """

    states: npt.NDArray[np.uint8]
    times: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.times)

    def distinct(self) -> tuple[list[Code], npt.NDArray[np.int64]]:
        """Return the codes that occur, the most frequent first, and which each window has."""
        if not len(self):
            return [], np.zeros(0, np.int64)
        codes, code, count = np.unique(self.states, axis=0, return_inverse=True, return_counts=True)
        order = np.argsort(-count, kind="stable")
        return [tuple(c) for c in codes[order].tolist()], np.argsort(order)[code.reshape(-1)]
