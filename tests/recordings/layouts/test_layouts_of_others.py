"""Layouts that laboratories and simulators use: as small files, made like those that were tried."""

import h5py
import numpy as np
import pytest

from neurohm.exceptions import FileFormatError, InputError
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.choose import read_hdf5

TRAINS = [[0.5, 1.25, 2.0], [0.75], [0.1, 2.5]]


def read(contents, attributes=(), **options):
    """Read datasets in memory; attributes are (place, name, value)."""
    with h5py.File("x", "w", driver="core", backing_store=False) as file:
        for name, value in contents.items():
            file[name] = value
        for place, name, value in attributes:
            file[place].attrs[name] = value
        return read_hdf5(file, ReadOptions(**options), "x")


def trains_of(recording):
    return [recording.times(place).tolist() for place in range(recording.n_units)]


# ---- tables of simulators


@pytest.mark.parametrize(
    ("times", "units"),
    [
        ("spikes/v1/timestamps", "spikes/v1/node_ids"),  # SONATA
        ("spikes/timestamps", "spikes/gids"),  # its first version
        ("events/times", "events/senders"),
        ("spikes/times", "spikes/channels"),
    ],
)
def test_table_of_a_simulator(times, units):
    recording = read({times: [3.0, 4.5, 5.25], units: np.array([7, 2, 7], np.uint64)})
    assert recording.unit_ids.tolist() == [2, 7]
    assert trains_of(recording) == [[4.5], [3.0, 5.25]]


def test_times_of_a_simulator_in_milliseconds():
    contents = {"spikes/v1/timestamps": [3.0, 4.5], "spikes/v1/node_ids": [0, 1]}
    recording = read(contents, [("spikes/v1/timestamps", "units", "milliseconds")])
    assert trains_of(recording) == [[0.003], [0.0045]]


def test_records():
    """PyTables and h5py: a row a spike in one dataset; of Maxwell's, frames and channels."""
    rows = [(0.5, 7, b"a"), (0.75, 2, b"b"), (1.0, 7, b"c")]
    kinds = [("time", float), ("cluster", np.int32), ("note", "S1")]
    recording = read({"data/spikes": np.array(rows, kinds)})
    assert trains_of(recording) == [[0.75], [0.5, 1.0]]
    assert "'data/spikes/time'" in recording.layout
    frames = np.array(
        [(200, 5, 1.5), (400, 5, 2.5)], [("frameno", int), ("channel", int), ("a", float)]
    )
    attributes = [("proc0/spikeTimes", "sampling_rate", 20_000.0)]
    assert trains_of(read({"proc0/spikeTimes": frames}, attributes)) == [[0.01, 0.02]]


def test_populations_are_asked_for():
    contents = {"spikes/a/timestamps": [1.5, 2.0], "spikes/a/node_ids": [0, 1]}
    contents |= {"spikes/b/timestamps": [3.5, 4.0], "spikes/b/node_ids": [4, 4]}
    with pytest.raises(InputError, match="'spikes/a/timestamps'.*'spikes/b/timestamps'.*--dataset"):
        read(contents)
    assert read(contents, dataset="spikes/b/timestamps").unit_ids.tolist() == [4]
    assert read(contents, dataset="spikes/b").unit_ids.tolist() == [4]


def test_a_number_of_each_spike_is_never_ignored():
    """A group below ``spikes`` is no unit if its spikes are numbered like those of several."""
    contents = {"spikes/v1/timestamps": [3.0, 4.5, 5.25], "spikes/v1/fired_by": [7, 2, 7]}
    with pytest.raises(FileFormatError, match="no layout.*--time-column, unit_column="):
        read(contents)
    for named in ("fired_by", "spikes/v1/fired_by", "/spikes/v1/Fired_By"):
        assert read(contents, unit_column=named).unit_ids.tolist() == [2, 7]
    assert read(contents, time_column="timestamps", unit_column="fired_by").n_units == 2


def test_lists_named_by_the_user():
    contents = {"a/when": [3.0, 4.5], "a/who": [1, 2], "b/when": [3.0, 4.5], "b/who": [5, 6]}
    assert read(contents, time_column="b/when", unit_column="who").unit_ids.tolist() == [5, 6]
    with pytest.raises(InputError, match="could be in 'a/when'.*'b/when'"):
        read(contents, time_column="when", unit_column="who")
    with pytest.raises(InputError, match="no lists 'when' and 'whom' of one length"):
        read(contents, time_column="when", unit_column="whom")


def test_unequal_group_of_a_unit_stays_one():
    contents = {"unit_3/spike_times": [0.5, 1.0], "unit_3/channel_of_peak": [4, 4]}
    contents |= {"unit_5/spike_times": [0.25]}
    assert trains_of(read(contents)) == [[0.5, 1.0], [0.25]]


