"""Matching with what was planted, F1 and the area under the ROC, by hand."""

import numpy as np
import pytest

from neurohm.analysis.recovery import activation_auc, members_f1, recovery

FIVE = [np.array([0, 1]), np.array([2, 3, 4])]


def of(weights, members, **options):
    activation = np.zeros((30, len(members)))
    bins = [np.array([5, 15]), np.array([10, 20])]
    return recovery(FIVE, bins, np.array(weights), [*map(np.array, members)], activation, **options)


@pytest.mark.parametrize(
    ("true", "found", "f1"),
    [([1, 2], [1, 2], 1.0), ([1, 2, 3], [3, 4, 5], 1 / 3), ([1], [2], 0.0), ([1, 2], [], 0.0)],
)
def test_f1_by_hand(true, found, f1):
    assert members_f1(np.array(true, int), np.array(found, int)) == pytest.approx(f1, rel=1e-15)


def test_matching_is_of_the_sum_not_of_the_nearest():
    # Both planted ones are most like the first; their cosines with (first, second) are
    # (0.8, 0.6) and (0.6, 0): the second planted one can have the first alone.
    weights = [[0.8, 0.8, 0.6, 0.6, 0.6], [0.9, 0.9, 0.0, 0.0, 0.0]]
    found = of(weights, [[0, 1, 2, 3, 4], [0, 1]])
    assert found.partner.tolist() == [1, 0]
    assert found.f1.tolist() == [1.0, 2 * 3 / 8]
    assert found.n_recovered == 1
    expected = [1.0, 1.8 / np.sqrt(3 * (2 * 0.64 + 3 * 0.36))]
    np.testing.assert_allclose(found.cosine, expected, rtol=1e-12)


def test_the_sign_of_weights_does_not_matter():
    found = of([[0, 0, -1, -1, -1]], [[2, 3, 4]])
    assert found.partner.tolist() == [-1, 0]
    assert found.f1.tolist() == [0.0, 1.0]
    assert found.auc.tolist() == [0.5, 0.5]


def test_nothing_found_and_nothing_planted():
    assert repr(of(np.zeros((0, 5)), [])) == (
        "Recovery(0 of 2 recovered, 0 found, mean F1 0.00, mean AUC 0.50)"
    )
    none = recovery([], [], np.ones((1, 5)), [np.array([1])], np.zeros((9, 1)))
    assert (none.n_true, none.n_found, repr(none)) == (0, 1, "Recovery(1 found, none planted)")
    assert none.to_dict()["f1"] == []


def auc_by_counting(bins, activation, span, tolerance):
    n = len(activation)
    lowest = np.nanmin(activation)
    known = np.where(np.isnan(activation), lowest, activation)
    near = [
        max(known[max(0, t - tolerance) : t + span + tolerance + 1].max(initial=lowest), lowest)
        for t in range(n)
    ]
    reach = span + 2 * tolerance
    apart = [t for t in range(n) if all(abs(t - b) > reach for b in bins)]
    wins = [(near[b] > near[t]) + 0.5 * (near[b] == near[t]) for b in bins for t in apart]
    return np.mean(wins)


@pytest.mark.parametrize("span", [0, 2])
@pytest.mark.parametrize("tolerance", [0, 1])
def test_area_by_counting_pairs(span, tolerance):
    rng = np.random.default_rng(span + 5 * tolerance)
    activation = rng.integers(0, 5, 80).astype(float)
    activation[[7, 40]] = np.nan
    bins = np.array([6, 20, 21, 50, 79])
    assert activation_auc(bins, activation, span=span, tolerance=tolerance) == pytest.approx(
        auc_by_counting(bins, activation, span, tolerance), rel=1e-12
    )


def test_chance_where_there_is_nothing_to_compare():
    assert activation_auc(np.array([], int), np.zeros(10)) == 0.5
    assert activation_auc(np.array([1]), np.zeros(3)) == 0.5
    assert activation_auc(np.array([4]), np.full(10, np.nan)) == 0.5


def test_random_activation_is_chance():
    # Standard error about 0.02 with 200 occurrences: outside of 0.42 to 0.58 once in 10,000.
    rng = np.random.default_rng(0)
    bins = np.sort(rng.choice(20000, 200, replace=False))
    assert activation_auc(bins, rng.random(20000)) == pytest.approx(0.5, abs=0.08)
