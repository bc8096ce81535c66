"""Order of members in time: sequences, synchrony, and lags by hand."""

import numpy as np
import pytest

from neurohm.analysis.sequences import firing_order

LAGS = np.array([0.0, 0.02, 0.04, 0.06])


def test_a_sequence_with_members_missing():
    rng = np.random.default_rng(0)
    after = LAGS + 0.003 * rng.standard_normal((80, 4))
    after[rng.random((80, 4)) < 0.3] = np.nan
    found = firing_order(after, LAGS)
    assert found.order > 0.98
    assert found.p_value == 0.005
    np.testing.assert_allclose(found.spread, 0.003, rtol=0.35)


def test_synchrony_has_no_order():
    # p-values below 0.05 of no order: more than 9 of 60 with a probability of 0.002.
    small = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        after = 0.005 * rng.standard_normal((40, 4))
        small += firing_order(after, np.median(after, axis=0), shuffles=19).p_value <= 0.05
    assert small <= 9


def test_shuffled_halves_are_compared_with_each_other():
    # Two occurrences of two members are in the same order in half of all cases, whichever it is:
    # outside 0.5 ± 0.13 with a probability of 0.0002.
    found = firing_order(np.array([[0.0, 1.0], [0.0, 1.0]]), np.array([0.0, 1.0]))
    assert found.order == 1.0
    assert found.p_value == pytest.approx(0.5, abs=0.13)


def test_a_single_occurrence_has_no_order():
    found = firing_order(LAGS[None], LAGS)
    assert (found.order, found.p_value) == (0.0, 1.0)


def test_order_by_hand():
    # Three pairs each; of the second occurrence one pair is against the order of the first, and
    # the other way round.
    after = np.array([[0.0, 1.0, 2.0], [0.0, 2.0, 1.0]])
    assert firing_order(after, np.zeros(3), shuffles=1).order == pytest.approx(4 / 12 + 0.0)


def test_the_lag_spread_is_robust():
    after = np.zeros((101, 2))
    after[:, 1] = 1.0 + np.where(np.arange(101) % 2, 0.1, -0.1)
    after[0, 1] = 50.0
    assert firing_order(after, np.array([0.0, 1.0])).spread.tolist() == pytest.approx(
        [0.0, 0.14826]
    )


def test_nothing_occurs():
    found = firing_order(np.empty((0, 3)), np.array([0.0, 1.0, 2.0]))
    assert (found.order, found.p_value) == (0.0, 1.0)
    assert np.isnan(found.spread).all()
