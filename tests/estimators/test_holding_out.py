"""Bins that stop a fit: apart from those learned, spread over the recording, by a window's gap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurohm as nh
from neurohm.estimators.holding_out import hold_out
from neurohm.recordings import bin_spikes


def binned(n_bins, gaps=()):
    edges = [0.0, *(edge for gap in gaps for edge in gap), float(n_bins)]
    observed = np.array(edges).reshape(-1, 2)
    recording = nh.Recording.from_trains([[0.5]], t_stop=n_bins, intervals={"observed": observed})
    return bin_spikes(recording, 1.0)


@given(st.integers(20, 400), st.floats(0.0, 0.6), st.integers(1, 6))
def test_no_window_sees_both_parts(n_bins, share, lags):
    learned, held_out = hold_out(binned(n_bins), share, lags)
    if held_out is None:
        assert learned.observed.all()
        return
    assert held_out.observed.sum() <= share * n_bins
    held, kept = np.flatnonzero(held_out.observed), np.flatnonzero(learned.observed)
    if kept.size:
        assert np.abs(held[:, None] - kept).min() > lags


def test_blocks_are_spread_and_one_is_at_the_end():
    _, held_out = hold_out(binned(1000), 0.1, lags=5)
    starts = np.flatnonzero(np.diff(held_out.observed.astype(int), prepend=0) == 1)
    np.testing.assert_array_equal(starts, [180, 380, 580, 780, 980])
    assert held_out.observed[-1]


def test_unobserved_bins_are_in_neither_part():
    learned, held_out = hold_out(binned(300, gaps=[(100, 200)]), 0.2, lags=2)
    assert not learned.observed[100:200].any()
    assert not held_out.observed[100:200].any()
    assert held_out.observed.sum() == 40


@pytest.mark.parametrize(("share", "lags"), [(0.0, 1), (0.1, 50)])
def test_too_little_to_hold_out(share, lags):
    spikes = binned(200)
    learned, held_out = hold_out(spikes, share, lags)
    assert held_out is None
    assert learned is spikes


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 9)), min_size=1, max_size=8),
    st.floats(0.0, 0.9),
    st.integers(1, 4),
)
def test_with_gaps_as_by_numbering_the_observed_bins(stretches, share, lags):
    edges = np.cumsum([length for pair in stretches for length in pair])[:-1]
    spikes = binned(edges[-1], list(zip(edges[:-1:2], edges[1::2], strict=True)))
    learned, held_out = hold_out(spikes, share, lags)
    if held_out is None:
        return
    bins = np.flatnonzero(spikes.observed)
    blocks = min(5, int(share * len(bins)) // (2 * lags))
    length = int(share * len(bins) / blocks)
    held, near = set(), set()
    for end in np.linspace(0, len(bins), blocks + 1).astype(int)[1:]:
        held |= set(bins[end - length : end])
        near |= set(bins[max(0, end - length - lags) : end + lags])
    assert set(np.flatnonzero(held_out.observed)) == held
    assert set(np.flatnonzero(learned.observed)) == set(bins) - near
