"""Samples that know when they were taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.recordings import BinnedSpikes

OUTSIDE = -1
"""The place of a bin that lies in no trial."""


@dataclass(frozen=True, eq=False, repr=False)
class Samples:
    """Windows of a recording as a matrix, which any baseline takes as it takes an array.

    Baselines that need more than the matrix find it here: where in its trial each bin lies, or the
    bins that the windows were cut from.

    Parameters
    ----------
    matrix : ndarray of float32, (n_samples, n_units * lags)
        Counts; column ``unit * lags + lag``.
    lags : int
        Bins in a window.
    places : ndarray of int64, (n_samples, lags), optional
        Bins since the start of the trial, `OUTSIDE` (-1) in no trial; None where nothing is known
        of trials. Trials of several conditions have places of their own, one condition after the
        other.
    places_of_condition : int, optional
        How many places there are of each condition; all of them belong to one by default.
    binned : BinnedSpikes, optional
        Where the samples come from; ``observed`` only in the time that is to be learned from.

    Examples
    --------
    >>> samples = Samples(np.eye(2, dtype=np.float32), places=np.array([[0], [1]]))
    >>> np.asarray(samples).shape, len(samples)
    ((2, 2), 2)
    """

    matrix: npt.NDArray[np.float32]
    lags: int = 1
    places: npt.NDArray[np.int64] | None = None
    places_of_condition: int | None = None
    binned: BinnedSpikes | None = None

    def __array__(self, dtype: npt.DTypeLike = None, copy: bool | None = None) -> Any:
        """Return the matrix, as NumPy asks for it."""
        return np.array(self.matrix, dtype=dtype, copy=copy)

    def __len__(self) -> int:
        return len(self.matrix)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of samples and of columns."""
        return self.matrix.shape

    def __repr__(self) -> str:
        trials = "" if self.places is None else ", in trials"
        return f"Samples({len(self)} windows of {self.lags} bins, {self.shape[1]} columns{trials})"
