"""Chains of states under a model: persistent ones, annealed ones, and independent draws."""

from __future__ import annotations

from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from neurohm.backend import RandomStream, Site
from neurohm.comparison.baselines.annealing import Anneal
from neurohm.comparison.baselines.interactions import Vector

Words = npt.NDArray[np.uint8]
Key = npt.NDArray[np.uint32]


class Movable(Protocol):
    """A model that moves states, and takes them from independent units to itself."""

    settling: ClassVar[int]
    """Sweeps after annealing, for a draw."""

    def sweep(self, words: Words, key: Key, site: Site, step: int, sweeps: int) -> None:
        """Move words in place by Gibbs sampling, steps of random numbers counted from `step`."""

    def anneal(
        self, words: Words, log_odds: Vector, betas: Vector, key: Key, site: Site, first: int
    ) -> Vector:
        """Move words in place from independent units to the model, and return log-weights."""

    def log_partition_of_independent(self, log_odds: Vector) -> float:
        """Return log Z of where annealing begins."""


class Chains:
    """Persistent Gibbs chains; each visit of a unit has a random number of its own.

    Parameters
    ----------
    log_odds : ndarray of float64, (n_units,)
        Of independent units, as which chains begin.
    n_chains : int
    seed : int

    Examples
    --------
    >>> from neurohm.comparison.baselines.interactions import Interactions
    >>> chains = Chains(np.zeros(3), 4, seed=0)
    >>> chains.move(Interactions.independent(np.full(3, 50.0)), sweeps=1)
    >>> int(chains.rows.sum())
    12
    """

    def __init__(self, log_odds: Vector, n_chains: int, seed: int) -> None:
        self.rows = independent_words(log_odds, n_chains, seed)
        self._key, self._step = RandomStream(seed).keys()[0], 0

    def move(self, model: Movable, sweeps: int) -> None:
        """Visit every unit that many times."""
        model.sweep(self.rows, self._key, Site.SLEEP, self._step, sweeps)
        self._step += sweeps


def independent_words(log_odds: Vector, n_words: int, seed: int, first: int = 0) -> Words:
    """Draw words of independent units, number `first` and after, ``(n_words, n_units)``.

    Words from one `first` are not those from another, even where their numbers are the same.
    """
    uniform = RandomStream(seed, first).generator(Site.INITIAL.of())
    return (uniform.random((n_words, log_odds.size)) < expit(log_odds)).astype(np.uint8)


def annealing(model: Movable, log_odds: Vector, seed: int) -> Anneal:
    """Return a function that takes chains from independent units to a model.

    See `neurohm.comparison.baselines.annealing.annealed_log_partition`.
    """
    log_z, key = model.log_partition_of_independent(log_odds), RandomStream(seed).keys()[0]

    def anneal(betas: Vector, first: int, n_chains: int) -> Vector:
        words = independent_words(log_odds, n_chains, seed, first)
        return log_z + model.anneal(words, log_odds, betas, key, Site.SCORE, first)

    return anneal


def annealed_words(model: Movable, log_odds: Vector, n_words: int, steps: int, seed: int) -> Words:
    """Draw words from a model, each by a long chain of its own, ``(n_words, n_units)``."""
    words, key = independent_words(log_odds, n_words, seed), RandomStream(seed).keys()[0]
    model.anneal(words, log_odds, np.linspace(0, 1, steps + 1), key, Site.DREAM, 0)
    model.sweep(words, key, Site.DREAM, steps + 1, model.settling)
    return words
