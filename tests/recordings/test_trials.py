"""Trials, events and conditions: kept, cut, saved, and told apart."""

from __future__ import annotations

import warnings

import h5py
import numpy as np
import pytest

from neurohm.exceptions import InputError, NeurohmWarning
from neurohm.recordings import (
    Recording,
    circular_shift,
    load_recording,
    simulate_trials,
    trials_of,
)

TRIALS = [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0]]
SIDES = ["left", "right", "left", "right"]


def made(**fields):
    options = {
        "t_stop": 8.0,
        "intervals": {"trials": TRIALS},
        "interval_columns": {"trials": {"side": SIDES, "contrast": [0.1, 0.2, 0.3, 0.4]}},
        "events": {"cue": [0.5, 2.5, 4.5, 6.5]},
    }
    return Recording.from_trains([[0.5, 2.25, 4.75, 6.5], [3.0]], **{**options, **fields})


def test_columns_come_back_from_a_file(tmp_path):
    made().save(tmp_path / "a.h5")
    back = load_recording(tmp_path / "a.h5")
    assert list(back.interval_columns["trials"]) == ["side", "contrast"]
    assert back.interval_columns["trials"]["side"].tolist() == SIDES
    assert back.interval_columns["trials"]["contrast"].dtype == np.float64
    assert back.intervals["trials"].tolist() == TRIALS


def test_parts_keep_the_columns_of_their_intervals():
    part = made().between(1.5, 5.5)
    assert part.intervals["trials"].tolist() == TRIALS[1:3]
    assert part.interval_columns["trials"]["side"].tolist() == SIDES[1:3]
    train, test = made().split(0.5, gap=0.0)
    for half, sides in ((train, SIDES[:2]), (test, SIDES[2:])):
        assert half.interval_columns["trials"]["side"].tolist() == sides
    assert circular_shift(made(), seed=1).interval_columns["trials"]["side"].tolist() == SIDES


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ({"trials": {"side": ["left"]}}, "'side' of intervals 'trials'.*shape .4,."),
        ({"epochs": {"side": SIDES}}, "columns of intervals 'epochs'.*'trials'"),
        ({"trials": {"start": [1, 2, 3, 4]}}, "'start'.*another name"),
        ({"trials": {"a/b": [1, 2, 3, 4]}}, "without a slash"),
    ],
)
def test_columns_that_cannot_be(columns, text):
    with pytest.raises(InputError, match=text):
        made(interval_columns=columns)


def test_trials_by_condition():
    trials = trials_of(made(), "side")
    assert trials.levels.tolist() == ["left", "right"]
    assert trials.counts.tolist() == [2, 2]
    assert trials.codes.tolist() == [0, 1, 0, 1]
    assert trials.moments.tolist() == [0.0, 2.0, 4.0, 6.0]
    assert repr(trials) == "Trials(4 trials; side: left (2), right (2))"
    assert trials.select(trials.labels == "right").intervals.tolist() == TRIALS[1::2]
    assert len(trials_of(made(), [1, 2, 3, 4])) == len(trials_of(made())) == 4


def test_aligned_to_the_first_event_in_each_trial():
    events = {"cue": [6.5, 0.5, 0.75, 2.5, 4.5]}
    assert trials_of(made(events=events), "side", align_to="cue").moments.tolist() == [
        0.5,
        2.5,
        4.5,
        6.5,
    ]
    with pytest.warns(NeurohmWarning, match="2 trials without an event 'cue' left out"):
        trials = trials_of(made(events={"cue": [0.5, 4.0]}), "side", align_to="cue")
    assert trials.labels.tolist() == ["left", "left"]
    assert trials.moments.tolist() == [0.5, 4.0]


def test_events_alone_are_trials():
    recording = Recording.from_trains([[1.0]], t_stop=9.0, events={"flash": [2.0, 5.0]})
    trials = trials_of(recording, align_to="flash")
    assert trials.intervals.tolist() == [[2.0, 5.0], [5.0, 9.0]]


