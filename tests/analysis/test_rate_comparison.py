"""Rates in two conditions: against exact binomial and Poisson intervals, and by simulation."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest, chi2

from neurohm.analysis.multiple_tests import holm
from neurohm.analysis.rate_comparison import Occurrences, compare_rates, dispersion_of

SPAN = np.array([[0.0, 300.0]])


def of(first, second, durations=(300.0, 300.0), chance=(0.0, 0.0), **options):
    return compare_rates(*map(Occurrences, (first, second), chance, durations), **options)


@pytest.mark.parametrize(("before", "after"), [(30, 60), (7, 2), (1, 40), (12, 12)])
@pytest.mark.parametrize("durations", [(300.0, 300.0), (100.0, 250.0)])
def test_ratio_is_that_of_the_exact_binomial(before, after, durations):
    found = of(before, after, durations)
    share = binomtest(after, before + after).proportion_ci(0.95, "exact")
    odds = durations[0] / durations[1]
    expected = [p / (1 - p) * odds for p in (share.low, share.high)]
    np.testing.assert_allclose(found.ratio_interval, expected, rtol=1e-9)
    null = durations[1] / sum(durations)
    tails = [
        binomtest(after, before + after, null, alternative=side).pvalue
        for side in ("less", "greater")
    ]
    assert found.p_value == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-9)
    assert found.ratio == pytest.approx(after / before * odds, rel=1e-12)


@pytest.mark.parametrize("number", [0, 1, 25])
def test_interval_of_a_rate_is_garwoods(number):
    low, high = of(number, 5).intervals[0]
    assert low == pytest.approx(chi2.ppf(0.025, 2 * number) / 600 if number else 0.0, abs=1e-12)
    assert high == pytest.approx(chi2.ppf(0.975, 2 * number + 2) / 600, rel=1e-9)


def test_fewer_than_by_chance_is_no_certainty():
    low, high = of(2, 5, chance=(20.0, 0.0)).intervals[0]
    assert (low, high) == (0.0, pytest.approx(-np.log(0.025) / 300))


def test_appears_and_vanishes():
    appears = of(0, 20)
    assert math.isinf(appears.ratio)
    assert appears.ratio_interval[0] > 4
    assert math.isinf(appears.ratio_interval[1])
    vanishes = of(20, 0)
    assert (vanishes.ratio, vanishes.ratio_interval[0]) == (0.0, 0.0)
    assert vanishes.p_value == pytest.approx(appears.p_value, rel=1e-9)
    nothing = of(0, 0)
    assert nothing.p_value == 1.0
    assert math.isnan(nothing.ratio)


def test_chance_is_taken_off_and_its_noise_kept():
    clean, noisy = of(20, 40), of(120, 140, chance=(100.0, 100.0))
    assert noisy.ratio == pytest.approx(clean.ratio)
    assert noisy.p_value > clean.p_value
    assert of(5, 3, chance=(9.0, 1.0)).rates == (0.0, 2 / 300)


@pytest.mark.parametrize("chance", [20.0, 100.0, 400.0])
def test_no_change_beside_chance_is_rarely_called_one(chance):
    # Conservative: at 0.05, more than 32 of 400 with a probability of 0.006.
    rng = np.random.default_rng(0)
    numbers = rng.poisson(chance + 60, (400, 2)).tolist()
    alarms = sum(of(*pair, chance=(chance, chance)).p_value < 0.05 for pair in numbers)
    assert alarms <= 32


@pytest.mark.parametrize(("chance", "beyond"), [(100.0, 0.0), (100.0, 10.0), (40.0, 80.0)])
def test_the_interval_of_a_rate_beside_chance_holds_it(chance, beyond):
    # At 0.95, fewer than 366 of 400 with a probability of 0.001.
    rng = np.random.default_rng(1)
    ends = [of(n, 5, chance=(chance, 0.0)).intervals[0] for n in rng.poisson(chance + beyond, 400)]
    assert sum(low <= beyond / 300 <= high for low, high in ends) >= 366


def test_the_interval_of_a_ratio_beside_chance_holds_it():
    # At 0.95, fewer than 89 of 100 with a probability of 0.004.
    rng = np.random.default_rng(2)
    pairs = np.stack([rng.poisson(200, 100), rng.poisson(400, 100)], axis=1).tolist()
    found = [of(*pair, chance=(100.0, 100.0)) for pair in pairs]
    assert sum(low <= 3 <= high for low, high in (one.ratio_interval for one in found)) >= 89


def test_the_interval_leaves_out_one_where_p_is_small():
    for before in range(0, 40, 3):
        for after in range(0, 40, 3):
            if before + after:
                for chance in (0.0, 5.0):
                    found = of(before, after, chance=(chance, chance), dispersion=1.3)
                    low, high = found.ratio_interval
                    assert (found.p_value < 0.05) == (low > 1 or high < 1)


def test_no_change_is_rarely_called_one():
    # Exact tests are conservative: at 0.05, more than 32 of 400 with a probability of 0.006.
    rng = np.random.default_rng(0)
    alarms = sum(of(*rng.poisson(20, 2)).p_value < 0.05 for _ in range(400))
    assert alarms <= 32


def test_clustered_occurrences_are_not_called_a_change():
    # Each burst counts four times: without the dispersion a fifth would be false alarms. Its
    # estimate costs some level: at 0.08, more than 30 of 200 with a probability of 0.0003.
    rng = np.random.default_rng(1)
    alarms = 0
    for _ in range(200):
        moments = [np.repeat(np.sort(rng.uniform(0, 300, rng.poisson(20))), 4) for _ in range(2)]
        spread = dispersion_of(moments, [SPAN, SPAN])
        alarms += of(*map(len, moments), dispersion=spread).p_value < 0.05
    assert alarms <= 30


def test_dispersion_by_hand():
    # Ten occurrences are two blocks, of which one has them all: (5^2 + 5^2) / 5 over one degree.
    assert dispersion_of([np.linspace(1.0, 2.0, 10)], [SPAN]) == pytest.approx(10.0)
    assert dispersion_of([np.array([])], [SPAN]) == 1.0
    # The same occurrences, with a gap in observed time between the halves.
    moments = np.array([10.0, 20, 30, 40, 49, 960, 970, 980, 990, 999])
    gap = np.array([[0.0, 50.0], [950.0, 1000.0]])
    assert dispersion_of([moments], [gap]) == 1.0


def test_holm_by_hand():
    np.testing.assert_allclose(holm([0.04, 0.01, 0.03]), [0.06, 0.03, 0.06])
    assert holm([]).shape == (0,)
    assert holm([0.9, 0.8]).max() == 1.0
