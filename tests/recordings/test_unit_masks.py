"""Which units were observed in which bins, against counting by hand."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from neurohm.recordings import Recording, Windows, bin_spikes
from neurohm.recordings.unit_masks import UnitMasks

spans = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)).map(sorted), max_size=4)


@settings(max_examples=60)
@given(by_unit=st.lists(spans, min_size=1, max_size=4))
def test_masks_are_those_of_each_unit_alone(by_unit: list[list[list[int]]]) -> None:
    arrays = [np.array(each, float).reshape(-1, 2) / 2 for each in by_unit]
    trains = [[0.25]] * len(arrays)
    recording = Recording.from_trains(trains, t_stop=10.0, observed_by_unit=arrays)
    masks = UnitMasks.of(recording, 1.0, n_bins=10)
    for unit in range(len(arrays)):
        alone = recording.select_units([unit])
        expected = np.zeros(10, bool)
        if len(alone.observed):
            expected = bin_spikes(alone, 1.0).observed
        assert (masks.sets[masks.of_bin][:, unit] == expected).all()
    assert (masks.some == masks.sets[masks.of_bin].any(axis=1)).all()


def test_windows_have_their_bins_in_the_order_of_their_columns() -> None:
    given_spans = [[[0.0, 4.0]], [[2.0, 4.0]]]
    recording = Recording.from_trains([[0.5], [2.5]], t_stop=4.0, observed_by_unit=given_spans)
    masks = UnitMasks.of(recording, 1.0, n_bins=4)
    windows = Windows(bin_spikes(recording.select_units([0]), 1.0), lags=2)
    assert masks.of_windows(windows.starts, 2).tolist() == [
        [True, True, False, False],
        [True, True, False, True],
        [True, True, True, True],
    ]
