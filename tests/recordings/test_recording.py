"""The recording itself: what it refuses, what it tells, and its parts."""

import numpy as np
import pandas as pd
import pytest

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.recordings import Recording, bin_spikes
from neurohm.recordings.intervals import intersection, merged, time_at_share


def recording(**fields):
    given = {
        "spike_times": [1.0, 2.0, 3.0, 0.5, 9.5],
        "spike_times_index": [3, 5],
        "unit_ids": ["a", "b"],
        "t_start": 0.0,
        "t_stop": 10.0,
    }
    return Recording(**(given | fields))


def poisson(seed=0, n_units=5, duration=100.0, rate=3.0, **fields):
    rng = np.random.default_rng(seed)
    trains = [
        np.sort(rng.uniform(0, duration, rng.poisson(rate * duration))) for _ in range(n_units)
    ]
    return Recording.from_trains(trains, t_stop=duration, **fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"spike_times": [1, np.nan, 3, 0.5, 9.5]}, "unit 'a': a spike time is nan"),
        ({"spike_times": [1, 2, 3, 0.5, np.inf]}, "unit 'b': a spike time is inf"),
        ({"spike_times": [-1, 2, 3, 0.5, 9.5]}, "unit 'a': a negative spike time, -1"),
        ({"t_start": 0.7}, "unit 'b': a spike at 0.5, before t_start"),
        ({"t_stop": 9.0}, "unit 'b': a spike at 9.5; expected times up to t_stop=9"),
        ({"spike_times": [1, 2, 1.5, 0.5, 9.5]}, "unit 'a': a spike at 1.5 after one at 2"),
        ({"spike_times_index": [3, 4]}, "ends at 4 .* the last one 5"),
        ({"spike_times_index": [6, 5]}, "ends at 5 or descends"),
        ({"spike_times_index": [5]}, "1 entries in spike_times_index; .* 2 unit ids"),
        ({"spike_times_index": [3.0, 5.0]}, "spike_times_index: values of type float64"),
        ({"unit_ids": ["a", "a"]}, "unit id 'a' occurs 2 times"),
        ({"spike_times": [["x"]]}, "spike_times: could not convert"),
        ({"spike_times": [[1.0]]}, r"spike_times of shape \(1, 1\)"),
        ({"t_start": 10.0}, "t_start=10 and t_stop=10"),
        ({"t_stop": np.nan}, "t_stop=nan"),
        ({"bin_width": 0.0}, "bin_width=0"),
        ({"time_unit": "ms"}, "time_unit='ms'"),
        ({"positions": [[1.0, 2.0]]}, r"positions of shape \(1, 2\)"),
        ({"intervals": {"trials": [[2.0, 1.0]]}}, "'trials': a start after its stop"),
        ({"intervals": {"trials": [1.0, 2.0]}}, r"intervals 'trials' of shape \(2,\)"),
        ({"intervals": {"observed": [[0.0, 11.0]]}}, "observed time is empty or outside"),
        ({"events": {"cue": [np.nan]}}, "events 'cue': not finite"),
        ({"unit_columns": {"depth": [1.0]}}, "unit column 'depth'"),
        ({"unit_columns": {"a/b": [1.0, 2.0]}}, "the name 'a/b'"),
    ],
)
def test_what_is_not_a_recording_is_refused(fields, message):
    with pytest.raises(InputError, match=message):
        recording(**fields)


def test_messages_name_the_file():
    with pytest.raises(InputError, match=r"^'session.h5': unit 'b'"):
        recording(t_stop=9.0, source="session.h5")


def test_unit_ids_are_whole_numbers_or_text():
    with pytest.raises(ArgumentTypeError, match="float64"):
        recording(unit_ids=[1.5, 2.5])
    assert recording(unit_ids=np.array([b"x", b"y"])).unit_ids.tolist() == ["x", "y"]


def test_negative_times_are_fine_where_t_start_says_so():
    assert recording(spike_times=[-1, 2, 3, 0.5, 9.5], t_start=-5.0).duration == 15.0


def test_arrays_are_read_only_and_the_callers_stay_writable():
    times = np.array([0.1, 0.2])
    made = Recording.from_trains([times])
    direct = Recording(times, np.array([2]), np.array([0]), 0.0, 1.0)
    with pytest.raises(ValueError, match="read-only"):
        direct.spike_times[0] = 5.0
    times[0] = 0.15
    assert made.spike_times[0] == 0.1


