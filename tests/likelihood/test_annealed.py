"""Annealing: unbiased for any number of steps, and right where recognition is poor."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.likelihood import (
    all_states,
    annealed,
    annealed_log_likelihood,
    exact_log_likelihood,
    log_likelihood,
)
from neurohm.machine import HelmholtzMachine
from neurohm.populations import AutoregressiveBernoulli, Poisson

COUNTS = np.array([[0.0, 2, 1], [3, 0, 0], [2, 1, 4]])


@pytest.fixture(params=["chain", "skip", "counts", "deep", "autoregressive"])
def machine(request, normal_machine, skip_edges) -> HelmholtzMachine:
    populations = {
        "counts": [Poisson(3), 2, 2],
        "deep": [3, 2, 1, 2],
        "autoregressive": [AutoregressiveBernoulli(3), 2, 2],
    }.get(request.param, [3, 2, 2])
    return normal_machine(
        populations, edges=skip_edges if request.param == "skip" else None, seed=1
    )


@pytest.fixture
def x(machine: HelmholtzMachine) -> np.ndarray:
    return COUNTS if machine.visible.kind == "poisson" else all_states(3)


@pytest.fixture
def misled(normal_machine) -> HelmholtzMachine:
    """A machine that recognises one state of its hidden units whatever the data, a wrong one."""
    machine = normal_machine()
    machine.recognition.biases[1].weights[...] = -9
    machine.recognition.biases[2].weights[...] = 9
    return machine


@pytest.mark.parametrize("steps", [2, 20])
def test_the_estimate_is_exact_within_its_error(machine, x, steps: int) -> None:
    # at most 8 deviates, held to five standard errors: 5e-6
    estimate = annealed_log_likelihood(machine, x, steps=steps, chains=2000)
    deviates = (estimate.value - exact_log_likelihood(machine, x)) / estimate.standard_error
    assert np.abs(deviates).max() < 5
    assert (estimate.kind, estimate.steps, estimate.particles) == ("annealed", steps, 2000)


def test_the_probability_is_unbiased_for_few_steps_and_chains(normal_machine) -> None:
    # 8 deviates, held to five standard errors: 5e-6
    machine, x, seeds = normal_machine(seed=1), all_states(3), range(300)
    exact = exact_log_likelihood(machine, x)
    estimates = [annealed_log_likelihood(machine, x, steps=3, chains=2, seed=s) for s in seeds]
    p = np.exp([e.value - exact for e in estimates])
    deviates = (p.mean(axis=0) - 1) / (p.std(axis=0) / np.sqrt(len(seeds)))
    assert np.abs(deviates).max() < 5


def test_more_steps_make_the_chains_agree(normal_machine) -> None:
    machine, x = normal_machine(seed=1), all_states(3)
    errors = [
        annealed_log_likelihood(machine, x, steps=steps, chains=300).standard_error.mean()
        for steps in (1, 10, 100)
    ]
    assert errors[0] > 2 * errors[1] > 4 * errors[2]


def test_a_poor_recognition_model_costs_nothing_but_steps(misled) -> None:
    x, steps, chains = all_states(3), 200, 50
    exact = exact_log_likelihood(misled, x)
    sampled = log_likelihood(misled, x, particles=steps * chains)  # the same cost
    assert np.abs(sampled.value - exact).mean() > 1
    estimate = annealed_log_likelihood(misled, x, steps=steps, chains=chains)
    assert np.abs(estimate.value - exact).max() < 0.1
    # 8 deviates, held to five standard errors: 5e-6
    assert np.abs((estimate.value - exact) / estimate.standard_error).max() < 5


def test_one_step_is_importance_sampling(machine, x) -> None:
    one = annealed_log_likelihood(machine, x, steps=1, chains=70, seed=5)
    sampled = log_likelihood(machine, x, particles=70, seed=5)
    np.testing.assert_allclose(one.value, sampled.value, rtol=1e-12)
    np.testing.assert_allclose(one.standard_error, sampled.standard_error, rtol=1e-8)


@pytest.mark.parametrize("chains", [1, 5, 100])
def test_the_noise_of_a_row_is_its_own(chains: int, monkeypatch) -> None:
    machine = HelmholtzMachine([17, 9, 4], seed=1)
    x = np.random.default_rng(0).integers(0, 2, (40, 17)).astype(np.float32)
    settings = {"steps": 4, "chains": chains, "seed": 3}
    whole = annealed_log_likelihood(machine, x, **settings).value
    order = np.random.default_rng(1).permutation(len(x))
    turned = annealed_log_likelihood(machine, x[order], **settings).value
    np.testing.assert_array_equal(turned, whole[order])
    assert annealed_log_likelihood(machine, x[7:8], **settings).value[0] == whole[7]
    monkeypatch.setattr(annealed, "cores", lambda: 5)
    np.testing.assert_array_equal(annealed_log_likelihood(machine, x, **settings).value, whole)
    other = annealed_log_likelihood(machine, x, **{**settings, "seed": 4}).value
    assert (other != whole).all()


def test_single_precision_gives_nearly_the_same(normal_machine) -> None:
    machine, x = normal_machine([9, 5, 3]), np.eye(9)
    double = annealed_log_likelihood(machine, x, steps=30, chains=20)
    single = annealed_log_likelihood(machine.copy("float32"), x, steps=30, chains=20)
    np.testing.assert_allclose(single.value, double.value, atol=1e-4)


def test_nothing_hidden_leaves_nothing_to_anneal(normal_machine) -> None:
    machine, x = normal_machine([3]), all_states(3)
    estimate = annealed_log_likelihood(machine, x, steps=3, chains=2)
    np.testing.assert_allclose(estimate.value, exact_log_likelihood(machine, x), rtol=1e-12)
    assert estimate.kind == "exact"
    assert not estimate.standard_error.any()


def test_an_estimate_names_its_steps() -> None:
    estimate = annealed_log_likelihood(HelmholtzMachine([3, 2]), [[0, 1, 1]], steps=2, chains=3)
    assert repr(estimate).startswith("AnnealedLogLikelihood(mean=")
    assert repr(estimate).endswith("steps=2)")
    assert estimate.to_dict()["steps"] == 2


@pytest.mark.parametrize(
    ("populations", "settings", "error", "message"),
    [
        ([3, Poisson(2)], {}, InputError, "'hidden1' of kind 'poisson'"),
        ([3, "autoregressive:2"], {}, InputError, "of kind 'autoregressive'"),
        ([3, 2], {"steps": 0}, InputError, "steps 0"),
        ([3, 2], {"chains": 1.5}, ArgumentTypeError, "chains 1.5"),
        ([4, 2], {}, InputError, "shape"),
    ],
)
def test_what_cannot_be_annealed_is_refused(populations, settings, error, message: str) -> None:
    with pytest.raises(error, match=message):
        annealed_log_likelihood(HelmholtzMachine(populations), [[0, 1, 0]], **settings)
