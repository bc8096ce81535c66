"""No spike lost, none in the wrong bin, whatever the bin width."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurohm.exceptions import InputError
from neurohm.recordings import Recording, Windows, bin_entries, bin_spikes

WIDTHS = st.one_of(
    st.sampled_from([1 / 30, 0.1, 1e-3, 0.02, 1 / 3, 7e-4, 1 / 20_000, np.pi / 100]),
    st.floats(1e-4, 1.0),
)
quick = settings(max_examples=60, deadline=None)


@quick
@given(width=WIDTHS, start=st.sampled_from([0.0, 0.1, -3.7, 1234.5]), data=st.data())
def test_edges_are_exact(width, start, data):
    """A spike at the k-th edge, however it was rounded, belongs to bin k."""
    ks = np.unique(data.draw(st.lists(st.integers(0, 100_000), min_size=1, max_size=30)))
    exact = [Fraction(start) + int(k) * Fraction(width) for k in ks]
    nearest = np.array([float(time) for time in exact])
    computed = start + ks * width
    for times in (nearest, computed):
        made = Recording.from_trains([times], t_start=start, t_stop=start + 100_001.5 * width)
        np.testing.assert_array_equal(bin_spikes(made, width).bins, ks)


@quick
@given(width=WIDTHS, shares=st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_bins_agree_with_exact_arithmetic(width, shares):
    duration = 1000 * width
    times = np.sort(np.array(shares) * duration)
    made = Recording.from_trains([times], t_stop=duration)
    binned = bin_spikes(made, width)
    for time, found in zip(times, np.repeat(binned.bins, binned.count), strict=True):
        place = Fraction(float(time)) / Fraction(width)
        off_edge = abs(place - round(place)) * Fraction(width) * 10**9
        if 0.4 < off_edge < 0.6:
            continue  # half a tick: either bin is right
        expected = round(place) if off_edge < 0.5 else math.floor(place)
        assert found == min(expected, binned.n_bins - 1)


@quick
@given(
    width=WIDTHS,
    counts=st.lists(st.integers(0, 30), min_size=1, max_size=5),
    seed=st.integers(0, 1000),
    gap=st.booleans(),
)
def test_counts_conserve(width, counts, seed, gap):
    rng = np.random.default_rng(seed)
    trains = [np.sort(rng.uniform(2.0, 9.0, n).round(rng.integers(1, 8))) for n in counts]
    intervals = {"observed": np.array([[2.0, 4.0], [5.5, 9.0]])} if gap else {}
    made = Recording.from_trains(trains, t_start=2.0, t_stop=9.0, intervals=intervals)
    binned = bin_spikes(made, width)
    assert binned.n_spikes == made.n_spikes == binned.toarray().sum()
    np.testing.assert_array_equal(binned.toarray().sum(axis=0), made.spike_counts)
    assert binned.edges[-1] >= 9.0 - 1e-9


def test_entries_are_sorted_by_bin_and_unit():
    rng = np.random.default_rng(0)
    trains = [np.sort(rng.uniform(0, 10, 200)) for _ in range(8)]
    binned = bin_spikes(Recording.from_trains(trains, t_stop=10.0), 0.1)
    key = binned.bins * 8 + binned.unit
    assert (np.diff(key) > 0).all()
    assert (binned.unit.dtype, binned.count.dtype, binned.indptr.dtype) == ("u2", "u1", "i4")
    np.testing.assert_array_equal(binned.to_csr().toarray(), binned.toarray())
    expected = np.stack([np.histogram(train, binned.edges)[0] for train in trains], axis=1)
    np.testing.assert_array_equal(binned.toarray(), expected)


def test_many_chunks_are_one(monkeypatch):
    rng = np.random.default_rng(0)
    made = Recording.from_trains([np.sort(rng.uniform(0, 10, 500)) for _ in range(3)], t_stop=10.0)
    whole = bin_spikes(made, 0.1).toarray()
    monkeypatch.setattr("neurohm.recordings.stored_times.BLOCK", 17)
    np.testing.assert_array_equal(bin_spikes(made, 0.1).toarray(), whole)


def test_the_end_belongs_to_the_last_bin():
    binned = bin_spikes(Recording.from_trains([[0.3, 1.0]], t_stop=1.0), 0.1)
    assert binned.n_bins == 10
    assert binned.bins.tolist() == [3, 9]


def test_a_partial_last_bin_is_not_observed():
    binned = bin_spikes(Recording.from_trains([[0.5, 1.05]], t_stop=1.05), 0.1)
    assert (binned.n_bins, binned.n_spikes) == (11, 2)
    np.testing.assert_array_equal(np.flatnonzero(~binned.observed), [10])


def test_bins_that_touch_a_gap_are_not_observed():
    observed = [[0.0, 0.3], [0.55, 0.8], [0.8, 1.0]]
    made = Recording.from_trains([[0.1, 0.4]], t_stop=1.0, intervals={"observed": observed})
    binned = bin_spikes(made, 0.1)
    np.testing.assert_array_equal(np.flatnonzero(~binned.observed), [3, 4, 5])
    assert binned.n_spikes == 2


def test_far_from_zero():
    """Times of a Unix clock are known to a quarter of a microsecond; edges hold all the same."""
    start = 1.7e9
    ks = np.arange(0, 5000, 7)
    made = Recording.from_trains([start + ks * 0.02], t_start=start, t_stop=start + 100.0)
    np.testing.assert_array_equal(bin_spikes(made, 0.02).bins, ks)


def test_long_recordings_keep_ticks_small_enough():
    week = 7 * 86_400.0
    times = np.arange(0, week, 3600.0)
    made = Recording.from_trains([times], t_stop=week)
    np.testing.assert_array_equal(bin_spikes(made, 0.1).bins, np.arange(len(times)) * 36_000)


@pytest.mark.parametrize("size", [0.0, -0.1, np.nan, np.inf])
def test_bin_size_out_of_range(size):
    with pytest.raises(
        InputError, match=r"bin size .*expected a number above 0; give it in seconds"
    ):
        bin_spikes(Recording.from_trains([[0.5]], t_stop=1.0), size)


def test_bin_larger_than_the_recording():
    made = Recording.from_trains([[0.5]], t_stop=1.0, source="a.h5")
    with pytest.raises(InputError, match=r"'a.h5': bin size 20 s, larger .* at most 1 s"):
        bin_spikes(made, 20.0)
    assert bin_spikes(made, 1.0).n_bins == 1


def test_bins_of_a_binned_recording_are_multiples():
    made = Recording.from_counts(np.ones((30, 2), dtype=int), bin_width=0.02)
    assert bin_spikes(made, 0.06).toarray().tolist() == [[3, 3]] * 10
    with pytest.raises(InputError, match=r"bin size 0.05 s .*bins of 0.02 s; .*whole multiple"):
        bin_spikes(made, 0.05)
    with pytest.raises(InputError, match="whole multiple"):
        bin_spikes(made, 0.01)
    words = Recording.from_counts(np.ones((30, 2), dtype=int))
    with pytest.raises(InputError, match=r"bin size 1.5 bins .*bins of 1 bin;"):
        bin_spikes(words, 1.5)


def test_a_recording_without_spikes_has_empty_bins():
    binned = bin_spikes(Recording.from_trains([[], []], t_stop=1.0), 0.1)
    assert binned.toarray().shape == (10, 2)
    assert binned.n_spikes == 0


@pytest.mark.parametrize(("most", "dtype"), [(255, "u1"), (256, "i4")])
def test_counts_have_the_type_that_holds_them(most, dtype):
    made = Recording.from_trains([[0.05] * most, [0.15] * 3], t_stop=1.0)
    binned = bin_spikes(made, 0.1)
    assert (binned.count.dtype, binned.n_spikes) == (dtype, most + 3)
    assert binned.toarray()[:2].tolist() == [[most, 0], [0, 3]]


@pytest.mark.parametrize(("n_units", "dtype"), [(2**16, "u2"), (2**16 + 1, "i4")])
def test_units_have_the_type_that_holds_them(n_units, dtype):
    index = np.zeros(n_units, dtype=int)
    index[-1] = 2
    made = Recording(np.array([0.05, 0.35]), index, np.arange(n_units), 0.0, 1.0)
    binned = bin_spikes(made, 0.1)
    assert (binned.unit.dtype, binned.unit.tolist()) == (dtype, [n_units - 1] * 2)


def test_spikes_of_units_in_observed_bins():
    rng = np.random.default_rng(0)
    counts = rng.poisson(0.5, (300, 4))
    gaps = {"observed": [[0.0, 100.0], [120.0, 300.0]]}
    binned = bin_spikes(Recording.from_counts(counts, intervals=gaps), 1.0)
    np.testing.assert_array_equal(binned.spikes_of_units(), counts[binned.observed].sum(axis=0))


def test_indices_are_of_32_bits_where_they_fit(monkeypatch):
    recording = Recording.from_trains([[0.1, 0.15, 0.9], [0.5]], t_stop=1.0)
    small = bin_spikes(recording, 0.25)
    monkeypatch.setattr(bin_entries, "_MOST_IN_32_BITS", 3)
    large = bin_spikes(recording, 0.25)
    assert (small.indptr.dtype, large.indptr.dtype) == (np.int32, np.int64)
    for name in ("indptr", "unit", "count", "observed"):
        np.testing.assert_array_equal(getattr(small, name), getattr(large, name))
    np.testing.assert_array_equal(Windows(small, 2).dense([0, 1]), Windows(large, 2).dense([0, 1]))


def test_density_is_of_observed_bins():
    intervals = {"observed": np.array([[0.0, 1.0], [2.0, 4.0]])}
    trains = [[0.5, 1.5, 2.5, 2.6], [1.2]]
    binned = bin_spikes(Recording.from_trains(trains, t_stop=4.0, intervals=intervals), 1.0)
    assert binned.density == 2 / (2 * 3)