def test_unknown_conditions_are_left_out():
    with pytest.warns(NeurohmWarning, match="1 trial without condition left out"):
        assert len(trials_of(made(), [0.0, np.nan, 1.0, 1.0])) == 3
    with pytest.raises(InputError, match="known of no trial"):
        trials_of(made(), ["", "", "", ""])


@pytest.mark.parametrize(
    ("options", "arguments", "text"),
    [
        ({}, {"condition": "angle"}, "no condition 'angle'.*one of 'side', 'contrast'"),
        ({"interval_columns": {}}, {"condition": "angle"}, "nothing is known of these"),
        ({}, {"trials": "epochs"}, "no intervals 'epochs'.*'trials'"),
        ({}, {"align_to": "tone"}, "no events 'tone'.*one of 'cue'"),
        ({"events": {}}, {"align_to": "tone"}, "this one has none"),
        ({"events": {"cue": [100.0, 200.0]}}, {"align_to": "cue"}, "no event 'cue' in any of 4"),
        ({"intervals": {}, "interval_columns": {}}, {}, "no trials; .*this one has none"),
        (
            {"intervals": {"trials": np.empty((0, 2))}, "interval_columns": {}},
            {},
            "the list is empty",
        ),
        ({}, {"condition": [1, 2]}, "shape .2,.*each of the 4 trials"),
    ],
)
def test_what_is_not_there(options, arguments, text):
    with pytest.raises(InputError, match=text):
        trials_of(made(**options), **arguments)


def test_tables_of_intervals_of_nwb(tmp_path):
    with h5py.File(tmp_path / "a.nwb", "w") as file:
        file["units/spike_times"], file["units/spike_times_index"] = [0.5, 7.5, 1.0, 2.0], [2, 4]
        table = file.create_group("intervals/trials")
        table["id"] = [0, 1]
        table["start_time"], table["stop_time"] = [1.0, 4.0], [2.0, 5.0]
        table["stimulus"] = ["a", "b"]
        table["tags"], table["tags_index"] = ["x", "y"], [1, 2]
        broken = file.create_group("intervals/broken")
        broken["start_time"], broken["stop_time"] = [1.0, np.nan], [2.0, 3.0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NeurohmWarning)
        recording = load_recording(tmp_path / "a.nwb")
    assert list(recording.intervals) == ["trials"]
    assert recording.intervals["trials"].tolist() == [[1.0, 2.0], [4.0, 5.0]]
    columns = recording.interval_columns["trials"]
    assert {name: column.tolist() for name, column in columns.items()} == {
        "stimulus": ["a", "b"],
        "tags": ["x", "y"],
    }
    assert "broken" in recording.layout
    assert "trials" not in recording.layout


def test_epochs_of_a_real_file(shared_data):
    path = shared_data / "headdirection-nwb" / "A2929-200711.nwb"
    if not path.exists():
        pytest.skip("no such file")
    recording = load_recording(path)
    trials = trials_of(recording, "tags", trials="epochs")
    assert sorted(trials.labels.tolist()) == ["sleep", "wake"]
    assert recording.intervals["epochs"].tolist() == [[0.0, 600.0], [600.0, 1200.0]]
    assert len(recording.intervals["sleep_ripples"]) == 594


def test_simulated_trials():
    recording = simulate_trials(6, 40, (0.0, 90.0), shared=0.5, seed=3)
    trials = trials_of(recording, "orientation")
    assert trials.counts.tolist() == [20, 20]
    rates, gain = recording.truth["rates"], recording.truth["gain"]
    # without the gain every unit has the stated rate on average over orientations
    means = [(rates / gain[:, None])[trials.labels == level].mean(axis=0) for level in (0, 90)]
    np.testing.assert_allclose(np.mean(means, axis=0), 10.0)
    same = simulate_trials(6, 40, (0.0, 90.0), shared=0.5, seed=3)
    assert same.fingerprint() == recording.fingerprint()
    # about 40 s of trials and 20.5 s between them at 10 Hz: within 5 deviations
    expected = rates.sum() + 6 * 20.5 * 10.0
    assert abs(recording.n_spikes - expected) < 5 * np.sqrt(expected)
    with pytest.raises(InputError, match="no orientation"):
        simulate_trials(orientations=())
