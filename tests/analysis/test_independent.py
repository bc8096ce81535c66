"""The baseline: rates of the observed bins, and the likelihood that SciPy gives them."""

import numpy as np
import pytest
from scipy import stats

import neurohm as nh
from neurohm.analysis import IndependentModel
from neurohm.recordings import bin_spikes


@pytest.fixture
def binned():
    trains = [[0.1, 0.15, 2.5, 2.6], [0.5], []]
    intervals = {"observed": np.array([[0.0, 1.0], [2.0, 3.0]])}
    return bin_spikes(nh.Recording.from_trains(trains, t_stop=3.0, intervals=intervals), 0.5)


def test_rates_are_of_observed_bins(binned):
    # two of four observed bins of the first unit hold two spikes each
    model = IndependentModel.fit("poisson", binned)
    np.testing.assert_allclose(model.mean, [4.5 / 5, 1.5 / 5, 0.5 / 5])


def test_poisson_likelihood():
    model = IndependentModel("poisson", np.array([0.2, 1.5]))
    x = np.array([[0, 3, 1, 0], [1, 0, 0, 2]])
    expected = stats.poisson.logpmf(x, [0.2, 0.2, 1.5, 1.5]).sum(axis=1)
    np.testing.assert_allclose(model.log_likelihood(x, lags=2), expected)


def test_bernoulli_likelihood():
    model = IndependentModel("bernoulli", np.array([0.2, 0.7]))
    x = np.array([[0, 1, 1, 0], [1, 0, 0, 1]])
    expected = stats.bernoulli.logpmf(x, [0.2, 0.2, 0.7, 0.7]).sum(axis=1)
    np.testing.assert_allclose(model.log_likelihood(x, lags=2), expected)


def test_a_silent_unit_leaves_spikes_possible(binned):
    model = IndependentModel.fit("poisson", binned)
    assert np.isfinite(model.log_likelihood(np.array([[0, 0, 1]]), lags=1)).all()
