"""Windows of an epoch cover every bin once; the epochs go through all phases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_a_stretch_too_short_for_a_late_phase_still_gives_an_epoch():
    batches = WindowBatches(binned([(5, 1)]), 4)
    assert all(len(batches.order(epoch, 0)) == 1 for epoch in range(8))


def test_nothing_fits():
    with pytest.raises(InputError, match="shorter than one window"):
        WindowBatches(binned([(3, 1)]), 4)
