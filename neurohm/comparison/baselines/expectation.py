"""Expectation maximisation of mixtures of independent units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.comparison.baselines.emissions import EMISSIONS, Matrix, smoothed_mean

_ALIKE = 0.6  # at most, how much of a sample is in the component that starts there

State = tuple[Matrix, Matrix]


@dataclass(frozen=True)
class Run:
    """Means and shares, and what was maximised on the way to them."""

    state: State
    history: tuple[float, ...]


@dataclass(frozen=True)
class Expectation:
    """Distinct samples, how often each occurred, and what components have seen before them.

    A component's mean is that of the samples it takes, and of `prior_samples` more that hold
    `prior_spikes` of each unit; its share counts them, too. So what is maximised, likelihood and
    prior together, never falls from step to step.

    Parameters
    ----------
    domain : str
    x : ndarray of float64, (n_distinct, n_units)
    weight : ndarray of float64, (n_distinct,)
    components : int
    prior_spikes : ndarray of float64, (n_units,)
    prior_samples : float
    """

    domain: str
    x: Matrix
    weight: Matrix
    components: int
    prior_spikes: Matrix
    prior_samples: float

    @classmethod
    def over(cls, samples: Matrix, domain: str, components: int, strength: float) -> Expectation:
        """Return what there is to maximise over samples, ``(n_samples, n_units)``."""
        x, weight = _distinct(samples)
        mean = smoothed_mean(x, weight)
        # All components together share the half spike that independent units have, so that one
        # component alone is these.
        spikes = 0.5 / components + strength * mean
        return cls(domain, x, weight, components, spikes, 1 / components + strength)

    def start(self, generator: np.random.Generator) -> State:
        """Return components that are somewhat like one sample each."""
        probability = self.weight / self.weight.sum()
        number = min(self.components, len(self.x))
        rows = generator.choice(len(self.x), size=number, replace=False, p=probability)
        alike = _ALIKE * generator.random((self.components, 1))
        mean = smoothed_mean(self.x, self.weight)
        share = np.full(self.components, 1 / self.components)
        return (1 - alike) * mean + alike * self.x[np.resize(rows, self.components)], share

    def step(self, state: State) -> tuple[float, State]:
        """Return what is maximised, of a state, and the state after one more step."""
        mean, share = state
        emission = EMISSIONS[self.domain]
        joint = self.x @ emission.natural(mean).T + (emission.offset(mean) + np.log(share))
        total = self.weight @ log_sums(joint) + self._log_prior(mean, share)
        joint *= self.weight[:, None]
        taken = joint.sum(axis=0)
        mean = (joint.T @ self.x + self.prior_spikes) / (taken + self.prior_samples)[:, None]
        share = taken + self.prior_samples
        return float(total / self.weight.sum()), (mean, share / share.sum())

    def _log_prior(self, mean: Matrix, share: Matrix) -> float:
        natural = EMISSIONS[self.domain].natural(mean)
        silence = self.prior_samples * EMISSIONS[self.domain].offset(mean)
        shares = self.prior_samples * np.log(share)
        return float((natural @ self.prior_spikes + silence + shares).sum())


def run(expectation: Expectation, state: State, steps: int, tolerance: float) -> Run:
    """Repeat steps until one adds too little, or there were so many."""
    value, following = expectation.step(state)
    history = [value]
    for _ in range(steps):
        state = following
        value, following = expectation.step(state)
        history.append(value)
        if value - history[-2] < tolerance:
            break
    return Run(state, tuple(history))


def log_sums(joint: Matrix) -> Matrix:
    """Return the logarithm of the summed exponentials of rows, which become shares, in place."""
    most = joint.max(axis=1, keepdims=True)
    np.exp(np.subtract(joint, most, out=joint), out=joint)
    total = joint.sum(axis=1, keepdims=True)
    joint /= total
    return np.asarray((np.log(total) + most).ravel())


def _distinct(samples: Matrix) -> tuple[Matrix, Matrix]:
    """Return the distinct samples and how often each occurs; short words recur a lot."""
    narrow: npt.NDArray[Any] = samples.astype(np.uint8) if samples.max() < 256 else samples
    rows, counts = np.unique(narrow, axis=0, return_counts=True)
    return rows.astype(np.float64), counts.astype(np.float64)
