"""Trials one after the other in one time, where a table counts time from the start of each."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurohm.recordings.tables.grouping import Groups

__all__ = ["TrialTimes", "trial_times"]

# Zero of each trial lies on a multiple of this, seconds, so that bins lie alike in all trials.
_ZERO_GRID = 0.1
# The start and the end of trials do, which are known no better than from the spikes.
_SPAN_GRID = 0.01
# At least so much time between trials is nobody's, seconds.
_LEAST_GAP = 0.1


@dataclass(frozen=True)
class TrialTimes:
    """When the spikes and trials of a table are.

    Attributes
    ----------
    times : ndarray of float64, shape (n_rows,)
        In the recording.
    intervals : ndarray of float64, shape (n_trials, 2)
        Starts and stops.
    zeros : ndarray of float64, shape (n_trials,) or None
        Where the time of each trial is zero; None if times were those of the recording already.
    sentence : str
        What was done, for the layout.
    """

    times: NDArray[np.float64]
    intervals: NDArray[np.float64]
    zeros: NDArray[np.float64] | None
    sentence: str


def trial_times(
    times: NDArray[np.float64], trials: Groups, name: str, *, scale: float = 1.0
) -> TrialTimes:
    """Lay trials out one after the other, unless their times already are.

    Times are of each trial if trials overlap, or if some are negative. All trials are then as
    long: from zero, or the earliest spike of all if that is before, to after the latest of all,
    both on a grid of 10 ms. Between them is time that was not observed. Every trial begins a whole
    number of seconds after the one before.

    Parameters
    ----------
    times : ndarray of float64, shape (n_rows,)
        As the table has them.
    trials : Groups
        The trial of each row.
    name : str
        The column of trials.
    scale : float
        Seconds in a unit of these times.

    Returns
    -------
    TrialTimes
        In the unit of the times.

    Examples
    --------
    >>> import pandas as pd
    >>> from neurohm.recordings.tables.grouping import grouped
    >>> from neurohm.recordings.tables.long_table import LongTable
    >>> trials = grouped(LongTable({"trial": pd.Series([1, 1, 2])}), ["trial"], "a.csv")
    >>> laid = trial_times(np.array([-0.5, 1.0, 0.25]), trials, "trial")
    >>> laid.times.tolist(), laid.intervals.tolist()
    ([0.0, 1.5, 2.75], [[0.0, 1.51], [2.0, 3.51]])
    """
    first, last = _extremes(times, trials)
    order = np.argsort(first, kind="stable")
    if first.min() >= 0 and (first[order][1:] >= last[order][:-1]).all():
        intervals = np.stack([first, last], axis=1)
        note = f"; trials ({len(trials)}, column {name!r}) from their first spike to their last"
        return TrialTimes(times, intervals, None, note)
    start, stop = _span(float(first.min()) * scale, float(last.max()) * scale)
    lead = math.ceil(round(-start / _ZERO_GRID, 6)) * _ZERO_GRID
    stride = float(math.ceil(lead + stop + _LEAST_GAP))
    zeros = np.arange(len(trials), dtype=np.float64) * stride + lead
    note = (
        f"; {len(trials)} trials (column {name!r}), whose times are their own, laid out one every "
        f"{stride:g} s, each observed from {start:g} to {stop:g} s of its own time (the earliest "
        "and the latest of all)"
    )
    intervals = np.stack([zeros + start, zeros + stop], axis=1)
    laid: NDArray[np.float64] = (zeros[trials.codes] + times * scale) / scale
    starts: NDArray[np.float64] = zeros / scale
    return TrialTimes(laid, intervals / scale, starts, note)


def _span(first: float, last: float) -> tuple[float, float]:
    """The time of all trials: a spike at its end would be outside, so it ends after the last."""
    start = math.floor(round(min(0.0, first) / _SPAN_GRID, 6)) * _SPAN_GRID
    stop = (math.floor(round(last / _SPAN_GRID, 6)) + 1) * _SPAN_GRID
    return round(start, 9), round(stop, 9)


def _extremes(
    times: NDArray[np.float64], trials: Groups
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First and last time of each trial."""
    first, last = np.full(len(trials), np.inf), np.full(len(trials), -np.inf)
    np.minimum.at(first, trials.codes, times)
    np.maximum.at(last, trials.codes, times)
    return first, last