@pytest.mark.parametrize("by", ["trial", "unit"])
def test_table_with_trials_that_begin_anew(by):
    """Spikes of several trials at one time of each are never put on top of each other."""
    rows = [(0, 7, 4), (0, 2, 90), (1, 7, 3), (1, 2, 80), (2, 7, 100)]  # trial, unit, ms
    rows = sorted(rows, key=lambda row: row[1]) if by == "unit" else rows
    trials, units, times = map(np.array, zip(*rows, strict=True))
    contents = {"spiketimes": times, "neuron_ids": units, "trial_ids": trials, "tmax": 100}
    with pytest.raises(InputError, match="--sampling-rate"):
        read(contents)
    recording = read(contents, sampling_rate=1000.0)
    assert trains_of(recording) == [[0.09, 1.08], [0.004, 1.003, 2.1]]
    assert recording.intervals["observed"][:, 0].tolist() == [0.0, 1.0, 2.0]
    assert recording.interval_columns["trials"]["trial"].tolist() == [0, 1, 2]
    assert "3 trials ('trial_ids'), whose times are their own" in recording.layout


def test_trials_of_one_time_stay_where_they_are():
    contents = {"times": [0.5, 1.0, 7.5], "units": [1, 2, 1], "trials": [1, 1, 2]}
    recording = read(contents)
    assert trains_of(recording) == [[0.5, 7.5], [1.0]]
    assert recording.intervals["trials"].tolist() == [[0.5, 1.0], [7.5, 7.5]]


def test_an_empty_population_is_no_unit():
    contents = {"spikes/v1/timestamps": [3.0, 4.5], "spikes/v1/node_ids": [0, 1]}
    contents |= {"spikes/v2/timestamps": np.empty(0), "spikes/v2/node_ids": np.empty(0, int)}
    assert read(contents).n_units == 2


# ---- matrices of times


def padded(fill, trains=TRAINS):
    matrix = np.full((len(trains), 4), fill)
    for row, train in zip(matrix, trains, strict=True):
        row[: len(train)] = train
    return matrix


@pytest.mark.parametrize("fill", [np.nan, 0.0])
@pytest.mark.parametrize("transposed", [False, True])
def test_matrix_filled_up(fill, transposed):
    matrix = padded(fill, [*TRAINS, []])
    recording = read({"spM": matrix.T if transposed else matrix})
    assert trains_of(recording) == [*TRAINS, []]
    assert f"each {'column' if transposed else 'row'} of 'spM'" in recording.layout


def test_matlab_sees_the_axes_the_other_way_round():
    recording = read({"spM": padded(np.nan).T}, [("spM", "MATLAB_class", np.bytes_("double"))])
    assert "each row of 'spM'" in recording.layout


@pytest.mark.parametrize(
    "matrix",
    [
        padded(np.nan, [[0.5, 0.25, 2.0], [0.75], [0.1]]),  # does not ascend
        np.array([[0.5, 1.5, 2.5], [1.0, 2.0, 3.5]]),  # not filled up
        np.array([[0.5, np.nan, 2.5], [1.0, 2.0, 3.5]]),  # a gap
    ],
)
def test_other_matrices_of_fractions_are_refused(matrix):
    with pytest.raises((FileFormatError, InputError), match="expected spike counts|could be"):
        read({"signal": matrix})


def test_counts_beside_a_matrix_that_is_filled_up():
    contents = {"licks": padded(np.nan), "spikes_binned": np.eye(3, 40)}
    with pytest.raises(InputError, match="layout 'padded'.*layout 'matrix'"):
        read(contents)
    assert read(contents, layout="matrix").n_units == 3


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_pairs_of_unit_and_time(transposed, order):
    pairs = np.array([[1, 0.5], [1, 1.25], [4, 0.75], [4, 2.0], [1, 2.5]])[:, order]
    recording = read({"spks": pairs.T if transposed else pairs})
    assert recording.unit_ids.tolist() == [1, 4]
    assert trains_of(recording) == [[0.5, 1.25, 2.5], [0.75, 2.0]]


def test_points_are_no_pairs():
    points = np.array([[1, 0.5], [2, 1.25], [3, 0.75], [4, 2.0]])
    with pytest.raises(InputError, match="expected spike counts"):
        read({"points": points})


# ---- spins


def test_spins_are_words():
    words = np.random.default_rng(0).integers(0, 2, (60, 5))
    recording = read({"states": (2 * words - 1).astype(np.int8)})
    assert recording.time_unit == "bin"
    assert [len(recording.times(unit)) for unit in range(5)] == words.sum(axis=0).tolist()
    assert "spins" in recording.layout
    spoiled = 2.0 * words - 1
    spoiled[7, 2] = 0
    with pytest.raises((FileFormatError, InputError), match="expected spike counts"):
        read({"states": spoiled})


# ---- whole numbers of a floating-point type


def test_many_whole_numbers_are_hardly_seconds():
    times = np.arange(0.0, 4000.0, 10.0)
    contents = {"spike_times": times, "spike_times_index": [100, 400]}
    with pytest.raises(InputError, match=r"whole numbers \(float64\).*--sampling-rate"):
        read(contents)
    assert read(contents, sampling_rate=1000).t_stop == pytest.approx(3.99)
    assert read(contents, time_scale=1.0).t_stop == 3990.0
    assert read({**contents, "fs": 1000.0}).t_stop == pytest.approx(3.99)


def test_trials_of_counts_say_what_to_do():
    with pytest.raises(FileFormatError, match="one trial after the other, bins x units"):
        read({"spikes": np.zeros((3, 4, 5), np.uint8)})
