"""The defensive mixture, exactly: every hidden state, and how often it is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare

from neurohm.backend import RandomStream
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.learning import Reweighted
from neurohm.learning.proposals import DefensiveMixture, Recognition, defended
from neurohm.likelihood import exact_log_likelihood
from neurohm.machine import Activity, HelmholtzMachine, log_joint
from neurohm.machine.passes import log_recognition
from neurohm.populations import Categorical, Gaussian, Poisson

SHARE = 0.3


def mixture(machine, x, states: list[np.ndarray], share: float = SHARE) -> np.ndarray:
    """Return r(h | x) of hidden states, written out plainly."""
    q = np.exp(log_recognition(machine, [x, *states]))
    return (1 - share) * q + share * 0.5 ** sum(machine.sizes[1:])


def pairs(machine, x, hidden_states) -> tuple[Activity, np.ndarray]:
    """Return all pairs of hidden states as activity, and the probability of each pair."""
    hidden = hidden_states(machine)
    one = mixture(machine, x, hidden)
    which = np.stack(np.meshgrid(*[np.arange(len(one))] * 2, indexing="ij"), -1).reshape(-1)
    states = [np.repeat(x, len(which) // 2, axis=0), *(h[which] for h in hidden)]
    return Activity(states, np.log(one[which]), {}), one[which].reshape(-1, 2).prod(axis=1)


@pytest.mark.parametrize("share", [0.01, SHARE, 0.99])
def test_weights_against_the_mixture_are_unbiased(machine, x, hidden_states, share: float) -> None:
    hidden = hidden_states(machine)
    r = mixture(machine, x, hidden, share)
    weights = np.exp(log_joint(machine, [x, *hidden])) / r
    assert r.sum() == pytest.approx(1, rel=1e-12)
    assert r @ weights == pytest.approx(np.exp(exact_log_likelihood(machine, x)[0]), rel=1e-12)


def test_drawn_particles_tell_their_probability_under_the_mixture(machine, x) -> None:
    data = np.repeat(x, 40, axis=0)
    wake = Reweighted(particles=3, defensive=SHARE).phases(machine, data, seed=3).wake
    assert wake.rows == 120
    expected = np.log(mixture(machine, x, wake.states[1:]))
    np.testing.assert_allclose(wake.log_probability, expected, rtol=1e-12)


def test_states_are_drawn_as_often_as_the_mixture_says(machine, x) -> None:
    # 16 states, 2e5 draws; false alarm at 1e-5 for each of five machines
    draws = DefensiveMixture(SHARE).draw(machine, x, RandomStream(5), 200_000)
    states = np.concatenate([np.asarray(s) for s in draws.states[1:]], axis=1).astype(int)
    found = np.bincount(states @ [8, 4, 2, 1], minlength=16)
    every = (np.arange(16)[:, None] >> np.array([3, 2, 1, 0]) & 1).astype(float)
    expected = mixture(machine, x, [every[:, :2], every[:, 2:]]) * found.sum()
    assert chisquare(found, expected).pvalue > 1e-5


def test_the_expected_updates_are_those_of_the_mixture(
    machine, x, hidden_states, expected_change, slope, assert_same_changes
) -> None:
    # the generative one is the slope of E[L_2] over pairs drawn from the mixture, q held; the
    # recognition one follows log q, not log r, at constant weights
    tuples, probability = pairs(machine, x, hidden_states)
    rule = Reweighted(particles=2, defensive=SHARE, wake_mix=1.0, baseline=False)
    got = expected_change(rule.wake_updates(machine, tuples), probability)

    def log_weights() -> np.ndarray:
        joint = log_joint(machine, tuples.states)
        return (joint - tuples.log_probability).reshape(-1, 2)

    def bound() -> float:
        return float(probability @ np.logaddexp.reduce(log_weights(), axis=1))

    weights = np.exp(log_weights() - np.logaddexp.reduce(log_weights(), axis=1)[:, None])
    frozen = (probability[:, None] * weights).reshape(-1)
    states = [np.repeat(tuples.states[0], 2, axis=0), *tuples.states[1:]]
    expected = {
        **slope(bound, machine, "generative"),
        **slope(lambda: frozen @ log_recognition(machine, states), machine, "recognition"),
    }
    assert_same_changes(got, expected)


def test_without_a_share_it_is_the_recognition_model(machine, x) -> None:
    plain, none = Reweighted(particles=3), Reweighted(particles=3, defensive=0)
    assert none == plain
    assert none.proposal == Recognition()
    assert defended(0.2) == DefensiveMixture(0.2)


@pytest.mark.parametrize(
    ("share", "error"),
    [
        (-0.1, InputError),
        (1.0, InputError),
        (float("nan"), InputError),
        ("much", ArgumentTypeError),
        (True, ArgumentTypeError),
    ],
)
def test_a_share_outside_zero_to_one_is_refused(share, error) -> None:
    with pytest.raises(error, match="defensive"):
        Reweighted(defensive=share)


@pytest.mark.parametrize("units", [Poisson(2), Gaussian(2), Categorical(2, categories=2)])
def test_units_that_are_not_binary_are_refused(units) -> None:
    machine = HelmholtzMachine([4, units])
    with pytest.raises(InputError, match=f"'hidden1' of kind '{units.kind}'.*binary hidden units"):
        Reweighted(defensive=0.1).phases(machine, np.eye(4))
