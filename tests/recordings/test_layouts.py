"""Every layout of spike times: what is written comes back, whatever the names around it."""

import h5py
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from neurohm.exceptions import FileFormatError, InputError
from neurohm.recordings import Recording, load_recording
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.choose import read_hdf5

RATE = 30_000.0


def file_of(**contents):
    """An HDF5 file in memory; a name with an @ is an attribute of what comes before it."""
    file = h5py.File("x", "w", driver="core", backing_store=False)
    for name, value in contents.items():
        path, _, attribute = name.partition("@")
        if attribute:
            file.require_group(path or "/") if path not in file else None
            file[path or "/"].attrs[attribute] = value
        else:
            file[path] = value
    return file


def read(file, **options):
    with file:
        return read_hdf5(file, ReadOptions(**options), "x")


def trains_of(recording):
    return [recording.times(place).tolist() for place in range(recording.n_units)]


# ---- round trips of any trains, silent units among them, in seconds and in samples

samples = st.lists(st.integers(0, 10**9), max_size=8).map(lambda list_: sorted(list_))
trains_in_samples = st.lists(samples, min_size=2, max_size=6).filter(lambda t: sum(map(len, t)) > 1)


def matlab_cells(file, name, arrays, **attributes):
    """Write a cell array as MATLAB 7.3 does: references to arrays, empty ones by their size."""
    references = np.empty((len(arrays), 1), dtype=h5py.ref_dtype)
    for place, array in enumerate(arrays):
        path = f"#refs#/{name.replace('/', '_')}{place}"
        if len(array):
            file[path] = np.asarray(array)[None, :]
        else:
            file[path] = np.array([0, 0], dtype=np.uint64)
            file[path].attrs["MATLAB_empty"] = np.uint8(1)
        file[path].attrs["MATLAB_class"] = np.bytes_(attributes.get("kind", "double"))
        references[place, 0] = file[path].ref
    file.create_dataset(name, data=references, dtype=h5py.ref_dtype)
    file[name].attrs["MATLAB_class"] = np.bytes_("cell")


def direct(file, arrays):
    for unit, array in enumerate(arrays):
        file[f"units/unit_{unit + 8}"] = array


def nested(file, arrays):
    for unit, array in enumerate(arrays):
        file[f"unit_{unit + 8}/spike_times"] = array
        file[f"unit_{unit + 8}/waveforms"] = np.zeros((max(1, len(array)), 4))


def ragged(file, arrays):
    file["units/spike_times"] = np.concatenate(arrays)
    file["units/spike_times_index"] = np.cumsum([len(a) for a in arrays]).astype(np.uint8)
    file["units/id"] = np.arange(len(arrays)) + 8


def counted(file, arrays):
    file["spikes"] = np.concatenate(arrays)
    file["sCount"] = [len(a) for a in arrays]


def cells(file, arrays):
    matlab_cells(file, "spikes", arrays)


def variable_length(file, arrays):
    kind = arrays[0].dtype
    dataset = file.create_dataset("trains", (len(arrays),), dtype=h5py.vlen_dtype(kind))
    for place, array in enumerate(arrays):
        dataset[place] = array


LAYOUTS = {
    "per-unit": direct,
    "per-unit, nested": nested,
    "ragged": ragged,
    "spikes-sCount": counted,
    "cells": cells,
    "cells of variable length": variable_length,
}


@pytest.mark.parametrize("name", LAYOUTS)
@given(trains=trains_in_samples)
def test_round_trip_in_samples(name, trains):
    file = file_of(**{"@sampling_rate": RATE})
    LAYOUTS[name](file, [np.array(train, dtype=np.int64) for train in trains])
    back = read(file)
    assert trains_of(back) == [[sample / RATE for sample in train] for train in trains]
    assert "in samples of 30000 Hz (sampling_rate of the file)" in back.layout


@pytest.mark.parametrize("name", LAYOUTS)
@given(trains=trains_in_samples)
def test_round_trip_in_seconds(name, trains):
    seconds = [[sample / 1e6 + 0.25 for sample in train] for train in trains]
    file = file_of()
    LAYOUTS[name](file, [np.array(train, dtype=np.float64) for train in seconds])
    back = read(file)
    assert trains_of(back) == seconds
    assert ", in seconds;" in back.layout


