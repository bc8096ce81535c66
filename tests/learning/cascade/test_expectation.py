"""Expectation maximisation of one unit: exact posterior, never downhill, a mixture of two."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logsumexp
from scipy.stats import poisson

from neurohm.learning.cascade import CascadeNetwork, Learner, cascade_machine, learn_unit
from neurohm.learning.cascade.expectation import intercept
from neurohm.learning.cascade.recognition import recognise_as
from neurohm.likelihood.exact import exact_posterior

SIZES_AND_UNITS = [(1, 0), (2, 1), (3, 2), (3, 0), (4, 1)]


def states_of(n_hidden: int) -> np.ndarray:
    return (np.random.default_rng(3).random((40, n_hidden)) < 0.4).astype(float)


@pytest.mark.parametrize(("n_hidden", "unit"), SIZES_AND_UNITS)
def test_log_odds_are_the_difference_of_two_log_probabilities(
    network_of, x, n_hidden: int, unit: int
) -> None:
    network, on, off = network_of(n_hidden), states_of(n_hidden), states_of(n_hidden)
    on[:, unit], off[:, unit] = 1, 0
    expected = network.log_joint(x, on) - network.log_joint(x, off)
    odds = Learner.of(x, on, unit, 0.0).log_odds(network)
    np.testing.assert_allclose(odds, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("n_hidden", "unit"), SIZES_AND_UNITS)
@pytest.mark.parametrize("step", ["expectation", "maximisation"])
def test_no_step_goes_downhill(network_of, x, n_hidden: int, unit: int, step: str) -> None:
    network = network_of(n_hidden)
    learner = Learner.of(x, states_of(n_hidden), unit, 0.0)
    q = np.random.default_rng(4).uniform(0.05, 0.95, len(x))
    before = learner.bound(network, q)
    for _ in range(30):
        if step == "maximisation":
            network = learner.maximise(network, q)
            after = learner.bound(network, q)
            assert after >= before - 1e-9
            before = after
        q = expit(learner.log_odds(network))
        after = learner.bound(network, q)
        assert after >= before - 1e-9
        before = after


@pytest.mark.parametrize(("n_hidden", "unit"), SIZES_AND_UNITS)
def test_maximisation_is_at_a_maximum(network_of, x, n_hidden: int, unit: int) -> None:
    """No step of any bias, or of any weight of the unit, gets above it."""
    learner = Learner.of(x, states_of(n_hidden), unit, 0.0)
    q = np.random.default_rng(4).uniform(0.05, 0.95, len(x))
    network = network_of(n_hidden)
    for _ in range(3):  # a target's bias and weight first meet the new offsets of the first round
        network = learner.maximise(network, q)
    best = learner.bound(network, q)
    places = [(network.bias, i) for i in range(5)] + [(network.weights[unit], i) for i in range(5)]
    places += [(network.hidden_weights[unit], h) for h in range(unit)]
    places += [(network.hidden_bias, h) for h in range(unit + 1)]
    for values, place in places:
        for step in (-1e-3, 1e-3):
            values[place] += step
            assert learner.bound(network, q) < best
            values[place] -= step


def test_the_bound_meets_the_likelihood_at_the_posterior(network_of, x) -> None:
    network = network_of(1)
    learner = Learner.of(x, np.zeros((40, 1)), 0, 0.0)
    q = expit(learner.log_odds(network))
    np.testing.assert_allclose(
        learner.bound(network, q), network.log_likelihood(x).sum(), rtol=1e-12
    )
    assert learner.bound(network, np.clip(q + 0.1, 0, 1)) < learner.bound(network, q)


@pytest.mark.parametrize("observation", ["poisson"], indirect=True)
def test_one_unit_is_a_mixture_of_two(x) -> None:
    q = np.random.default_rng(5).uniform(0.05, 0.95, len(x))
    network = CascadeNetwork.of_rates("poisson", np.zeros(5)).with_unit()
    network, ours = learn_unit(
        Learner.of(x, np.zeros((40, 1)), 0, 0.0), network, q, iterations=15, tolerance=-1.0
    )
    shares = np.stack([1 - q, q])
    for _ in range(15):
        rates = shares @ x / shares.sum(axis=1, keepdims=True)
        log_prior = np.log(shares.mean(axis=1))
        joint = log_prior[:, None] + poisson.logpmf(x, rates[:, None]).sum(axis=2)
        shares = np.exp(joint - logsumexp(joint, axis=0))
    likelihood = logsumexp(joint, axis=0)
    np.testing.assert_allclose(network.log_likelihood(x), likelihood, rtol=1e-9)
    np.testing.assert_allclose(ours, shares[1], rtol=1e-9)


def test_the_posterior_of_one_unit_is_linear_in_the_counts(network_of, x) -> None:
    """r = g and c = b - sum_i A(b_i + g_i) - A(b_i): recognition of one unit is exact."""
    network = network_of(1)
    learner = Learner.of(x, np.zeros((40, 1)), 0, 0.0)
    network = recognise_as(network, learner, learner.log_odds(network))
    np.testing.assert_array_equal(network.recognition[:, 0], network.weights[0])
    y = network.recognition_bias + x @ network.recognition
    _, log_posterior = exact_posterior(cascade_machine(network), x)
    np.testing.assert_allclose(expit(y[:, 0]), np.exp(log_posterior[:, 1]), rtol=1e-10, atol=1e-12)


def test_the_posterior_of_a_second_unit_is_linear_in_counts_and_the_first(network_of, x) -> None:
    network, states = network_of(2), states_of(2)
    learner = Learner.of(x, states, 1, 0.0)
    network = recognise_as(network, learner, learner.log_odds(network))
    y = network.recognition_bias[1] + x @ network.recognition[:, 1]
    y += states[:, 0] * network.hidden_recognition[0, 1]
    np.testing.assert_allclose(y, learner.log_odds(network), rtol=1e-8, atol=1e-10)


def test_pseudo_counts_draw_both_states_together(x, observation) -> None:
    """By a hundred rows at the mean rates, where either state has about twenty of its own."""

    def distance(pseudo_count: float) -> float:
        learner = Learner.of(x, np.zeros((40, 1)), 0, pseudo_count)
        network = CascadeNetwork.of_rates(observation, np.zeros(5)).with_unit()
        network = learner.maximise(network, (x[:, 0] > 0).astype(float))
        off, on = network.means(np.array([[0.0], [1.0]]))
        return float(np.abs(on - off).sum())

    assert distance(100.0) < 0.3 * distance(0.0)


@pytest.mark.parametrize("observation", ["poisson", "bernoulli"], indirect=True)
def test_intercepts_meet_their_totals(observation) -> None:
    rng = np.random.default_rng(6)
    rows, offset = rng.exponential(20, 4), 3 * rng.standard_normal((4, 6))
    total = rows.sum() * rng.uniform(0.01, 0.99, 6)
    beta = intercept(observation, total, rows, offset)
    mean = np.exp(offset + beta) if observation == "poisson" else expit(offset + beta)
    np.testing.assert_allclose(rows @ mean, total, rtol=1e-10)
