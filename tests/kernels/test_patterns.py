"""Passes over spikes: compiled, reference and the definition, sum by sum."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

MOST_LAGS = 5


@st.composite
def cases(draw):
    """Spikes (several in a bin, units without any) and weights (units without any)."""
    n_units, n_bins = draw(st.integers(1, 5)), draw(st.integers(1, 12))
    lags = draw(st.integers(1, MOST_LAGS))
    trains = [
        sorted(draw(st.lists(st.integers(0, n_bins - 1), max_size=8))) for _ in range(n_units)
    ]
    row = st.lists(st.integers(-3, 9), min_size=lags, max_size=lags) | st.just([0] * lags)
    weight = np.array([draw(row) for _ in range(n_units)], dtype=np.float64)
    return trains, weight, n_bins


def arrays_of(trains):
    indptr = np.cumsum([0, *map(len, trains)]).astype(np.int64)
    return indptr, np.concatenate([np.array(train, dtype=np.int64) for train in trains])


def own_evidence(trains, weight, n_bins):
    """e_u(t) = sum_l w[u, l] n_u(t + l) for t from 1 - lags, (units, bins + lags - 1)."""
    units, lags = weight.shape
    own = np.zeros((units, n_bins + lags - 1))
    for u, train in enumerate(trains):
        for t in range(1 - lags, n_bins):
            own[u, t + lags - 1] = sum(weight[u, lag] * train.count(t + lag) for lag in range(lags))
    return own


def both(kernels, trains, weight, n_bins):
    indptr, bins = arrays_of(trains)
    evidence = np.full(n_bins + weight.shape[1] - 1, np.nan)
    kernels.patterns.pattern_evidence(indptr, bins, weight, evidence)
    shares = np.full(len(weight), np.nan)
    kernels.patterns.coincidence_shares(indptr, bins, weight, evidence, shares)
    return evidence, shares


# Whole weights: sums are exact in any order, and so is the comparison.


@pytest.mark.parametrize("name", ["reference", "compiled"])
@given(case=cases())
def test_evidence_is_the_sum_over_spikes_and_lags(request, name, case):
    evidence, _ = both(request.getfixturevalue(name), *case)
    np.testing.assert_array_equal(evidence, own_evidence(*case).sum(axis=0))


@pytest.mark.parametrize("name", ["reference", "compiled"])
@given(case=cases())
def test_shares_are_products_with_all_other_units(request, name, case):
    own = own_evidence(*case)
    expected = [
        sum((own[u] * own[v]).sum() for v in range(len(own)) if v != u) for u in range(len(own))
    ]
    np.testing.assert_array_equal(both(request.getfixturevalue(name), *case)[1], expected)


def test_both_agree_on_weights_that_are_not_whole(reference, compiled):
    rng = np.random.default_rng(3)
    trains = [sorted(rng.integers(0, 500, 300).tolist()) for _ in range(6)]
    weight = rng.normal(size=(6, 4))
    weight[2] = 0
    for got, expected in zip(
        both(compiled, trains, weight, 500), both(reference, trains, weight, 500), strict=True
    ):
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-9 * np.abs(expected).max())


def test_without_spikes_all_is_zero(reference, compiled):
    for kernels in (reference, compiled):
        evidence, shares = both(kernels, [[], []], np.ones((2, 3)), 4)
        assert not evidence.any()
        assert not shares.any()
