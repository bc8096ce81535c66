"""A machine without a hidden population: exact for any K, and it learns and dreams."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.exceptions import InputError
from neurohm.learning import Reweighted, WakeSleep
from neurohm.likelihood import (
    all_states,
    bidirectional_log_likelihood,
    bidirectional_log_partition,
    exact_log_likelihood,
    layer_measures,
    log_likelihood,
)
from neurohm.machine import HelmholtzMachine
from neurohm.plasticity import Adam
from neurohm.populations import AutoregressiveBernoulli, Input, Poisson
from neurohm.training import train

RULES = [WakeSleep(), Reweighted(particles=5), Reweighted(particles=3, sleep_mix=0)]


@pytest.mark.parametrize("particles", [1, 10, 3000])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_any_number_of_particles_gives_the_exact_value(normal_machine, particles, dtype) -> None:
    for machine, x in (
        (normal_machine([3], dtype=dtype), all_states(3)),
        (normal_machine([AutoregressiveBernoulli(3)], dtype=dtype), all_states(3)),
        (normal_machine([Poisson(2)], dtype=dtype), np.array([[0.0, 3.0], [2.0, 1.0]])),
    ):
        estimate = log_likelihood(machine, x, particles=particles)
        np.testing.assert_allclose(estimate.value, exact_log_likelihood(machine, x), rtol=1e-6)
        assert estimate.kind == "exact"
        assert not estimate.standard_error.any()
        np.testing.assert_array_equal(estimate.effective_sample_size, particles)


@pytest.mark.parametrize("rule", RULES, ids=repr)
@pytest.mark.parametrize("kind", ["bernoulli", "poisson"])
def test_every_rule_learns_the_means(rule, kind: str) -> None:
    machine = HelmholtzMachine([Poisson(4) if kind == "poisson" else 4], seed=0)
    x = np.random.default_rng(0).integers(0, 2, (60, 4)).astype(float)
    result = train(machine, x, rule=rule, plasticity=Adam(0.05), epochs=250, batch_size=60)
    rates = np.empty((1, 4), np.float32)
    bias = machine.generative.biases[0].weights
    machine.visible.mean(machine.kernels, Input(np.zeros((1, 4), np.float32), bias), rates)
    np.testing.assert_allclose(rates[0], x.mean(axis=0), atol=0.002)
    assert result.history["bound"][-1] == pytest.approx(log_likelihood(machine, x).mean, rel=1e-5)
    # 4000 dreams, standard errors of at most 0.013: five of them
    np.testing.assert_allclose(machine.dream(4000, seed=1).mean(axis=0), rates[0], atol=0.065)


def test_reweighted_learns_what_wake_sleep_learns() -> None:
    x = np.random.default_rng(0).integers(0, 2, (60, 4)).astype(float)
    learned = []
    for rule in RULES:
        machine = HelmholtzMachine([4], seed=0)
        train(machine, x, rule=rule, epochs=5, batch_size=7)
        learned.append(machine.generative.biases[0].weights)
    np.testing.assert_allclose(learned[1], learned[0], rtol=1e-6)
    np.testing.assert_allclose(learned[2], learned[0], rtol=1e-6)


@pytest.mark.parametrize(
    "measure",
    [layer_measures, bidirectional_log_likelihood, lambda m, x: bidirectional_log_partition(m)],
)
def test_measures_of_hidden_populations_say_that_there_is_none(measure) -> None:
    with pytest.raises(InputError, match="without a hidden population"):
        measure(HelmholtzMachine([3]), all_states(3))
