"""What is kept of importance weights: their mean, and how far it can be trusted."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array


class Summary(Protocol):
    """What is kept of the log-weights of the particles of some rows."""

    def add(self, log_weights: Array) -> None:
        """Take in the log-weights of some more particles, ``(rows, particles)``."""

    def result(self, particles: int) -> tuple[Array, ...]:
        """Return what came of so many particles, ``(rows,)`` each."""


class Weights:
    """Running sums of importance weights and of their squares, relative to the largest so far.

    Parameters
    ----------
    rows : int

    Examples
    --------
    >>> sums = Weights(1)
    >>> sums.add(np.log([[1.0, 3.0]]))
    >>> value, effective = sums.result(particles=2)
    >>> np.exp(value).round(6).tolist(), effective.round(6).tolist()
    ([2.0], [1.6])
    """

    def __init__(self, rows: int) -> None:
        self.largest = np.full(rows, -np.inf)
        self.total = np.zeros(rows)
        self.squares = np.zeros(rows)

    def add(self, log_weights: Array) -> None:
        """Add the weights of some more particles, ``(rows, particles)``."""
        largest = np.maximum(self.largest, log_weights.max(axis=1))
        shrink = np.exp(self.largest - largest)
        w = np.exp(log_weights - largest[:, None])
        self.total = self.total * shrink + w.sum(axis=1)
        self.squares = self.squares * shrink**2 + (w * w).sum(axis=1)
        self.largest = largest

    def result(self, particles: int) -> tuple[Array, Array]:
        """Return the logarithm of the mean weight (nats), and the effective sample size."""
        value = self.largest + np.log(self.total / particles)
        return value, self.total**2 / self.squares


def spread_of(effective: npt.NDArray[np.float64], particles: int) -> npt.NDArray[np.float64]:
    """Return the standard error of the logarithm of a mean weight (nats), to first order.

    Parameters
    ----------
    effective : ndarray, (rows,)
        Effective sample size.
    particles : int

    Returns
    -------
    ndarray of float64, (rows,)
        ``nan`` with one particle.

    Examples
    --------
    >>> spread_of(np.array([10.0]), 10).tolist()
    [0.0]
    """
    if particles == 1:
        return np.full(effective.shape, np.nan)
    spread = np.maximum(1 / effective - 1 / particles, 0) * particles / (particles - 1)
    return np.asarray(np.sqrt(spread))
