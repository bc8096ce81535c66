"""Spike counts in bins: on integer ticks, so that edges are exact for any bin width."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from neurohm.checks import real_number
from neurohm.exceptions import InputError
from neurohm.recordings.bin_clock import BinClock
from neurohm.recordings.bin_entries import bin_entries
from neurohm.recordings.binned import BinnedSpikes
from neurohm.recordings.recording import Recording
from neurohm.recordings.unit_observation import require_shared
from neurohm.recordings.validation import unit_text, where

__all__ = ["bin_spikes"]

# Two months of 20 ms bins; beyond, the times are most likely not in seconds.
_MOST_BINS = 2**28
# Bin sizes may come in single precision; the multiple that they mean is taken instead.
_SINGLE = 1e-6


def bin_spikes(recording: Recording, bin_size: float) -> BinnedSpikes:
    """Count the spikes of each unit in bins that start at the start of the recording.

    Every spike is counted once. A spike on an edge belongs to the bin that begins there, a spike
    at the end of the recording to the last bin. Times are first rounded to ticks of about 1 ns
    (coarser beyond six days), a whole number of which make up a bin: so the edges are exact,
    whatever the bin size, and "on an edge" means within half a tick of it. A bin counts as
    observed if it lies wholly in time in which all units were.

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
        the bin width that the recording came with; if there is no time in which all units were
        observed.

    Examples
    --------
    >>> recording = Recording.from_trains([[0.1 * 3, 0.7]], t_stop=1.0)
    >>> bin_spikes(recording, 0.1).bins  # 0.1 * 3 = 0.30000000000000004 and 0.7 / 0.1 < 7
    array([3, 7])
    """
    bin_size = _checked_bin_size(recording, bin_size)
    require_shared(recording)
    clock = BinClock.of(recording, bin_size)
    n_bins = clock.bin_after(recording.t_stop)
    indptr, unit, count = bin_entries(recording, clock, n_bins)
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


def _observed_bins(recording: Recording, clock: BinClock, n_bins: int) -> NDArray[np.bool_]:
    observed = np.zeros(n_bins, dtype=bool)
    for start, stop in recording.observed:
        observed[clock.bin_after(start) : int(clock.ticks(stop)) // clock.ticks_per_bin] = True
    return observed