def test_what_it_tells():
    made = recording(intervals={"observed": [[0.0, 4.0], [9.0, 10.0]]})
    assert (made.n_units, made.n_spikes, made.duration, made.observed_duration) == (2, 5, 10.0, 5.0)
    np.testing.assert_array_equal(made.spike_counts, [3, 2])
    np.testing.assert_allclose(made.rates, [3 / 5, 2 / 5])
    assert repr(made) == "Recording(2 units, 5 spikes, 5 s in 2 stretches, mean rate 0.5 Hz)"
    np.testing.assert_array_equal(made.times(-1), [0.5, 9.5])
    with pytest.raises(IndexError):
        made.times(2)


def test_rates_leave_out_spikes_in_gaps():
    made = recording(intervals={"observed": [[0.0, 2.5]]})
    np.testing.assert_allclose(made.rates, [2 / 2.5, 1 / 2.5])


def test_units_table_keeps_what_the_file_says():
    made = recording(
        unit_columns={"area": np.array(["V1", "V2"]), "rate": [7.0, 8.0]},
        positions=[[1.0, 2.0], [3.0, 4.0]],
    )
    expected = pd.DataFrame(
        {
            "area": ["V1", "V2"],
            "rate_in_file": [7.0, 8.0],
            "x": [1.0, 3.0],
            "y": [2.0, 4.0],
            "n_spikes": [3, 2],
            "rate": [0.3, 0.2],
        },
        index=pd.Index(["a", "b"], name="unit"),
    )
    pd.testing.assert_frame_equal(made.units, expected, check_dtype=False)


def test_counts_come_back_exactly():
    counts = np.random.default_rng(0).poisson(0.3, (500, 7))
    made = Recording.from_counts(counts, bin_width=1 / 30)
    np.testing.assert_array_equal(bin_spikes(made, 1 / 30).toarray(), counts)
    coarse = counts.reshape(100, 5, 7).sum(axis=1)
    np.testing.assert_array_equal(bin_spikes(made, 5 / 30).toarray(), coarse)
    assert Recording.from_counts(counts).time_unit == "bin"


@pytest.mark.parametrize("bad", [[[0.5]], [[-1]], [[np.nan]], [["a"]], [1, 2], [[1e9, 1e9]]])
def test_what_are_no_counts(bad):
    with pytest.raises(InputError):
        Recording.from_counts(bad)


def test_between_is_half_open_and_keeps_times():
    made = recording(
        intervals={"trials": [[0.0, 2.0], [2.0, 5.0], [1.5, 2.5]]}, events={"cue": [1.0, 3.0, 4.0]}
    )
    part = made.between(2.0, 4.0)
    assert (part.t_start, part.t_stop) == (2.0, 4.0)
    np.testing.assert_array_equal(part.spike_times, [2.0, 3.0])
    np.testing.assert_array_equal(part.spike_times_index, [2, 2])
    np.testing.assert_array_equal(part.events["cue"], [3.0])
    assert len(part.intervals["trials"]) == 0
    np.testing.assert_array_equal(made.between(0, 3).intervals["trials"], [[0, 2], [1.5, 2.5]])
    assert made.between(5.0, 99.0).times(1).tolist() == [9.5]
    with pytest.raises(InputError, match="no observed time"):
        made.between(20.0, 30.0)


def test_a_spike_at_the_very_end_is_kept():
    made = Recording.from_trains([[1.0, 2.0]])
    assert made.t_stop == 2.0
    assert made.between(1.5, 2.0).n_spikes == 1


def test_parts_of_binned_recordings_begin_at_bin_edges():
    counts = np.random.default_rng(1).poisson(0.3, (40_000, 3))
    made = Recording.from_counts(counts, bin_width=0.03)
    train, test = made.split(0.2, gap=1.0)
    np.testing.assert_array_equal(bin_spikes(test, 0.03).toarray(), counts[32_000:])
    np.testing.assert_array_equal(bin_spikes(train, 0.03).toarray(), counts[: 32_000 - 34])
    part = made.between(0.1, 0.31)
    np.testing.assert_array_equal(bin_spikes(part, 0.03).toarray(), counts[3:10])


