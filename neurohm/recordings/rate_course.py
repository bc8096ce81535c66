"""Spikes between edges of time, and for how long they could be seen there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurohm.recordings.spike_times import blocks
from neurohm.recordings.unit_observation import session_time

if TYPE_CHECKING:
    from neurohm.recordings.recording import Recording

__all__ = ["spikes_and_time"]


def spikes_and_time(
    recording: Recording, edges: NDArray[np.floating[Any]]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Count the spikes of all units, each in the time in which it was observed.

    Parameters
    ----------
    recording : Recording
    edges : ndarray of float64, shape (n + 1,)
        Ascending, seconds.

    Returns
    -------
    spikes : ndarray of int64, shape (n,)
    time : ndarray of float64, shape (n,)
        Observed time, summed over units, seconds: what spikes are divided by for a rate per unit.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_trains(
    ...     [[0.5], [1.2, 1.3]], t_stop=2.0, observed_by_unit=[[[0.0, 2.0]], [[1.0, 2.0]]]
    ... )
    >>> spikes_and_time(recording, np.array([0.0, 1.0, 2.0]))
    (array([1, 2]), array([1., 2.]))
    """
    spikes, time = np.zeros(len(edges) - 1, np.int64), np.zeros(len(edges) - 1)
    if recording.observed_by_unit is None:
        observed = session_time(recording)
        for _, times in blocks(recording.spike_times):
            spikes += np.histogram(times[_is_inside(times, observed)], bins=edges)[0]
        return spikes, recording.n_units * _overlap(edges, observed)
    for unit in range(recording.n_units):
        times, observed = recording.times(unit), recording.observed_of(unit)
        if len(observed):
            spikes += np.histogram(times[_is_inside(times, observed)], bins=edges)[0]
            time += _overlap(edges, observed)
    return spikes, time


def _overlap(edges: NDArray[Any], intervals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Time of disjoint ascending intervals between each two edges."""
    lengths = intervals[:, 1] - intervals[:, 0]
    moments = np.ravel(intervals)
    passed = np.ravel(np.stack([np.cumsum(lengths) - lengths, np.cumsum(lengths)], axis=1))
    return np.diff(np.interp(edges, moments, passed))


def _is_inside(times: NDArray[np.float64], intervals: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether each time lies in one of disjoint ascending intervals, ends included."""
    piece = np.searchsorted(intervals[:, 0], times, side="right") - 1
    inside: NDArray[np.bool_] = (piece >= 0) & (times <= intervals[piece, 1])
    return inside
