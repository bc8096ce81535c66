"""Spike counts in bins: on integer ticks, so that edges are exact for any bin width."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from neurohm.checks import real_number
from neurohm.exceptions import InputError
from neurohm.recordings.recording import Recording
from neurohm.recordings.validation import unit_text, where

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["BinnedSpikes", "bin_spikes"]

# A tick is about this long (seconds, or bins): spikes closer to an edge are taken to be on it.
_TICK = 1e-9
# Below this, the rounding errors of a tick number in float64 stay far from half a tick.
_MOST_TICKS = 2**49
_SPIKES_PER_CHUNK = 2**22
# Two months of 20 ms bins; beyond, the times are most likely not in seconds.
_MOST_BINS = 2**28
# Bin sizes may come in single precision; the multiple that they mean is taken instead.
_SINGLE = 1e-6


@dataclass(frozen=True, eq=False, repr=False)
class BinnedSpikes:
    """Spike counts of every unit in every bin, sparse: bins x units in CSR form.

    Parameters
    ----------
    indptr : ndarray of int64, shape (n_bins + 1,)
        The entries of bin ``b`` are ``indptr[b]`` to ``indptr[b + 1]``.
    unit : ndarray of int32, shape (n_entries,)
        Unit of each entry, ascending within a bin.
    count : ndarray of int32, shape (n_entries,)
        Spikes of that unit in that bin, at least 1.
    observed : ndarray of bool, shape (n_bins,)
        Whether the bin lies wholly inside observed time.
    bin_size : float
        Width of a bin, seconds (or bins of the file, see `time_unit`).
    t_start : float
        Left edge of the first bin, seconds.
    n_units : int
        Number of units.
    time_unit : {"s", "bin"}
        Unit of `bin_size` and `t_start`.

    Examples
    --------
    >>> recording = Recording.from_trains([[0.1, 0.15, 0.3], [0.2]], t_stop=0.4)
    >>> binned = bin_spikes(recording, 0.1)
    >>> binned.toarray()
    array([[0, 0],
           [2, 0],
           [0, 1],
           [1, 0]], dtype=int32)
    >>> binned
    BinnedSpikes(4 bins of 0.1 s (4 observed) x 2 units, 4 spikes)
    """

    indptr: NDArray[np.int64]
    unit: NDArray[np.int32]
    count: NDArray[np.int32]
    observed: NDArray[np.bool_]
    bin_size: float
    t_start: float
    n_units: int
    time_unit: Literal["s", "bin"] = "s"

    @property
    def n_bins(self) -> int:
        """Number of bins, observed or not."""
        return len(self.indptr) - 1

    @property
    def n_spikes(self) -> int:
        """Number of spikes in all bins."""
        return int(self.count.sum(dtype=np.int64))

    @property
    def bins(self) -> NDArray[np.int64]:
        """Bin of each entry, ascending, shape (n_entries,)."""
        return np.repeat(np.arange(self.n_bins), np.diff(self.indptr))

    @property
    def edges(self) -> NDArray[np.float64]:
        """Edges of the bins, shape (n_bins + 1,), seconds."""
        return self.t_start + np.arange(self.n_bins + 1, dtype=np.float64) * self.bin_size

    def to_csr(self, dtype: DTypeLike = np.int32) -> csr_array[Any]:
        """Counts as a SciPy matrix.

        Parameters
        ----------
        dtype : dtype
            Type of the counts.

        Returns
        -------
        scipy.sparse.csr_array, shape (n_bins, n_units)

        Examples
        --------
        >>> bin_spikes(Recording.from_trains([[0.1, 0.9]], t_stop=1.0), 0.5).to_csr().shape
        (2, 1)
        """
        from scipy.sparse import csr_array

        shape = (self.n_bins, self.n_units)
        return csr_array((self.count.astype(dtype), self.unit, self.indptr), shape=shape)

    def toarray(self, dtype: DTypeLike = np.int32) -> NDArray[Any]:
        """Counts as a dense matrix: small recordings only.

        Parameters
        ----------
        dtype : dtype
            Type of the counts.

        Returns
        -------
        ndarray, shape (n_bins, n_units)

        Examples
        --------
        >>> bin_spikes(Recording.from_trains([[0.1, 0.9]], t_stop=1.0), 0.5).toarray().tolist()
        [[1], [1]]
        """
        dense = np.zeros((self.n_bins, self.n_units), dtype=dtype)
        dense[self.bins, self.unit] = self.count
        return dense

    def __repr__(self) -> str:
        width = unit_text(self.bin_size, self.time_unit)
        return (
            f"BinnedSpikes({self.n_bins} bins of {width} ({int(self.observed.sum())} observed) "
            f"x {self.n_units} units, {self.n_spikes} spikes)"
        )


def bin_spikes(recording: Recording, bin_size: float) -> BinnedSpikes:
    """Count the spikes of each unit in bins that start at the start of the recording.

    Every spike is counted once. A spike on an edge belongs to the bin that begins there, a spike
    at the end of the recording to the last bin. Times are first rounded to ticks of about 1 ns
    (coarser beyond six days), a whole number of which make up a bin: so the edges are exact,
    whatever the bin size, and "on an edge" means within half a tick of it.

    Parameters
    ----------
    recording : Recording
    bin_size : float
        Width of a bin, seconds (bins of the file for ``time_unit="bin"``).

    Returns
    -------
    BinnedSpikes

    Raises
    ------
    InputError
        If the bin size is not a positive number, larger than the recording, or not a multiple of
        the bin width that the recording came with.

    Examples
    --------
    >>> recording = Recording.from_trains([[0.1 * 3, 0.7]], t_stop=1.0)
    >>> bin_spikes(recording, 0.1).bins  # 0.1 * 3 = 0.30000000000000004 and 0.7 / 0.1 < 7
    array([3, 7])
    """
    bin_size = _checked_bin_size(recording, bin_size)
    clock = _Clock.of(recording, bin_size)
    n_bins = clock.bin_after(recording.t_stop)
    indptr, unit, count = _entries(recording, _bins_of_spikes(recording, clock, n_bins), n_bins)
    return BinnedSpikes(
        indptr=indptr,
        unit=unit,
        count=count,
        observed=_observed_bins(recording, clock, n_bins),
        bin_size=bin_size,
        t_start=recording.t_start,
        n_units=recording.n_units,
        time_unit=recording.time_unit,
    )


@dataclass(frozen=True)
class _Clock:
    """Time in whole ticks from the start of the recording; a bin has `ticks_per_bin` of them."""

    t_start: float
    ticks_per_time: float
    ticks_per_bin: int

    @classmethod
    def of(cls, recording: Recording, bin_size: float) -> _Clock:
        latest = max(abs(recording.t_start), abs(recording.t_stop))
        # Times far from zero (a Unix clock) are themselves known to their float spacing only.
        tick = max(_TICK, recording.duration / _MOST_TICKS, 4 * float(np.spacing(latest)))
        ticks_per_bin = max(2, round(bin_size / tick))
        return cls(recording.t_start, ticks_per_bin / bin_size, ticks_per_bin)

    def ticks(self, times: Any) -> NDArray[np.int64]:
        ticks = np.rint((np.asarray(times) - self.t_start) * self.ticks_per_time)
        return ticks.astype(np.int64)

    def bin_after(self, time: float) -> int:
        """First bin that begins at `time` or later."""
        return -(-int(self.ticks(time)) // self.ticks_per_bin)


def _checked_bin_size(recording: Recording, bin_size: float) -> float:
    """Return the bin size: of a recording that came in bins, a whole multiple of their width."""
    unit = "seconds" if recording.time_unit == "s" else "bins"
    bin_size = real_number("bin size", bin_size, above=0, mend=f"give it in {unit}")
    size = unit_text(bin_size, recording.time_unit)
    if bin_size > recording.duration * (1 + 1e-9):
        raise InputError(
            f"{where(recording)}bin size {size}, larger than the recording",
            f"at most {unit_text(recording.duration, recording.time_unit)}",
            "is it in seconds?" if recording.time_unit == "s" else "",
        )
    if recording.duration / bin_size > _MOST_BINS:
        raise InputError(
            f"{where(recording)}{recording.duration / bin_size:.2g} bins of {size}",
            f"at most {_MOST_BINS:.2g}",
            "give larger bins, or the times in seconds (time_scale / --time-scale)",
        )
    width = recording.bin_width
    return bin_size if width is None else _multiple(recording, bin_size, width)


def _multiple(recording: Recording, bin_size: float, width: float) -> float:
    nearest = round(bin_size / width) * width
    if math.isclose(bin_size, nearest, rel_tol=1e-9):
        return bin_size
    if math.isclose(bin_size, nearest, rel_tol=_SINGLE):
        return nearest
    raise InputError(
        f"{where(recording)}bin size {unit_text(bin_size, recording.time_unit)} for a recording "
        f"that came in bins of {unit_text(width, recording.time_unit)}",
        "a whole multiple of that width",
    )


def _bins_of_spikes(recording: Recording, clock: _Clock, n_bins: int) -> NDArray[Any]:
    # Chunks, and the smaller integer where it will do: a hundred million spikes must fit.
    bins: NDArray[Any] = np.empty(recording.n_spikes, np.int32 if n_bins < 2**31 else np.int64)
    for first in range(0, recording.n_spikes, _SPIKES_PER_CHUNK):
        chunk = slice(first, first + _SPIKES_PER_CHUNK)
        bins[chunk] = clock.ticks(recording.spike_times[chunk]) // clock.ticks_per_bin
    np.minimum(bins, n_bins - 1, out=bins)
    return bins


def _entries(
    recording: Recording, bins: NDArray[Any], n_bins: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Merge spikes of one unit in one bin, and order by bin instead of by unit."""
    from scipy.sparse import csr_array

    index = recording.spike_times_index
    begins = np.ones(len(bins), dtype=bool)
    begins[1:] = bins[1:] != bins[:-1]
    begins[index[index < len(bins)]] = True
    first = np.flatnonzero(begins)
    count = np.diff(first, append=len(bins)).astype(np.int32)
    indptr = np.searchsorted(first, np.concatenate([[0], index]))
    # Turning rows into columns is a counting sort: linear, and units come out ascending.
    by_unit = csr_array((count, bins[first], indptr), shape=(recording.n_units, n_bins))
    by_bin = by_unit.tocsc()
    return (
        by_bin.indptr.astype(np.int64),
        by_bin.indices.astype(np.int32),
        by_bin.data.astype(np.int32),
    )


def _observed_bins(recording: Recording, clock: _Clock, n_bins: int) -> NDArray[np.bool_]:
    observed = np.zeros(n_bins, dtype=bool)
    for start, stop in recording.observed:
        observed[clock.bin_after(start) : int(clock.ticks(stop)) // clock.ticks_per_bin] = True
    return observed
