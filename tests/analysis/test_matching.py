"""Similarity at the best shift, and matching, against all shifts and all matchings."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurohm.analysis import match, shifted_similarity

seeds = st.integers(0, 10_000)
sizes = st.integers(1, 4)


def cosine_at(one, other, shift):
    """Cosine of two patterns, lag 0 of the first laid on lag `shift` of the second."""
    room = one.shape[1] + other.shape[1]
    a, b = (np.zeros((len(one), 3 * room)) for _ in range(2))
    a[:, room + shift : room + shift + one.shape[1]] = one
    b[:, room : room + other.shape[1]] = other
    return (a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum())


@given(seeds, st.tuples(sizes, sizes), sizes, st.tuples(sizes, sizes))
def test_similarity_is_the_best_cosine_over_all_shifts(seed, numbers, n_units, lags):
    rng = np.random.default_rng(seed)
    a, b = (rng.normal(size=(n, n_units, lag)) for n, lag in zip(numbers, lags, strict=True))
    similarity, shift = shifted_similarity(a, b)
    for i, one in enumerate(a):
        for j, other in enumerate(b):
            shifts = range(1 - lags[0], lags[1])
            cosines = {by: cosine_at(one, other, by) for by in shifts}
            assert similarity[i, j] == pytest.approx(max(cosines.values()), abs=1e-12)
            assert cosines[shift[i, j]] == pytest.approx(similarity[i, j], abs=1e-12)


@given(seeds, st.integers(0, 3), st.integers(0, 3))
def test_a_shifted_copy_is_found_at_its_shift(seed, before, after):
    pattern = np.random.default_rng(seed).random((3, 2)) + 0.1
    copy = np.pad(pattern, ((0, 0), (before, after)))
    similarity, shift = shifted_similarity(pattern[None], copy[None])
    assert (similarity[0, 0], shift[0, 0]) == (pytest.approx(1), before)
    back, other_way = shifted_similarity(copy[None], pattern[None])
    assert (back[0, 0], other_way[0, 0]) == (pytest.approx(1), -before)


def test_of_equal_similarities_the_smallest_shift_is_taken():
    once, twice = np.array([[[1.0]]]), np.array([[[1.0, 0.0, 0.0, 1.0]]])
    assert shifted_similarity(once, twice)[1] == 0
    assert shifted_similarity(twice, once)[1] == 0


def test_similarity_does_not_depend_on_scale_and_nothing_is_like_nothing():
    rng = np.random.default_rng(0)
    a, b = rng.random((2, 3, 2)), rng.random((3, 3, 4))
    np.testing.assert_allclose(
        shifted_similarity(a, b)[0], shifted_similarity(7 * a, b / 9)[0], rtol=1e-12
    )
    a[0] = 0
    assert (shifted_similarity(a, b)[0][0] == 0).all()
    assert shifted_similarity(a[:0], b)[0].shape == (0, 3)


@given(seeds, st.integers(1, 5), st.integers(1, 5))
def test_matching_is_the_best_of_all(seed, rows, columns):
    similarity = np.random.default_rng(seed).random((rows, columns))
    partner = match(similarity)
    matched = partner >= 0
    assert matched.sum() == min(rows, columns)
    assert len(set(partner[matched])) == matched.sum()
    tall = similarity if rows <= columns else similarity.T
    best = max(
        tall[np.arange(len(tall)), list(order)].sum()
        for order in permutations(range(tall.shape[1]), len(tall))
    )
    assert similarity[matched, partner[matched]].sum() == pytest.approx(best, abs=1e-12)


def test_pairs_too_unlike_are_not_matched():
    similarity = np.array([[0.9, 0.3], [0.8, 0.3]])
    # The best sum leaves the second row with 0.3, which is not enough.
    assert match(similarity, 0.31).tolist() == [0, -1]
    assert match(similarity, 0.3).tolist() == [0, 1]
    assert match(np.empty((0, 3))).tolist() == []
    assert match(np.empty((2, 0))).tolist() == [-1, -1]
