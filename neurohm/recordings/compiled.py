"""Compiled passes over spikes and bins: plain arrays in, plain arrays filled, no Python within.

Binned spikes come as three arrays: ``indptr`` (n_bins + 1,), and for each entry ``unit`` and
``count``, of any integer types. Column ``unit * lags + lag`` of a window is the count of `unit` in
its bin `lag`. Places of windows and units are trusted: who calls has checked them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

__all__ = [
    "add_up",
    "begin_bins",
    "count_between",
    "count_entries",
    "dense_windows",
    "place_entries",
    "starts_of_windows",
]

# No fast mathematics: a spike on an edge must stay there.
_EXACT: dict[str, Any] = {"nogil": True, "error_model": "numpy", "cache": True}


@njit(**_EXACT)
def count_entries(times, first, ends, clock, ticks_per_bin, head, state):  # type: ignore[no-untyped-def]
    """Count the entries of each bin: spikes of one unit in one bin are one entry.

    Parameters
    ----------
    times : ndarray of float64, shape (n,)
        A block of spike times, unit after unit, ascending within each; blocks follow each other.
    first : int
        Place of the first one among all spikes.
    ends : ndarray of int64, shape (n_units,)
        End of each unit among all spikes.
    clock : tuple of float
        Time of tick 0, and ticks in a unit of time.
    ticks_per_bin : int
    head : ndarray of int, shape (n_bins + 1,)
        The count of bin ``b`` is added to ``head[b + 1]``.
    state : ndarray of int64, shape (4,)
        Kept from block to block: unit, its last bin, spikes of it there, the most of any so far.
        Begins as 0, -1, 0, 0.
    """
    unit, last, run, most = state[0], state[1], state[2], state[3]
    for k in range(len(times)):
        while first + k >= ends[unit]:
            unit, last = unit + 1, -1
        b = _bin_of(times[k], clock, ticks_per_bin, len(head) - 2)
        if b == last:
            run += 1
        else:
            head[b + 1] += 1
            last, run = b, 1
        most = max(most, run)
    state[0], state[1], state[2], state[3] = unit, last, run, most


@njit(**_EXACT)
def count_between(times, first, ends, clock, ticks_per_bin, borders, spikes):  # type: ignore[no-untyped-def]
    """Count the spikes of each unit in stretches of bins.

    Parameters
    ----------
    times, first, ends, clock, ticks_per_bin
        As of `count_entries`.
    borders : ndarray of int64, shape (n + 1,)
        First bin of each stretch, and the number of bins; ascending.
    spikes : ndarray of int64, shape (n_units, n)
        Added to.
    """
    unit, stretch = np.searchsorted(ends, first, side="right"), 0
    for k in range(len(times)):
        while first + k >= ends[unit]:
            unit, stretch = unit + 1, 0
        b = _bin_of(times[k], clock, ticks_per_bin, borders[-1] - 1)
        while b >= borders[stretch + 1]:
            stretch += 1
        spikes[unit, stretch] += 1


@njit(**_EXACT)
def begin_bins(head):  # type: ignore[no-untyped-def]
    """Turn the counts of bins, in ``head[1:]``, into the places where their entries begin.

    Parameters
    ----------
    head : ndarray of int, shape (n_bins + 1,)

    Returns
    -------
    int
        Entries of all bins.
    """
    total = 0
    for b in range(1, len(head)):
        own = head[b]
        head[b] = total
        total += own
    return total


@njit(**_EXACT)
def place_entries(times, first, ends, clock, ticks_per_bin, head, state, unit_of, count):  # type: ignore[no-untyped-def]
    """Put the entries where they belong; when all are placed, `head` is their ``indptr``.

    Units come one after the other, so they end up ascending within a bin.

    Parameters
    ----------
    times, first, ends, clock, ticks_per_bin
        As of `count_entries`.
    head : ndarray of int, shape (n_bins + 1,)
        ``head[b + 1]`` is the next free place of bin ``b``; see `begin_bins`.
    state : ndarray of int64, shape (4,)
        Kept from block to block: unit, its last bin, its place. Begins as 0, -1, 0, 0.
    unit_of, count : ndarray of int, shape (n_entries,)
        Filled.
    """
    unit, last, place = state[0], state[1], state[2]
    for k in range(len(times)):
        while first + k >= ends[unit]:
            unit, last = unit + 1, -1
        b = _bin_of(times[k], clock, ticks_per_bin, len(head) - 2)
        if b == last:
            count[place] += 1
        else:
            place = head[b + 1]
            head[b + 1] = place + 1
            unit_of[place], count[place] = unit, 1
            last = b
    state[0], state[1], state[2] = unit, last, place


@njit(**_EXACT)
def _bin_of(time, clock, ticks_per_bin, last_bin):  # type: ignore[no-untyped-def]
    """Bin of a spike; one at the end of the recording belongs to the last bin."""
    tick = np.int64(np.rint((time - clock[0]) * clock[1]))
    return min(tick // ticks_per_bin, last_bin)


@njit(**_EXACT)
def add_up(indptr, unit, count, observed, total):  # type: ignore[no-untyped-def]
    """Add the spikes of each unit in observed bins to `total`.

    Parameters
    ----------
    indptr, unit, count : ndarray of int
        Binned spikes.
    observed : ndarray of bool, shape (n_bins,)
    total : ndarray of int64, shape (n_units,)
    """
    for b in range(len(observed)):
        if observed[b]:
            for entry in range(indptr[b], indptr[b + 1]):
                total[unit[entry]] += count[entry]


@njit(**_EXACT)
def starts_of_windows(indices, first, before, stride, starts):  # type: ignore[no-untyped-def]
    """Find the first bin of windows; negative indices count from the end.

    Parameters
    ----------
    indices : ndarray of int64, shape (rows,)
    first : ndarray of int64, shape (n_stretches,)
        First bin of the first window of each stretch.
    before : ndarray of int64, shape (n_stretches + 1,)
        Windows before each stretch, and all of them; ascending.
    stride : int
    starts : ndarray of int64, shape (rows,)
        Filled.

    Returns
    -------
    int
        The first row whose window is not there; -1 if all are.
    """
    n_windows = before[-1]
    for row in range(len(indices)):
        window = indices[row]
        if window < 0:
            window += n_windows
        if window < 0 or window >= n_windows:
            return row
        low, high = 0, len(first) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if before[middle] <= window:
                low = middle
            else:
                high = middle - 1
        starts[row] = first[low] + (window - before[low]) * stride
    return -1


@njit(**_EXACT)
def dense_windows(indptr, unit, count, starts, lags, out):  # type: ignore[no-untyped-def]
    """Write windows as dense rows.

    Parameters
    ----------
    indptr, unit, count : ndarray of int
        Binned spikes.
    starts : ndarray of int64, shape (rows,)
        First bin of each window.
    lags : int
    out : ndarray, shape (rows, n_units * lags)
    """
    for row in range(len(starts)):
        values = out[row]
        values[:] = 0
        for lag in range(lags):
            b = starts[row] + lag
            for entry in range(indptr[b], indptr[b + 1]):
                values[np.int64(unit[entry]) * lags + lag] = count[entry]
