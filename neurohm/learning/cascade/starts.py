"""Where the search for a new hidden unit begins: rows that resemble each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurohm.learning.cascade.network import CascadeNetwork, Matrix, distinct

Rows = npt.NDArray[np.int64]
Residual = npt.NDArray[np.float32]

# Shares of the rows that a pattern may take: its rows are to be each other's nearest neighbours.
_SHARES = (0.005, 0.02, 0.1)
# Of the rows of one code: how many parts it is split into, and how many of these are tried.
_PARTS = ((2, 1), (4, 3))
_BACKGROUND = 0.2  # a code of more of the rows than this is that of the background
_MOST_SPLIT = 4  # codes
_FEWEST = 8  # rows to begin with
_MOST_COMPARED = 3000
_BLOCK = 512
_ON, _OFF = 0.9, 0.01
_POWER_STEPS = 20


@dataclass(frozen=True, eq=False)
class Start:
    """How probably a new unit is on in each row, to begin with.

    Parameters
    ----------
    q : ndarray, (n_rows,)
    source : str
        ``"similar"``: rows that are alike, of all; ``"split"``: of the rows of one code.
    """

    q: Matrix
    source: str


def starts(
    network: CascadeNetwork, x: Matrix, states: Matrix, number: int, rng: np.random.Generator
) -> Iterator[Start]:
    """Yield starts, from rows that are alike in what the network does not explain of them.

    Parameters
    ----------
    network : CascadeNetwork
    x : ndarray, (n_rows, n_observed)
    states : ndarray, (n_rows, n_hidden)
    number : int
        Groups of similar rows, for each of three sizes of groups. To these come parts of the rows
        of each code: one unit may have taken two patterns.
    rng : Generator
        Of the rows that are compared, where there are very many.
    """
    codes, code = distinct(states)
    residual = standardised(network, x, states)
    everything = np.arange(len(x))
    for share in _SHARES:
        for group in _similar(residual, round(share * len(x)), number, rng):
            yield _start(everything, group, "similar")
    for rows in _to_split(code, len(codes)):
        own = residual[rows] - residual[rows].mean(axis=0)
        groups = [*_halves(own)]
        for parts, tried in _PARTS:
            groups += _similar(own, len(rows) // parts, tried, rng)
        yield from (_start(everything, rows[group], "split") for group in groups)


def _to_split(code: Rows, n_codes: int) -> list[Rows]:
    """Return the rows of the most frequent codes, without that of the background."""
    count = np.bincount(code, minlength=n_codes)
    largest = np.argsort(-count, kind="stable")
    fit = (count[largest] >= 2 * _FEWEST) & (count[largest] <= _BACKGROUND * len(code))
    return [np.flatnonzero(code == value) for value in largest[fit][:_MOST_SPLIT]]


def standardised(network: CascadeNetwork, x: Matrix, states: Matrix) -> Residual:
    """Return counts less their expectation given the states, over about their deviation.

    Units that fire less than on average count as if they were of the average, for otherwise one
    spike of the rarest would outweigh whole patterns.
    """
    codes, code = distinct(states)
    mean = network.means(codes)
    residual = (x - mean[code]) / np.sqrt(mean + mean.mean())[code]
    return np.asarray(residual, np.float32)


def _similar(
    residual: Residual, size: int, number: int, rng: np.random.Generator
) -> Iterator[Rows]:
    """Yield groups of rows: the one that is most like its nearest neighbours, and these.

    The next group is that of a row which is in none of those before.
    """
    size = max(_FEWEST, size)
    # Without the mean, rows of hardly any spikes, which are all alike, would be the closest.
    energy = (residual**2).sum(axis=1, keepdims=True)
    unit = residual / np.sqrt(energy + max(float(energy.mean()), 1e-30))
    among = np.arange(len(unit))
    if len(unit) > _MOST_COMPARED:
        among = np.sort(rng.choice(len(unit), _MOST_COMPARED, replace=False))
    closeness = _closeness(unit[among], max(2, size * len(among) // len(unit)))
    for _ in range(number):
        best = int(np.argmax(closeness))
        if closeness[best] == -np.inf:
            return
        alike = unit @ unit[among[best]]
        group = np.sort(np.argpartition(-alike, min(size, len(alike)) - 1)[:size])
        yield group
        closeness[np.isin(among, group)] = closeness[best] = -np.inf


def _closeness(unit: Residual, near: int) -> Matrix:
    """Return the mean similarity of each row with so many nearest rows."""
    near = min(near, len(unit))
    closeness = np.empty(len(unit))
    for first in range(0, len(unit), _BLOCK):
        alike = unit[first : first + _BLOCK] @ unit.T
        nearest = np.partition(alike, -near, axis=1)[:, -near:]
        closeness[first : first + _BLOCK] = nearest.mean(axis=1)
    return closeness


def _halves(centred: Residual) -> Iterator[Rows]:
    """Yield the rows on either side of the mean along the direction in which they differ most."""
    axis = centred[int(np.argmax((centred**2).sum(axis=1)))]
    for _ in range(_POWER_STEPS):
        axis = centred.T @ (centred @ axis)
        axis /= max(float(np.linalg.norm(axis)), 1e-30)
    side = centred @ axis
    yield np.flatnonzero(side > 0)
    yield np.flatnonzero(side <= 0)


def _start(everything: Rows, group: Rows, source: str) -> Start:
    q = np.full(len(everything), _OFF)
    q[group] = _ON
    return Start(q, source)
