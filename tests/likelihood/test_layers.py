"""Measures of layers, against all states written out plainly."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from neurohm.exceptions import InputError
from neurohm.likelihood import all_states, exact_free_energy, layer_measures
from neurohm.machine import HelmholtzMachine, recognise_mean
from neurohm.populations import Gaussian

PARTICLES = 20_000
PAIRS = [
    (np.array(h1), np.array(h2))
    for h1, h2 in itertools.product(itertools.product((0.0, 1.0), repeat=2), repeat=2)
]


@pytest.fixture(scope="module")
def machine(normal_machine) -> HelmholtzMachine:
    return normal_machine([3, 2, 2], seed=5)


@pytest.fixture(scope="module")
def measures(machine):
    return layer_measures(machine, all_states(3), particles=PARTICLES, seed=3)


def log_probability(logits: np.ndarray, states: np.ndarray) -> float:
    return float((states * logits - np.logaddexp(0, logits)).sum())


def conditionals(machine: HelmholtzMachine, x: np.ndarray) -> np.ndarray:
    """Return log q(h1 | x), log q(h2 | h1), log p(h1 | h2), log p(h2), log p(x | h1): (5, 16)."""
    p = machine.parameters()

    def of(key: str, source: str, given: np.ndarray, target: str, states: np.ndarray) -> float:
        logits = given @ p[f"{key}/{source}->{target}"] + p[f"{key}/{target}"]
        return log_probability(logits, states)

    rows = [
        (
            of("recognition", "visible", x, "hidden1", h1),
            of("recognition", "hidden1", h1, "hidden2", h2),
            of("generative", "hidden2", h2, "hidden1", h1),
            log_probability(p["generative/hidden2"], h2),
            of("generative", "hidden1", h1, "visible", x),
        )
        for h1, h2 in PAIRS
    ]
    return np.array(rows).T


def test_divergences_and_entropies_are_those_of_all_states(machine, measures) -> None:
    # 160,000 draws of quantities of spread about 1: 0.02 is more than five standard errors
    totals = np.zeros(4)
    for x in all_states(3):
        q1, q2, p1, p2, _ = conditionals(machine, x)
        q = np.exp(q1 + q2)
        totals += [q @ (q1 - p1), q @ (q2 - p2), -q @ q1, -q @ q2]
    np.testing.assert_allclose(measures.divergence, totals[:2] / 8, atol=0.02)
    np.testing.assert_allclose(measures.recognition_entropy, totals[2:] / 8, atol=0.02)


def test_entropies_of_dreams_are_those_of_all_states(machine, measures) -> None:
    _, _, p1, p2, _ = conditionals(machine, np.zeros(3))
    joint = np.exp(p1 + p2)
    np.testing.assert_allclose(measures.generative_entropy, [-joint @ p1, -joint @ p2], atol=0.02)


def test_divergences_make_up_the_free_energy_with_the_reconstruction(machine, measures) -> None:
    rows, cost = all_states(3), 0.0
    for x in rows:
        q1, q2, _, _, visible = conditionals(machine, x)
        cost -= np.exp(q1 + q2) @ visible
    expected = exact_free_energy(machine, rows).mean()
    assert sum(measures.divergence) + cost / 8 == pytest.approx(expected, abs=0.03)


def test_activity_of_the_first_layer_is_its_mean_given_the_data(machine, measures) -> None:
    mean = recognise_mean(machine, all_states(3))[1]
    assert measures.mean_activity[0] == pytest.approx(mean.mean(), rel=1e-12)
    for threshold in (0.0, 0.02, 0.05, 0.1):
        few = layer_measures(machine, all_states(3), particles=2, threshold=threshold)
        assert few.active_units[0] == (mean.var(axis=0, ddof=1) > threshold).sum()


def test_noise_of_few_particles_makes_no_unit_active() -> None:
    # the second layer hears the first, which fires at random: it varies between particles but not
    # with the data; uncorrected, its variance would be above 0.005
    machine = HelmholtzMachine([30, 5, 5], dtype="float64")
    for array in machine.parameters().values():
        array[...] = 0
    machine.parameters()["recognition/hidden1->hidden2"][...] = np.eye(5)
    x = (np.random.default_rng(0).random((2000, 30)) < 0.5).astype(float)
    measured = layer_measures(machine, x, particles=2, threshold=0.002)
    assert measured.active_units == (0, 0)


def test_the_sample_size_is_that_of_the_weights(measures) -> None:
    assert 1 <= measures.effective_sample_size <= PARTICLES
    same = HelmholtzMachine([3, 2])
    for array in same.parameters().values():
        array[...] = 0
    equal = layer_measures(same, all_states(3), particles=7)
    assert equal.effective_sample_size == pytest.approx(7, rel=1e-6)
    assert equal.divergence == (0.0,)


def test_measures_are_the_same_each_time_and_in_any_order(machine) -> None:
    rows = np.tile(all_states(3), (700, 1))  # more than one block
    one = layer_measures(machine, rows, particles=3)
    assert one == layer_measures(machine, rows, particles=3)
    turned = layer_measures(machine, rows[::-1], particles=3)
    np.testing.assert_allclose(turned.divergence, one.divergence, rtol=1e-9)
    assert one.to_dict()["populations"] == ("hidden1", "hidden2")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"particles": 1}, "particles 1"),
        ({"threshold": -0.1}, "threshold -0.1"),
        ({"x": np.zeros((1, 3))}, "1 rows"),
        ({"x": np.zeros((3, 2))}, "shape"),
    ],
)
def test_bad_input_is_refused(machine, settings, message: str) -> None:
    arguments = {"x": all_states(3), **settings}
    with pytest.raises(InputError, match=message):
        layer_measures(machine, arguments.pop("x"), **arguments)


def test_activity_of_real_values_is_their_mean_whatever_the_deviation() -> None:
    machine = HelmholtzMachine([3, Gaussian(2, deviation=0.1)], seed=0, dtype="float64")
    machine.parameters()["recognition/visible->hidden1"][...] = np.arange(6).reshape(3, 2)
    measured = layer_measures(machine, all_states(3), particles=2)
    mean = recognise_mean(machine, all_states(3))[1]
    assert measured.mean_activity[0] == pytest.approx(mean.mean(), rel=1e-12)
    assert measured.active_units == (2,)