@given(trains=trains_in_samples, order=st.randoms(use_true_random=False))
def test_round_trip_of_a_table(trains, order):
    spikes = [(t / 1e6 + 0.25, unit) for unit, train in enumerate(trains) for t in train]
    order.shuffle(spikes)
    times, units = map(np.array, zip(*sorted(spikes, key=lambda spike: spike[0]), strict=True))
    back = read(file_of(spike_times=times, spike_clusters=units.astype(np.uint32)))
    kept = [unit for unit, train in enumerate(trains) if train]
    assert back.unit_ids.tolist() == kept
    assert trains_of(back) == [[t / 1e6 + 0.25 for t in trains[unit]] for unit in kept]


# ---- a dataset for each unit


TWO = [0.5, 1.5, 2.5], [1.0, 2.0]


def test_units_come_in_natural_order():
    contents = {f"spikes/{unit}": [float(unit)] * unit for unit in (10, 2, 1)}
    assert read(file_of(**contents)).unit_ids.tolist() == [1, 2, 10]
    named = {f"unit{unit}": [float(unit)] for unit in (10, 2, 1)}
    assert read(file_of(**named)).unit_ids.tolist() == ["unit1", "unit2", "unit10"]
    twice = read(file_of(**{"units/1": TWO[0], "units/01": TWO[1]}))
    assert sorted(twice.unit_ids.tolist()) == ["01", "1"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("unit_1", "unit_2"),
        ("units/fred", "units/anna"),
        ("sorted_units/fred", "sorted_units/anna"),
        ("a/neuron-1", "a/neuron-2"),
        ("a/b/ch_12a", "a/b/ch_12b"),
        ("spikes/1", "spikes/2"),
        ("1", "2"),
        ("1/t", "2/t"),
        ("spikes/fred/timestamps", "spikes/anna/timestamps"),
        ("a/cell 1/times", "a/cell 2/times"),
    ],
)
def test_names_of_units_that_are_known(first, second):
    assert read(file_of(**{first: TWO[0], second: TWO[1]})).spike_counts.sum() == 5


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("trial_1", "trial_2"),
        ("cue1", "cue2"),
        ("lags/0", "lags/1"),
        ("rx/timestamps", "ry/timestamps"),
        ("units/depth", "units/rate"),
    ],
)
def test_names_that_are_none_of_units(first, second):
    with pytest.raises(FileFormatError, match="no layout of spikes"):
        read(file_of(**{first: TWO[1], second: TWO[1]}))


def test_a_group_named_outright_needs_no_known_names():
    contents = {"mine/left": TWO[0], "mine/right": TWO[1], "other": [1.0]}
    assert read(file_of(**contents), dataset="/mine").unit_ids.tolist() == ["left", "right"]
    with pytest.raises(FileFormatError, match="no lists of numbers in the group 'a'"):
        read(file_of(**{"a/b/c": TWO[0]}), dataset="a")


def test_what_stands_beside_the_times_becomes_a_column():
    file = file_of(
        **{
            "unit_1/spike_times": TWO[0],
            "unit_1/depth": 120.0,
            "unit_1@area": "V1",
            "unit_1/spike_times@quality": 3,
            "unit_2/spike_times": TWO[1],
            "unit_2/depth": [140.0],
            "unit_2/waveforms": np.zeros((2, 30)),
            "unit_2/template": np.zeros(30),
        }
    )
    back = read(file)
    assert back.unit_columns["depth"].tolist() == [120.0, 140.0]
    assert back.unit_columns["area"].tolist() == ["V1", ""]
    np.testing.assert_array_equal(back.unit_columns["quality"], [3, np.nan])
    assert "not used: 'unit_2/template' 30 float64, 'unit_2/waveforms' 2 x 30" in back.layout
    assert "depth" not in back.metadata


def test_other_groups_named_after_the_units_do_not_compete():
    file = file_of(
        **{
            "units/unit_1": TWO[0],
            "units/unit_2": TWO[1],
            "waveforms/unit_1": np.zeros((3, 4), dtype=np.int16),
            "waveforms/unit_2": np.zeros((2, 4), dtype=np.int16),
        }
    )
    assert read(file).layout.count("waveforms") == 2


