"""Stretches of time put end to end, counted in whole slots, so that moving spikes is exact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neurohm.checks import real_number
from neurohm.exceptions import InputError
from neurohm.recordings.unit_observation import require_shared
from neurohm.recordings.validation import unit_text, where

if TYPE_CHECKING:
    from neurohm.recordings.recording import Recording

__all__ = ["Timeline", "length_in_time", "rebuilt", "stretches_of", "units_of_spikes"]

# As in binning: spikes closer to an edge than about this (seconds, or bins) are taken to be on it.
_TICK = 1e-9
_MOST_TICKS = 2**49
# Share of a bin by which what is meant as a whole number of bins may miss it.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Timeline:
    """Stretches of time end to end, in slots: the bins of a recording, or ticks of about 1 ns.

    Parameters
    ----------
    starts : ndarray of float64, shape (n_stretches,)
        Ascending, seconds.
    lengths : ndarray of int64, shape (n_stretches,)
        Slots of each stretch.
    slot : float
        Length of a slot, seconds.
    binned : bool
        Whether spikes lie at the centres of slots, not at their starts.
    """

    starts: NDArray[np.float64]
    lengths: NDArray[np.int64]
    slot: float
    binned: bool

    @classmethod
    def of(
        cls, stretches: NDArray[np.float64], unit: float = 1.0, bin_width: float | None = None
    ) -> Timeline:
        """Make one of disjoint ascending stretches; a whole number of ticks make up `unit`."""
        starts, stops = stretches.T
        if bin_width is None:
            # Times far from zero (a Unix clock) are themselves known to their float spacing only.
            spacing = float(np.spacing(np.abs(stretches).max()))
            tick = max(_TICK, float(stops[-1] - starts[0]) / _MOST_TICKS, 4 * spacing)
            slot = unit / max(2, round(unit / tick))
        else:
            slot = bin_width
        lengths = np.floor((stops - starts) / slot + _ROUNDING).astype(np.int64)
        return cls(starts, np.maximum(lengths, 1), slot, bin_width is not None)

    @cached_property
    def stops(self) -> NDArray[np.int64]:
        """First slot after each stretch, shape (n_stretches,)."""
        return np.cumsum(self.lengths)

    @property
    def total(self) -> int:
        """Number of slots."""
        return int(self.stops[-1])

    def slots(self, times: NDArray[np.float64]) -> NDArray[np.int64]:
        """Slot of each spike; every one must lie in a stretch."""
        stretch = np.searchsorted(self.starts, times, side="right") - 1
        passed = (times - self.starts[stretch]) / self.slot
        local = (np.floor(passed) if self.binned else np.rint(passed)).astype(np.int64)
        # A spike at the very end of a stretch belongs to its last slot.
        np.clip(local, 0, self.lengths[stretch] - 1, out=local)
        return local + (self.stops - self.lengths)[stretch]

    def times(self, slots: NDArray[np.int64]) -> NDArray[np.float64]:
        """Moment of a spike in each slot, seconds."""
        stretch = np.searchsorted(self.stops, slots, side="right")
        local = slots - (self.stops - self.lengths)[stretch]
        moments: NDArray[np.float64] = (
            self.starts[stretch] + (local + 0.5 * self.binned) * self.slot
        )
        return moments

    def bounds(self, slots: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """First slot, and first slot after, of the stretch that each slot lies in."""
        stretch = np.searchsorted(self.stops, slots, side="right")
        return (self.stops - self.lengths)[stretch], self.stops[stretch]

    def in_slots(self, length: float) -> int:
        """Return a length of time as a whole number of slots."""
        return round(length / self.slot)

    def equally_long(self) -> Timeline:
        """Cut all stretches down to the shortest."""
        return replace(self, lengths=np.full_like(self.lengths, self.lengths.min()))


def stretches_of(recording: Recording) -> NDArray[np.float64]:
    """Observed time in which surrogates move spikes.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    ndarray of float64, shape (n, 2)
        Disjoint ascending starts and stops, seconds: `Recording.observed`, of a recording with a
        `bin_width` without the bins that are observed only in part.

    Raises
    ------
    InputError
        If no whole bin is observed.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> observed = {"observed": [[0.0, 2.5]]}
    >>> recording = Recording.from_counts([[1], [0], [2], [0]], 1.0, intervals=observed)
    >>> stretches_of(recording).tolist()
    [[0.0, 2.0]]
    """
    require_shared(recording)
    observed, width = recording.observed, recording.bin_width
    if width is None:
        return observed
    starts, stops = ((observed - recording.t_start) / width).T
    bins = np.stack([np.ceil(starts - _ROUNDING), np.floor(stops + _ROUNDING)], axis=1)
    bins = bins[bins[:, 1] > bins[:, 0]]
    if not len(bins):
        text = unit_text(width, recording.time_unit)
        raise InputError(f"{where(recording)}no bin of {text} is wholly observed", "at least one")
    return recording.t_start + bins * width


def length_in_time(
    recording: Recording,
    name: str,
    value: float | None,
    *,
    default: tuple[float, int],
    least_bins: int,
) -> float:
    """Check the window or dither of a surrogate, or choose its default.

    Parameters
    ----------
    recording : Recording
    name : str
        Of the argument, for the message.
    value : float or None
        As it was given, seconds (or bins); None for the default.
    default : (float, int)
        In seconds, and in bins where time is counted in bins.
    least_bins : int
        Fewest bins, of a recording that came in bins.

    Returns
    -------
    float
        Seconds (or bins); whole bins if the recording has them.

    Raises
    ------
    InputError
        If it is not positive, longer than the longest observed stretch, or not whole bins.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_counts([[1], [0], [2], [0]], 0.04)
    >>> length_in_time(recording, "window", None, default=(0.1, 5), least_bins=2)
    0.08
    """
    width = recording.bin_width
    if value is None:
        length = default[recording.time_unit == "bin"]
        bins = max(least_bins, round(length / width)) if width else 0
    else:
        unit = "seconds" if recording.time_unit == "s" else "bins"
        length = real_number(f"surrogate {name}", value, above=0, mend=f"give it in {unit}")
        bins = _whole_bins(recording, name, length, least_bins) if width else 0
    length = bins * width if width else length
    longest = float(np.diff(stretches_of(recording)).max())
    if length > longest * (1 + 1e-9):
        raise InputError(
            f"{where(recording)}surrogate {name} larger than the recording: "
            f"{unit_text(length, recording.time_unit)}",
            f"at most {unit_text(longest, recording.time_unit)}, the longest observed stretch",
            f"give a smaller {name}=" + (", in seconds" if recording.time_unit == "s" else ""),
        )
    return length


def _whole_bins(recording: Recording, name: str, length: float, least: int) -> int:
    width = recording.bin_width or 1.0
    bins = round(length / width)
    if bins < least or abs(length / width - bins) > _ROUNDING * bins:
        text = unit_text(width, recording.time_unit)
        raise InputError(
            f"{where(recording)}surrogate {name} {unit_text(length, recording.time_unit)} for a "
            f"recording that came in bins of {text}",
            f"a whole multiple of that width, at least {least} bin{'s' * (least > 1)}",
            f"give {name}={max(least, bins) * width:g}",
        )
    return bins


def units_of_spikes(recording: Recording) -> NDArray[np.int64]:
    """Position of the unit of each spike, shape (n_spikes,)."""
    return np.repeat(np.arange(recording.n_units), recording.spike_counts)


def rebuilt(recording: Recording, times: NDArray[np.float64], what: str) -> Recording:
    """Return the recording with other spike times, in any order within a unit, and no truth.

    Parameters
    ----------
    recording : Recording
    times : ndarray of float64, shape (n_spikes,)
        Seconds; sorted in place.
    what : str
        Which surrogate, for the layout.

    Returns
    -------
    Recording
    """
    for train in np.split(times, recording.spike_times_index[:-1]):
        train.sort()
    original = recording.layout or "a recording"
    return replace(
        recording, spike_times=times, truth=None, layout=f"surrogate ({what}) of {original}"
    )
