"""Moments of counts in windows, and how those of dreams compare with them."""

import json

import numpy as np
import pytest

import neurohm as nh
from neurohm.analysis import IndependentModel
from neurohm.analysis.moment_report import MOST_PAIRED, compare_moments
from neurohm.analysis.moments import MOST_TRIPLETS, moments, triplets_of
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.machine.initial import Normal, Zeros, fit_visible_bias
from neurohm.recordings import Windows, bin_spikes


def windows_of(counts, lags):
    return Windows(bin_spikes(nh.Recording.from_counts(counts), 1.0), lags, stride=lags)


def counts_of(x, lags):
    """Bins and units of windows, (windows, units * lags), laid end to end."""
    return x.reshape(len(x), -1, lags).transpose(0, 2, 1).reshape(len(x) * lags, -1).astype(int)


def independent_machine(mean, lags):
    machine = nh.HelmholtzMachine([nh.Poisson(len(mean) * lags), 2], initial=Zeros())
    fit_visible_bias(machine, np.repeat(mean, lags))
    return machine


@pytest.fixture(scope="module")
def x():
    """Windows of 4 units and 3 lags; units 0 and 1 share their counts."""
    rng = np.random.default_rng(0)
    x = rng.poisson(0.7, (500, 4, 3))
    x[:, 1] += x[:, 0]
    return x.reshape(500, 12)


def test_rates_and_correlations_are_those_of_all_bins(x):
    result, counts = moments([x], 3, bin_size=0.02), counts_of(x, 3)
    np.testing.assert_allclose(result.rates, counts.mean(axis=0) / 0.02, rtol=1e-12)
    expected = np.corrcoef(counts.T)[np.triu_indices(4, 1)]
    np.testing.assert_allclose(result.correlations, expected, atol=1e-12)
    some = moments([x], 3, paired=[3, 1]).correlations
    np.testing.assert_allclose(some, [np.corrcoef(counts[:, 1], counts[:, 3])[0, 1]], atol=1e-12)


def test_synchrony_counts_active_units(x):
    active = (counts_of(x, 3) > 0).sum(axis=1)
    expected = np.bincount(active, minlength=5) / len(active)
    np.testing.assert_allclose(moments([x], 3).synchrony, expected, rtol=1e-12)


@pytest.mark.parametrize("lag", [1, 2])
def test_autocorrelations_stay_within_windows(x, lag):
    unit = x.reshape(500, 4, 3)[:, 2]
    early, late = unit[:, : 3 - lag].ravel(), unit[:, lag:].ravel()
    covariance = np.mean((early - early.mean()) * (late - late.mean()))
    result = moments([x], 3).autocorrelations
    assert result.shape == (4, 2)
    assert result[2, lag - 1] == pytest.approx(covariance / unit.var(), abs=1e-12)


def test_chunks_change_nothing(x):
    whole, parts = moments([x], 3), moments([x[:7], x[7:300], x[300:]], 3)
    for name in ("rates", "correlations", "autocorrelations", "synchrony"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name))


def test_a_unit_that_does_not_vary_has_no_correlations():
    x = np.random.default_rng(0).poisson(1.0, (50, 3, 2))
    x[:, 0], x[:, 1] = 0, 3
    result = moments([x.reshape(50, 6)], 2)
    assert np.isnan(result.correlations).all()
    assert np.isnan(result.autocorrelations).all(axis=1).tolist() == [True, True, False]


def test_one_bin_a_window_has_no_lags(x):
    assert moments([counts_of(x, 3)], 1).autocorrelations.shape == (4, 0)