def test_a_silent_unit_without_a_shape():
    file = file_of(**{"units/1": TWO[0], "units/3": TWO[1]})
    file["units/2"] = h5py.Empty("f8")
    assert read(file).spike_counts.tolist() == [3, 0, 2]


def test_a_single_number_called_like_the_units_beside_it_is_a_list_of_one():
    contents = {"units/unit_1": [0.5, 1.5], "units/unit_2": 1.0, "units/n_trials": 7}
    recording = read(file_of(**contents))
    assert recording.spike_counts.tolist() == [2, 1]
    assert recording.times(1).tolist() == [1.0]
    assert recording.metadata == {"n_trials": 7}
    assert read(file_of(**{"unit_1": [0.5, 1.5], "cell_2": 1.0})).n_units == 1


def test_texts_end_where_c_ends_them():
    ids = np.array([b"a\0xyz", b"b\0\0\0q"])
    file = file_of(
        **{"units/spike_times": [0.5, 1.0], "units/spike_times_index": [1, 2], "units/id": ids}
    )
    assert read(file).unit_ids.tolist() == ["a", "b"]


def test_several_groups_of_units_need_the_dataset():
    contents = {f"probe_{p}/units/unit_{u}": TWO[u] for p in "ab" for u in (0, 1)}
    with pytest.raises(InputError, match=r"'probe_a/units'.* or 'probe_b/units'.*--dataset"):
        read(file_of(**contents))
    assert read(file_of(**contents), dataset="probe_b/units").n_units == 2


def test_a_matrix_beside_units_needs_the_option():
    contents = {"units/1": TWO[0], "units/2": TWO[1], "words": np.eye(9, 3, dtype=int)}
    with pytest.raises(InputError, match=r"'units' \(layout 'per-unit'\) or 'words'.*--layout"):
        read(file_of(**contents))
    assert read(file_of(**contents), layout="per-unit").n_units == 2
    assert read(file_of(**contents), dataset="words").n_units == 3


def test_two_dimensions_are_no_list():
    with pytest.raises(FileFormatError, match=r"'units/2' are 2 x 3; expected a list of times"):
        read(file_of(**{"units/1": TWO[0], "units/2": np.zeros((2, 3))}))


# ---- tables


@pytest.mark.parametrize(
    ("times", "units"),
    [
        ("spike_times", "spike_clusters"),
        ("spikeTimes", "clusterIDs"),
        ("times", "units"),
        ("spikes/t", "spikes/i"),
        ("events/times", "events/senders"),
        ("units/spike_times", "units/unit_id"),
    ],
)
def test_names_of_tables(times, units):
    back = read(file_of(**{times: [0.5, 1.0, 1.5], units: [7.0, 3.0, 7.0]}))
    assert (back.unit_ids.tolist(), trains_of(back)) == ([3, 7], [[1.0], [0.5, 1.5]])


def test_a_table_with_names_of_units_and_more():
    file = file_of(
        spike_times=[0.5, 1.0, 1.5],
        cluster=[b"b", b"a", b"b"],
        amplitudes=[1.0, 2.0, 3.0],
        channel_positions=np.zeros((4, 2)),
        depth=[10.0, 20.0],
    )
    back = read(file)
    assert back.unit_ids.tolist() == ["a", "b"]
    # whose depth is whose, nobody knows
    assert not back.unit_columns
    for name in ("amplitudes", "channel_positions", "depth"):
        assert name in back.layout.partition("not used")[2]


def test_units_of_a_table_are_whole_numbers():
    with pytest.raises(FileFormatError, match=r"'units' of type float64.*whole numbers or text"):
        read(file_of(times=[0.5, 1.0], units=[0.5, 1.0]))


# ---- ragged


def test_ragged_columns_come_from_the_same_group_only():
    file = file_of(
        **{
            "units/spike_times": [0.5, 1.0, 1.5],
            "units/spike_times_index": [2, 3],
            "units/location": [b"CA1", b"CA3"],
            "electrodes/x": [1.0, 2.0],
        }
    )
    back = read(file)
    assert list(back.unit_columns) == ["location"]
    assert back.unit_ids.tolist() == [0, 1]


