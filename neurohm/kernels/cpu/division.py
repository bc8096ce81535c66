"""Large calls cut into parts by rows, so that threads can share them.

Where a call is cut depends on the shapes of its arrays alone, never on the number of threads: one
thread carries out the same parts, so threads change no bit. A part goes through some of the rows
by the same loops, and a product that sums over rows is cut by the rows of its result: no sum
changes its order.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from neurohm.backend import Array
from neurohm.backend.numpy_ import CPU

ROWS = 64  # a part has at least: row for row, a BLAS takes longer for fewer
WORTH = 300_000  # a part costs at least, about nanoseconds: a BLAS packs the weights for each anew
PARTS = 2  # of a call at most: more are no use to two threads


@dataclass(frozen=True)
class Division:
    """Along what an operation may be cut, by the places of its arguments.

    Parameters
    ----------
    along : tuple of int
        Arrays that have the rows of the result; a row of one that has fewer serves several.
    own : tuple of int
        Arrays that hold what is in between, so that each part needs one of its own.
    """

    along: tuple[int, ...]
    own: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Part:
    """Some rows of a call.

    Parameters
    ----------
    rows : tuple of int
        The first, and the one after the last.
    arrays : tuple of ndarray
        Those of the call, whole.
    touched : tuple of ndarray
        Of each array, what the part reads or writes.
    """

    rows: tuple[int, int]
    arrays: tuple[Array, ...]
    touched: tuple[Array, ...]


def divided(division: Division | None, arrays: tuple[Array, ...], cost: float) -> list[Part]:
    """Return the parts of a call, one if it is too small or may not be cut.

    Parameters
    ----------
    division : Division or None
    arrays : tuple of ndarray
    cost : float
        Of the whole call, about nanoseconds.

    Returns
    -------
    list of Part
    """
    if division is None:
        return [Part((0, 0), arrays, arrays)]
    rows = max(arrays[place].shape[0] for place in division.along)
    number = max(1, min(PARTS, rows // ROWS, int(cost / WORTH)))
    ends = [rows * i // number for i in range(number + 1)]
    parts = []
    for first, end in pairwise(ends):
        taken = arrays if first == 0 else _with_own_room(division, arrays)
        parts.append(_part(division, taken, rows, first, end))
    return parts


def _part(division: Division, arrays: tuple[Array, ...], rows: int, first: int, end: int) -> Part:
    """Return the part from one row to another."""
    touched = list(arrays)
    for place in division.along:
        served = max(1, rows // max(1, arrays[place].shape[0]))
        touched[place] = arrays[place][first // served : -(-end // served)]
    return Part((first, end), arrays, tuple(touched))


def _with_own_room(division: Division, arrays: tuple[Array, ...]) -> tuple[Array, ...]:
    """Return the arrays of a call, but for what is in between new ones."""
    taken = list(arrays)
    for place in division.own:
        taken[place] = CPU.empty(arrays[place].shape, arrays[place].dtype)
    return tuple(taken)