@pytest.mark.parametrize("kind", ["poisson", "bernoulli"])
def test_synchrony_of_independent_units_is_exact(kind):
    mean = np.array([0.2, 0.5, 0.9])
    active = mean if kind == "bernoulli" else 1 - np.exp(-mean)
    expected = np.zeros(4)
    for state in np.ndindex(2, 2, 2):
        expected[sum(state)] += np.where(state, active, 1 - active).prod()
    windows = windows_of(np.random.default_rng(0).integers(0, 2, (40, 3)), 2)
    machine = nh.HelmholtzMachine([6, 2])
    report = compare_moments(machine, windows, IndependentModel(kind, mean))
    np.testing.assert_allclose(report.independent.synchrony, expected, atol=1e-12)
    assert not report.independent.correlations.any()


def test_dreams_of_independent_units_are_independent():
    """Bounds of 5 standard errors; false alarms below 1e-4 in all."""
    mean, rows = np.array([0.1, 0.3, 0.5, 1.0]), 4000
    machine = independent_machine(mean, 2)
    data = counts_of(machine.dream(rows, seed=1), 2)
    report = compare_moments(machine, windows_of(data, 2), IndependentModel("poisson", mean))
    bound = 5 / np.sqrt(2 * rows)
    assert (np.abs(report.model.rates - mean) < bound * np.sqrt(mean)).all()
    assert (np.abs(report.model.correlations) < bound).all()
    assert (np.abs(report.model.autocorrelations) < np.sqrt(2) * bound).all()
    assert report.synchrony_divergence < 0.002  # about 1e-4 expected
    assert report.independent_divergence < 0.002


def test_dreams_of_the_machine_that_made_the_data_agree_as_well_as_can_be():
    """Rates and correlations are far from noise: r of the order of 1 - 1/1000."""
    lags = 2
    machine = nh.HelmholtzMachine([nh.Poisson(10 * lags), 3], initial=Normal(1.0), seed=3)
    machine.generative.biases[0].weights[...] = -1.5
    data = counts_of(machine.dream(5000, seed=1), lags)
    independent = IndependentModel("poisson", data.mean(axis=0))
    report = compare_moments(machine, windows_of(data, lags), independent, seed=2)
    for agreement in (report.rates, report.correlations):
        assert agreement.r > 0.95
        assert agreement.ceiling > 0.95
        assert agreement.nrmse < 0.3
    assert report.synchrony_divergence < 0.2 * report.independent_divergence


def test_the_ceiling_of_noise_is_low():
    """190 correlations of independent units: r of halves above 1/3 with probability 1e-5."""
    counts = np.random.default_rng(0).poisson(0.5, (600, 20))
    independent = IndependentModel("poisson", counts.mean(axis=0))
    machine = independent_machine(independent.mean, 2)
    report = compare_moments(machine, windows_of(counts, 2), independent)
    assert report.correlations.ceiling < 0.5


@pytest.fixture(scope="module")
def fitted():
    recording = nh.simulate_assemblies(n_units=8, minutes=1, n_assemblies=1, members=(4, 5))
    model = nh.SpikeHelmholtz(hidden=4, lags=3, epochs=2).fit(recording)
    windows = Windows(bin_spikes(recording, model.bin_size_), 3, stride=3)
    return model, windows


def test_dreams_are_those_of_the_seed(fitted):
    model, windows = fitted
    report = compare_moments(model.machine_, windows, model.independent_, dreams=1500, seed=4)
    dreamt = model.sample(1500 * 3 * model.bin_size_, seed=4)
    np.testing.assert_allclose(report.model.rates, dreamt.rates, rtol=1e-9)
    again = compare_moments(model.machine_, windows, model.independent_, dreams=1500, seed=4)
    assert report.to_dict() == again.to_dict()
    other = compare_moments(model.machine_, windows, model.independent_, dreams=1500, seed=5)
    assert (other.model.rates != report.model.rates).any()
    assert (report.n_windows, report.n_dreams) == (len(windows), 1500)


def test_plain_data(fitted):
    model, windows = fitted
    report = compare_moments(model.machine_, windows, model.independent_)
    plain = json.loads(json.dumps(report.to_dict()))
    assert plain["correlations"]["r"] == report.correlations.r
    assert plain["data"]["rates"] == report.data.rates.tolist()
    assert report.n_dreams == len(windows)
    assert "P(K)" in repr(report)


