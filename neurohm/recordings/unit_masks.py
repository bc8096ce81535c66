"""Which units were observed in which bins, where that differs from unit to unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurohm.recordings.bin_clock import BinClock
from neurohm.recordings.recording import Recording

__all__ = ["UnitMasks"]


@dataclass(frozen=True, eq=False)
class UnitMasks:
    """The sets of units that were observed at a time, and which of them each bin has.

    Attributes
    ----------
    sets : ndarray of bool, shape (n_sets, n_units)
    of_bin : ndarray of int, shape (n_bins,)
        Row of `sets`.

    Examples
    --------
    >>> recording = Recording.from_trains(
    ...     [[0.5], [3.5]], t_stop=4.0, observed_by_unit=[[[0.0, 4.0]], [[2.0, 4.0]]]
    ... )
    >>> masks = UnitMasks.of(recording, 1.0, n_bins=4)
    >>> masks.sets[masks.of_bin].tolist()
    [[True, False], [True, False], [True, True], [True, True]]
    """

    sets: NDArray[np.bool_]
    of_bin: NDArray[np.intp]

    @classmethod
    def of(cls, recording: Recording, bin_size: float, n_bins: int) -> UnitMasks:
        """Return the masks of a recording in bins that begin where it does.

        Parameters
        ----------
        recording : Recording
        bin_size : float
            Seconds (or bins).
        n_bins : int

        Returns
        -------
        UnitMasks
            A unit is observed in a bin that lies wholly in time in which it was.
        """
        clock = BinClock.of(recording, bin_size)
        units = range(recording.n_units)
        runs = [_whole_bins(clock, recording.observed_of(unit)) for unit in units]
        owner = np.repeat(units, [len(each) for each in runs])
        borders, place = np.unique(np.concatenate([[[0, n_bins]], *runs]), return_inverse=True)
        begins, ends = place.reshape(-1, 2)[1:].T
        changes = np.zeros((len(borders), recording.n_units), dtype=np.int8)
        np.add.at(changes, (begins, owner), 1)
        np.subtract.at(changes, (ends, owner), 1)
        observed = np.cumsum(changes, axis=0, dtype=np.int8)[:-1] > 0
        sets, which = np.unique(observed, axis=0, return_inverse=True)
        return cls(sets, np.repeat(which.ravel(), np.diff(borders)))

    @property
    def some(self) -> NDArray[np.bool_]:
        """Whether any unit was observed in each bin, shape (n_bins,)."""
        found: NDArray[np.bool_] = np.asarray(self.sets.any(axis=1))[self.of_bin]
        return found

    def of_windows(self, starts: NDArray[np.int64], lags: int) -> NDArray[np.bool_]:
        """Return what was observed of some windows.

        Parameters
        ----------
        starts : ndarray of int64, shape (n,)
            First bins.
        lags : int
            Bins in a window.

        Returns
        -------
        ndarray of bool, shape (n, n_units * lags)
            Column ``unit * lags + lag``, as `Windows` has them.
        """
        bins = self.of_bin[starts[:, None] + np.arange(lags)]
        return self.sets[bins].transpose(0, 2, 1).reshape(len(starts), -1)


def _whole_bins(clock: BinClock, spans: NDArray[np.float64]) -> NDArray[np.int64]:
    """First bin and end of the runs of whole bins in disjoint spans."""
    first = -(-clock.ticks(spans[:, 0]) // clock.ticks_per_bin)
    runs = np.stack([first, clock.ticks(spans[:, 1]) // clock.ticks_per_bin], axis=1)
    kept: NDArray[np.int64] = runs[runs[:, 1] > runs[:, 0]]
    return kept
