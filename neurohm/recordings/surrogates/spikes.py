"""Surrogates that redraw each spike by itself: jitter, dither, rate only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neurohm.checks import real_number, whole_number
from neurohm.recordings.spike_times import inside
from neurohm.recordings.surrogates.timeline import (
    Timeline,
    length_in_time,
    rebuilt,
    stretches_of,
)
from neurohm.recordings.validation import unit_text

if TYPE_CHECKING:
    from neurohm.recordings.recording import Recording

__all__ = ["dither_spikes", "jitter_spikes", "jittered", "rate_only"]

Slots = NDArray[np.int64]


def jitter_spikes(recording: Recording, window: float | None = None, *, seed: int = 0) -> Recording:
    """Redraw each spike uniformly inside its window; the windows are fixed.

    The windows tile each observed stretch from its start; the last one may be shorter. Spikes
    outside of observed time stay where they are.

    Parameters
    ----------
    recording : Recording
    window : float, optional
        Length of a window, seconds; by default 0.1 s, or 5 bins where time is counted in bins. Of
        a recording with a `bin_width`, a whole number of bins, at least 2 (the default is rounded
        to that).
    seed : int
        Seed of the random numbers.

    Returns
    -------
    Recording
        Without `truth`; `layout` says that it is a surrogate.

    Raises
    ------
    InputError
        If the window is not positive, longer than the longest observed stretch, or not whole bins.

    Notes
    -----
    Keeps: the number of spikes of each unit in each window, exactly, and so slow changes of rate
    and of what the units have in common, down to the window.

    Destroys: timing within the window: synchrony, lags, bursts and refractoriness.

    References
    ----------
    .. [1] Amarasingham, A., Harrison, M. T., Hatsopoulos, N. G. & Geman, S. (2012). Conditional
       modeling and the jitter method of spike resampling. J. Neurophysiol. 107, 517-531.
       https://doi.org/10.1152/jn.00633.2011

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_trains([[0.11, 0.12, 0.95], [0.13]], t_stop=1.0)
    >>> jitter_spikes(recording, 0.5, seed=1).times(0).round(2)
    array([0.26, 0.48, 0.57])
    """
    window = length_in_time(recording, "window", window, default=(0.1, 5), least_bins=2)
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    stretches, times = stretches_of(recording), np.array(recording.spike_times)
    observed = inside(times, stretches, recording.t_stop)
    times[observed] = jittered(
        times[observed], window, stretches, rng, bin_width=recording.bin_width
    )
    text = unit_text(window, recording.time_unit)
    return rebuilt(recording, times, f"spikes jittered in windows of {text}, seed {seed}")


def jittered(
    times: NDArray[np.float64],
    window: float,
    stretches: NDArray[np.float64],
    rng: np.random.Generator,
    *,
    bin_width: float | None = None,
) -> NDArray[np.float64]:
    """Redraw spikes inside fixed windows, for loops over many surrogates; see `jitter_spikes`.

    Parameters
    ----------
    times : ndarray of float64, shape (n_spikes,)
        Spike times of any units, in any order, seconds.
    window : float
        Length of a window, seconds.
    stretches : ndarray of float64, shape (n, 2)
        Disjoint ascending starts and stops, seconds; see `stretches_of`. The end of the last one
        belongs to it.
    rng : numpy.random.Generator
        Source of the random numbers; one is drawn for each spike in a stretch.
    bin_width : float, optional
        For spikes that lie at the centres of bins of this width, counted from the start of each
        stretch: they are moved by whole bins. `window` must be a multiple of it.

    Returns
    -------
    ndarray of float64, shape (n_spikes,)
        In the order of `times`, not sorted; spikes outside of the stretches as they were.

    Raises
    ------
    InputError
        If the window is not positive.

    Examples
    --------
    >>> times, rng = np.array([0.7, 0.1, 0.2]), np.random.default_rng(0)
    >>> jittered(times, 0.5, np.array([[0.0, 1.0]]), rng).round(2)
    array([0.82, 0.13, 0.02])
    """
    window = real_number("surrogate window", window, above=0)
    timeline = Timeline.of(stretches, window, bin_width)
    width = timeline.in_slots(window)

    def redraw(slots: Slots) -> Slots:
        first, stop = timeline.bounds(slots)
        begin = first + (slots - first) // width * width
        return begin + _below(np.minimum(width, stop - begin), slots.shape, rng)

    return _moved(times, inside(times, stretches, float(stretches[-1, 1])), timeline, redraw)


def dither_spikes(recording: Recording, dither: float | None = None, *, seed: int = 0) -> Recording:
    """Move each spike by a uniform random amount, reflected at the ends of its observed stretch.

    Spikes outside of observed time stay where they are.

    Parameters
    ----------
    recording : Recording
    dither : float, optional
        Farthest that a spike moves either way, seconds; by default 0.02 s, or 1 bin where time is
        counted in bins. Of a recording with a `bin_width`, a whole number of bins (the default is
        rounded to that, at least 1).
    seed : int
        Seed of the random numbers.

    Returns
    -------
    Recording
        Without `truth`; `layout` says that it is a surrogate.

    Raises
    ------
    InputError
        If the dither is not positive, longer than the longest observed stretch, or not whole bins.

    Notes
    -----
    Keeps: the number of spikes of each unit in each observed stretch, exactly; changes of rate
    slower than the dither, but for smoothing.

    Destroys: timing finer than the dither: synchrony, lags, bursts and refractoriness.

    References
    ----------
    .. [1] Louis, S., Gerstein, G. L., Grün, S. & Diesmann, M. (2010). Surrogate spike train
       generation through dithering in operational time. Front. Comput. Neurosci. 4, 127.
       https://doi.org/10.3389/fncom.2010.00127

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_trains([[0.01, 0.5], [0.5]], t_stop=1.0)
    >>> dither_spikes(recording, 0.1).times(0).round(2)
    array([0.04, 0.45])
    """
    dither = length_in_time(recording, "dither", dither, default=(0.02, 1), least_bins=1)
    timeline = Timeline.of(stretches_of(recording), dither, recording.bin_width)
    reach = timeline.in_slots(dither)
    rng = np.random.default_rng(whole_number("seed", seed, 0))

    def move(slots: Slots) -> Slots:
        first, stop = timeline.bounds(slots)
        shift = _below(np.int64(2 * reach + 1), slots.shape, rng) - reach
        return first + _reflected(slots - first + shift, stop - first)

    text = unit_text(dither, recording.time_unit)
    return _respiked(recording, timeline, move, f"spikes dithered by up to {text}, seed {seed}")


def rate_only(recording: Recording, *, seed: int = 0) -> Recording:
    """Redraw all spikes of each unit uniformly over observed time.

    Spikes outside of observed time stay where they are.

    Parameters
    ----------
    recording : Recording
    seed : int
        Seed of the random numbers.

    Returns
    -------
    Recording
        Without `truth`; `layout` says that it is a surrogate.

    Raises
    ------
    InputError
        If the seed is negative.

    Notes
    -----
    Keeps: the number of spikes of each unit in observed time, nothing else.

    Destroys: every change of rate, every relation between units and to events, bursts and
    refractoriness: independent units of constant rate are left.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_trains([[0.1, 0.2], [0.1]], t_stop=10.0)
    >>> rate_only(recording).times(0).round(2)
    array([2.7 , 6.37])
    """
    timeline = Timeline.of(stretches_of(recording), bin_width=recording.bin_width)
    rng = np.random.default_rng(whole_number("seed", seed, 0))

    def redraw(slots: Slots) -> Slots:
        return _below(np.int64(timeline.total), slots.shape, rng)

    return _respiked(recording, timeline, redraw, f"spikes redrawn over observed time, seed {seed}")


def _respiked(
    recording: Recording, timeline: Timeline, move: Callable[[Slots], Slots], what: str
) -> Recording:
    """Recording whose observed spikes are moved."""
    times = np.asarray(recording.spike_times)
    observed = inside(times, stretches_of(recording), recording.t_stop)
    return rebuilt(recording, _moved(times, observed, timeline, move), what)


def _moved(
    times: NDArray[np.float64],
    which: NDArray[np.bool_],
    timeline: Timeline,
    move: Callable[[Slots], Slots],
) -> NDArray[np.float64]:
    """Copy of the times in which some spikes are moved from slot to slot."""
    result = times.copy()
    result[which] = timeline.times(move(timeline.slots(times[which])))
    return result


def _below(
    bound: NDArray[np.int64] | np.int64, shape: tuple[int, ...], rng: np.random.Generator
) -> Slots:
    """Whole numbers from 0 to below a bound (far below 2**53, so that no product rounds up)."""
    return (rng.random(shape) * bound).astype(np.int64)


def _reflected(slots: Slots, lengths: Slots) -> Slots:
    """Fold slots back into 0 to below `lengths`, as often as it takes."""
    folded = slots % (2 * lengths)
    nearer: Slots = np.minimum(folded, 2 * lengths - 1 - folded)
    return nearer
