"""Interactions whose expectations are given: Newton's method, by enumeration or by chains.

The log-likelihood of samples is concave; its gradient is the moments of the data minus those of the
model, its curvature the covariance of the moments. Both are sums over states, whether all states
or those of chains, and the curvature is only ever multiplied by a vector.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import LinearOperator, cg
from scipy.special import logsumexp

from neurohm.comparison.baselines.chains import Chains
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
_FIRST = 2.5  # one over the length of the first steps by chains
_LAST = 5  # steps, over which it is judged whether they lead somewhere
_LARGEST = 0.1  # divergence that a step may bring about, nats: chains have to follow it


@dataclass(frozen=True, eq=False)
class Problem:
    """Moments to be met, and how freely.

    Parameters
    ----------
    layout : Layout
    prior : Prior
    target : Moments
    n_samples : int
        Of which they are.
    """

    layout: Layout
    prior: Prior
    target: Moments
    n_samples: int

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
        objective = float(log_z - at @ problem.wanted + at @ prior.slope(at) / 2)
        return objective, slope, np.asarray(weights)

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
    return layout.split(at).anchored


@dataclass(frozen=True)
class ChainSettings:
    """How moments are met by chains.

    Parameters
    ----------
    chains : int
        Persistent ones, moved side by side.
    sweeps : int
        Visits of each unit before a step.
    approach, longest : int
        Steps of one length: at least so many, and at most, if they still lead somewhere.
    averaging : int
        Steps that become shorter, so that they average.
    """

    chains: int = 10_000
    sweeps: int = 10
    approach: int = 25
    longest: int = 400
    averaging: int = 125


def match_by_chains(
    problem: Problem,
    start: Interactions,
    data: SampledStates,
    chains: Chains,
    settings: ChainSettings,
) -> Interactions:
    """Return about the interactions of highest posterior probability, from chains.

    Parameters
    ----------
    problem : Problem
    start : Interactions
    data : SampledStates
        The samples themselves.
    chains : Chains
        Moved on.
    settings : ChainSettings

    Notes
    -----
    Each step is one of Newton's method, with expectations over the chains and the curvature over
    the samples: far from the end it is that of the end, where it matters, and it is not noisy.
    (With the curvature of nearly independent chains a first step leads to where all units are
    active.) Steps are of one length until the slope no longer points along them (Pflug's test):
    from then on the noise of the chains is all that moves them. Steps of length 1/k, at last,
    average it away, as if all of the chains had been one step's. Of moments that are hardly met,
    in samples or chains, the curvature is not known: their variance is taken to be larger than it
    is.

    References
    ----------
    Chee, Toulis (2018). Convergence diagnostics for stochastic gradient descent with constant
    learning rate. AISTATS, PMLR 84:1476.
    """
    layout, prior = problem.layout, problem.prior
    n_samples, n_chains = problem.n_samples, len(chains.rows)
    caution = 0.01 + 0.5 * layout.size / n_samples
    extra = caution * problem.variance + 3 / n_samples + 1 / n_chains
    scale = Scale(prior, problem.variance + extra)
    covariance = problem.curvature(data, data.weights)
    at = layout.vector(start)
    moved, lengths = np.zeros_like(at), _Lengths(settings)
    for length in lengths:
        chains.move(layout.split(at), settings.sweeps)
        model = layout.join(SampledStates(chains.rows).mean_moments())
        slope = problem.wanted - model - prior.slope(at)
        lengths.note(float(moved @ slope))
        change = _solve(lambda v: covariance(v) + extra * v, slope, scale, 0.03, 50)
        divergence = max(float(change @ slope) / 2, 1e-300)
        moved = change * min(length, np.sqrt(_LARGEST / divergence))
        at = at + moved
    return layout.split(at).anchored


class _Lengths:
    """Lengths of steps: the same until they lead nowhere, then shorter and shorter."""

    def __init__(self, settings: ChainSettings) -> None:
        self._settings = settings
        self._gains: list[float] = []

    def note(self, gain: float) -> None:
        """Take the slope after a step, along that step: what one more like it would gain."""
        self._gains.append(gain)

    def __iter__(self) -> Iterator[float]:
        for step in range(self._settings.longest):
            if step >= self._settings.approach and sum(self._gains[-_LAST:]) < 0:
                break
            yield 1 / _FIRST
        for step in range(self._settings.averaging):
            yield 1 / (_FIRST + step)


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
