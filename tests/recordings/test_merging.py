"""Recordings as one: units side by side, or one after the other."""

import numpy as np
import pytest

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.recordings import Recording, bin_spikes, load_recording, merge_recordings

TRIALS = {"trials": [[0.0, 1.0], [1.0, 2.0]]}
SIDES = {"trials": {"side": ["left", "right"]}}


def left(**fields):
    given = {
        "t_stop": 4.0,
        "unit_columns": {"depth": [1, 2], "area": ["V1", "V2"]},
        "intervals": TRIALS,
        "interval_columns": SIDES,
        "metadata": {"species": "mouse", "probe": "A"},
        "source": "left.h5",
    }
    return Recording.from_trains({"a": [0.5, 3.0], "b": [1.5]}, **{**given, **fields})


def right(**fields):
    given = {
        "t_stop": 5.0,
        "unit_columns": {"depth": [3.5], "good": [True]},
        "metadata": {"species": "mouse", "probe": "B"},
        "intervals": TRIALS,
        "interval_columns": SIDES,
        "source": "right.h5",
    }
    return Recording.from_trains({"c": [0.25, 4.5]}, **{**given, **fields})


# ---- side by side


def test_units_side_by_side():
    both = merge_recordings([left(), right()])
    assert both.unit_ids.tolist() == ["a", "b", "c"]
    assert [both.times(k).tolist() for k in range(3)] == [[0.5, 3.0], [1.5], [0.25, 4.5]]
    assert (both.t_start, both.t_stop) == (0.0, 5.0)
    assert both.observed.tolist() == [[0.0, 4.0]]  # nobody looked at a and b after that
    assert both.unit_columns["depth"].tolist() == [1.0, 2.0, 3.5]
    assert both.unit_columns["area"].tolist() == ["V1", "V2", ""]
    np.testing.assert_array_equal(both.unit_columns["good"], [np.nan, np.nan, 1.0])
    assert both.metadata == {"species": "mouse", "probe": "A", "probe (2)": "B"}
    assert both.intervals["trials"].tolist() == TRIALS["trials"]
    assert both.interval_columns["trials"]["side"].tolist() == ["left", "right"]
    assert both.source == "left.h5, right.h5"


def test_units_of_one_name_are_told_apart_by_names():
    with pytest.raises(InputError, match="unit 'a' in several recordings; .*names="):
        merge_recordings([left(), left()])
    both = merge_recordings([left(), left()], names=["left", "right"])
    assert both.unit_ids.tolist() == ["left:a", "left:b", "right:a", "right:b"]


def test_intervals_that_differ_are_both_kept():
    later = {"trials": [[2.0, 3.0]]}
    both = merge_recordings([left(), right(intervals=later, interval_columns={})])
    assert both.intervals["trials (2)"].tolist() == [[2.0, 3.0]]


def test_what_is_known_of_intervals_is_kept_with_them():
    contrast = {"trials": {"side": ["left", "left"], "contrast": [0.5, 1.0]}}
    known = merge_recordings([left(), right(interval_columns=contrast)]).interval_columns["trials"]
    assert {name: column.tolist() for name, column in known.items()} == {
        "side": ["left", "right"],
        "side (2)": ["left", "left"],
        "contrast": [0.5, 1.0],
    }
    shifted = {"trials": [[0.5, 1.0], [1.5, 2.0]]}
    both = merge_recordings([left(), right(intervals=shifted)]).interval_columns
    assert {name: known["side"].tolist() for name, known in both.items()} == {
        "trials": ["left", "right"],
        "trials (2)": ["left", "right"],
    }


def test_positions():
    both = merge_recordings([left(positions=[[0, 1], [2, 3]]), right(positions=[[4, 5]])])
    assert both.positions.tolist() == [[0, 1], [2, 3], [4, 5]]
    both = merge_recordings([left(positions=[[0, 1], [2, 3]]), right()])
    np.testing.assert_array_equal(both.unit_columns["y"], [1, 3, np.nan])


