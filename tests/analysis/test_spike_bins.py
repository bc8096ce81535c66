"""Bins of spikes: what is taken, what jittering keeps, and the windows it happens in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from neurohm.analysis import spike_bins
from neurohm.analysis.spike_bins import JitterWindows, SpikeBins
from neurohm.recordings import Recording, bin_spikes

seeds = st.integers(0, 10_000)
observed_bins = st.lists(st.booleans(), min_size=1, max_size=60).map(np.array)
windows = st.integers(2, 9)


def counts_of(spikes):
    """Counts of each unit in each bin, (units, bins)."""
    counts = np.zeros((len(spikes.indptr) - 1, spikes.n_bins), dtype=int)
    np.add.at(counts, (spikes.units, spikes.bins), 1)
    return counts


def spikes_of(counts, at_most_one=False):
    """The inverse of `counts_of`."""
    indptr = np.concatenate([[0], np.cumsum(counts.sum(axis=1))])
    bins = np.concatenate([np.repeat(np.arange(len(row)), row) for row in counts])
    return SpikeBins(indptr, bins, counts.shape[1], at_most_one)


def with_gap(seed=0):
    rng = np.random.default_rng(seed)
    trains = [np.sort(rng.uniform(0, 10, 80)) for _ in range(3)]
    return Recording.from_trains(trains, t_stop=10.0, intervals={"observed": [[0, 4.0], [6, 10]]})


# ---- which spikes


def test_spikes_of_observed_bins_are_taken_each_as_often_as_it_is_there():
    binned = bin_spikes(with_gap(), 0.5)
    spikes = SpikeBins.of(binned)
    expected = np.where(binned.observed[:, None], binned.toarray(), 0).T
    assert expected.max() > 1
    np.testing.assert_array_equal(counts_of(spikes), expected)
    assert not counts_of(spikes)[:, 8:12].any()
    assert spikes.n_bins == 20


def test_at_most_one_counts_spikes_or_none():
    binned = bin_spikes(with_gap(), 0.5)
    clipped = SpikeBins.of(binned, at_most_one=True)
    np.testing.assert_array_equal(
        counts_of(clipped), np.minimum(counts_of(SpikeBins.of(binned)), 1)
    )


def test_units_without_spikes_have_none():
    spikes = SpikeBins.of(bin_spikes(Recording.from_trains([[], [0.5], []], t_stop=2.0), 1.0))
    assert spikes.indptr.tolist() == [0, 0, 1, 1]
    assert spikes.units.tolist() == [1]


@given(seeds, st.integers(0, 12), st.integers(0, 12))
def test_between_is_the_counts_between(seed, a, b):
    first, end = sorted((a, b))
    counts = np.random.default_rng(seed).poisson(0.7, (3, 12))
    part = spikes_of(counts).between(first, end)
    np.testing.assert_array_equal(counts_of(part), counts[:, first:end])


# ---- windows


@given(observed_bins, windows)
def test_windows_tile_the_observed_stretches(observed, window):
    tiles = JitterWindows.tile(observed, window)
    for first in np.unique(tiles.first):
        inside = np.flatnonzero(tiles.first == first)
        np.testing.assert_array_equal(inside, np.arange(first, first + len(inside)))
        assert (tiles.length[inside] == len(inside)).all()
        assert observed[inside].all() or len(inside) == 1
        is_last = inside[-1] + 1 == len(observed) or not observed[inside[-1] + 1]
        if observed[first] and not is_last:
            assert len(inside) == window
        elif observed[first]:
            stretch_began = first == 0 or not observed[first - 1]
            assert len(inside) < 2 * window
            assert len(inside) >= window or stretch_began


def test_windows_do_not_cross_a_gap():
    observed = np.array([True] * 5 + [False] * 2 + [True] * 3)
    assert JitterWindows.tile(observed, 4).first.tolist() == [0] * 5 + [5, 6] + [7] * 3


# ---- jittering


@given(seeds, observed_bins, windows, st.booleans())
def test_each_unit_keeps_its_spikes_in_each_window(seed, observed, window, at_most_one):
    rng = np.random.default_rng(seed)
    counts = np.where(observed, rng.poisson(0.8, (3, len(observed))), 0)
    counts = np.minimum(counts, 1) if at_most_one else counts
    tiles = JitterWindows.tile(observed, window)
    jittered = spikes_of(counts, at_most_one).jittered(tiles, rng)
    assert not at_most_one or counts_of(jittered).max(initial=0) <= 1
    for unit, row in enumerate(counts_of(jittered)):
        kept = [np.bincount(tiles.first, x, len(observed)) for x in (row, counts[unit])]
        np.testing.assert_array_equal(*kept)
        own = jittered.bins[jittered.indptr[unit] : jittered.indptr[unit + 1]]
        assert (np.diff(own) >= 0).all()
    assert not counts_of(jittered)[:, ~observed].any()


def test_unobserved_bins_stay_as_they_are():
    counts = np.ones((2, 9), dtype=int)
    observed = np.array([True] * 4 + [False] * 2 + [True] * 3)
    tiles = JitterWindows.tile(observed, 2)
    for seed in range(20):
        jittered = spikes_of(counts).jittered(tiles, np.random.default_rng(seed))
        assert (counts_of(jittered)[:, 4:6] == 1).all()


def test_every_bin_of_a_window_is_as_probable():
    counts = np.zeros((1, 10), dtype=int)
    counts[0, [1, 7]] = 4000
    tiles = JitterWindows.tile(np.ones(10, dtype=bool), 4)  # four bins, then six
    after = counts_of(spikes_of(counts).jittered(tiles, np.random.default_rng(5)))[0]
    # A right sampler fails each of these once in a thousand seeds; this seed does not.
    assert stats.chisquare(after[:4]).pvalue > 1e-3
    assert stats.chisquare(after[4:]).pvalue > 1e-3


def test_of_spikes_or_none_every_set_of_bins_is_as_probable():
    counts = np.tile([1, 0, 0, 1], (6000, 1))
    tiles = JitterWindows.tile(np.ones(4, dtype=bool), 4)
    jittered = spikes_of(counts, at_most_one=True).jittered(tiles, np.random.default_rng(5))
    sets, number = np.unique(counts_of(jittered), axis=0, return_counts=True)
    assert len(sets) == 6
    # A right sampler fails once in a thousand seeds; this seed does not.
    assert stats.chisquare(number).pvalue > 1e-3


def test_drawing_in_chunks_changes_nothing(monkeypatch):
    counts = (np.random.default_rng(0).random((3, 100)) < 0.4).astype(int)
    tiles = JitterWindows.tile(np.ones(100, dtype=bool), 5)
    once, chunked = (
        monkeypatch.setattr(spike_bins, "_MOST_PLACES", places)
        or spikes_of(counts, at_most_one=True).jittered(tiles, np.random.default_rng(1)).bins
        for places in (2**22, 11)
    )
    np.testing.assert_array_equal(once, chunked)


def test_jittering_destroys_what_units_do_together():
    bins = np.arange(3, 3000, 10)
    counts = np.zeros((2, 3000), dtype=int)
    counts[:, bins] = 1
    tiles = JitterWindows.tile(np.ones(3000, dtype=bool), 10)
    jittered = counts_of(spikes_of(counts).jittered(tiles, np.random.default_rng(0)))
    together = (jittered.min(axis=0) > 0).sum()
    # Binomial(300, 1/10): from 12 to 52 but for one of 10,000
    assert 12 <= together <= 52


@pytest.mark.parametrize("at_most_one", [False, True])
def test_the_kind_of_counts_is_handed_on(at_most_one):
    spikes = SpikeBins.of(bin_spikes(with_gap(), 0.5), at_most_one=at_most_one)
    tiles = JitterWindows.tile(np.ones(20, dtype=bool), 5)
    jittered = spikes.jittered(tiles, np.random.default_rng(0))
    assert jittered.at_most_one is spikes.between(0, 5).at_most_one is at_most_one
    assert (counts_of(jittered).max() <= 1) == at_most_one
