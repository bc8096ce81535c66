"""The match score: what a pattern gains over flat rates."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson

from neurohm.analysis import match_gain
from neurohm.exceptions import InputError


def test_it_is_a_difference_of_two_log_likelihoods() -> None:
    rng = np.random.default_rng(0)
    counts, expected = rng.poisson(1.0, (6, 3, 5)).astype(float), rng.uniform(0.2, 2, (1, 3, 5))
    gain = match_gain(counts, expected, trigger=1)
    for window, value in zip(counts, gain, strict=True):
        total = 0.0
        for unit in range(3):
            bins = [b for b in range(5) if (unit, b) != (1, 2)]
            rate = window[unit, bins].mean()
            total += poisson.logpmf(window[unit, bins], expected[0, unit, bins]).sum()
            total -= poisson.logpmf(window[unit, bins], rate).sum()
        assert value == pytest.approx(total, rel=1e-12)


def test_rates_of_all_windows_together() -> None:
    rng = np.random.default_rng(3)
    counts, expected = rng.poisson(0.5, (6, 3, 5)).astype(float), rng.uniform(0.2, 2, (1, 3, 5))
    inside = np.ones((3, 5), bool)
    inside[1, 2] = False
    rates = np.where(inside, counts, 0).sum(axis=(0, 2)) / (6 * inside.sum(axis=1))
    flat = np.repeat(rates[:, None], 5, axis=1)
    difference = poisson.logpmf(counts, expected) - poisson.logpmf(counts, flat)
    gain = match_gain(counts, expected, trigger=1, flat="code")
    np.testing.assert_allclose(gain, np.where(inside, difference, 0).sum(axis=(1, 2)), rtol=1e-10)
    with pytest.raises(InputError, match="'window' or 'code'"):
        match_gain(counts, expected, trigger=1, flat="units")


def test_the_triggers_own_bin_does_not_count() -> None:
    rng = np.random.default_rng(1)
    counts, expected = rng.poisson(1.0, (6, 3, 5)).astype(float), rng.uniform(0.2, 2, (1, 3, 5))
    before = match_gain(counts, expected, trigger=2)
    counts[:, 2, 2], expected[:, 2, 2] = 9, 1e-3
    np.testing.assert_array_equal(match_gain(counts, expected, trigger=2), before)


def test_flat_patterns_gain_nothing() -> None:
    counts = np.random.default_rng(2).poisson(1.0, (8, 3, 5)).astype(float)
    flat = np.full((1, 3, 5), 0.9)
    assert (match_gain(counts, flat, trigger=0) <= 0).all()


def test_of_spikes_or_none() -> None:
    counts = np.array([[[0.0, 0, 0], [1, 0, 0]]])
    expected = np.array([[[0.5, 0.5, 0.5], [0.9, 0.1, 0.1]]])
    flat = np.log(1 / 3) + 2 * np.log(2 / 3)
    gain = match_gain(counts, expected, trigger=0, observation="bernoulli")
    # unit 0 never spikes, which its flat rate of zero says with certainty
    assert gain[0] == pytest.approx(3 * np.log(0.9) - flat + 2 * np.log(0.5), rel=1e-12)


def test_windows_of_one_bin() -> None:
    counts = np.array([[[2.0], [1.0]]])
    # The flat rate of a unit in its only bin is its count; of the trigger nothing counts.
    gain = match_gain(counts, np.array([[[5.0], [0.5]]]), trigger=0)
    assert gain[0] == pytest.approx((np.log(0.5) - 0.5) - (0 - 1))
