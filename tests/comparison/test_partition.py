"""What is learned from and what is scored never meet."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurohm.comparison.partition import blocks_of, cross_validation, last_part
from neurohm.exceptions import ArgumentTypeError, InputError


@given(
    observed=st.lists(st.booleans(), min_size=12, max_size=60).filter(lambda o: sum(o) >= 6),
    folds=st.integers(2, 6),
    gap=st.integers(0, 4),
)
def test_every_observed_bin_is_scored_once_with_a_gap_around(observed, folds, gap):
    observed = np.array(observed)
    parts = cross_validation(observed, folds, gap)
    np.testing.assert_array_equal(sum(part.tested.astype(int) for part in parts), observed)
    number = np.cumsum(observed) - 1
    for part in parts:
        assert not (part.learned & ~observed).any()
        tested, learned = number[part.tested], number[part.learned]
        distance = np.abs(tested[:, None] - learned[None, :])
        assert distance.size == 0 or distance.min() > gap
        missing = observed.sum() - len(tested) - len(learned)
        assert missing <= 2 * gap


def test_the_last_part_by_share_and_by_number():
    observed = np.array([True] * 6 + [False] * 2 + [True] * 4)
    for test in (0.4, 4, 4.0):
        fold = last_part(observed, test, gap=1)
        assert np.flatnonzero(fold.tested).tolist() == [8, 9, 10, 11]
        assert np.flatnonzero(fold.learned).tolist() == [0, 1, 2, 3, 4]


def test_blocks_are_contiguous_and_equal():
    np.testing.assert_array_equal(np.bincount(blocks_of(100, 7)), [15, 14, 14, 15, 14, 14, 14])
    assert (np.diff(blocks_of(100, 7)) >= 0).all()
    assert blocks_of(3, 10).tolist() == [0, 1, 2]


def test_what_is_refused():
    observed = np.ones(10, bool)
    with pytest.raises(InputError, match="folds 1; expected at least 2"):
        cross_validation(observed, 1, 0)
    with pytest.raises(InputError, match="11 folds of 10 observed bins"):
        cross_validation(observed, 11, 0)
    with pytest.raises(InputError, match="8 bins to test on, and a gap of 2, of 10"):
        last_part(observed, 8, 2)
    with pytest.raises(InputError, match="test 0"):
        last_part(observed, 0.0, 0)
    with pytest.raises(ArgumentTypeError, match=r"test 2\.5"):
        last_part(observed, 2.5, 0)
