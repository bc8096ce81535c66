"""Each count predicted from the others: as by enumeration, and calibrated."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.analysis import calibrate, predicted_counts
from neurohm.analysis.calibration import _error_over_windows, _grouped
from neurohm.exceptions import InputError
from neurohm.machine.initial import Normal, Zeros
from neurohm.recordings import Windows, bin_spikes


def test_predictions_are_those_of_enumeration(normal_machine):
    """With 50,000 particles of a recognition not far off, errors of about 0.003."""
    machine = normal_machine((4, 3, 2))
    for array in machine.parameters().values():
        array *= 0.5
    x = np.array([[0, 1, 1, 0], [1, 1, 0, 1], [0, 0, 0, 0]], dtype=float)
    expected = np.empty(x.shape)
    for unit in range(4):
        on, off = x.copy(), x.copy()
        on[:, unit], off[:, unit] = 1, 0
        odds = nh.exact_log_likelihood(machine, on) - nh.exact_log_likelihood(machine, off)
        expected[:, unit] = 1 / (1 + np.exp(-odds))
    found = predicted_counts(machine, x, particles=50_000)
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_the_prediction_does_not_depend_on_the_count_that_is_predicted(normal_machine):
    machine = normal_machine((4, 3))
    x = np.array([[0, 1, 1, 0], [1, 1, 1, 0]], dtype=float)
    found = predicted_counts(machine, x, particles=20_000)[:, 0]
    assert found[0] == pytest.approx(found[1], abs=0.05)


def test_where_nothing_hidden_matters_the_mean_is_predicted():
    machine = nh.HelmholtzMachine([nh.Poisson(3), 2], initial=Zeros(), dtype="float64")
    machine.generative.biases[0].weights[...] = np.log([0.5, 1.0, 2.0])
    found = predicted_counts(machine, np.array([[0, 3, 1], [2, 0, 0]]), particles=10)
    np.testing.assert_allclose(found, [[0.5, 1.0, 2.0]] * 2, rtol=1e-6)


def test_a_count_that_was_next_to_impossible_is_left_out_as_any_other():
    machine = nh.HelmholtzMachine([3, 2], initial=Zeros())
    machine.generative.biases[0].weights[...] = [40, 0, -200]  # in single precision 1 and 0
    found = predicted_counts(machine, [[0, 1, 1]], particles=10)
    np.testing.assert_allclose(found, [[1.0, 0.5, 0.0]], atol=1e-12)
    with pytest.raises(InputError, match="no rows"):
        predicted_counts(machine, np.empty((0, 3)))


def windows_of(x, lags):
    counts = x.reshape(len(x), -1, lags).transpose(0, 2, 1).reshape(len(x) * lags, -1)
    recording = nh.Recording.from_counts(counts.astype(int))
    return Windows(bin_spikes(recording, 1.0), lags, stride=lags)


def test_the_machine_that_made_the_data_is_calibrated():
    """Each of 8 groups within 4 standard errors (and 5 %, of the particles): 1 alarm in 2000."""
    machine = nh.HelmholtzMachine([nh.Poisson(12), 4], initial=Normal(1.0), seed=3)
    machine.generative.biases[0].weights[...] = -1.5
    found = calibrate(machine, windows_of(machine.dream(400, seed=1), 2), particles=500)
    off = np.abs(found.predicted - found.observed)
    assert (off < 4 * found.standard_error + 0.05 * found.predicted).all()
    assert (np.diff(found.predicted) > 0).all()
    assert found.predicted[-1] > 3 * found.predicted[0]
    assert found.error < 0.15
    assert (found.n_windows, found.particles, found.number.sum()) == (400, 500, 4800)


def test_a_machine_that_is_off_by_a_factor_is_found():
    machine = nh.HelmholtzMachine([nh.Poisson(6), 2], seed=0)
    machine.generative.biases[0].weights[...] = np.log(0.5)
    x = np.random.default_rng(0).poisson(1.0, (300, 6))
    assert calibrate(machine, windows_of(x, 2)).error > 0.3


def test_groups_have_as_many_expected_spikes():
    predicted = np.random.default_rng(0).exponential(size=5000)
    group = _grouped(predicted, 5)
    sums = np.bincount(group, predicted)
    np.testing.assert_allclose(sums, predicted.sum() / 5, rtol=0.01)
    assert all(predicted[group == i].max() <= predicted[group == i + 1].min() for i in range(4))
    assert _grouped(np.ones(3), 8).tolist() == [0, 1, 2]


def test_one_seed_one_result():
    machine = nh.HelmholtzMachine([nh.Poisson(6), 2], seed=0)
    windows = windows_of(np.random.default_rng(0).poisson(1.0, (50, 6)), 2)
    first, same, other = (calibrate(machine, windows, seed=seed) for seed in (1, 1, 2))
    assert first.to_dict() == same.to_dict()
    assert first.to_dict() != other.to_dict()
    assert "groups" in repr(first)


def test_bad_input():
    with pytest.raises(InputError, match="gaussian"):
        predicted_counts(nh.HelmholtzMachine([nh.Gaussian(3), 2]), np.ones((2, 3)))
    with pytest.raises(InputError, match="particles 0"):
        predicted_counts(nh.HelmholtzMachine([3, 2]), np.ones((2, 3)), particles=0)


def test_units_that_always_fire_together_are_one_observation():
    seen = np.random.default_rng(0).integers(0, 2, 500).astype(float)
    residual, group = seen - seen.mean(), np.zeros(500, dtype=np.int64)
    alone = _error_over_windows(residual, group, 500)
    np.testing.assert_allclose(alone, seen.std(ddof=1) / np.sqrt(500))
    together = _error_over_windows(np.repeat(residual, 6), np.repeat(group, 6), 500)
    np.testing.assert_allclose(together, alone)
