"""The likelihood of bidirectional machines, against all states written out plainly."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.likelihood import (
    LogPartition,
    all_states,
    bidirectional_log_likelihood,
    bidirectional_log_partition,
)
from neurohm.machine import HelmholtzMachine

KNOWN = LogPartition(0.0, 0.0, 1, 1)


@pytest.fixture(params=["chain", "skip"])
def machine(request: pytest.FixtureRequest, normal_machine, skip_edges) -> HelmholtzMachine:
    edges = skip_edges if request.param == "skip" else None
    machine = normal_machine([3, 2, 2], seed=5, edges=edges)
    for array in machine.parameters().values():
        array *= 0.7  # so that a few thousand draws suffice
    return machine


@pytest.fixture
def overlaps(machine, naive) -> np.ndarray:
    """2 log sum_h sqrt(p(x, h) q(h | x)) of every x."""
    plain, result = naive(machine), []
    for x in itertools.product((0.0, 1.0), repeat=3):
        joint, log_q = plain.table(np.array(x))
        result.append(2 * np.logaddexp.reduce((joint + log_q) / 2))
    return np.array(result)


def test_the_partition_function_is_that_of_all_states(machine, overlaps) -> None:
    # 1e5 dreams; false alarm at five standard errors: 6e-7
    exact = np.logaddexp.reduce(overlaps)
    assert exact < 0
    found = bidirectional_log_partition(machine, dreams=100_000, particles=4, seed=2)
    assert found.standard_error < 0.01
    assert abs(found.value - exact) < 5 * found.standard_error


def test_its_standard_error_is_the_spread_over_seeds(machine) -> None:
    # 40 seeds: their spread is within 50% of its expectation, but for one case in 100,000
    found = [bidirectional_log_partition(machine, dreams=1000, seed=seed) for seed in range(40)]
    spread = np.std([one.value for one in found], ddof=1)
    assert spread == pytest.approx(np.mean([one.standard_error for one in found]), rel=0.5)


def test_the_likelihood_is_that_of_all_states_and_sums_to_one(machine, overlaps) -> None:
    # 8 rows of 20,000 particles; false alarm at five standard errors: 5e-6
    exact = LogPartition(float(np.logaddexp.reduce(overlaps)), 0.0, 1, 1)
    found = bidirectional_log_likelihood(
        machine, all_states(3), particles=20_000, partition=exact, seed=1
    )
    assert (found.standard_error < 0.05).all()
    assert (np.abs(found.bound - overlaps) < 5 * found.standard_error).all()
    np.testing.assert_allclose(found.value, found.bound - exact.value, rtol=1e-12)
    assert np.exp(found.value).sum() == pytest.approx(1, abs=0.02)


def test_the_bound_rises_on_average_with_the_particles(machine, overlaps) -> None:
    def mean(particles: int) -> float:
        estimates = [
            bidirectional_log_likelihood(
                machine, all_states(3), particles=particles, partition=KNOWN, seed=seed
            )
            for seed in range(200)
        ]
        return float(np.mean([estimate.mean for estimate in estimates]))

    means = [mean(k) for k in (1, 3, 10, 100)]
    assert (np.diff(means) > 0).all()
    assert means[-1] < overlaps.mean() + 0.01


def test_the_value_of_a_row_depends_on_no_other(machine) -> None:
    rows, settings = all_states(3), {"particles": 1500, "partition": KNOWN}
    whole = bidirectional_log_likelihood(machine, rows, **settings).value
    for i in (0, 5):
        alone = bidirectional_log_likelihood(machine, rows[i : i + 1], **settings).value
        np.testing.assert_allclose(alone, whole[i : i + 1], rtol=1e-12)


def test_the_result_tells_what_it_is(machine) -> None:
    found = bidirectional_log_likelihood(machine, all_states(3), particles=50)
    assert found.log_partition == bidirectional_log_partition(machine)
    assert repr(found).startswith("BidirectionalLogLikelihood(mean=")
    plain = found.to_dict()
    assert plain["log_partition"] == found.log_partition.to_dict()
    assert plain["mean"] == found.mean
    assert ((found.effective_sample_size >= 1) & (found.effective_sample_size <= 50)).all()
    one = bidirectional_log_likelihood(machine, all_states(3), particles=1)
    assert np.isnan(one.standard_error).all()


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"particles": 0}, InputError, "particles 0"),
        ({"particles": "many"}, ArgumentTypeError, "particles 'many'"),
        ({"x": np.zeros((0, 3))}, InputError, "no rows"),
        ({"x": np.zeros((2, 4))}, InputError, "shape"),
        ({"machine": "machine"}, ArgumentTypeError, "HelmholtzMachine"),
    ],
)
def test_bad_input_is_refused(machine, given, error, message) -> None:
    arguments = {"machine": machine, "x": all_states(3), **given}
    with pytest.raises(error, match=message):
        bidirectional_log_likelihood(arguments.pop("machine"), arguments.pop("x"), **arguments)


def test_a_partition_function_takes_two_dreams(machine) -> None:
    with pytest.raises(InputError, match="dreams 1"):
        bidirectional_log_partition(machine, dreams=1)
