"""Fields of one pattern at several shifts are one template; different patterns stay apart."""

import numpy as np
import pytest

from neurohm.analysis.templates import standardised, templates

N_UNITS, LAGS = 40, 5
BASELINE = np.full(N_UNITS, 0.04)  # 2 Hz in bins of 20 ms


def pattern_of(members, lags, n_lags):
    """A count of 0.5 above baseline of each member at its lag."""
    pattern = np.zeros((N_UNITS, n_lags))
    pattern[members, lags] = 0.5
    return pattern


@pytest.fixture
def one():
    return pattern_of([1, 5, 9, 13, 17, 21], [0, 1, 1, 2, 2, 0], 3)


@pytest.fixture
def other():
    return pattern_of([2, 6, 10, 13, 18, 22], [0, 0, 1, 2, 1, 0], 3)  # shares unit 13


def seen_at(pattern, place):
    """What a window of LAGS bins shows of a pattern that begins at a place in it."""
    wide = np.pad(pattern, ((0, 0), (LAGS, LAGS)))
    return wide[:, LAGS - place : 2 * LAGS - place]


def noisy(fields, noise=0.01):
    fields = np.array(fields)
    return fields + noise * np.random.default_rng(0).normal(size=fields.shape)


def test_shifted_copies_are_one_template_and_other_patterns_another(one, other):
    fields = noisy(
        [seen_at(one, 0), 0.9 * seen_at(other, 1), seen_at(one, 2), 0.8 * seen_at(other, 2)]
    )
    found = templates(fields, BASELINE)
    assert sorted(tuple(sorted(template.hidden_units)) for template in found) == [(0, 2), (1, 3)]
    for template in found:
        expected = one if 0 in template.hidden_units else 0.85 * other
        # The mean of two, each with noise of 0.01; noise itself is cut off.
        np.testing.assert_allclose(template.field, expected, atol=0.06)


def test_copies_cut_off_by_the_window_complete_each_other(one):
    fields = noisy([seen_at(one, -1), seen_at(one, 3), seen_at(one, 1)])
    [found] = templates(fields, BASELINE)
    assert set(found.hidden_units) == {0, 1, 2}
    assert found.field.shape == one.shape
    # Lags that a copy cannot see do not count against it.
    np.testing.assert_allclose(found.field, one, atol=0.05)


def test_a_pattern_longer_than_any_window_is_put_together():
    long = pattern_of([1, 5, 9, 13, 17, 21, 25, 29], [0, 1, 2, 3, 4, 5, 6, 7], 8)
    [found] = templates(np.array([seen_at(long, -place) for place in range(4)]), BASELINE)
    # Of the four only one sees the outermost lags: there it counts as one of two.
    long[:, [0, -1]] /= 2
    np.testing.assert_allclose(found.field, long, atol=1e-12)


def test_strongest_first(one, other):
    fields = noisy([0.5 * seen_at(one, 0), seen_at(other, 0), 0.6 * seen_at(one, 1)])
    assert [template.hidden_units for template in templates(fields, BASELINE)] == [(1,), (2, 0)]


def test_lag_zero_is_the_first_bin_in_which_something_stands_out(one):
    [found] = templates(seen_at(one, 2)[None], BASELINE)
    np.testing.assert_array_equal(found.field, one)


@pytest.mark.parametrize("field", ["zeros", "below baseline"])
def test_fields_without_anything_above_baseline_are_in_no_template(one, field):
    empty = np.zeros_like(seen_at(one, 0)) if field == "zeros" else -seen_at(one, 0)
    assert templates(empty[None], BASELINE) == []
    [found] = templates(np.array([empty, seen_at(one, 0)]), BASELINE)
    assert found.hidden_units == (1,)


def test_nothing_in_nothing_out():
    assert templates(np.empty((0, N_UNITS, LAGS)), BASELINE) == []


def test_what_stands_out_is_in_deviations_of_the_baseline():
    rng = np.random.default_rng(1)
    baseline = rng.uniform(0.01, 0.5, N_UNITS)
    scaled = rng.normal(0, 0.1, (3, N_UNITS, LAGS))
    scaled[:, :4] = [[[5.0]], [[2.0]], [[-5.0]]]
    clean = standardised(scaled * np.sqrt(baseline)[:, None], baseline)
    np.testing.assert_allclose(clean[:2, :4], scaled[:2, :4], rtol=1e-12)
    assert not clean[2, :4].any()
    # Beyond three robust deviations on one side lies 0.13 % of noise, 1.4 of 1080 entries:
    # 8 or more in one of 50,000 draws.
    assert (clean[:, 4:] > 0).sum() < 8
