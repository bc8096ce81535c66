"""Interactions whose expectations are given: Newton's method, by enumeration or by chains.

The log-likelihood of samples is concave; its gradient is the moments of the data minus those of the
model, its curvature the covariance of the moments. Both are sums over states, whether all states
or those of chains, and the curvature is only ever multiplied by a vector.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import LinearOperator, cg
from scipy.special import logsumexp

from neurohm.backend import RandomStream, Site
from neurohm.comparison.baselines.compiled import pairwise
from neurohm.comparison.baselines.interactions import (
    Interactions,
    Layout,
    Moments,
    Prior,
    Scale,
    Vector,
)
from neurohm.comparison.baselines.states import AllStates, SampledStates, States

_FLOOR = 1e-10  # of a variance: what is rarer is not learned from


@dataclass(frozen=True, eq=False)
class Problem:
    """Moments to be met, and how freely.

    Parameters
    ----------
    layout : Layout
    prior : Prior
    target : Moments
    """

    layout: Layout
    prior: Prior
    target: Moments

    @property
    def wanted(self) -> Vector:
        """The moments as a vector."""
        return self.layout.join(self.target)

    @property
    def variance(self) -> Vector:
        """The variance of each moment over samples."""
        wanted = self.wanted
        return np.maximum(wanted * (1 - wanted), _FLOOR)

    def curvature(self, states: States, weights: Vector) -> Callable[[Vector], Vector]:
        """Return the product of the covariance of moments, and of the prior, with a vector."""

        def product(vector: Vector) -> Vector:
            said = states.log_weights(self.layout.split(vector))
            said -= weights @ said
            return self.layout.join(states.moments(weights * said)) + self.prior.slope(vector)

        return product


def match_by_enumeration(
    problem: Problem, start: Interactions, *, tolerance: float = 1e-9, steps: int = 100
) -> Interactions:
    """Return the interactions of highest posterior probability, from all states.

    Parameters
    ----------
    problem : Problem
        Of at most 20 units.
    start : Interactions
    tolerance : float
        Length of the gradient, in coordinates of unit curvature, at which to stop.
    steps : int
        At most.

    Notes
    -----
    Newton's method, with steps solved for by conjugate gradients, the more exactly the closer, and
    halved until the objective falls.
    """
    layout, prior = problem.layout, problem.prior
    states = AllStates(layout.n_units)
    scale = Scale(prior, problem.variance)

    def look(at: Vector) -> tuple[float, Vector, Vector]:
        log_weights = states.log_weights(layout.split(at))
        log_z = float(logsumexp(log_weights))
        weights = np.exp(log_weights - log_z)
        slope = layout.join(states.moments(weights)) - problem.wanted + prior.slope(at)
        return log_z - at @ problem.wanted + at @ prior.slope(at) / 2, slope, weights

    at = layout.vector(start)
    value, slope, weights = look(at)
    for _ in range(steps):
        length = float(np.linalg.norm(scale.gradient(slope)))
        if length < tolerance:
            break
        curvature = problem.curvature(states, weights)
        step = _solve(curvature, -slope, scale, min(0.5, length), 200)
        for halving in range(40):
            further = at + step / 2**halving
            result = look(further)
            if result[0] <= value + 1e-4 * (slope @ step) / 2**halving + 1e-12 * (1 + abs(value)):
                break
        at, (value, slope, weights) = further, result
    return layout.split(at)


@dataclass(frozen=True)
class ChainSettings:
    """How moments are met by chains.

    Parameters
    ----------
    chains : int
        Persistent ones, moved side by side.
    sweeps : int
        Visits of each unit before a step.
    approach, averaging : int
        Steps of full length, and steps of lengths 1/2, 1/3, ..., which average over them.
    """

    chains: int = 10_000
    sweeps: int = 5
    approach: int = 30
    averaging: int = 70


class Chains:
    """Persistent Gibbs chains; each visit of a unit has a random number of its own.

    Parameters
    ----------
    log_odds : ndarray of float64, (n_units,)
        Of independent units, as which chains begin.
    n_chains : int
    seed : int
    """

    def __init__(self, log_odds: Vector, n_chains: int, seed: int) -> None:
        stream = RandomStream(seed)
        self._key, self._step = stream.keys()[0], 0
        uniform = stream.generator(Site.INITIAL.of()).random((n_chains, log_odds.size))
        self.rows = (uniform < 1 / (1 + np.exp(-log_odds))).astype(np.uint8)

    def move(self, interactions: Interactions, sweeps: int) -> None:
        """Visit every unit that many times."""
        pairwise.gibbs(
            self.rows,
            interactions.fields,
            interactions.couplings,
            interactions.potential,
            self._key,
            Site.SLEEP.of(),
            0,
            self._step,
            sweeps,
        )
        self._step += sweeps


def match_by_chains(
    problem: Problem, start: Interactions, chains: Chains, settings: ChainSettings
) -> Interactions:
    """Return about the interactions of highest posterior probability, from chains.

    Parameters
    ----------
    problem : Problem
    start : Interactions
    chains : Chains
        Moved on.
    settings : ChainSettings

    Notes
    -----
    Each step is one of Newton's method, with expectations and curvature over the chains. Steps of
    length one stay as noisy as the chains; steps of length 1/k after them average the noise away,
    as the mean of the targets of all those steps would. The curvature of a moment that chains
    hardly meet is not known from them: variances in the data, and those of a few chains, are added.
    """
    layout, prior = problem.layout, problem.prior
    n_chains = len(chains.rows)
    caution = 0.01 + 0.5 * layout.size / n_chains
    extra = caution * problem.variance + 3 / n_chains
    scale = Scale(prior, problem.variance + extra)
    weights = np.full(n_chains, 1 / n_chains)
    at = layout.vector(start)
    for step in range(settings.approach + settings.averaging):
        chains.move(layout.split(at), settings.sweeps)
        states = SampledStates(chains.rows)
        slope = problem.wanted - layout.join(states.mean_moments()) - prior.slope(at)
        curvature = problem.curvature(states, weights)

        def cautious(vector: Vector, curvature: Callable[[Vector], Vector] = curvature) -> Vector:
            return curvature(vector) + extra * vector

        change = _solve(cautious, slope, scale, 0.03, 50)
        # a longer step would leave the chains behind
        length = min(1.0, 1 / np.sqrt(max(change @ slope, 1e-300)))
        at = at + change * length / max(1, step - settings.approach + 2)
    return layout.split(at)


def _solve(
    curvature: Callable[[Vector], Vector], slope: Vector, scale: Scale, accuracy: float, most: int
) -> Vector:
    """Return the step that undoes a slope, by conjugate gradients in scaled coordinates."""
    operator = LinearOperator(
        (slope.size, slope.size),
        matvec=lambda scaled: scale.gradient(curvature(scale.parameters(scaled))),
        dtype=np.float64,
    )
    solution, _ = cg(operator, scale.gradient(slope), rtol=accuracy, maxiter=most)
    return scale.parameters(solution)
