"""Passes over spike times, in memory or in their file, a block of them at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neurohm.recordings import stored_times
from neurohm.recordings.stored_times import StoredTimes, stays_in_file
from neurohm.recordings.tree import read_array

__all__ = [
    "SpikeTimes",
    "blocks",
    "extremes",
    "inside",
    "kept_before",
    "runs_inside",
    "taken",
    "times_in",
]

SpikeTimes: TypeAlias = NDArray[Any] | StoredTimes


def times_in(dataset: Any, *, lazy: bool = False) -> SpikeTimes:
    """Spike times in seconds in a dataset: read, or left there if they are many.

    Parameters
    ----------
    dataset : h5py.Dataset
    lazy : bool
        Whether to leave them there though they are few.

    Returns
    -------
    ndarray or StoredTimes

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["a"] = [0.5, 1.0]
    ...     times_in(file["a"])
    array([0.5, 1. ])
    """
    if stays_in_file(dataset, lazy=lazy):
        return StoredTimes.of(dataset).in_seconds(1.0)
    return read_array(dataset)


def blocks(times: SpikeTimes) -> Iterator[tuple[int, NDArray[Any]]]:
    """Go through spike times.

    Parameters
    ----------
    times : ndarray or StoredTimes, shape (n_spikes,)

    Yields
    ------
    first : int
        Place of the first time of the block.
    values : ndarray

    Examples
    --------
    >>> [(first, values.tolist()) for first, values in blocks(np.array([0.5, 1.5]))]
    [(0, [0.5, 1.5])]
    """
    if isinstance(times, StoredTimes):
        yield from times.blocks()
        return
    size = stored_times.BLOCK
    for first in range(0, len(times), size):
        yield first, times[first : first + size]


def extremes(times: SpikeTimes) -> tuple[float, float]:
    """First and last of the finite times; zeros where there are none.

    Parameters
    ----------
    times : ndarray or StoredTimes, shape (n_spikes,)

    Returns
    -------
    first, last : float

    Examples
    --------
    >>> extremes(np.array([2.0, 1.0, np.inf]))
    (1.0, 2.0)
    """
    finite = (values[np.isfinite(values)] for _, values in blocks(times))
    found = [(float(values.min()), float(values.max())) for values in finite if values.size]
    first, last = zip(*found, strict=True) if found else ((0.0,), (0.0,))
    return min(first), max(last)


def inside(
    times: NDArray[np.float64], intervals: NDArray[np.float64], closed_at: float
) -> NDArray[np.bool_]:
    """Which moments lie in disjoint ascending half-open intervals.

    Parameters
    ----------
    times : ndarray of float64, shape (n,)
    intervals : ndarray of float64, shape (m, 2)
    closed_at : float
        A stop at this moment belongs to its interval: the end of the recording.

    Returns
    -------
    ndarray of bool, shape (n,)

    Examples
    --------
    >>> inside(np.array([0.0, 1.0, 2.0]), np.array([[0.0, 1.0], [1.5, 2.0]]), closed_at=2.0)
    array([ True, False,  True])
    """
    # Stops and starts interleaved ascend, so an odd number of borders passed means inside.
    borders = intervals.ravel()
    within: NDArray[np.bool_] = np.searchsorted(borders, times, side="right") % 2 == 1
    if borders.size and borders[-1] == closed_at:
        within |= times == closed_at
    return within


def runs_inside(
    times: SpikeTimes, intervals: NDArray[np.float64], closed_at: float
) -> NDArray[np.int64]:
    """Runs of places whose times lie in intervals; see `inside`.

    Parameters
    ----------
    times : ndarray or StoredTimes, shape (n_spikes,)
    intervals : ndarray of float64, shape (m, 2)
    closed_at : float

    Returns
    -------
    ndarray of int64, shape (n_runs, 2)
        First place and end of each run, ascending.

    Examples
    --------
    >>> runs_inside(np.array([0.0, 1.0, 2.0, 0.5]), np.array([[0.0, 1.5]]), 3.0).tolist()
    [[0, 2], [3, 4]]
    """
    changes, before = [np.empty(0, np.int64)], False
    for first, values in blocks(times):
        within = inside(values, intervals, closed_at)
        changes.append(first + np.flatnonzero(np.diff(within, prepend=before)))
        before = bool(within[-1])
    if before:
        changes.append(np.array([len(times)]))
    return np.concatenate(changes).reshape(-1, 2)


def kept_before(runs: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of the places before given ones lie in ascending runs.

    Parameters
    ----------
    runs : ndarray of int64, shape (n_runs, 2)
    places : ndarray of int64, shape (n,)

    Returns
    -------
    ndarray of int64, shape (n,)

    Examples
    --------
    >>> kept_before(np.array([[0, 2], [3, 4]]), np.array([1, 3, 4])).tolist()
    [1, 2, 3]
    """
    kept = np.concatenate([[0], np.cumsum(runs[:, 1] - runs[:, 0])])
    begun = np.searchsorted(runs[:, 0], places, side="left")
    ends = np.concatenate([[0], runs[:, 1]])
    before: NDArray[np.int64] = kept[begun] - np.maximum(ends[begun] - places, 0)
    return before


def taken(times: SpikeTimes, runs: NDArray[np.int64]) -> SpikeTimes:
    """Return the times in some runs of places; those of a file stay there if they are many.

    Parameters
    ----------
    times : ndarray or StoredTimes, shape (n_spikes,)
    runs : ndarray of int64, shape (n_runs, 2)

    Returns
    -------
    ndarray or StoredTimes

    Examples
    --------
    >>> taken(np.array([0.0, 1.0, 2.0, 0.5]), np.array([[3, 4], [0, 2]]))
    array([0.5, 0. , 1. ])
    """
    if isinstance(times, StoredTimes):
        part = times.runs(runs)
        return part if len(part) > stored_times.LARGEST_IN_MEMORY else np.asarray(part)
    parts = [times[first:end] for first, end in runs.tolist()]
    kept: NDArray[Any] = np.concatenate([np.empty(0), *parts])
    return kept
