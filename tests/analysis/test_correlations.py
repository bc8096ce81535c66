"""Signal and noise correlations: those that were planted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import neurohm as nh
from neurohm.analysis import response_correlations
from neurohm.exceptions import InputError


def planted(responses_from, trials, seed=0, bins=3):
    """Gaussian responses with known signal and noise correlations of two units, 0.6 and -0.4."""
    rng = np.random.default_rng(seed)
    signal = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], (40, bins))
    # exactly the planted correlation in this sample of means
    flat = signal.reshape(-1, 2) - signal.reshape(-1, 2).mean(axis=0)
    white = flat @ np.linalg.inv(np.linalg.cholesky(np.cov(flat.T))).T
    signal = (white @ np.linalg.cholesky([[1, 0.6], [0.6, 1]]).T).reshape(40, bins, 2)
    noise = rng.multivariate_normal([0, 0], [[4, -1.6], [-1.6, 4]], (40, trials, bins))
    values = (signal[:, None] + noise).reshape(-1, bins, 2)
    return responses_from(values, np.repeat(np.arange(40), trials), np.linspace(0, 1, 2))


def test_planted_correlations(responses_from):
    """Over 60 recordings of 8 trials the means are those planted, within 4 standard errors.

    Without the correction for noise signal correlations would be about 0.27.
    """
    found = [response_correlations(planted(responses_from, 8, seed)) for seed in range(60)]
    for name, value in (("signal", 0.6), ("noise", -0.4)):
        values = np.array([getattr(each, name)[0] for each in found])
        assert abs(values.mean() - value) < 4 * values.std() / np.sqrt(60) + 0.01


def test_many_trials(responses_from):
    found = response_correlations(planted(responses_from, 1000))
    assert found.signal[0] == pytest.approx(0.6, abs=0.02)
    assert found.noise[0] == pytest.approx(-0.4, abs=0.02)


def test_noise_is_that_of_totals_around_the_mean_of_their_condition(responses_from):
    values = np.array([[[1, 2]], [[3, 4]], [[5, 1]], [[9, 9]], [[7, 2]]])
    labels = np.array([0, 0, 1, 1, 1])
    found = response_correlations(responses_from(values, labels))
    rest = values[:, 0] - np.array([[2, 3]] * 2 + [[7, 4]] * 3)
    first, second = rest.T
    expected = (first @ second) / np.sqrt((first @ first) * (second @ second))
    assert found.noise[0] == pytest.approx(expected)


def test_shared_gain_makes_noise_correlations():
    without, shared = (
        response_correlations(
            nh.responses_of(recording, nh.trials_of(recording, "orientation"), bin_size=0.25)
        )
        for recording in (nh.simulate_trials(8, 200, shared=s, rate=20.0) for s in (0.0, 0.4))
    )
    assert abs(without.noise.mean()) < 0.05
    assert shared.noise.mean() > 0.3
    assert without.pairs.shape == (28, 2)
    assert np.isnan(without.relation) or -1 <= without.relation <= 1


def test_units_without_responses(responses_from):
    values = np.random.default_rng(0).poisson(3.0, (40, 2, 3)).astype(float)
    values[..., 2] = 0
    found = response_correlations(responses_from(values, np.tile([0, 1], 20), (0, 1)))
    assert np.isnan(found.noise).tolist() == [False, True, True]
    assert found.to_dict()["n_levels"] == 2
    assert "3 pairs" in repr(found)


def test_bad_input(responses_from):
    values = np.ones((5, 1, 2))
    with pytest.raises(InputError, match="1 trial of condition 3.*leave the condition out"):
        response_correlations(responses_from(values, [0, 0, 3, 4, 4]))
    with pytest.raises(InputError, match="one condition and one bin"):
        response_correlations(responses_from(values, [0] * 5))


def test_a_model_regenerates_what_units_share():
    """Twelve units of which two groups fire together: pairs of a group are correlated, too."""
    recording = nh.simulate_assemblies(
        12, 4.0, 2, members=(6, 6), overlap=0.0, lag=0.0, occurrence_rate=1.0, seed=2
    )
    model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=40).fit(recording, label=None)
    starts = np.arange(0.0, 239.0)
    trials = nh.trials_of(
        replace(recording, intervals={"trials": np.stack([starts, starts + 1], axis=1)})
    )
    first = nh.regenerated_responses(model, recording, trials)
    drawn = response_correlations(first)
    groups = recording.truth["members"]
    together = [any(np.isin(pair, group).all() for group in groups) for pair in drawn.pairs]
    # in the data 0.21 and 0.00
    assert drawn.noise[together].mean() > 0.08
    assert abs(drawn.noise[~np.array(together)].mean()) < 0.04
    again = nh.regenerated_responses(model, recording, trials)
    np.testing.assert_array_equal(first.values, again.values)
    assert (nh.regenerated_responses(model, recording, trials, seed=1).values != first.values).any()
