"""Spike counts in bins: on integer ticks, so that edges are exact for any bin width."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.checks import real_number
from neurohm.exceptions import InputError
from neurohm.recordings.binned import BinnedSpikes
from neurohm.recordings.recording import Recording
from neurohm.recordings.spike_times import blocks
from neurohm.recordings.validation import unit_text, where

__all__ = ["bin_spikes"]

# A tick is about this long (seconds, or bins): spikes closer to an edge are taken to be on it.
_TICK = 1e-9
# Below this, the rounding errors of a tick number in float64 stay far from half a tick.
_MOST_TICKS = 2**49
# Two months of 20 ms bins; beyond, the times are most likely not in seconds.
_MOST_BINS = 2**28
# Indices of bins are of 32 bits up to here.
_MOST_IN_32_BITS = 2**31 - 1
# Bin sizes may come in single precision; the multiple that they mean is taken instead.
_SINGLE = 1e-6


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
    indptr, unit, count = _entries(recording, clock, n_bins)
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


def _entries(
    recording: Recording, clock: _Clock, n_bins: int
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Merge spikes of one unit in one bin, and order by bin instead of by unit.

    A counting sort in two passes over the spikes: beside the result a block of them is in memory.
    """
    from neurohm.recordings import compiled

    most_entries = recording.n_spikes
    head = np.zeros(n_bins + 1, np.int32 if most_entries <= _MOST_IN_32_BITS else np.int64)
    state = np.array([0, -1, 0, 0])
    for part in _blocks(recording, clock):
        compiled.count_entries(*part, head, state)
    n_entries, most = compiled.begin_bins(head), state[3]
    unit = np.empty(n_entries, np.uint16 if recording.n_units <= 2**16 else np.int32)
    count = np.empty(n_entries, np.uint8 if most < 2**8 else np.int32)
    state[:] = 0, -1, 0, 0
    for part in _blocks(recording, clock):
        compiled.place_entries(*part, head, state, unit, count)
    return head, unit, count


def _blocks(recording: Recording, clock: _Clock) -> Iterator[tuple[Any, ...]]:
    """Yield blocks of spikes with what tells their bins, as the compiled passes take them."""
    ticks = (clock.t_start, clock.ticks_per_time)
    for first, times in blocks(recording.spike_times):
        yield times, first, recording.spike_times_index, ticks, clock.ticks_per_bin


def _observed_bins(recording: Recording, clock: _Clock, n_bins: int) -> NDArray[np.bool_]:
    observed = np.zeros(n_bins, dtype=bool)
    for start, stop in recording.observed:
        observed[clock.bin_after(start) : int(clock.ticks(stop)) // clock.ticks_per_bin] = True
    return observed
