"""The trial average: rates by place in the trial, counted by hand."""

import itertools

import numpy as np
import pytest

from neurohm.comparison.baselines.independent import IndependentBernoulli
from neurohm.comparison.baselines.trial_average import (
    TrialAverageBernoulli,
    TrialAveragePoisson,
)
from neurohm.comparison.samples import OUTSIDE, Samples
from neurohm.exceptions import ArgumentTypeError, InputError

WORDS = np.array(list(itertools.product([0, 1], repeat=4)), dtype=np.float32)


def test_means_are_those_of_places():
    x = np.array([[1, 0], [1, 1], [0, 0], [1, 0], [0, 1]], dtype=np.float32)
    places = np.array([[0], [0], [1], [OUTSIDE], [OUTSIDE]])
    model = TrialAverageBernoulli(smoothing=0).fit(Samples(x, places=places))
    overall = np.array([3.5, 2.5]) / 6  # one trial of these comes to each place
    expected = np.array([overall + 1, [2 + overall[0], 1 + overall[1]], 1.5 * overall]) / 3
    np.testing.assert_allclose(model.mean_, expected)
    assert model.n_parameters == 6


def test_places_of_one_kind_are_nearly_independent_units():
    x = np.random.default_rng(0).integers(0, 2, (5000, 4)).astype(np.float32)
    samples = Samples(x, places=np.full((5000, 1), OUTSIDE))
    model = TrialAverageBernoulli().fit(samples)
    independent = IndependentBernoulli().fit(x)
    np.testing.assert_allclose(model.mean_[0], independent.mean_, atol=1e-3)


def test_probabilities_of_all_windows_sum_to_one_wherever_they_begin():
    generator = np.random.default_rng(0)
    x = generator.integers(0, 2, (60, 4)).astype(np.float32)
    places = np.tile([[0, 1], [2, 3], [OUTSIDE, OUTSIDE]], (20, 1))
    model = TrialAverageBernoulli().fit(Samples(x, 2, places))
    for place in ([0, 1], [2, 3], [3, OUTSIDE], [OUTSIDE, 0], [90, 91]):
        windows = Samples(WORDS, 2, np.tile(place, (16, 1)))
        assert np.exp(model.score_samples(windows)).sum() == pytest.approx(1, abs=1e-13)


def test_each_bin_of_a_window_has_its_own_place():
    """A window of two bins scores as its bins do."""
    generator = np.random.default_rng(1)
    counts, places = generator.poisson(1.0, (400, 2, 3)), np.tile([[0, 1], [2, 3]], (200, 1))
    windows = Samples(counts.transpose(0, 2, 1).reshape(400, 6).astype(np.float32), 2, places)
    bins = Samples(counts.reshape(800, 3).astype(np.float32), 1, places.reshape(-1, 1))
    joint = TrialAveragePoisson(smoothing=1).fit(windows).score_samples(windows)
    single = TrialAveragePoisson(smoothing=1).fit(bins).score_samples(bins)
    np.testing.assert_allclose(joint, single.reshape(400, 2).sum(axis=1))


def test_validation_smooths_what_is_smooth_and_keeps_what_is_sharp():
    generator = np.random.default_rng(2)
    places = np.tile(np.arange(100), 10)[:, None]

    def drawn(rate):
        return Samples((generator.random((1000, 4)) < rate[places]).astype(np.float32), 1, places)

    flat, sharp = np.full(100, 0.3), np.where(np.arange(100) % 2, 0.9, 0.1)
    assert TrialAverageBernoulli().fit(drawn(flat), drawn(flat)).smoothing_ >= 8
    assert TrialAverageBernoulli().fit(drawn(sharp), drawn(sharp)).smoothing_ == 0


def test_conditions_are_not_smoothed_into_each_other():
    places = np.tile([[0], [1], [2], [3]], (40, 1))
    x = np.tile([[1.0], [1.0], [0.0], [0.0]], (40, 1)).astype(np.float32)
    apart = TrialAverageBernoulli(smoothing=1).fit(Samples(x, 1, places, 2)).mean_[1:, 0]
    together = TrialAverageBernoulli(smoothing=1).fit(Samples(x, 1, places)).mean_[1:, 0]
    np.testing.assert_allclose(apart, [1, 1, 0, 0], atol=0.03)
    assert together[1] < 0.9
    drawn = TrialAverageBernoulli().fit(Samples(np.hstack([x, x]), 2, np.tile([[0, 1]], (160, 1))))
    assert drawn.sample(5).shape == (5, 2)


def test_draws_have_the_shape_of_windows():
    places = np.tile([[0, 1]], (30, 1))
    model = TrialAverageBernoulli().fit(Samples(np.tile([[1, 0, 0, 1]], (30, 1)), 2, places))
    drawn = model.sample(2000, seed=1)
    assert drawn.shape == (2000, 4)
    np.testing.assert_allclose(drawn.mean(axis=0), [0.98, 0.02, 0.02, 0.98], atol=0.03)


def test_what_is_refused():
    x = np.eye(2, dtype=np.float32)
    with pytest.raises(ArgumentTypeError, match="a ndarray as samples; expected Samples"):
        TrialAverageBernoulli().fit(x)
    with pytest.raises(InputError, match="lie in no trials; expected a recording with trials"):
        TrialAverageBernoulli().fit(Samples(x))
    model = TrialAverageBernoulli().fit(Samples(x, places=np.zeros((2, 1), int)))
    with pytest.raises(InputError, match="1 units and 2 bins; expected 2 and 1"):
        model.score_samples(Samples(x, 2, np.zeros((2, 2), int)))
