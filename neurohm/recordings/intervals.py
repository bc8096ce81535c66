"""Sets of time intervals: arrays of starts and stops, shape (n, 2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["intersection", "merged", "shared_time", "time_at_share", "total_duration"]

Intervals = NDArray[np.float64]


def merged(intervals: Intervals) -> Intervals:
    """Union of intervals as disjoint ascending ones; empty ones vanish.

    Parameters
    ----------
    intervals : ndarray of float64, shape (n, 2)

    Returns
    -------
    ndarray of float64, shape (m, 2)

    Examples
    --------
    >>> merged(np.array([[2.0, 3.0], [0.0, 1.0], [1.0, 1.5]])).tolist()
    [[0.0, 1.5], [2.0, 3.0]]
    """
    intervals = intervals[intervals[:, 1] > intervals[:, 0]]
    if not len(intervals):
        return np.empty((0, 2))
    starts, stops = intervals[np.argsort(intervals[:, 0], kind="stable")].T
    reach = np.maximum.accumulate(stops)
    opens = np.concatenate([[True], starts[1:] > reach[:-1]])
    closes = np.concatenate([opens[1:], [True]])
    return np.stack([starts[opens], reach[closes]], axis=1)


def intersection(first: Intervals, second: Intervals) -> Intervals:
    """Time that lies in both of two sets of disjoint ascending intervals.

    Parameters
    ----------
    first, second : ndarray of float64, shapes (n, 2) and (m, 2)

    Returns
    -------
    ndarray of float64, shape (k, 2)

    Examples
    --------
    >>> intersection(np.array([[0.0, 5.0]]), np.array([[-1.0, 1.0], [4.0, 9.0]])).tolist()
    [[0.0, 1.0], [4.0, 5.0]]
    """
    pieces = [np.clip(second, start, stop) for start, stop in first]
    return merged(np.concatenate([np.empty((0, 2)), *pieces]))


def shared_time(sets: Sequence[Intervals]) -> NDArray[np.float64]:
    """Time that lies in all of many sets of disjoint intervals.

    Parameters
    ----------
    sets : sequence of ndarray of float64, shape (n, 2)

    Returns
    -------
    ndarray of float64, shape (k, 2)

    Examples
    --------
    >>> shared_time([np.array([[0.0, 5.0]]), np.array([[-1.0, 1.0], [4.0, 9.0]])]).tolist()
    [[0.0, 1.0], [4.0, 5.0]]
    """
    pieces = np.concatenate([np.empty((0, 2)), *sets])
    moments, place = np.unique(pieces, return_inverse=True)
    changes = np.tile([1.0, -1.0], len(pieces))
    covered = np.cumsum(np.bincount(place.ravel(), changes, len(moments)))
    everywhere = np.flatnonzero(covered[:-1] == len(sets))
    return merged(np.stack([moments[everywhere], moments[everywhere + 1]], axis=1))


def total_duration(intervals: Intervals) -> float:
    """Summed length of disjoint intervals.

    Parameters
    ----------
    intervals : ndarray of float64, shape (n, 2)

    Returns
    -------
    float

    Examples
    --------
    >>> total_duration(np.array([[0.0, 1.0], [2.0, 2.5]]))
    1.5
    """
    return float((intervals[:, 1] - intervals[:, 0]).sum())


def time_at_share(intervals: Intervals, share: float) -> float:
    """Moment at which a given share of the intervals' time has passed.

    Parameters
    ----------
    intervals : ndarray of float64, shape (n, 2)
        Disjoint and ascending.
    share : float
        Between 0 and 1.

    Returns
    -------
    float

    Examples
    --------
    >>> time_at_share(np.array([[0.0, 1.0], [2.0, 3.0]]), 0.75)
    2.5
    """
    lengths = intervals[:, 1] - intervals[:, 0]
    passed = np.concatenate([[0.0], np.cumsum(lengths)])
    elapsed = share * passed[-1]
    piece = min(int(np.searchsorted(passed, elapsed, side="right")) - 1, len(intervals) - 1)
    return float(min(intervals[piece, 0] + (elapsed - passed[piece]), intervals[piece, 1]))
