"""The pattern sets: counts, probabilities and entropies known from the literature."""

import numpy as np
import pytest

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.images import bars, lines, shifter


@pytest.mark.parametrize(
    ("data", "count", "bits"),
    [(bars(4), 30, 3.476512), (lines(), 12, 3.503258), (shifter(8), 508, 6.606339)],
    ids=["bars", "lines", "shifter"],
)
def test_known_distribution(data, count, bits):
    assert len(np.unique(data.patterns, axis=0)) == len(data.patterns) == count
    assert data.probabilities.sum() == pytest.approx(1, abs=1e-12)
    assert data.entropy / np.log(2) == pytest.approx(bits, abs=1e-6)


def test_columns_are_twice_as_frequent_as_rows():
    data = lines()
    images = data.patterns.reshape(-1, 3, 3)
    columns = (images == images[:, :1]).all(axis=(1, 2))
    np.testing.assert_allclose(data.probabilities[columns], 2 / 18)
    np.testing.assert_allclose(data.probabilities[~columns], 1 / 18)


def test_second_row_is_the_first_shifted():
    first, second = np.split(shifter(6).patterns, 2, axis=1)
    left, right = np.roll(first, -1, axis=1), np.roll(first, 1, axis=1)
    assert ((second == left).all(axis=1) | (second == right).all(axis=1)).all()


def test_samples_follow_the_probabilities():
    # chi-square with 11 degrees of freedom: 31.3 is exceeded once in a thousand seeds
    data, n = lines(), 20_000
    x = data.sample(n, seed=1)
    found = np.array([(x == pattern).all(axis=1).sum() for pattern in data.patterns])
    expected = n * data.probabilities
    assert ((found - expected) ** 2 / expected).sum() < 31.3
    np.testing.assert_array_equal(x, data.sample(n, seed=1))


@pytest.mark.parametrize("make", [lambda: bars(1), lambda: bars(4, on=0), lambda: shifter(13)])
def test_impossible_sizes_are_refused(make):
    with pytest.raises(InputError):
        make()


def test_sizes_are_whole_numbers():
    with pytest.raises(ArgumentTypeError, match=r"size 2\.5"):
        bars(2.5)
    assert bars(np.int8(4)).patterns.shape == (30, 16)
