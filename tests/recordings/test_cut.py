"""Bins cut in stretches: nothing is lost, and each has about as many observed bins."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.recordings import bin_spikes


@pytest.mark.parametrize("parts", [1, 2, 3, 7])
@pytest.mark.parametrize("intervals", [[(0.0, 60.0)], [(0.0, 10.0), (40.0, 60.0)]])
def test_stretches_are_the_whole(parts, intervals):
    rng = np.random.default_rng(parts)
    within = np.concatenate([rng.uniform(start, stop, 200) for start, stop in intervals])
    trains = [np.sort(rng.choice(within, 150)) for _ in range(4)]
    observed = {"observed": np.array(intervals)}
    recording = nh.Recording.from_trains(trains, t_stop=60.0, intervals=observed)
    binned = bin_spikes(recording, 0.1)
    cut = binned.cut(parts)
    assert len(cut) == parts
    np.testing.assert_array_equal(np.vstack([p.toarray() for p in cut]), binned.toarray())
    np.testing.assert_array_equal(np.concatenate([p.observed for p in cut]), binned.observed)
    starts = [p.t_start for p in cut]
    np.testing.assert_allclose(np.diff(starts), [p.n_bins * 0.1 for p in cut[:-1]])
    counts = [int(p.observed.sum()) for p in cut]
    assert max(counts) - min(counts) <= parts
