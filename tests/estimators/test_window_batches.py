"""Windows of an epoch cover every bin once; the epochs go through all phases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from neurohm.backend import SparseRows, get_backend
from neurohm.estimators import window_batches
from neurohm.estimators.window_batches import WindowBatches
from neurohm.exceptions import InputError
from neurohm.recordings import Recording, bin_spikes


def binned(stretches, n_units=2, seed=0):
    """Bins of 1 s, observed where it is said."""
    total = sum(seen + unseen for seen, unseen in stretches)
    edges = np.cumsum([0, *(length for pair in stretches for length in pair)])
    observed = [[edges[i], edges[i + 1]] for i in range(0, len(edges) - 1, 2)]
    rng = np.random.default_rng(seed)
    trains = [np.sort(rng.uniform(0, total, 3 * total)) for _ in range(n_units)]
    intervals = {"observed": np.array(observed, dtype=float)}
    return bin_spikes(Recording.from_trains(trains, t_stop=total, intervals=intervals), 1.0)


STRETCHES = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 4)), min_size=1, max_size=4)


@given(STRETCHES, st.integers(1, 6), st.integers(0, 20), st.integers(0, 3))
def test_windows_of_an_epoch_do_not_overlap_and_miss_only_the_ends(stretches, lags, epoch, seed):
    spikes = binned(stretches)
    try:
        batches = WindowBatches(spikes, lags)
    except InputError:
        assert max(seen for seen, _ in stretches) < 30
        return
    order = batches.order(epoch, seed)
    seen = np.zeros(spikes.n_bins, int)
    for start in batches.windows.starts[order]:
        seen[start : start + lags] += 1
    assert seen.max() == 1
    assert (seen[~spikes.observed] == 0).all()
    assert len(order) <= batches.size()
    # of each observed stretch, less than a window is left out before and after
    runs = np.flatnonzero(np.diff(np.concatenate([[False], spikes.observed, [False]]))).reshape(
        -1, 2
    )
    missed = sum(2 * (lags - 1) if end - first >= 2 * lags else end - first for first, end in runs)
    assert (seen[spikes.observed] == 0).sum() <= missed


def test_all_phases_come_in_turn():
    batches = WindowBatches(binned([(23, 0)]), 4)
    starts = [set(batches.windows.starts[batches.order(epoch, 0)].tolist()) for epoch in range(8)]
    for epoch, phase in enumerate(starts):
        assert {start % 4 for start in phase} == {epoch % 4}
    assert set.union(*starts[:4]) == set(range(20))
    assert starts[:4] == starts[4:]


def test_order_is_a_function_of_epoch_and_seed():
    batches = WindowBatches(binned([(200, 0)]), 4)
    np.testing.assert_array_equal(batches.order(3, 1), batches.order(3, 1))
    assert batches.order(3, 1).tolist() != batches.order(7, 1).tolist()
    assert batches.order(3, 1).tolist() != batches.order(3, 2).tolist()


def test_rows_are_the_windows():
    spikes = binned([(40, 0)])
    counts = spikes.toarray()
    batches = WindowBatches(spikes, 3)
    order = batches.order(1, 0)
    rows = np.empty((len(order), 6), np.float32)
    batches.take(order, rows)
    for row, place in zip(rows, order, strict=True):
        start = batches.windows.starts[place]
        np.testing.assert_array_equal(row.reshape(2, 3), counts[start : start + 3].T)


def test_compressed_rows_are_the_dense_ones():
    batches = WindowBatches(binned([(40, 2), (20, 0)], n_units=3), 3)
    order = batches.order(1, 0)
    dense = np.empty((len(order), 9), np.float32)
    compressed = SparseRows.room(get_backend("cpu"), dense.shape, "float32")
    for _ in range(2):  # the second time into what is left of the first
        batches.take(order, dense)
        batches.take(order, compressed)
        np.testing.assert_array_equal(compressed.toarray(), dense)
        order = order[::-1]


def test_a_stretch_too_short_for_a_late_phase_still_gives_an_epoch():
    batches = WindowBatches(binned([(5, 1)]), 4)
    assert all(len(batches.order(epoch, 0)) == 1 for epoch in range(8))


def test_nothing_fits():
    with pytest.raises(InputError, match="shorter than one window"):
        WindowBatches(binned([(3, 1)]), 4)


def test_orders_of_ordinary_recordings_stay_what_they_are():
    batches = WindowBatches(binned([(20, 3), (27, 0)]), 4)
    assert batches.order(0, 0).tolist() == [16, 29, 37, 17, 8, 25, 0, 33, 12, 21, 4]
    assert batches.order(6, 3).tolist() == [6, 27, 39, 19, 23, 2, 31, 14, 35, 10]


@given(STRETCHES, st.integers(1, 3), st.integers(0, 9), st.integers(0, 2**32), st.integers(1, 9))
def test_long_recordings_are_shuffled_where_they_are_asked_for(stretches, lags, epoch, seed, size):
    spikes = binned(stretches)
    if max(seen for seen, _ in stretches) < 2 * lags:
        return
    listed = WindowBatches(spikes, lags).order(epoch, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(window_batches, "MOST_LISTED", 0)
        order = WindowBatches(spikes, lags).order(epoch, seed)
    parts = [order[first : first + size] for first in range(0, len(order), size)]
    assert len(order) == len(listed)
    assert sorted(np.concatenate(parts)) == sorted(listed)
    np.testing.assert_array_equal(order[: len(order)], np.concatenate(parts))


def test_shuffled_windows_follow_no_pattern(monkeypatch):
    """Every place holds every window equally often: chi squared, false alarms 1 in 10,000."""
    monkeypatch.setattr(window_batches, "MOST_LISTED", 0)
    batches, n, repeats = WindowBatches(binned([(23, 0)]), 2), 11, 11_000
    counts = np.zeros((n, n), dtype=int)
    for seed in range(repeats):
        order = batches.order(0, seed)
        counts[np.arange(n), order[:n] // 2] += 1
    expected = repeats / n
    statistic = ((counts - expected) ** 2 / expected).sum()
    assert statistic < chi2.isf(1e-4, (n - 1) ** 2)


def test_neighbours_are_apart_in_a_long_order(monkeypatch):
    monkeypatch.setattr(window_batches, "MOST_LISTED", 0)
    batches = WindowBatches(binned([(20_000, 0)], n_units=1), 2)
    places = batches.order(0, 1)[:10_000] // 2
    assert np.array_equal(np.sort(places), np.arange(10_000))
    # of a random order, correlations of neighbours have a standard error of 0.01
    for lag in (1, 2, 100, 101):
        assert abs(np.corrcoef(places[lag:], places[:-lag])[0, 1]) < 0.05
    assert not np.array_equal(places, batches.order(0, 2)[:10_000] // 2)
    assert not np.array_equal(places, batches.order(2, 1)[:10_000] // 2)
