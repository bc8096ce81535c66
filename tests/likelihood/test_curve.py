"""Estimates at several K from the same draws: right on average, with the right error bars."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.likelihood import (
    all_states,
    exact_free_energy,
    exact_log_likelihood,
    log_likelihood,
    log_likelihood_curve,
)
from neurohm.likelihood.importance import weigh
from neurohm.machine import HelmholtzMachine


class Kept:
    """All log-weights as they are."""

    def __init__(self, rows: int) -> None:
        self.parts: list[np.ndarray] = []

    def add(self, log_weights: np.ndarray) -> None:
        self.parts.append(log_weights.copy())

    def result(self, particles: int) -> tuple[np.ndarray, ...]:
        return tuple(np.concatenate(self.parts, axis=1).T)


def test_values_are_means_over_disjoint_groups_of_the_same_draws(normal_machine) -> None:
    machine, x = normal_machine(), all_states(3)
    log_weights = weigh(machine, x, 1500, 2, Kept).T
    curve = log_likelihood_curve(machine, x, particles=[7, 1500, 1, 400], seed=2)
    assert curve.particles.tolist() == [1, 7, 400, 1500]
    for i, k in enumerate(curve.particles):
        groups = log_weights[:, : 1500 // k * k].reshape(8, -1, k)
        bounds = np.logaddexp.reduce(groups, axis=2) - np.log(k)
        np.testing.assert_allclose(curve.value[:, i], bounds.mean(axis=1), rtol=1e-12)
        if bounds.shape[1] > 1:
            variance = bounds.var(axis=1, ddof=1) / bounds.shape[1]
            assert curve.standard_error[i] == pytest.approx(np.sqrt(variance.sum()) / 8)
    np.testing.assert_allclose(curve.mean, curve.value.mean(axis=0))


@pytest.mark.parametrize("particles", [1, 30, 3000])
def test_the_last_value_is_the_usual_estimate(normal_machine, particles: int) -> None:
    machine, x = normal_machine(), all_states(3)
    curve = log_likelihood_curve(machine, x, particles=(1, particles), seed=4)
    usual = log_likelihood(machine, x, particles=particles, seed=4)
    np.testing.assert_allclose(curve.value[:, -1], usual.value, rtol=1e-12)
    assert curve.effective_sample_size == pytest.approx(usual.effective_sample_size.mean())
    assert curve.kind == "importance"


def test_means_are_unbiased_and_their_errors_calibrated(normal_machine) -> None:
    # spreads over 150 seeds are good to 6%: within 30% at each of five K, 2e-6. K = 60 and 100 are
    # one group of particles each, whose errors are the bootstrap's
    machine, x = normal_machine(seed=1), all_states(3)
    curves = [
        log_likelihood_curve(machine, x, particles=(1, 2, 10, 60, 100), seed=seed)
        for seed in range(150)
    ]
    means = np.array([curve.mean for curve in curves])
    stated = np.sqrt(np.mean([curve.standard_error**2 for curve in curves], axis=0))
    np.testing.assert_allclose(stated, means.std(axis=0, ddof=1), rtol=0.3)
    bound = -exact_free_energy(machine, x).mean()
    assert abs(means[:, 0].mean() - bound) < 5 * means[:, 0].std() / np.sqrt(150)
    assert (np.diff([*means.mean(axis=0), exact_log_likelihood(machine, x).mean()]) > 0).all()


def test_rows_that_are_equal_do_not_make_the_error_smaller(normal_machine) -> None:
    machine, x = normal_machine(), np.array([[1.0, 0.0, 1.0]])
    alone = log_likelihood_curve(machine, x, particles=(1, 50))
    often = log_likelihood_curve(machine, np.repeat(x, 9, axis=0), particles=(1, 50))
    np.testing.assert_allclose(often.standard_error, alone.standard_error)


def test_one_particle_has_no_error(normal_machine) -> None:
    curve = log_likelihood_curve(normal_machine(), all_states(3), particles=[1])
    assert np.isnan(curve.standard_error).all()


def test_nothing_hidden_gives_the_exact_value_at_any_k(normal_machine) -> None:
    machine, x = normal_machine([3]), all_states(3)
    curve = log_likelihood_curve(machine, x, particles=(1, 100))
    np.testing.assert_allclose(curve.mean, exact_log_likelihood(machine, x).mean(), rtol=1e-12)
    assert curve.kind == "exact"
    assert not curve.standard_error.any()


def test_a_curve_prints_each_k_and_becomes_plain_data() -> None:
    curve = log_likelihood_curve(HelmholtzMachine([3, 2]), [[0, 1, 0]], particles=(1, 5))
    assert "1: -" in repr(curve)
    assert "5: -" in repr(curve)
    assert curve.to_dict()["particles"] == [1, 5]


@pytest.mark.parametrize(
    ("particles", "error", "message"),
    [
        ((), InputError, "no number of particles"),
        ((0, 5), InputError, "particles 0"),
        (5, ArgumentTypeError, "particles 5; expected several numbers"),
        ((1, 2.5), ArgumentTypeError, "particles 2.5"),
    ],
)
def test_numbers_that_make_no_curve_are_refused(particles, error, message: str) -> None:
    with pytest.raises(error, match=message):
        log_likelihood_curve(HelmholtzMachine([3, 2]), [[0, 1, 0]], particles=particles)
