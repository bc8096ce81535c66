"""Exact likelihoods against plain enumeration, and the identities that bind them."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy.special import logsumexp

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.likelihood import (
    all_states,
    block_standard_error,
    exact_divergence,
    exact_free_energy,
    exact_log_likelihood,
    exact_posterior,
    exact_posterior_means,
    exact_recognition_gap,
)
from neurohm.machine import HelmholtzMachine, log_joint, recognise_mean
from neurohm.machine.passes import log_recognition
from neurohm.populations import Poisson

COUNTS = np.array([[0.0, 2, 1], [3, 0, 0], [7, 1, 12]])
CASES = [
    ([3, 2, 2], None),
    ([3, 2], None),
    ([3], None),
    ([2, 3, 1, 2, 2], None),
    ([Poisson(3), 2, 2], None),
    ([3, 2, 2], "skip"),
    ([Poisson(3), 2, 2], "skip"),
]


@pytest.fixture(params=CASES, ids=str)
def machine(request, normal_machine, skip_edges) -> HelmholtzMachine:
    populations, graph = request.param
    return normal_machine(populations, edges=skip_edges if graph else None, seed=3)


@pytest.fixture
def x(machine: HelmholtzMachine) -> np.ndarray:
    return COUNTS if machine.visible.kind == "poisson" else all_states(machine.sizes[0])


def test_log_probabilities_are_those_of_each_unit(machine, x, naive) -> None:
    plain = naive(machine)
    states = [np.stack(part) for part in zip(*plain.hidden, strict=True)]
    for row in x:
        joint, log_q = plain.table(row)
        np.testing.assert_allclose(log_joint(machine, [row[None], *states]), joint, rtol=1e-11)
        if states:
            got = log_recognition(machine, [row[None], *states])
            np.testing.assert_allclose(got, log_q, rtol=1e-11)


def test_the_likelihood_is_the_sum_over_hidden_states(machine, x, naive) -> None:
    expected = [logsumexp(naive(machine).table(row)[0]) for row in x]
    np.testing.assert_allclose(exact_log_likelihood(machine, x), expected, rtol=1e-11)


def test_probabilities_of_all_data_sum_to_one(machine, x) -> None:
    if machine.visible.kind == "poisson":
        machine.generative.biases[0].weights[...] = -2
        x = np.stack(np.meshgrid(*[np.arange(25.0)] * 3), -1).reshape(-1, 3)
        x = x[x.sum(axis=1) < 25]
        for projection in machine.generative.projections:
            projection.weights[...] *= 0.3  # rates low enough for the sum to end
    assert np.exp(exact_log_likelihood(machine, x)).sum() == pytest.approx(1, abs=1e-10)


def test_free_energy_exceeds_the_cost_by_the_divergence_from_the_posterior(
    machine, x, naive
) -> None:
    free_energy, log_p = exact_free_energy(machine, x), exact_log_likelihood(machine, x)
    for i, row in enumerate(x):
        joint, log_q = naive(machine).table(row)
        log_posterior = joint - logsumexp(joint)
        assert np.exp(log_q).sum() == pytest.approx(1, abs=1e-12)
        divergence = np.exp(log_q) @ (log_q - log_posterior)
        assert free_energy[i] + log_p[i] == pytest.approx(divergence, abs=1e-10)
        assert divergence >= -1e-12


def test_the_posterior_is_the_joint_probability_normalised(normal_machine, naive) -> None:
    machine, x = normal_machine(), all_states(3)
    states, log_posterior = exact_posterior(machine, x)
    for i, hidden in enumerate(naive(machine).hidden):
        for part, plain in zip(states, hidden, strict=True):
            np.testing.assert_array_equal(part[i], plain)
    for row, log_p in zip(x, log_posterior, strict=True):
        joint = naive(machine).table(row)[0]
        np.testing.assert_allclose(log_p, joint - logsumexp(joint), rtol=1e-11)


def test_the_recognition_gap_is_the_divergence_from_the_posterior(machine, x, naive) -> None:
    gap = exact_recognition_gap(machine, x)
    assert (gap.dtype, gap.shape) == (np.float64, (len(x),))
    for i, row in enumerate(x):
        joint, log_q = naive(machine).table(row)
        expected = np.exp(log_q) @ (log_q - (joint - logsumexp(joint)))
        assert gap[i] == pytest.approx(expected, abs=1e-10)


def test_the_recognition_gap_is_zero_where_recognition_is_exact(normal_machine) -> None:
    machine = normal_machine([4, 1], seed=2)
    p = machine.parameters()
    w, b = p["generative/hidden1->visible"][0], p["generative/visible"]
    p["recognition/visible->hidden1"][:, 0] = w
    silent, active = np.logaddexp(0, b).sum(), np.logaddexp(0, b + w).sum()
    p["recognition/hidden1"][...] = p["generative/hidden1"] + silent - active
    np.testing.assert_allclose(exact_recognition_gap(machine, all_states(4)), 0, atol=1e-12)
    posterior = exact_posterior_means(machine, all_states(4))[0]
    recognised = recognise_mean(machine, all_states(4))[1]
    np.testing.assert_allclose(posterior, recognised, atol=1e-12)


def test_posterior_means_are_sums_over_hidden_states(machine, x, naive) -> None:
    means = exact_posterior_means(machine, x)
    assert [mean.shape for mean in means] == [(len(x), size) for size in machine.sizes[1:]]
    for i, row in enumerate(x):
        joint = naive(machine).table(row)[0]
        posterior = np.exp(joint - logsumexp(joint))
        for mean, part in zip(means, zip(*naive(machine).hidden, strict=True), strict=False):
            np.testing.assert_allclose(mean[i], posterior @ np.stack(part), atol=1e-10)


def test_single_precision_machines_are_summed_in_double(normal_machine) -> None:
    machine = normal_machine(dtype="float32")
    log_p = exact_log_likelihood(machine, all_states(3))
    np.testing.assert_array_equal(
        log_p, exact_log_likelihood(machine.copy("float64"), all_states(3))
    )
    assert np.exp(log_p).sum() == pytest.approx(1, abs=1e-12)


def test_a_wide_chain_needs_only_neighbouring_layers_to_be_few() -> None:
    machine = HelmholtzMachine([4, 8, 8, 8], seed=0)  # 24 hidden units, 16 in two layers
    assert np.exp(exact_log_likelihood(machine, all_states(4))).sum() == pytest.approx(1, abs=1e-6)
    with pytest.raises(InputError, match="24 hidden units"):
        exact_free_energy(machine, all_states(4))


@pytest.mark.parametrize(
    ("populations", "message"),
    [([3, 23], r"2\*\*23 hidden states"), ([3, 2, Poisson(2)], "poisson")],
)
def test_machines_whose_states_cannot_be_listed_are_refused(populations, message: str) -> None:
    with pytest.raises(InputError, match=message):
        exact_log_likelihood(HelmholtzMachine(populations), [[0, 1, 0]])


def test_memory_does_not_grow_with_rows_times_states() -> None:
    machine, x = HelmholtzMachine([2, 11], seed=0), np.zeros((1000, 2))
    exact_log_likelihood(machine, x[:1])  # what is compiled or imported once
    tracemalloc.start()
    exact_log_likelihood(machine, x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1000 * 2**11 * 8 / 2  # bytes of half of the table


def test_only_machines_have_likelihoods() -> None:
    for likelihood in (exact_log_likelihood, exact_posterior, exact_free_energy):
        with pytest.raises(ArgumentTypeError, match="a HelmholtzMachine"):
            likelihood([3, 2], np.zeros((1, 3)))


def test_divergence_is_in_bits_and_zero_for_the_model_itself(normal_machine) -> None:
    machine, patterns = normal_machine(), all_states(3)
    p = np.exp(exact_log_likelihood(machine, patterns))
    assert exact_divergence(machine, patterns, p) == pytest.approx(0, abs=1e-12)
    zeros = HelmholtzMachine([3, 2], initial=None)
    for array in zeros.parameters().values():
        array[...] = 0
    assert exact_divergence(zeros, patterns[:2], [0.5, 0.5]) == pytest.approx(2)


def test_block_standard_error_is_that_of_a_mean_of_block_means() -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal(60)
    means = values.reshape(6, 10).mean(axis=1)
    error = block_standard_error(values, np.ones(60), np.repeat(np.arange(6) * 7, 10))
    assert error == pytest.approx(means.std(ddof=1) / np.sqrt(6))
    assert np.isnan(block_standard_error(values, np.ones(60), np.zeros(60, int)))
    assert np.isnan(block_standard_error([1, 2], [0, 0], [0, 1]))
