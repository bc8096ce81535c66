"""Moments are met; slopes and curvatures are those of finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logit, logsumexp

from neurohm.comparison.baselines.chains import Chains
from neurohm.comparison.baselines.interactions import Interactions, Layout, Prior
from neurohm.comparison.baselines.moment_matching import (
    ChainSettings,
    Problem,
    match_by_chains,
    match_by_enumeration,
)
from neurohm.comparison.baselines.states import AllStates, SampledStates


def words_of(n: int, rows: int = 4000, seed: int = 0) -> np.ndarray:
    """Words of correlated units: a common cause raises the rates of all."""
    rng = np.random.default_rng(seed)
    return (rng.random((rows, n)) < rng.choice([0.1, 0.5], (rows, 1))).astype(np.uint8)


def problem_of(words: np.ndarray, counted: bool, precision: float) -> Problem:
    layout = Layout(words.shape[1], counted)
    target = SampledStates(words).mean_moments().with_noise(1 / (len(words) + 1))
    return Problem(layout, Prior(layout, precision), target, len(words))


def model_moments(problem: Problem, interactions: Interactions) -> tuple[np.ndarray, np.ndarray]:
    states = AllStates(problem.layout.n_units)
    log_weights = states.log_weights(interactions)
    weights = np.exp(log_weights - logsumexp(log_weights))
    return problem.layout.join(states.moments(weights)), weights


@pytest.mark.parametrize("counted", [False, True])
def test_slope_and_curvature_are_those_of_finite_differences(counted: bool) -> None:
    problem = problem_of(words_of(4), counted, precision=0.3)
    layout, states = problem.layout, AllStates(4)
    rng = np.random.default_rng(1)
    at, direction = rng.normal(size=(2, layout.size))

    def log_z(vector: np.ndarray) -> float:
        return float(logsumexp(states.log_weights(layout.split(vector))))

    moments, weights = model_moments(problem, layout.split(at))
    step = 1e-5 * direction
    slope = (log_z(at + step) - log_z(at - step)) / 2e-5
    assert slope == pytest.approx(moments @ direction, rel=1e-7)
    further, back = (model_moments(problem, layout.split(at + s))[0] for s in (step, -step))
    curved = problem.curvature(states, weights)(direction)
    expected = (further - back) / 2e-5 + problem.prior.slope(direction)
    np.testing.assert_allclose(curved, expected, atol=1e-7)


@pytest.mark.parametrize("counted", [False, True])
def test_without_a_prior_moments_are_met(counted: bool) -> None:
    words = words_of(7)
    problem = problem_of(words, counted, precision=0.0)
    start = Interactions.independent(logit(problem.target.means))
    met, _ = model_moments(problem, match_by_enumeration(problem, start))
    np.testing.assert_allclose(met, problem.wanted, atol=1e-9)


@pytest.mark.parametrize("counted", [False, True])
def test_with_a_prior_its_slope_is_what_is_missing(counted: bool) -> None:
    problem = problem_of(words_of(6), counted, precision=0.01)
    start = Interactions.independent(logit(problem.target.means))
    learned = match_by_enumeration(problem, start)
    met, _ = model_moments(problem, learned)
    vector = problem.layout.vector(learned)
    np.testing.assert_allclose(met + problem.prior.slope(vector), problem.wanted, atol=1e-9)


@pytest.mark.parametrize("counted", [False, True])
def test_chains_learn_what_enumeration_does(counted: bool) -> None:
    words = words_of(8)
    problem = problem_of(words, counted, precision=1 / len(words))
    log_odds = logit(problem.target.means)
    start, states = Interactions.independent(log_odds), AllStates(8)
    exact = states.log_weights(match_by_enumeration(problem, start))
    settings = ChainSettings(chains=4000, sweeps=5)
    chains = Chains(log_odds, settings.chains, seed=1)
    learned = match_by_chains(problem, start, SampledStates(words), chains, settings)
    found = states.log_weights(learned)
    exact, found = exact - logsumexp(exact), found - logsumexp(found)
    divergence = float(np.exp(exact) @ (exact - found))
    # The variance of averaged chains alone makes about size / (2 * 4000 * 75 / 2), 0.0002.
    assert 0 <= divergence < 0.001


def test_rare_waves_take_more_steps_than_the_fewest_and_are_learned() -> None:
    rng = np.random.default_rng(0)
    waves = rng.random((6000, 1)) < 0.05
    words = (rng.random((6000, 12)) < np.where(waves, 0.7, 0.02)).astype(np.uint8)
    problem = problem_of(words, counted=True, precision=1 / len(words))
    log_odds = logit(problem.target.means)
    start, data = Interactions.independent(log_odds), SampledStates.distinct(words)

    def log_likelihood(interactions: Interactions) -> float:
        log_z = logsumexp(AllStates(12).log_weights(interactions))
        return float(data.weights @ data.log_weights(interactions) - log_z)

    best = log_likelihood(match_by_enumeration(problem, start))
    lost = {}
    for longest in (25, 400):
        settings = ChainSettings(chains=3000, sweeps=5, longest=longest)
        chains = Chains(log_odds, settings.chains, seed=1)
        learned = match_by_chains(problem, start, data, chains, settings)
        lost[longest] = best - log_likelihood(learned)
    assert lost[400] < 0.01 < lost[25]
