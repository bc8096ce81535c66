"""Tables in which time starts anew with each trial."""

import numpy as np
import pandas as pd
import pytest

from neurohm.exceptions import InputError
from neurohm.recordings import bin_spikes, load_recording
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.tables.long_table import LongTable
from neurohm.recordings.tables.table_recording import recording_of_table


def of_columns(options=None, **columns):
    table = LongTable({name: pd.Series(values) for name, values in columns.items()})
    return recording_of_table(table, options or ReadOptions(), "table")


def own_times(**more):
    return of_columns(
        trial=[3, 3, 1, 1, 2],
        unit=["a", "b", "a", "a", "b"],
        time=[-0.25, 1.5, 0.0, 0.125, 0.75],
        side=["left", "left", "right", "right", "left"],
        **more,
    )


def test_trials_are_laid_out_in_their_order():
    recording = own_times()
    zeros = recording.events["trial_zero"]
    np.testing.assert_allclose(zeros, [0.3, 2.3, 4.3])
    np.testing.assert_allclose(recording.times(0) - zeros[[0, 0, 2]], [0.0, 0.125, -0.25])
    np.testing.assert_allclose(recording.times(1) - zeros[[1, 2]], [0.75, 1.5])
    np.testing.assert_allclose(
        recording.intervals["trials"], zeros[:, None] + np.array([-0.25, 1.51])
    )
    columns = recording.interval_columns["trials"]
    assert columns["trial"].tolist() == [1, 2, 3]
    assert columns["side"].tolist() == ["right", "left", "left"]


def test_between_trials_nothing_is_observed():
    recording = own_times()
    np.testing.assert_array_equal(recording.observed, recording.intervals["trials"])
    assert recording.rates.sum() == pytest.approx(5 / (3 * 1.76))
    binned = bin_spikes(recording, 0.1)
    assert binned.n_spikes == 5
    assert not binned.observed[[19, 20]].any()
    # every trial has the same bins around its zero
    assert all(binned.observed[k * 20 + 1 : k * 20 + 18].all() for k in range(3))


def test_units_of_trials_come_in_the_unit_of_time_of_the_table():
    times, trials = [0.0, 250.0, 100.0], [1, 1, 2]
    recording = of_columns(time_ms=times, trial=trials, unit=[1, 2, 1])
    np.testing.assert_allclose(recording.times(0), [0.0, 1.1])


def test_times_that_are_scaled_later_are_laid_out_in_seconds(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("time,trial,unit\n0,1,1\n250,1,2\n100,2,1\n")
    recording = load_recording(path, time_scale=0.001)
    np.testing.assert_allclose(recording.times(0), [0.0, 1.1])


def test_trials_in_the_time_of_the_recording_stay():
    recording = of_columns(
        trial=[1, 1, 2, 2], unit=[1, 2, 1, 2], time=[0.5, 0.75, 2.0, 2.5], side=["l", "l", "r", "r"]
    )
    assert recording.times(0).tolist() == [0.5, 2.0]
    assert recording.intervals["trials"].tolist() == [[0.5, 0.75], [2.0, 2.5]]
    assert "observed" not in recording.intervals
    assert recording.interval_columns["trials"]["side"].tolist() == ["l", "r"]


def test_trials_keep_their_columns_when_some_are_chosen():
    part = own_times().during("trials", "side == 'left'")
    assert part.n_spikes == 3
    assert part.interval_columns["trials"]["trial"].tolist() == [2, 3]
    with pytest.raises(InputError, match="no time in 0 intervals 'trials'"):
        own_times().during("trials", "side == 'up'")


def test_no_spike_is_lost_or_moved_within_its_trial():
    rng = np.random.default_rng(1)
    trial, unit = rng.integers(1, 40, 3000), rng.integers(0, 7, 3000)
    time = rng.uniform(-0.5, 2.7, 3000).round(4)
    order = np.lexsort((time, trial))
    recording = of_columns(trial=trial[order], unit=unit[order], time=time[order])
    assert recording.n_spikes == 3000
    zeros = recording.events["trial_zero"]
    for place, name in enumerate(recording.unit_ids):
        of_unit = order[unit[order] == name]
        known = zeros[np.searchsorted(np.unique(trial), trial[of_unit])] + time[of_unit]
        np.testing.assert_allclose(recording.times(place), known, atol=1e-9)