def test_of_many_units_some_are_paired():
    counts = np.random.default_rng(0).poisson(0.5, (60, MOST_PAIRED + 30))
    independent = IndependentModel("poisson", counts.mean(axis=0))
    report = compare_moments(
        independent_machine(independent.mean, 1), windows_of(counts, 1), independent
    )
    assert len(report.data.rates) == len(counts.T)
    assert len(np.unique(report.paired)) == MOST_PAIRED
    expected = np.corrcoef(counts[:, report.paired].T)[np.triu_indices(MOST_PAIRED, 1)]
    np.testing.assert_allclose(report.data.correlations, expected, atol=1e-9)


def test_one_window_and_one_unit_have_no_agreement():
    independent = IndependentModel("poisson", np.array([0.5]))
    report = compare_moments(
        independent_machine(independent.mean, 2), windows_of([[1], [0]], 2), independent
    )
    for agreement in (report.rates, report.correlations, report.autocorrelations):
        assert np.isnan([agreement.r, agreement.ceiling, agreement.nrmse]).all()


def test_triplets_are_those_of_all_bins(x):
    counts = counts_of(x, 3).astype(float)
    z = (counts - counts.mean(axis=0)) / counts.std(axis=0)
    expected = [(z[:, i] * z[:, j] * z[:, k]).mean() for i, j, k in triplets_of(4)]
    np.testing.assert_allclose(moments([x], 3).triplets, expected, atol=1e-10)
    parts = moments([x[:7], x[7:]], 3).triplets
    np.testing.assert_array_equal(parts, moments([x], 3).triplets)


def test_triplets_of_many_units_are_distinct_and_of_all_units():
    chosen = triplets_of(60)
    assert len(np.unique(chosen, axis=0)) == len(chosen) == MOST_TRIPLETS
    assert (np.diff(chosen, axis=1) > 0).all()
    assert len(np.unique(chosen)) == 60
    assert triplets_of(2).shape == (0, 3)


def test_exclusive_or_is_seen_by_triplets_alone():
    """Three units of which any two are independent: only the triplet is far from 0."""
    first, second = np.random.default_rng(0).integers(0, 2, (2, 4000))
    x = np.stack([first, second, first ^ second], axis=1)
    found = moments([x], 1)
    assert np.abs(found.correlations).max() < 5 / np.sqrt(4000)
    assert found.triplets[0] == pytest.approx(-1.0, abs=0.1)


def test_training_data_as_the_ceiling(fitted):
    model, windows = fitted
    report = compare_moments(model.machine_, windows, model.independent_, training=windows)
    for name in ("rates", "correlations", "autocorrelations", "triplets"):
        agreement = getattr(report, name)
        assert agreement.training_r == pytest.approx(1.0)
        assert agreement.training_nrmse == pytest.approx(0.0, abs=1e-12)
    assert report.training_divergence == pytest.approx(0.0, abs=1e-12)
    without = compare_moments(model.machine_, windows, model.independent_)
    assert np.isnan([without.rates.training_r, without.training_divergence]).all()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"machine": nh.HelmholtzMachine([5, 2])}, InputError, "windows of 24 columns"),
        ({"machine": "machine"}, ArgumentTypeError, "a HelmholtzMachine"),
        ({"dreams": 0}, InputError, "dreams 0"),
        ({"dreams": 2.5}, ArgumentTypeError, "dreams 2.5"),
        ({"seed": "0"}, ArgumentTypeError, "seed"),
    ],
)
def test_bad_input(fitted, change, error, message):
    model, windows = fitted
    arguments = {"machine": model.machine_, "windows": windows, "independent": model.independent_}
    with pytest.raises(error, match=message):
        compare_moments(**arguments | change)
