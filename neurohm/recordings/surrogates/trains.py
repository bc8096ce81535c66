"""Surrogates that move trains as a whole: circular shift, trial shuffle."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.recordings.spike_times import inside
from neurohm.recordings.surrogates.timeline import (
    Timeline,
    rebuilt,
    stretches_of,
    units_of_spikes,
)
from neurohm.recordings.validation import unit_text, where

if TYPE_CHECKING:
    from neurohm.recordings.recording import Recording

__all__ = ["circular_shift", "trial_shuffle"]

# Share of a trial by which the lengths of trials may differ, or trials overlap.
_ROUNDING = 1e-6


def circular_shift(recording: Recording, *, least: float | None = None, seed: int = 0) -> Recording:
    """Shift the train of each unit by its own random amount, what leaves the end to the start.

    Observed stretches are put end to end for it. Spikes outside of observed time stay where they
    are.

    Parameters
    ----------
    recording : Recording
    least : float, optional
        Smallest shift either way, seconds; by default 1 s, or 50 bins where time is counted in
        bins. Of a recording with a `bin_width` trains are shifted by whole bins.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    Recording
        Without `truth`; `layout` says that it is a surrogate.

    Raises
    ------
    InputError
        If `least` is negative, or more than half of the observed time.

    Notes
    -----
    Keeps: the number of spikes of each unit, and the intervals between them (autocorrelation,
    bursts, refractoriness, slow changes of its own rate) but for the seam and the gaps.

    Destroys: all relations between units, and of units to events, trials and common changes of
    rate. Of many units, a few pairs are shifted by nearly the same amount.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_trains([[1.0, 2.0, 4.0], [1.0]], t_stop=10.0)
    >>> circular_shift(recording).times(0).round(2)
    array([0.1, 7.1, 8.1])
    """
    timeline = Timeline.of(stretches_of(recording), bin_width=recording.bin_width)
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    fewest = _least_shift(recording, least, timeline)
    shifts = rng.integers(fewest, timeline.total - fewest, recording.n_units, endpoint=True)
    times = np.array(recording.spike_times)
    observed = inside(times, stretches_of(recording), recording.t_stop)
    slots = timeline.slots(times[observed]) + shifts[units_of_spikes(recording)[observed]]
    times[observed] = timeline.times(slots % timeline.total)
    return rebuilt(recording, times, f"trains shifted circularly, seed {seed}")


def trial_shuffle(
    recording: Recording, trials: str | ArrayLike = "trials", *, seed: int = 0
) -> Recording:
    """Permute, for each unit on its own, which trial its spikes come from.

    Spikes outside of the trials stay where they are.

    Parameters
    ----------
    recording : Recording
    trials : str or array_like of float, shape (n_trials, 2)
        Name of intervals of the recording, or starts and stops, seconds: at least two trials, of
        equal length, disjoint, in observed time. Of a recording with a `bin_width` starts are
        moved to the nearest bin edge, and trials are as many whole bins as fit into one.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    Recording
        Without `truth`; `layout` says that it is a surrogate.

    Raises
    ------
    InputError
        If there are no such intervals, or they are not such trials.

    Notes
    -----
    Keeps: the spike counts of each unit at each time after trial start, summed over trials (its
    PSTH), exactly; the train of each unit within a trial; all spikes outside of trials.

    Destroys: what units have in common from trial to trial beyond the PSTH (noise correlations,
    assemblies not locked to the trial), and the relation to properties of the single trial.

    References
    ----------
    .. [1] Perkel, D. H., Gerstein, G. L. & Moore, G. P. (1967). Neuronal spike trains and
       stochastic point processes II. Simultaneous spike trains. Biophys. J. 7, 419-440.
       https://doi.org/10.1016/S0006-3495(67)86597-4

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_trains([[0.5, 2.25], [0.5, 2.25]], t_stop=4.0)
    >>> trial_shuffle(recording, [[0.0, 2.0], [2.0, 4.0]], seed=3).times(0)
    array([0.25, 2.5 ])
    """
    intervals = _checked_trials(recording, trials)
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    timeline = Timeline.of(intervals, bin_width=recording.bin_width).equally_long()
    order = np.tile(np.arange(len(intervals)), (recording.n_units, 1))
    order = rng.permuted(order, axis=1)
    times = np.array(recording.spike_times)
    in_trial = inside(times, intervals, recording.t_stop)
    trial, slot = np.divmod(timeline.slots(times[in_trial]), timeline.lengths[0])
    moved_to = order[units_of_spikes(recording)[in_trial], trial]
    times[in_trial] = timeline.times(moved_to * timeline.lengths[0] + slot)
    what = f"{len(intervals)} trials shuffled for each unit, seed {seed}"
    return rebuilt(recording, times, what)


def _least_shift(recording: Recording, least: float | None, timeline: Timeline) -> int:
    if least is None:
        least = 1.0 if recording.time_unit == "s" else 50.0
    least = real_number("least shift", least, least=0)
    slots = math.ceil(least / timeline.slot - _ROUNDING)
    if 2 * slots > timeline.total:
        most = timeline.total * timeline.slot / 2
        raise InputError(
            f"{where(recording)}least shift {unit_text(least, recording.time_unit)}",
            f"at most {unit_text(most, recording.time_unit)}, half of the observed time",
            "give a smaller least=",
        )
    return slots


def _checked_trials(recording: Recording, trials: str | ArrayLike) -> NDArray[np.float64]:
    """Trials in ascending order, of equal length but for rounding, disjoint, in observed time."""
    intervals = _intervals(recording, trials)
    if len(intervals) < 2:
        raise InputError(f"{where(recording)}{len(intervals)} trials to shuffle", "at least 2")
    intervals = intervals[np.argsort(intervals[:, 0], kind="stable")]
    lengths = intervals[:, 1] - intervals[:, 0]
    length = float(lengths.min())
    if not (length > 0 and np.ptp(lengths) <= _ROUNDING * length):
        low, high = (unit_text(value, recording.time_unit) for value in (length, lengths.max()))
        raise InputError(
            f"{where(recording)}trials of {low} to {high}",
            "trials of equal length, longer than 0",
            "cut them to one length and give them as an array of starts and stops",
        )
    early = np.flatnonzero(np.diff(intervals[:, 0]) < length * (1 - _ROUNDING))
    if len(early):
        raise InputError(
            f"{where(recording)}a trial that starts at {intervals[early[0] + 1, 0]:g}, before "
            f"the one before it ends at {intervals[early[0], 1]:g}",
            "trials that do not overlap",
        )
    return _observed_trials(recording, intervals[:, 0], length)


def _intervals(recording: Recording, trials: str | ArrayLike) -> NDArray[np.float64]:
    if isinstance(trials, str):
        if trials not in recording.intervals:
            names = ", ".join(repr(name) for name in recording.intervals)
            raise InputError(
                f"{where(recording)}no intervals {trials!r}",
                f"one of {names}" if names else "a recording with intervals: this one has none",
                "give a name, or an array of starts and stops",
            )
        return recording.intervals[trials]
    try:
        intervals = np.asarray(trials, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError("trials that are no numbers", "starts and stops, shape (n, 2)") from None
    if intervals.ndim != 2 or intervals.shape[1] != 2 or not np.isfinite(intervals).all():
        raise InputError(
            f"trials of shape {intervals.shape}", "finite starts and stops, shape (n, 2)"
        )
    return intervals


def _observed_trials(
    recording: Recording, starts: NDArray[np.float64], length: float
) -> NDArray[np.float64]:
    """Trials of one length; on the bin edges of a recording that came in bins."""
    width = recording.bin_width
    if width is not None:
        starts = recording.t_start + np.rint((starts - recording.t_start) / width) * width
        length = math.floor(length / width + _ROUNDING) * width
        if length == 0:
            raise InputError(
                f"{where(recording)}trials shorter than a bin of "
                f"{unit_text(width, recording.time_unit)}",
                "at least one bin",
            )
    # Trials that meet may overlap by a rounding error.
    stops = np.minimum(starts + length, np.append(starts[1:], np.inf))
    observed, slack = stretches_of(recording), _ROUNDING * length
    stretch = np.searchsorted(observed[:, 0], starts + slack, side="right") - 1
    outside = (stretch < 0) | (stops > observed[stretch, 1] + slack)
    if outside.any():
        start = float(starts[outside][0])
        raise InputError(
            f"{where(recording)}a trial from {start:g} to {start + length:g} not wholly observed",
            "trials within observed time",
            "give those that are as an array of starts and stops",
        )
    return np.stack([starts, stops], axis=1)
