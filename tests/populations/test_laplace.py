"""Laplace units against their closed form, and the parts of every kind's gradient."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest, laplace

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.machine import Normal, log_joint
from neurohm.populations import DRIVE, Laplace, as_population


@pytest.fixture
def machine() -> nh.HelmholtzMachine:
    kinds = [Laplace(3), nh.Gaussian(2)]
    return nh.HelmholtzMachine(kinds, initial=Normal(1.0), seed=1, dtype="float64")


def scales(machine: nh.HelmholtzMachine, z: np.ndarray) -> np.ndarray:
    own = machine.parameters()
    return np.logaddexp(0, z @ own["generative/hidden1->visible"] + own["generative/visible"])


def test_draws_and_log_densities_are_those_of_the_distribution(machine) -> None:
    z = np.repeat(np.array([[1.0, -0.5]]), 4000, axis=0)
    stream = nh.backend.RandomStream(3)
    weights = machine.parameters()["generative/hidden1->visible"]
    given = nh.populations.Input(z @ weights, np.zeros(3))
    x, total = np.empty((4000, 3)), np.zeros(4000)
    machine.visible.draw(machine.kernels, given, stream.at(0), x, total)
    scale = scales(machine, z[:1])[0]
    for unit in range(3):  # false alarms: one in 10,000 a unit
        assert kstest(x[:, unit] / scale[unit], laplace.cdf).pvalue > 1e-4
    np.testing.assert_allclose(total, laplace.logpdf(x, scale=scale).sum(axis=1))


def test_a_row_of_input_serves_several(machine) -> None:
    machine_input = nh.populations.Input(np.array([[0.3, -1.0, 2.0]]), np.zeros(3))
    total = np.zeros(4)
    x = np.arange(12.0).reshape(4, 3) - 6
    machine.visible.log_probability(machine.kernels, machine_input, x, total)
    scale = np.logaddexp(0, machine_input.drive)
    np.testing.assert_allclose(total, laplace.logpdf(x, scale=scale).sum(axis=1))


KINDS = [
    "bernoulli:3",
    "poisson:3",
    "categorical:4:2",
    Laplace(3),
    nh.Gaussian(3, deviation=0.7, learned=True),
]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_the_terms_of_a_gradient_are_its_parts(kind) -> None:
    population = as_population(kind)
    machine = nh.HelmholtzMachine([population, 2], initial=Normal(1.0), seed=2, dtype="float64")
    x, z = machine.dream(5, seed=1), np.array([[0.0, 1], [1, 0], [1, 1], [0, 0], [1, 1]])
    own, pathway = machine.parameters(), machine.generative
    drive = z @ own["generative/hidden1->visible"] + own["generative/visible"]
    inside = {role: i.weights for role, i in pathway.internals_of(0).items()}
    terms = machine.visible.gradient_terms(drive, inside)
    keys = {DRIVE: "generative/visible"}
    keys |= {role: i.key for role, i in pathway.internals_of(0).items() if role in terms}
    assert terms.keys() == keys.keys()
    for role, term in terms.items():
        found = (term.observed(x) - term.expected).sum(axis=0)
        array, slopes = own[keys[role]], []
        for unit in range(machine.visible.size):
            value, scores = array[unit], []
            for step in (1e-5, -1e-5):
                array[unit] = value + step
                scores.append(log_joint(machine, [x, z]).sum())
            array[unit] = value
            slopes.append((scores[0] - scores[1]) / 2e-5)
        np.testing.assert_allclose(found, slopes, rtol=1e-5, atol=1e-7)


def test_errors_are_gradients_and_means_are_zero(machine) -> None:
    given = nh.populations.Input(np.full((2, 3), 0.4), np.zeros(3))
    x, out = np.array([[1.0, -2, 0.1], [0, 3, -1]]), np.empty((2, 3))
    machine.visible.error(machine.kernels, given, x, out, np.zeros(2))
    term = machine.visible.gradient_terms(given.drive, {})[DRIVE]
    np.testing.assert_allclose(out, term.observed(x) - term.expected)
    machine.visible.mean(machine.kernels, given, out)
    assert not out.any()
    assert not machine.visible.predicted(given, x, out).any()


def test_it_is_wake_sleep_that_others_can_learn_by(machine) -> None:
    x = machine.dream(200, seed=5)
    student = nh.HelmholtzMachine([Laplace(3), nh.Gaussian(2)], dtype="float64")
    start = nh.log_likelihood(student, x, particles=100).value.mean()
    nh.train(student, x, plasticity=nh.Adam(0.02), epochs=10, batch_size=20)
    end = nh.log_likelihood(student, x, particles=100).value.mean()
    assert start < end


def test_what_does_not_fit_is_refused(machine) -> None:
    with pytest.raises(InputError, match="value nan for Laplace units"):
        machine.as_activity(np.full((1, 3), np.nan))
    with pytest.raises(InputError, match="natural gradients of 'visible', units of kind 'laplace'"):
        nh.train(machine, np.zeros((4, 3)), plasticity="natural")
    scale = np.logaddexp(0, Laplace(2).bias_of(np.zeros(2)))
    np.testing.assert_allclose(scale, 1)
