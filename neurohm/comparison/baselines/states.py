"""Sets of states with two questions: what interactions say of each, and what weights expect."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from neurohm.comparison.baselines.compiled import pairwise
from neurohm.comparison.baselines.interactions import Interactions, Moments, Vector

MOST_UNITS = 20  # a million states


class States(Protocol):
    """A set of states."""

    def log_weights(self, interactions: Interactions) -> Vector:
        """Return the log-weight of each state, nats, (n_states,)."""

    def moments(self, weights: Vector) -> Moments:
        """Return the sums over states of what they have, times their weights."""


class SampledStates:
    """States that were observed or drawn, a row each.

    Parameters
    ----------
    rows : ndarray of uint8, (n_states, n_units)
        Of 0 and 1.
    weights : ndarray of float64, (n_states,), optional
        Of each state in means; all alike without them.
    """

    def __init__(self, rows: npt.NDArray[np.uint8], weights: Vector | None = None) -> None:
        self.rows = rows
        self.weights = np.full(len(rows), 1 / len(rows)) if weights is None else weights

    @classmethod
    def distinct(cls, rows: npt.NDArray[np.uint8]) -> SampledStates:
        """Return distinct states, weighed by how often they are."""
        packed, counts = np.unique(np.packbits(rows, axis=1), axis=0, return_counts=True)
        return cls(np.unpackbits(packed, axis=1, count=rows.shape[1]), counts / len(rows))

    def log_weights(self, interactions: Interactions) -> Vector:
        """Return the log-weight of each state, nats, (n_states,)."""
        out = np.empty(self.rows.shape[0])
        pairwise.log_weights(self.rows, *interactions.arrays, out)
        return out

    def moments(self, weights: Vector) -> Moments:
        """Return the sums over states of what they have, times their weights."""
        n = self.rows.shape[1]
        moments = Moments(np.zeros(n), np.zeros((n, n)), np.zeros(n + 1))
        pairwise.add_moments(self.rows, weights, moments.means, moments.pairs, moments.counts)
        return moments

    def mean_moments(self) -> Moments:
        """Return the moments of the states as they are weighed."""
        return self.moments(self.weights)


class AllStates:
    """Every state of a few units, as a matrix: one half of the units by the other.

    What units of one half have to do with those of the other is then a small matrix product. Unit
    `i` is bit `i` of a state's number.

    Parameters
    ----------
    n_units : int
        At most 20.
    """

    def __init__(self, n_units: int) -> None:
        self.n_units, self._cut = n_units, n_units // 2
        self._low, self._high = bits(self._cut), bits(n_units - self._cut)
        self._count = self._high.sum(1).astype(int)[:, None] + self._low.sum(1).astype(int)

    def log_weights(self, interactions: Interactions) -> Vector:
        """Return the log-weight of each state, nats, (2**n_units,)."""
        low, high, cut = self._low, self._high, self._cut
        fields, couplings = interactions.fields, interactions.couplings
        of_low = low @ fields[:cut] + _quadratic(low, couplings[:cut, :cut])
        of_high = high @ fields[cut:] + _quadratic(high, couplings[cut:, cut:])
        total = high @ (couplings[cut:, :cut] @ low.T)
        total += of_low
        total += of_high[:, None]
        if interactions.potential.any():
            total += interactions.potential[self._count]
        return total.ravel()

    def moments(self, weights: Vector) -> Moments:
        """Return the sums over states of what they have, times their weights."""
        low, high, cut = self._low, self._high, self._cut
        weights = weights.reshape(len(high), len(low))
        of_low, of_high = weights.sum(0), weights.sum(1)
        pairs = np.zeros((self.n_units, self.n_units))
        pairs[:cut, :cut] = low.T @ (of_low[:, None] * low)
        pairs[cut:, cut:] = high.T @ (of_high[:, None] * high)
        pairs[:cut, cut:] = low.T @ (weights.T @ high)
        counts = np.zeros(self.n_units + 1)
        counts += np.bincount(self._count.ravel(), weights.ravel(), self.n_units + 1)
        return Moments(np.diagonal(pairs).copy(), pairs, counts)

    def rows(self, numbers: npt.NDArray[np.intp]) -> npt.NDArray[np.uint8]:
        """Return the states of these numbers, (n_states, n_units)."""
        return numbered(numbers, self.n_units).astype(np.uint8)


def bits(n_units: int) -> Vector:
    """Return every state of a few units, ``(2**n_units, n_units)``; unit `i` is bit `i`."""
    return numbered(np.arange(2**n_units), n_units)


def numbered(numbers: npt.NDArray[np.intp], n_units: int) -> Vector:
    """Return the states of these numbers, ``(n_states, n_units)``; unit `i` is bit `i`."""
    return np.asarray(numbers[:, None] >> np.arange(n_units) & 1, dtype=np.float64)


def _quadratic(states: Vector, couplings: Vector) -> Vector:
    """Return the sum over pairs of active units of their coupling, (n_states,)."""
    return np.asarray(((states @ couplings) * states).sum(1) / 2)
