"""Units and time by name, rate and what is known of them."""

import numpy as np
import pytest

from neurohm.exceptions import InputError
from neurohm.recordings import Recording
from neurohm.recordings.conditions import rows_where


def recording(**fields):
    trains = {"a1": [0.5, 1.5, 2.5], "a2": [0.25], "b": [1.0, 3.5]}
    known = {
        "quality": ["good", "mua", "good"],
        "depth": [100.0, 300.0, np.nan],
        "kept": [True, False, True],
        "Depth (um)": [1, 2, 3],
    }
    return Recording.from_trains(trains, t_stop=4.0, unit_columns=known, **fields)


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        ("quality == 'good'", ["a1", "b"]),
        ('quality == "good" and depth < 200', ["a1"]),
        ("depth > 200 or kept", ["a1", "a2", "b"]),
        ("not kept", ["a2"]),
        ("not (kept and depth < 200)", ["a2", "b"]),
        ("depth != 100", ["a2", "b"]),  # a missing value is none of its equals
        ("100 <= depth <= 300", ["a1", "a2"]),
        ("quality in ('mua', 'noise')", ["a2"]),
        ("quality not in ['mua']", ["a1", "b"]),
        ("unit == 'b'", ["b"]),
        ("rate >= 0.5", ["a1", "b"]),
        ("n_spikes == 1", ["a2"]),
        ("-1 < depth", ["a1", "a2"]),
        ("'Depth (um)' >= 2", ["a2", "b"]),
        ("kept == True", ["a1", "b"]),
    ],
)
def test_conditions(condition, left):
    assert recording().select(where=condition).unit_ids.tolist() == left


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("quality = 'good'", "equality is =="),
        ("quality == good", "no column 'good' .*text is put in quotes"),
        ("colour == 'red'", "no column 'colour' .*one of 'unit', 'quality'"),
        ("depth == 'deep'", "text is compared with a number"),
        ("quality == 3", "text is compared with a number"),
        ("quality", "'quality' is no column of true and false"),
        ("1 == 1", "a comparison without a column"),
        ("depth + 1 > 2", "more than comparisons"),
        ("__import__('os').remove('x')", "more than comparisons"),
        ("depth.max() > 1", "more than comparisons"),
        ("[d for d in depth]", "more than comparisons"),
        ("depth[0] > 1", "more than comparisons"),
        ("(lambda: 1)() == depth", "more than comparisons"),
        ("depth is None", "more than comparisons|no comparison"),
        ("quality in 'good'", "in parentheses"),
        ("", "the condition ''"),
        ("(" * 400 + "1" + ")" * 400, "the condition"),
        ("depth > 1 " * 200, "letters"),
        ("depth > 999", "none of 3 units is left"),
    ],
)
def test_conditions_that_are_none(condition, said):
    with pytest.raises(InputError, match=said):
        recording().select(where=condition)


def test_a_condition_on_no_rows():
    assert rows_where({"a": np.empty(0)}, "a in (1, 2)", "rows").tolist() == []


@pytest.mark.parametrize(
    ("units", "left"),
    [
        ("b,a1", ["b", "a1"]),
        ("a*", ["a1", "a2"]),
        ("?", ["b"]),
        ("b, *", ["b", "a1", "a2"]),
        (["a2"], ["a2"]),
        (np.array([True, False, True]), ["a1", "b"]),
    ],
)
def test_names(units, left):
    assert recording().select(units).unit_ids.tolist() == left


def test_the_unit_is_its_id_whatever_a_file_calls_so():
    spikes = Recording.from_trains(
        {"a": [0.5], "b": [1.0]}, t_stop=2.0, unit_columns={"unit": [7, 8]}
    )
    assert spikes.select(where="unit == 'b'").unit_ids.tolist() == ["b"]


def test_ranges_of_numbers():
    numbers = Recording.from_trains([[0.5]] * 12)
    assert numbers.select("3-5,9,0-1").unit_ids.tolist() == [3, 4, 5, 9, 0, 1]
    named = Recording.from_trains({"3-5": [0.5], "4": [0.5]})
    assert named.select("3-5").unit_ids.tolist() == ["3-5"]
    for text in ("12", "20-30", "x*", "-"):
        with pytest.raises(InputError, match="no unit"):
            numbers.select(text)


def test_rates_are_of_observed_time():
    half = recording(intervals={"observed": [[0.0, 2.0]]})
    assert half.select(min_rate=0.6).unit_ids.tolist() == ["a1"]
    assert half.select(max_rate=0.6).unit_ids.tolist() == ["a2", "b"]
    with pytest.raises(InputError, match="min_rate"):
        half.select(min_rate=-1)


def test_everything_selected_is_the_recording_itself():
    whole = recording(truth={"members": []})
    assert whole.select(where="n_spikes > 0") is whole


def test_time_of_intervals():
    intervals = {"sleep": [[0.0, 1.0], [2.0, 3.0]], "wake": [[1.0, 2.0]], "dot": [[2.0, 2.0]]}
    columns = {"sleep": {"stage": ["rem", "deep"]}}
    whole = recording(intervals=intervals, interval_columns=columns)
    asleep = whole.during("sleep")
    assert asleep.spike_counts.tolist() == [2, 1, 0]
    assert asleep.observed.tolist() == [[0.0, 1.0], [2.0, 3.0]]
    assert whole.during("sleep", "stage == 'deep'").t_start == 2.0
    assert whole.during("wake", "start < 2").n_spikes == 2
    for name, said in [("rest", "one of 'sleep', 'wake'"), ("dot", "no time in 1 intervals")]:
        with pytest.raises(InputError, match=said):
            whole.during(name)
    with pytest.raises(InputError, match="this one has none"):
        recording().during("sleep")