@pytest.mark.parametrize("index", [[2, 4], [3, 2], [0.5, 3.0], [-1, 3], [2]])
def test_a_ragged_index_that_does_not_fit(index):
    with pytest.raises(FileFormatError, match="'spike_times_index' does not end at 3"):
        read(file_of(spike_times=[0.5, 1.0, 1.5], spike_times_index=index))


def test_ids_that_repeat():
    with pytest.raises(InputError, match="unit id 4 occurs 2 times"):
        read(file_of(spike_times=[0.5, 1.0], spike_times_index=[1, 2], id=[4, 4]))


# ---- cells


def test_a_struct_array_with_other_fields():
    file = file_of()
    matlab_cells(file, "units/times", [np.array(train) for train in TWO])
    matlab_cells(file, "units/depth", [np.array([10.0]), np.array([20.0])])
    matlab_cells(
        file, "units/area", [np.array([86, 49], np.uint16), np.array([65], np.uint16)], kind="char"
    )
    back = read(file)
    assert trains_of(back) == list(map(list, TWO))
    assert back.unit_columns["depth"].tolist() == [10.0, 20.0]
    assert back.unit_columns["area"].tolist() == ["V1", "A"]


def test_of_several_cell_arrays_the_one_that_says_spikes():
    file = file_of()
    matlab_cells(file, "spikes", [np.array(train) for train in TWO])
    matlab_cells(file, "isi", [np.array([1.0, 1.0]), np.array([1.0])])
    assert read(file).layout.startswith("one list of spike times for each unit (the cells of 'spi")
    file = file_of()
    for name in ("left", "right"):
        matlab_cells(file, name, [np.array(train) for train in TWO])
    with pytest.raises(InputError, match=r"'left'.* or 'right'.*--dataset"):
        read(file)


def test_cells_that_are_no_lists():
    file = file_of()
    matlab_cells(file, "spikes", [np.array([0.5, 1.0]), np.array([1.0])])
    file["#refs#/square"] = np.eye(2)
    references = file["spikes"][()]
    references[1, 0] = file["#refs#/square"].ref
    file["spikes"][...] = references
    with pytest.raises(FileFormatError, match="cell 2 of 'spikes' are 2 x 2; expected a list"):
        read(file)


def test_counts_of_short_numbers_add_up_exactly():
    contents = {"spikes": np.arange(2050) / 100, "sCount": np.array([2048, 1, 1], np.float16)}
    assert read(file_of(**contents)).spike_counts.tolist() == [2048, 1, 1]


# ---- how long it was


def test_a_stated_span_is_taken_where_it_holds_the_spikes():
    assert read(file_of(**{"units/1": TWO[0], "units/2": TWO[1], "@duration": 4.0})).t_stop == 4.0
    both = {"spikes": TWO[0], "sCount": [3, 0], "@t_start": 0.25, "@t_stop": 3.0}
    back = read(file_of(**both))
    assert (back.t_start, back.t_stop) == (0.25, 3.0)
    assert "observed from 0.25 to 3 s (t_start of the file and t_stop of the file)" in back.layout
    late = read(file_of(**{"spikes": TWO[0], "sCount": [3, 0], "@duration": 2.0}))
    assert (late.t_start, late.t_stop) == (0.5, 2.5)
    assert "to the last (duration of the file does not fit them)" in late.layout


@pytest.mark.parametrize("duration", [5.0, 5 * RATE])
def test_a_duration_beside_samples_is_in_samples_or_in_seconds(duration):
    contents = {"units/1": [15_000, 30_000], "units/2": [60_000], "@fs": RATE}
    assert read(file_of(**contents, **{"@duration": duration})).t_stop == 5.0


def test_seconds_as_they_are_written_by_others_load_from_disk(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        direct(file, [np.array(train) for train in TWO])
    made = Recording.from_trains(dict(zip(["unit_8", "unit_9"], TWO, strict=True)), t_start=0.5)
    assert load_recording(tmp_path / "a.h5").fingerprint() == made.fingerprint()
