"""Maximum mean discrepancy: unbiased, its tests, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError, InputError


def samples(shift: float, rows: int = 60, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((rows, 2)), rng.standard_normal((rows + 10, 2)) + shift


def test_it_is_the_unbiased_sum_over_pairs() -> None:
    x, y = samples(0.5, rows=6)

    def kernel(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.exp(-((a - b) ** 2).sum() / (2 * 0.8**2)))

    def mean(a: np.ndarray, b: np.ndarray, alike: bool) -> float:
        pairs = [(i, j) for i in range(len(a)) for j in range(len(b)) if not (alike and i == j)]
        return float(np.mean([kernel(a[i], b[j]) for i, j in pairs]))

    expected = mean(x, x, True) + mean(y, y, True) - 2 * mean(x, y, False)
    assert nh.mmd(x, y, width=0.8, permutations=0).value == pytest.approx(expected)


def test_it_is_zero_in_the_mean_and_its_test_keeps_its_level() -> None:
    results = [nh.mmd(*samples(0.0, seed=s), width=1.0, permutations=99, seed=s) for s in range(60)]
    values = np.array([r.value for r in results])
    assert abs(values.mean()) < 4 * values.std() / np.sqrt(60)
    assert sum(r.p_value <= 0.05 for r in results) <= 9  # false alarm: 1 in 1000


def test_a_difference_is_found_and_the_width_is_told() -> None:
    found = nh.mmd(*samples(1.0), seed=1)
    assert found.p_value == pytest.approx(1 / 501)
    assert 0.5 < found.width < 5
    assert found.to_dict()["n_second"] == 70
    assert found == nh.mmd(*samples(1.0), seed=1)
    assert np.isnan(nh.mmd(*samples(1.0), permutations=0).p_value)


def test_divisions_that_are_the_same_count_as_such() -> None:
    # Of the twenty divisions of six rows, two are the one that was given.
    rng = np.random.default_rng(0)
    for seed in range(20):
        x, y = rng.standard_normal((2, 3, 2))
        assert nh.mmd(x, y + 20, permutations=400, seed=seed).p_value > 0.05  # of 0.1, 1 in 5000


def test_which_of_two_is_nearer_is_told_either_way() -> None:
    x, y = samples(0.0, rows=200)
    far = y + 0.7
    near = nh.relative_mmd(x, y, far)
    assert near.p_value < 1e-3
    assert near.first < near.second
    swapped = nh.relative_mmd(x, far, y)
    assert swapped.p_value == pytest.approx(1 - near.p_value)
    assert swapped.difference == pytest.approx(-near.difference)


def test_the_relative_test_keeps_its_level() -> None:
    p_values = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x, y, z = rng.standard_normal((3, 60, 2))
        p_values.append(nh.relative_mmd(x, y + 0.4, z + 0.4, width=1.0).p_value)
    assert sum(p <= 0.05 for p in p_values) <= 9  # false alarm: 1 in 1000


def test_samples_that_do_not_fit_are_refused() -> None:
    x, y = samples(0.0)
    with pytest.raises(InputError, match="different numbers of columns"):
        nh.mmd(x, y[:, :1])
    with pytest.raises(InputError, match="second sample of shape"):
        nh.mmd(x, y[:1])
    with pytest.raises(InputError, match="reference sample"):
        nh.relative_mmd(np.full((3, 2), np.nan), x, y)
    with pytest.raises(InputError, match="width 0"):
        nh.mmd(x, y, width=0)
    with pytest.raises(ArgumentTypeError, match="permutations"):
        nh.mmd(x, y, permutations=1.5)
