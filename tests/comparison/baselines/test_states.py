"""Sets of states: all of them and a sample say the same, and what plain loops say."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from neurohm.comparison.baselines.interactions import Interactions
from neurohm.comparison.baselines.states import AllStates, SampledStates, bits


def interactions_of(n: int, seed: int = 0) -> Interactions:
    rng = np.random.default_rng(seed)
    couplings = np.triu(rng.normal(size=(n, n)), 1)
    return Interactions(rng.normal(size=n), couplings + couplings.T, rng.normal(size=n + 1))


def by_hand(states: np.ndarray, of: Interactions) -> np.ndarray:
    return np.array(
        [
            of.fields @ x
            + sum(of.couplings[i, j] * x[i] * x[j] for i, j in combinations(range(len(x)), 2))
            + of.potential[int(x.sum())]
            for x in states
        ]
    )


@pytest.mark.parametrize("n", [1, 2, 5, 6])
def test_log_weights_are_those_of_plain_loops(n: int) -> None:
    states, given = bits(n), interactions_of(n)
    expected = by_hand(states, given)
    np.testing.assert_allclose(AllStates(n).log_weights(given), expected, atol=1e-12)
    sampled = SampledStates(states.astype(np.uint8))
    np.testing.assert_allclose(sampled.log_weights(given), expected, atol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 5, 6])
def test_moments_are_those_of_plain_loops(n: int) -> None:
    states = bits(n)
    weights = np.random.default_rng(1).random(2**n)
    for moments in (
        AllStates(n).moments(weights),
        SampledStates(states.astype(np.uint8)).moments(weights),
    ):
        np.testing.assert_allclose(moments.means, weights @ states, atol=1e-12)
        expected = np.triu(states.T @ (weights[:, None] * states), 1)
        np.testing.assert_allclose(np.triu(moments.pairs, 1), expected, atol=1e-12)
        counts = np.bincount(states.sum(1).astype(int), weights, n + 1)
        np.testing.assert_allclose(moments.counts, counts, atol=1e-12)


def test_distinct_states_have_the_moments_of_all() -> None:
    rows = (np.random.default_rng(2).random((300, 11)) < 0.2).astype(np.uint8)
    distinct, every = SampledStates.distinct(rows), SampledStates(rows)
    assert len(np.unique(rows, axis=0)) == len(distinct.rows)
    for name in ("means", "pairs", "counts"):
        np.testing.assert_allclose(
            getattr(distinct.mean_moments(), name), getattr(every.mean_moments(), name), atol=1e-12
        )


def test_states_have_the_numbers_of_their_bits() -> None:
    np.testing.assert_array_equal(AllStates(5).rows(np.arange(32)), bits(5))
