"""One-hot groups against closed forms: mixtures, whose causes exclude each other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import log_softmax, logsumexp
from scipy.stats import norm

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.kernels import get_kernels
from neurohm.likelihood import (
    exact_free_energy,
    exact_posterior,
    exact_posterior_means,
    exact_recognition_gap,
)
from neurohm.populations import Categorical, Gaussian, Input, one_hot_states

CENTRES = np.array([[4.0, 0, 0, 0], [0, 4, 0, 4], [-4, 0, 4, 0]])


@pytest.mark.parametrize(
    ("size", "categories", "message"),
    [
        (7, 3, "7 units in groups of 3 categories; expected a multiple of 3"),
        (4, 1, "1 category"),
        (4, 0, "categories 0"),
    ],
)
def test_groups_that_do_not_fit_are_refused(size: int, categories: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Categorical(size, categories)


def test_a_number_of_categories_that_is_none_is_refused() -> None:
    with pytest.raises(ArgumentTypeError, match="categories"):
        Categorical(4, 2.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([1, 0, 0, 0, 0, 0], "0 active units in group 1 of row 1"),
        ([1, 0, 1, 0, 0, 1], "2 active units in group 0 of row 1"),
    ],
)
def test_groups_with_none_or_several_active_are_refused(row: list[int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Categorical(6, 3).check(np.array([[0, 1, 0, 0, 0, 1], row], float))


def test_recognition_in_other_groups_is_refused() -> None:
    # 12 units, and 64 states, either way
    with pytest.raises(InputError, match="12 units with one-hot values"):
        nh.HelmholtzMachine([4, Categorical(12, 4)], recognition=[Categorical(12, 2)])
    nh.HelmholtzMachine([4, Categorical(12, 4)], recognition=[Categorical(12, 4)])


def test_the_bias_of_a_mean_gives_that_mean(normal_machine) -> None:
    population = Categorical(4, 2)
    mean, out = np.array([0.25, 0.75, 1.0, 0.0]), np.empty((1, 4))
    bias = population.bias_of(mean)
    assert np.isfinite(bias).all()
    kernels = get_kernels(normal_machine().backend)
    population.mean(kernels, Input(np.zeros((1, 4)), bias), out)
    np.testing.assert_allclose(out[0], mean, atol=1.1e-6)


def test_causes_that_exclude_each_other_make_a_mixture(normal_machine) -> None:
    machine = normal_machine([Gaussian(3), Categorical(3, 3)], seed=4)
    p = machine.parameters()
    x = machine.dream(30, seed=1)
    means = p["generative/hidden1->visible"] + p["generative/visible"]
    deviation = np.exp(p["generative/visible log deviation"])
    joint = norm(means[:, None], deviation).logpdf(x).sum(axis=2)
    joint += log_softmax(p["generative/hidden1"])[:, None]
    np.testing.assert_allclose(nh.exact_log_likelihood(machine, x), logsumexp(joint, 0), rtol=1e-11)
    states, log_posterior = exact_posterior(machine, x)
    np.testing.assert_array_equal(states[0], np.eye(3))
    np.testing.assert_allclose(log_posterior, (joint - logsumexp(joint, 0)).T, atol=1e-11)
    np.testing.assert_allclose(exact_posterior_means(machine, x)[0], np.exp(log_posterior))


def test_binary_and_one_hot_layers_are_listed_together(normal_machine) -> None:
    machine = normal_machine([3, Categorical(6, 3), 2], seed=2)
    visible = np.array(np.unravel_index(np.arange(8), (2, 2, 2))).T.astype(float)
    assert np.exp(nh.exact_log_likelihood(machine, visible)).sum() == pytest.approx(1, abs=1e-12)
    states, _ = exact_posterior(machine, visible[:1])
    assert [part.shape for part in states] == [(36, 6), (36, 2)]
    assert len(np.unique(np.hstack(states), axis=0)) == 36
    gap = exact_free_energy(machine, visible) + nh.exact_log_likelihood(machine, visible)
    np.testing.assert_allclose(exact_recognition_gap(machine, visible), gap, atol=1e-11)


def test_states_that_are_too_many_are_refused() -> None:
    machine = nh.HelmholtzMachine([3, Categorical(60, 3)])  # 3^20 states
    with pytest.raises(InputError, match=r"2\*\*31.7 hidden states"):
        nh.exact_log_likelihood(machine, [[0, 1, 0]])


def test_one_hot_data_have_probabilities_that_sum_to_one(normal_machine) -> None:
    machine = normal_machine([Categorical(6, 3), 2, Categorical(4, 2)], seed=1)
    log_p = nh.exact_log_likelihood(machine, one_hot_states(2, 3))
    assert np.exp(log_p).sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("rule", ["wake-sleep", "reweighted"])
def test_clusters_are_found(rule: str) -> None:
    rng = np.random.default_rng(0)
    labels = rng.choice(3, 1500, p=[0.5, 0.3, 0.2])
    x = CENTRES[labels] + rng.standard_normal((1500, 4))
    machine = nh.HelmholtzMachine([Gaussian(4), Categorical(3, 3)], seed=2)
    nh.train(machine, x, rule=rule, plasticity=nh.Adam(0.02), epochs=40, batch_size=50)
    found = machine.recognise(x, seed=0)[1].argmax(axis=1)
    counts = np.histogram2d(labels, found, bins=(3, 3))[0]
    assert counts.max(axis=1).sum() > 0.97 * len(x)
    likelihood = nh.exact_log_likelihood(machine, x).mean()
    joint = norm.logpdf(x[:, None], CENTRES).sum(axis=2) + np.log([0.5, 0.3, 0.2])
    assert likelihood > logsumexp(joint, axis=1).mean() - 0.1
