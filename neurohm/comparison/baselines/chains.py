"""Chains of states under interactions: persistent ones, annealed ones, and independent draws."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from neurohm.backend import RandomStream, Site
from neurohm.comparison.baselines.annealing import Anneal
from neurohm.comparison.baselines.compiled import pairwise
from neurohm.comparison.baselines.interactions import Interactions, Vector

Words = npt.NDArray[np.uint8]
SWEEPS = 200  # after annealing, for a draw


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

    def move(self, interactions: Interactions, sweeps: int) -> None:
        """Visit every unit that many times."""
        sweep(self.rows, interactions, self._key, Site.SLEEP, self._step, sweeps)
        self._step += sweeps


def independent_words(log_odds: Vector, n_words: int, seed: int, first: int = 0) -> Words:
    """Draw words of independent units, number `first` and after, ``(n_words, n_units)``.

    Words from one `first` are not those from another, even where their numbers are the same.
    """
    uniform = RandomStream(seed, first).generator(Site.INITIAL.of())
    return (uniform.random((n_words, log_odds.size)) < expit(log_odds)).astype(np.uint8)


def sweep(
    words: Words,
    interactions: Interactions,
    key: npt.NDArray[np.uint32],
    site: Site,
    step: int,
    sweeps: int,
) -> None:
    """Move words in place by Gibbs sampling."""
    pairwise.gibbs(words, *interactions.arrays, key, site.of(), 0, step, sweeps)


def annealing(interactions: Interactions, log_odds: Vector, seed: int) -> Anneal:
    """Return a function that takes chains from independent units to interactions.

    See `neurohm.comparison.baselines.annealing.annealed_log_partition`.
    """
    log_z = float(np.logaddexp(0, log_odds).sum())

    def anneal(betas: Vector, first: int, n_chains: int) -> Vector:
        words = independent_words(log_odds, n_chains, seed, first)
        return log_z + _anneal(words, interactions, log_odds, betas, Site.SCORE, seed, first)

    return anneal


def annealed_words(
    interactions: Interactions, log_odds: Vector, n_words: int, steps: int, seed: int
) -> Words:
    """Draw words from interactions, each by a long chain of its own, ``(n_words, n_units)``."""
    words = independent_words(log_odds, n_words, seed)
    _anneal(words, interactions, log_odds, np.linspace(0, 1, steps + 1), Site.DREAM, seed, 0)
    sweep(words, interactions, RandomStream(seed).keys()[0], Site.DREAM, steps + 1, SWEEPS)
    return words


def _anneal(
    words: Words,
    interactions: Interactions,
    log_odds: Vector,
    betas: Vector,
    site: Site,
    seed: int,
    first: int,
) -> Vector:
    """Move words in place from independent units to interactions, and return log-weights."""
    out, key = np.empty(len(words)), RandomStream(seed).keys()[0]
    pairwise.anneal(words, log_odds, *interactions.arrays, betas, key, site.of(), first, out)
    return out
