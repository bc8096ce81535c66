"""Tuning: exact on small tables, calibrated on data without tuning."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from neurohm.analysis import tuning_of
from neurohm.exceptions import InputError


def test_means_and_intervals(responses_from):
    found = tuning_of(responses_from(np.reshape([1, 3, 5, 5], (4, 1, 1)), [0, 0, 90, 90], (0, 0.5)))
    np.testing.assert_allclose(found.mean[:, 0], [4.0, 10.0])  # Hz
    np.testing.assert_allclose(found.standard_error[:, 0], [2.0, 0.0])
    reach = 2.0 * stats.t.ppf(0.975, 1)
    np.testing.assert_allclose((found.low[0, 0], found.high[0, 0]), (4 - reach, 4 + reach))
    assert found.preferred.tolist() == [90]
    assert found.unit == "Hz"


def test_selectivity_and_p_value_are_those_of_the_analysis_of_variance(responses_from):
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [5, 7, 9])
    values = rng.normal(labels[:, None, None], 1.0, (21, 1, 4))
    found = tuning_of(responses_from(values, labels))
    for unit in range(4):
        groups = [values[labels == level, 0, unit] for level in range(3)]
        expected = stats.f_oneway(*groups)
        assert found.p_value[unit] == pytest.approx(expected.pvalue)
        within = sum(((group - group.mean()) ** 2).sum() for group in groups)
        total = ((values[:, 0, unit] - values[:, 0, unit].mean()) ** 2).sum()
        share = (total - within - 2 * within / 18) / total
        assert found.selectivity[unit] == pytest.approx(share)


def test_what_chance_explains_is_nothing(responses_from):
    """Of 2000 units without tuning 5 % have p < 0.05: outside of 4 deviations once in 16,000."""
    rng = np.random.default_rng(1)
    found = tuning_of(responses_from(rng.normal(size=(40, 1, 2000)), np.tile([0, 1, 2, 3], 10)))
    false_alarms = (found.p_value < 0.05).sum()
    assert abs(false_alarms - 100) < 4 * np.sqrt(2000 * 0.05 * 0.95)
    error = found.selectivity.std() / np.sqrt(2000)
    assert abs(found.selectivity.mean()) < 4 * error


def test_intervals_cover_the_truth(responses_from):
    """95 % of 4000 intervals: outside of 4 deviations once in 16,000."""
    rng = np.random.default_rng(2)
    found = tuning_of(responses_from(rng.normal(3.0, 1.0, (20, 1, 2000)), np.tile([0, 1], 10)))
    covered = ((found.low < 3.0) & (found.high > 3.0)).sum()
    assert abs(covered - 3800) < 4 * np.sqrt(4000 * 0.05 * 0.95)


def test_one_trial_of_a_condition_and_units_that_do_not_vary(responses_from):
    values = np.reshape([1, 1, 1, 2, 3, 4], (3, 1, 2), order="F")
    found = tuning_of(responses_from(values, [0, 0, 1]))
    assert np.isnan(found.standard_error[1]).all()
    assert np.isnan(found.low[1]).all()
    assert np.isnan(found.selectivity[0])
    assert found.p_value[0] == 1
    assert "2 conditions" in repr(found)


def test_mean_vector(responses_from):
    labels = np.array([0.0, 45.0, 90.0, 135.0])
    rates = np.array([[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0], [2.0, 2.0, 0.0, 0.0]]).T
    selectivity, preferred = tuning_of(responses_from(rates[:, None], labels)).circular(180)
    np.testing.assert_allclose(selectivity, [1.0, 0.0, np.sqrt(0.5)], atol=1e-12)
    assert preferred[0] == pytest.approx(0.0)
    assert preferred[2] == pytest.approx(22.5)
    with pytest.raises(InputError, match="angles"):
        tuning_of(responses_from(rates[:, None], ["a", "b", "c", "d"])).circular()
    with pytest.raises(InputError, match="a mean of -"):
        tuning_of(responses_from(rates[:, None] - 5, labels)).circular()


def test_plain_data(responses_from):
    found = tuning_of(responses_from(np.ones((4, 1, 2)), [0, 0, 1, 1]))
    assert found.to_dict()["mean"] == [[1.0, 1.0], [1.0, 1.0]]
