"""Autoregressive units: one triangle for drawing and scoring, local, exact where alone."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.likelihood import all_states
from neurohm.populations.autoregressive import LATERAL


def chain_rule(machine: nh.HelmholtzMachine, x: np.ndarray) -> np.ndarray:
    """log p(x) of a net of visible units alone, one unit after the other."""
    p = machine.parameters()
    bias, lateral = p["generative/visible"], p["generative/visible->visible"]
    log_p = np.zeros(len(x))
    for j in range(x.shape[1]):
        logit = bias[j] + x[:, :j] @ lateral[:j, j]
        log_p += x[:, j] * logit - np.logaddexp(0, logit)
    return log_p


def test_a_net_without_hidden_units_is_exact(normal_machine) -> None:
    machine = normal_machine([nh.AutoregressiveBernoulli(5)])
    x = all_states(5)
    expected = chain_rule(machine, x)
    np.testing.assert_allclose(nh.exact_log_likelihood(machine, x), expected, rtol=1e-12)
    for particles in (1, 7):
        estimate = nh.log_likelihood(machine, x, particles=particles)
        np.testing.assert_allclose(estimate.value, expected, rtol=1e-12)


@pytest.mark.parametrize("rule", ["wake-sleep", "reweighted"])
def test_a_net_without_hidden_units_learns_dependences(rule) -> None:
    # the first half of the units is copied into the second: 4 bits, of 8 if they were independent
    first = np.random.default_rng(0).integers(0, 2, (2000, 4))
    x = np.hstack([first, first])
    machine = nh.HelmholtzMachine([nh.AutoregressiveBernoulli(8)])
    nh.train(machine, x, rule=rule, plasticity=nh.Adam(0.05), epochs=30)
    assert nh.exact_log_likelihood(machine, x).mean() > -4 * np.log(2) - 0.05


def test_drawing_and_scoring_use_the_same_triangle(normal_machine) -> None:
    # the error that was made elsewhere: drawn by one triangle, scored by the other
    machine = normal_machine([nh.AutoregressiveBernoulli(6)], dtype="float32")
    lateral = machine.parameters()["generative/visible->visible"]
    assert np.all(lateral[np.tril_indices(6)] == 0)
    x = machine.dream(50_000, seed=0)
    _, counts = np.unique(x, axis=0, return_counts=True)
    entropy = -(counts / len(x)) @ np.log(counts / len(x))
    score = -nh.exact_log_likelihood(machine, x).mean()
    # the plug-in entropy of 64 states is biased by 63 / (2 n), and both by less than 0.01
    assert score == pytest.approx(entropy, abs=0.01)


def test_entries_that_are_no_synapses_stay_zero_in_learning() -> None:
    machine = nh.HelmholtzMachine(
        [nh.AutoregressiveBernoulli(7), nh.AutoregressiveBernoulli(3)],
        recognition=[nh.AutoregressiveBernoulli(3)],
    )
    x = np.random.default_rng(0).integers(0, 2, (60, 7))
    for plasticity in (nh.Adam(0.01), nh.Delta(0.1, momentum=0.9)):
        nh.train(machine, x, rule="reweighted", plasticity=plasticity, epochs=3, batch_size=20)
    for key in ("generative/visible->visible", "recognition/hidden1->hidden1"):
        array = machine.parameters()[key]
        assert np.all(np.tril(array) == 0)
        assert np.all(array[np.triu_indices(len(array), 1)] != 0)


def test_lateral_synapses_are_local() -> None:
    machine = nh.HelmholtzMachine([nh.AutoregressiveBernoulli(4), 2])
    report = nh.locality_report(machine, nh.WakeSleep())
    (signal,) = (s for s in report.signals if s.parameter == "generative/visible->visible")
    assert signal.locality == "synapse-local"
    assert (signal.presynaptic, signal.postsynaptic) == ("visible activity", "visible error")


def test_without_lateral_weights_they_are_bernoulli_units(normal_machine) -> None:
    plain = normal_machine([5, 4, 2])
    machine = nh.HelmholtzMachine(
        [nh.AutoregressiveBernoulli(5), 4, 2],
        recognition=[nh.AutoregressiveBernoulli(4), 2],
        dtype="float64",
    )
    for key, array in machine.parameters().items():
        array[...] = plain.parameters().get(key, 0.0)
    np.testing.assert_array_equal(machine.dream(30, seed=3), plain.dream(30, seed=3))
    for own, other in zip(
        machine.recognise(machine.dream(9), seed=1),
        plain.recognise(plain.dream(9), seed=1),
        strict=True,
    ):
        np.testing.assert_array_equal(own, other)


def test_the_internal_parameter_says_what_it_is() -> None:
    (lateral,) = nh.AutoregressiveBernoulli(3, name="spikes").internals([])
    assert (lateral.role, lateral.key) == (LATERAL, "spikes->spikes")
    assert lateral.triangular


def test_lateral_synapses_from_later_units_are_refused() -> None:
    machine = nh.HelmholtzMachine([nh.AutoregressiveBernoulli(3)])
    before = machine.parameters()["generative/visible->visible"].copy()
    values = {**machine.parameters(), "generative/visible->visible": np.ones((3, 3))}
    with pytest.raises(InputError, match="visible->visible.*earlier onto later.*triu"):
        machine.set_parameters(values)
    np.testing.assert_array_equal(machine.parameters()["generative/visible->visible"], before)
