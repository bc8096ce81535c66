from __future__ import annotations

import numpy as np
import pytest

from neurohm.analysis.sample_quality import (
    frechet_distance,
    kernel_distance,
    sample_quality,
    vendi_score,
)
from neurohm.exceptions import InputError


@pytest.fixture
def normal() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((600, 8))


def test_the_same_samples_are_perfect(normal: np.ndarray) -> None:
    found = sample_quality(normal, normal)
    assert (found.precision, found.recall, found.coverage) == (1, 1, 1)
    assert found.density > 1  # each lies within its own reach, and those of its neighbours
    assert found.frechet == pytest.approx(0, abs=1e-9)
    assert found.pairwise == pytest.approx(1)


def test_a_shift_is_its_squared_length(normal: np.ndarray) -> None:
    shift = np.arange(8) / 4
    assert frechet_distance(normal, normal + shift) == pytest.approx(shift @ shift)


def test_normal_distributions_that_differ_in_spread(normal: np.ndarray) -> None:
    scaled = normal * np.linspace(1, 3, 8)
    c, d = np.cov(normal, rowvar=False), np.cov(scaled, rowvar=False)
    from scipy.linalg import sqrtm

    mean = normal.mean(axis=0) - scaled.mean(axis=0)
    expected = mean @ mean + np.trace(c + d - 2 * sqrtm(c @ d).real)
    assert frechet_distance(normal, scaled) == pytest.approx(expected, rel=1e-6)


def test_two_halves_differ_by_nothing_on_average() -> None:
    """The mean of 60 unbiased estimates within four standard errors: false alarms below 1e-3."""
    rng = np.random.default_rng(1)
    values = [kernel_distance(*rng.standard_normal((2, 60, 5))) for _ in range(60)]
    assert abs(np.mean(values)) < 4 * np.std(values, ddof=1) / np.sqrt(len(values))


def test_one_sample_over_and_over_has_precision_and_no_diversity(normal: np.ndarray) -> None:
    found = sample_quality(normal, np.tile(normal[:1] * 0.1, (600, 1)))
    assert found.precision == 1
    assert found.recall < 0.05
    assert found.coverage < 0.2
    assert found.vendi == pytest.approx(1)
    assert found.pairwise == pytest.approx(0, abs=1e-6)


def test_noise_beside_the_data_has_diversity_and_no_precision(normal: np.ndarray) -> None:
    found = sample_quality(normal, 6 * np.random.default_rng(3).standard_normal((600, 8)))
    assert found.precision < 0.2
    assert found.recall > 0.9


def test_different_samples_are_counted() -> None:
    of_three = np.repeat(np.eye(3), 10, axis=0)
    assert vendi_score(of_three) == pytest.approx(2, rel=1e-6)  # three, once their mean is gone
    assert vendi_score(np.zeros((5, 2))) == 1


def test_what_was_learned_by_heart_is_seen(normal: np.ndarray) -> None:
    rng = np.random.default_rng(4)
    known, fresh, again = normal[:200], normal[200:400], rng.standard_normal((200, 8))
    honest = sample_quality(fresh, again, learned_from=known)
    copied = sample_quality(fresh, known + 0.01, learned_from=known)
    assert honest.memorisation == pytest.approx(1, abs=0.2)
    assert copied.memorisation < 0.05
    assert np.isnan(sample_quality(fresh, again).memorisation)


def test_features_are_named_and_used(normal: np.ndarray) -> None:
    def first_two(x: np.ndarray) -> np.ndarray:
        return x[:, :2]

    other = normal.copy()
    other[:, 2:] += 5
    assert sample_quality(normal, other, features=first_two).frechet == pytest.approx(0, abs=1e-9)
    assert sample_quality(normal, other, features=first_two).features == "first_two"
    assert sample_quality(normal, other).features == "8 principal components"
    assert set(sample_quality(normal, other).to_dict()) >= {"precision", "neighbours"}


def test_what_cannot_be_compared(normal: np.ndarray) -> None:
    with pytest.raises(InputError, match="more than 5 rows"):
        sample_quality(normal[:5], normal)
    with pytest.raises(InputError, match="different numbers of columns"):
        sample_quality(normal, normal[:, :3])
    with pytest.raises(InputError, match="finite"):
        sample_quality(normal, np.full((20, 8), np.nan))


def test_few_patterns_are_no_memorisation() -> None:
    patterns = np.repeat(np.eye(4), 5, axis=0)
    found = sample_quality(patterns, patterns, learned_from=patterns)
    assert np.isnan(found.memorisation)
    assert np.isnan(sample_quality(np.ones((10, 3)), np.eye(3).repeat(3, axis=0)).pairwise)