def test_select_units():
    made = recording(unit_columns={"depth": [1.0, 2.0]}, positions=[[1, 2], [3, 4]], truth={"n": 1})
    swapped = made.select_units(["b", "a"])
    np.testing.assert_array_equal(swapped.spike_times, [0.5, 9.5, 1, 2, 3])
    np.testing.assert_array_equal(swapped.positions, [[3, 4], [1, 2]])
    np.testing.assert_array_equal(swapped.unit_columns["depth"], [2.0, 1.0])
    assert swapped.truth is None
    assert made.select_units(made.rates > 0.25).unit_ids.tolist() == ["a"]
    with pytest.raises(InputError, match="no unit 'c'; expected unit ids such as 'a', 'b'"):
        made.select_units(["c"])
    with pytest.raises(InputError, match="occurs 2 times"):
        made.select_units(["a", "a"])
    with pytest.raises(InputError, match="mask of shape"):
        made.select_units([True])


def test_split_leaves_a_gap():
    made = poisson()
    train, test = made.split(0.2, gap=1.5)
    assert (train.t_start, train.t_stop, test.t_start, test.t_stop) == (0.0, 78.5, 80.0, 100.0)
    assert train.spike_times.max() < 78.5
    assert test.spike_times.min() >= 80.0
    everything = sum(part.n_spikes for part in made.split(0.2, gap=0.0))
    assert everything == made.n_spikes


def test_split_counts_observed_time_only():
    made = poisson(intervals={"observed": [[0.0, 10.0], [50.0, 100.0]]})
    train, test = made.split(0.5, gap=0.0)
    assert test.t_start == 70.0
    assert train.observed.tolist() == [[0.0, 10.0], [50.0, 70.0]]


@pytest.mark.parametrize("gap", [0.0, 2.0])
def test_folds_are_disjoint_with_gaps_and_cover_everything(gap):
    made = poisson()
    tests = []
    for train, test in made.folds(4, gap=gap):
        tests.append(test)
        assert len(intersection(train.observed, test.observed)) == 0
        near = intersection(train.observed, test.observed + np.array([-gap, gap]))
        assert len(near) == 0
        times = train.spike_times
        assert not ((times >= test.t_start - gap) & (times < test.t_stop + gap)).any()
        if gap == 0:
            assert train.n_spikes + test.n_spikes == made.n_spikes
    assert sum(test.n_spikes for test in tests) == made.n_spikes
    assert [test.duration for test in tests] == [25.0] * 4


@pytest.mark.parametrize(
    "call",
    [
        lambda r: r.split(0.0),
        lambda r: r.split(1.0),
        lambda r: r.split(0.2, gap=-1.0),
        lambda r: r.split(0.2, gap=np.nan),
        lambda r: r.split(0.2, gap=90.0),
        lambda r: r.folds(1),
        lambda r: list(r.folds(2, gap=60.0)),
    ],
)
def test_splits_that_make_no_sense(call):
    with pytest.raises(InputError):
        call(poisson())


def test_fingerprint_follows_the_data_and_nothing_else():
    made = recording()
    same = recording(source="elsewhere.h5", layout="other", metadata={"age": 5})
    assert made.fingerprint() == same.fingerprint()
    others = [
        recording(t_stop=11.0),
        recording(unit_ids=["a", "c"]),
        recording(spike_times_index=[2, 5], spike_times=[1, 2, 0.5, 3, 9.5]),
        recording(intervals={"observed": [[0.0, 9.9]]}),
        recording(bin_width=0.5),
    ]
    assert len({made.fingerprint(), *(other.fingerprint() for other in others)}) == 6


def test_intervals():
    np.testing.assert_array_equal(
        merged(np.array([[5.0, 6.0], [0.0, 2.0], [1.0, 3.0], [4.0, 4.0]])), [[0, 3], [5, 6]]
    )
    assert merged(np.empty((0, 2))).shape == (0, 2)
    pieces = np.array([[0.0, 2.0], [3.0, 5.0]])
    assert [time_at_share(pieces, share) for share in (0.0, 0.25, 0.75, 1.0)] == [0, 1, 4, 5]
