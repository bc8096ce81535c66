"""Standard errors, paired tests and Holm's method, by hand."""

import math

import numpy as np
import pytest
from scipy import stats

from neurohm.analysis.multiple_tests import holm
from neurohm.comparison.statistics import exceedance, paired_p_value, rate_in_bits


def test_rate_and_its_error_are_those_of_equal_blocks():
    nats = np.array([1.0, 2.0, 4.0, 1.0])
    value, error = rate_in_bits(nats, np.full(4, 10.0))
    assert value == pytest.approx(nats.sum() / 40 / math.log(2))
    assert error == pytest.approx(stats.sem(nats / 10) / math.log(2))


def test_an_error_that_blocks_do_not_show_is_added():
    nats = np.array([1.0, 2.0, 4.0, 1.0])
    alone = rate_in_bits(nats, np.full(4, 10.0))[1]
    both = rate_in_bits(nats, np.full(4, 10.0), further=8.0)[1]
    assert both == pytest.approx(math.hypot(alone, 8 / 40 / math.log(2)))


def test_no_spikes_give_no_rate():
    assert all(map(math.isnan, rate_in_bits(np.ones(3), np.zeros(3))))


def test_the_paired_test_is_that_of_scipy():
    one, two = np.random.default_rng(0).normal(0, 1, (2, 12))
    difference = two - one
    expected = stats.ttest_rel(two, one).pvalue
    got = paired_p_value(difference.mean(), stats.sem(difference), 12)
    assert got == pytest.approx(expected, rel=1e-12)


def test_models_that_agree_or_differ_alike_everywhere():
    assert paired_p_value(0.0, 0.0, 10) == 1.0
    assert paired_p_value(0.3, 0.0, 10) == 0.0
    assert math.isnan(paired_p_value(0.3, math.nan, 1))


def test_p_values_are_uniform_where_models_are_equal():
    # false alarm: one seed in 10,000
    generator = np.random.default_rng(1)
    drawn = generator.normal(0, 1, (2000, 10))
    p = [paired_p_value(d.mean(), stats.sem(d), 10) for d in drawn]
    assert stats.kstest(p, "uniform").pvalue > 1e-4


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.5, 0.9], [1.0, 1.0]),
        ([0.02], [0.02]),
        ([], []),
        ([0.01, math.nan, 0.2], [0.02, math.nan, 0.2]),
    ],
)
def test_holm(given, expected):
    np.testing.assert_allclose(holm(given), expected)


def test_exceedance():
    assert exceedance(5.0, np.arange(5)) == pytest.approx(1 / 6)
    assert exceedance(3.0, np.arange(5)) == pytest.approx(3 / 6)
    assert exceedance(-1.0, np.arange(5)) == 1