def test_numbers_and_names_of_units_become_names():
    both = merge_recordings([left(), Recording.from_trains([[0.5]], t_stop=4.0)])
    assert both.unit_ids.tolist() == ["a", "b", "0"]


# ---- one after the other


def test_one_after_the_other():
    second = left(unit_columns={"depth": [1, 2], "area": ["V1", "LM"]}, events={"cue": [0.5]})
    both = merge_recordings([left(), second.select_units(["b", "a"])], "time", gap=2.0)
    assert both.unit_ids.tolist() == ["a", "b"]
    assert both.times(0).tolist() == [0.5, 3.0, 6.5, 9.0]
    assert both.times(1).tolist() == [1.5, 7.5]
    assert both.observed.tolist() == pytest.approx(np.array([[0.0, 4.0], [6.0, 10.0]]))
    assert both.intervals["recordings"].tolist() == [[0.0, 4.0], [6.0, 10.0]]
    assert both.intervals["trials"].tolist() == [[0, 1], [1, 2], [6, 7], [7, 8]]
    assert both.interval_columns["trials"]["side"].tolist() == ["left", "right"] * 2
    assert both.interval_columns["recordings"]["name"].tolist() == ["1", "2"]
    assert both.events["cue"].tolist() == [6.5]
    assert both.unit_columns["area"].tolist() == ["V1", "V2"]
    assert both.unit_columns["area (2)"].tolist() == ["V1", "LM"]


def test_a_spike_at_the_end_of_a_recording_stays_observed():
    one = Recording.from_trains([[0.5, 2.0]], t_stop=2.0)
    both = merge_recordings([one, one, one], "time", gap=0.5)
    assert both.rates[0] == pytest.approx(one.rates[0])
    assert both.n_spikes == 6


def test_recordings_can_be_had_back(tmp_path):
    both = merge_recordings([left(), left()], "time", names=["day 1", "day 2"])
    both.save(tmp_path / "a.npz")
    again = load_recording(tmp_path / "a.npz").during("recordings", "name == 'day 2'")
    assert again.spike_counts.tolist() == [2, 1]
    assert again.t_start == 5.0


def test_other_units_are_no_silent_ones():
    with pytest.raises(InputError, match="recording 2 has other units .*not silent"):
        merge_recordings([left(), right()], "time")


def test_bins():
    counts = np.random.default_rng(0).poisson(0.5, (40, 3))
    parts = [Recording.from_counts(counts[:25], 0.02), Recording.from_counts(counts[25:], 0.02)]
    joined = merge_recordings(parts, "time", gap=0.03)  # a bin and a half becomes two
    binned = bin_spikes(joined, 0.02)
    np.testing.assert_array_equal(binned.toarray()[binned.observed], counts)
    assert not binned.observed[25:27].any()
    with pytest.raises(InputError, match="recordings of several kinds"):
        merge_recordings([parts[0], Recording.from_counts(counts)], "time")


# ---- faults


@pytest.mark.parametrize(
    ("arguments", "options", "error", "said"),
    [
        (lambda: [left()], {}, ArgumentTypeError, "two or more"),
        (lambda: [left(), "right.h5"], {}, ArgumentTypeError, "two or more"),
        (lambda: [left(), right()], {"along": "depth"}, InputError, "'units' or 'time'"),
        (lambda: [left(), right()], {"names": ["x"]}, InputError, "2 distinct names"),
        (lambda: [left(), left()], {"along": "time", "gap": -1}, InputError, "gap"),
        (
            lambda: [left(), Recording.from_trains({"c": [5.0]}, t_start=4.5, t_stop=6.0)],
            {},
            InputError,
            "no time is observed in all",
        ),
    ],
)
def test_faults(arguments, options, error, said):
    with pytest.raises(error, match=said):
        merge_recordings(arguments(), **options)
