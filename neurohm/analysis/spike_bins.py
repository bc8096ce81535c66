"""The bin of each spike: what significance tests shuffle, thousands of times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurohm.recordings import BinnedSpikes

_MOST_PLACES = 2**22  # drawn at a time


@dataclass(frozen=True)
class SpikeBins:
    """The bin of each spike, unit after unit, ascending within each.

    Parameters
    ----------
    indptr : ndarray of int64, (n_units + 1,)
        Where the spikes of each unit begin.
    bins : ndarray of int64, (n_spikes,)
    n_bins : int
    at_most_one : bool
        Whether several spikes of a unit in a bin count as one.

    Examples
    --------
    >>> from neurohm.recordings import Recording, bin_spikes
    >>> recording = Recording.from_trains([[0.5, 0.6, 2.5], [1.5]], t_stop=4.0)
    >>> SpikeBins.of(bin_spikes(recording, 1.0)).bins
    array([0, 0, 2, 1])
    """

    indptr: npt.NDArray[np.int64]
    bins: npt.NDArray[np.int64]
    n_bins: int
    at_most_one: bool = False

    @classmethod
    def of(cls, binned: BinnedSpikes, *, at_most_one: bool = False) -> SpikeBins:
        """Return the spikes in observed bins."""
        seen = binned.observed[binned.bins]
        count = np.where(seen, binned.count, 0)
        units = np.repeat(binned.unit.astype(np.int64), count)
        bins = np.repeat(binned.bins, count)
        return cls._sorted(units, bins, binned.n_units, binned.n_bins, at_most_one)

    @classmethod
    def _sorted(
        cls,
        units: npt.NDArray[np.int64],
        bins: npt.NDArray[np.int64],
        n_units: int,
        n_bins: int,
        at_most_one: bool,
    ) -> SpikeBins:
        keys = np.sort(units * n_bins + bins)
        if at_most_one:
            keys = keys[np.diff(keys, prepend=-1) > 0]
        indptr = np.searchsorted(keys, np.arange(n_units + 1) * n_bins)
        return cls(indptr, keys % n_bins, n_bins, at_most_one)

    @property
    def units(self) -> npt.NDArray[np.int64]:
        """Unit of each spike."""
        return np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))

    def between(self, first: int, end: int) -> SpikeBins:
        """Return the spikes in some of the bins, numbered from the first of these."""
        inside = (self.bins >= first) & (self.bins < end)
        before = np.concatenate([[0], np.cumsum(inside)])
        bins = self.bins[inside] - first
        return SpikeBins(before[self.indptr], bins, end - first, self.at_most_one)

    def jittered(self, windows: JitterWindows, rng: np.random.Generator) -> SpikeBins:
        """Return the spikes each drawn anew in its window, any bin of it as probable.

        Keeps the number of spikes of each unit in each window, so every rate that changes slowly;
        destroys what units do together within a window. Where several spikes in a bin count as
        one, the bins are drawn without replacement.
        """
        units, first, length = self.units, windows.first[self.bins], windows.length[self.bins]
        if self.at_most_one:
            bins = first + _distinct(units * self.n_bins + first, length, rng)
        else:
            bins = first + (rng.random(len(self.bins)) * length).astype(np.int64)
        return self._sorted(units, bins, len(self.indptr) - 1, self.n_bins, self.at_most_one)


def _distinct(
    group: npt.NDArray[np.int64], length: npt.NDArray[np.int64], rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return a number below its length for each spike, no two alike in a group.

    The members of a group, which lie side by side, take the first places of a shuffle of it.
    """
    begins = np.flatnonzero(np.diff(group, prepend=-1))
    sizes = np.diff(begins, append=len(group))
    result = np.empty(len(group), dtype=np.int64)
    chunk = max(1, _MOST_PLACES // int(length.max(initial=1)))
    for start in range(0, len(begins), chunk):
        own = slice(start, start + chunk)
        places = length[begins[own]]
        keys = rng.random((len(places), int(places.max())))
        keys[np.arange(keys.shape[1]) >= places[:, None]] = np.inf  # beyond the window
        taken = np.arange(keys.shape[1]) < sizes[own, None]
        end = int(begins[own][-1] + sizes[own][-1])
        result[begins[start] : end] = np.argsort(keys, axis=1)[taken]
    return result


@dataclass(frozen=True)
class JitterWindows:
    """Windows that tile the observed stretches of a recording.

    Parameters
    ----------
    first, length : ndarray of int64, (n_bins,)
        First bin and number of bins of the window that each bin lies in; an unobserved bin is a
        window of its own.
    """

    first: npt.NDArray[np.int64]
    length: npt.NDArray[np.int64]

    @classmethod
    def tile(cls, observed: npt.NDArray[np.bool_], window: int) -> JitterWindows:
        """Return windows of so many bins; what is left at the end of a stretch joins the last.

        Examples
        --------
        >>> windows = JitterWindows.tile(np.array([True] * 5 + [False] + [True]), 2)
        >>> windows.first.tolist(), windows.length.tolist()
        ([0, 0, 2, 2, 2, 5, 6], [2, 2, 3, 3, 3, 1, 1])
        """
        first = np.arange(len(observed))
        edges = np.flatnonzero(np.diff(observed.astype(np.int8), prepend=0, append=0))
        for start, end in edges.reshape(-1, 2):
            tiles = max(1, (end - start) // window)
            number = np.minimum((first[start:end] - start) // window, tiles - 1)
            first[start:end] = start + window * number
        length = np.bincount(first, minlength=len(first))[first]
        return cls(first, length)
