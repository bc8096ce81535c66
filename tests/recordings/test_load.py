"""Files in the layouts in use, found out by content; and bad ones, each with its message."""

import warnings

import h5py
import numpy as np
import pytest

from neurohm.exceptions import FileFormatError, InputError, MissingFileError, NeurohmWarning
from neurohm.recordings import Recording, bin_spikes, load_recording

COUNTS = np.random.default_rng(0).poisson(0.3, (400, 6))


@pytest.fixture
def write(tmp_path):
    """Write datasets (and attributes, named with an @) to an HDF5 file."""

    def writer(**contents):
        path = tmp_path / "file.dat"
        with h5py.File(path, "w") as file:
            for name, value in contents.items():
                if name.startswith("at_"):
                    file.attrs[name[3:]] = value
                else:
                    file[name] = value
        return path

    return writer


def ragged(**contents):
    return {"spikes": [0.5, 1.5, 2.5, 1.0, 2.0], "sCount": [3, 2]} | contents


# ---- {spikes, sCount}


def test_counted_layout(write):
    path = write(
        **ragged(
            epos=[[100.0, 200.0], [300.0, 400.0]],
            names=[b"ch_1", b"ch_2"],
            array=[b"MCS"],
            **{"meta/age": [5], "summary/frate": [1.0, 2.0], "odd": np.zeros((3, 4, 5))},
        )
    )
    loaded = load_recording(path)
    assert loaded.unit_ids.tolist() == ["ch_1", "ch_2"]
    assert (loaded.t_start, loaded.t_stop) == (0.5, 2.5)
    np.testing.assert_array_equal(loaded.times(1), [1.0, 2.0])
    np.testing.assert_array_equal(loaded.positions, [[100, 300], [200, 400]])
    assert loaded.metadata == {"array": "MCS", "age": 5}
    assert loaded.unit_columns["frate"].tolist() == [1.0, 2.0]
    assert "not used: 'odd' 3 x 4 x 5 float64" in loaded.layout


def test_names_that_repeat_become_a_column(write):
    loaded = load_recording(write(**ragged(names=[b"ch", b"ch"])))
    assert loaded.unit_ids.tolist() == [0, 1]
    assert loaded.unit_columns["names"].tolist() == ["ch", "ch"]


def test_matlab_vectors_are_lists(write):
    path = write(spikes=[[0.5, 1.5, 2.5, 1.0, 2.0]], sCount=[[3.0], [2.0]])
    assert load_recording(path).spike_counts.tolist() == [3, 2]


def test_index_that_does_not_match(write):
    with pytest.raises(FileFormatError, match="'sCount' sums to 6 but 'spikes' has 5 times"):
        load_recording(write(**ragged(sCount=[3, 3])))
    with pytest.raises(FileFormatError, match=r"'sCount' holds a value that is no count"):
        load_recording(write(**ragged(sCount=[6, -1])))


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ([0.5, np.nan, 2.5, 1.0, 2.0], "unit 0: a spike time is nan"),
        ([0.5, 1.5, 2.5, 1.0, np.inf], "unit 1: a spike time is inf"),
        ([-0.5, 1.5, 2.5, 1.0, 2.0], "unit 0: a negative spike time, -0.5"),
        ([0.5, 1.5, 2.5, 2.0, 1.0], "unit 1: a spike at 1 after one at 2; .*sort=True / --sort"),
    ],
)
def test_bad_times_name_file_and_unit(write, times, message):
    with pytest.raises(InputError, match="file.dat': " + message):
        load_recording(write(**ragged(spikes=times)))


def test_sort_mends_unsorted_times(write):
    loaded = load_recording(write(**ragged(spikes=[0.5, 1.5, 2.5, 2.0, 1.0])), sort=True)
    np.testing.assert_array_equal(loaded.times(1), [1.0, 2.0])


# ---- a matrix


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float64, np.float32])
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("matlab", [False, True])
def test_matrix_either_way_round(write, dtype, transposed, matlab):
    matrix = (COUNTS.T if transposed else COUNTS).astype(dtype)
    path = write(words=matrix)
    if matlab:
        with h5py.File(path, "r+") as file:
            file["words"].attrs["MATLAB_class"] = np.bytes_("double")
    loaded = load_recording(path)
    assert (loaded.time_unit, loaded.duration, loaded.n_units) == ("bin", 400.0, 6)
    np.testing.assert_array_equal(bin_spikes(loaded, 1.0).toarray(), COUNTS)


def test_boolean_matrix(write):
    loaded = load_recording(write(x=COUNTS > 0), bin_width=0.02)
    np.testing.assert_array_equal(bin_spikes(loaded, 0.02).toarray(), COUNTS > 0)


def test_large_matrices_are_read_in_blocks(write, monkeypatch):
    monkeypatch.setattr("neurohm.recordings.layouts.matrix._VALUES_PER_BLOCK", 100)
    for matrix in (COUNTS, COUNTS.T):
        loaded = load_recording(write(x=matrix))
        np.testing.assert_array_equal(bin_spikes(loaded, 1.0).toarray(), COUNTS)


def test_bin_width_from_file_or_argument(write):
    assert load_recording(write(x=COUNTS), bin_width=0.02).duration == 8.0
    assert load_recording(write(x=COUNTS, at_dt=0.01)).bin_width == 0.01
    assert load_recording(write(x=COUNTS, bin_size=[[0.03]])).bin_width == 0.03
    assert load_recording(write(x=COUNTS, at_dt=0.01), bin_width=0.02).bin_width == 0.02
    assert load_recording(write(x=COUNTS, at_dt=10.0), time_scale=0.001).bin_width == 0.01
    with pytest.raises(FileFormatError, match=r"dt = -1\.0"):
        load_recording(write(x=COUNTS, at_dt=-1.0))


def test_axis_of_units_when_it_is_not_clear(write):
    square = COUNTS[:6] + 1
    with pytest.raises(InputError, match=r"6 rows and 6 columns.*units_axis=0 / --units-axis 0"):
        load_recording(write(x=square))
    for axis, expected in ((1, square), (0, square.T)):
        loaded = load_recording(write(x=square), units_axis=axis)
        np.testing.assert_array_equal(bin_spikes(loaded, 1.0).toarray(), expected)


def test_axis_of_units_follows_matlabs_own_order(write):
    path = write(x=COUNTS[:8] + 1)
    with h5py.File(path, "r+") as file:
        file["x"].attrs["MATLAB_class"] = np.bytes_("double")
    with pytest.raises(InputError, match="6 rows and 8 columns"):
        load_recording(path)
    assert load_recording(path, units_axis=0).n_units == 6


@pytest.mark.parametrize(
    ("value", "said"), [(-1.0, "-1"), (0.5, "0.5"), (np.nan, "nan"), (np.inf, "inf")]
)
def test_matrix_of_other_things(write, value, said):
    matrix = COUNTS.astype(float)
    matrix[7, 3] = value
    with pytest.raises(InputError, match=f"matrix 'x': the value {said}; expected spike counts"):
        load_recording(write(x=matrix))


# ---- which layout


def test_two_matrices_need_the_dataset(write):
    path = write(left=COUNTS, right=COUNTS[:200])
    with pytest.raises(InputError, match=r"'left'.* or 'right'.*dataset= / --dataset"):
        load_recording(path)
    assert load_recording(path, dataset="right").duration == 200.0
    assert load_recording(path, dataset="/left").duration == 400.0
    with pytest.raises(InputError, match="no dataset 'up'; expected one of 'left' 400 x 6"):
        load_recording(path, dataset="up")


def test_a_matrix_that_cannot_be_counts_does_not_compete(write):
    assert load_recording(write(words=COUNTS, positions=np.full((6, 2), 0.5))).n_units == 6


def test_two_layouts_need_the_option(write):
    path = write(**ragged(words=COUNTS))
    with pytest.raises(InputError, match=r"'spikes-sCount'.*'words'.*layout= / --layout"):
        load_recording(path)
    assert load_recording(path, layout="matrix").n_units == 6
    assert load_recording(path, layout="spikes-sCount").n_units == 2
    assert load_recording(path, dataset="spikes").n_units == 2
    assert load_recording(path, dataset="words").n_units == 6


def test_unknown_layout_lists_the_known(write):
    with pytest.raises(InputError, match="one of 'neurohm', 'nwb', 'spikes-sCount', .*'matrix'"):
        load_recording(write(x=COUNTS), layout="klusters")


def test_no_layout_lists_what_is_there(write):
    path = write(**{"a/b": [1.0, 2.0], "c": b"text"})
    with pytest.raises(FileFormatError, match=r"'a/b' 2 float64, 'c' scalar.*'sCount'.*2-D"):
        load_recording(path)
    with pytest.raises(FileFormatError, match="holds no datasets"):
        load_recording(write())


def test_options_that_do_not_apply_are_refused(write):
    for option in ({"bin_width": 0.02}, {"units_axis": 0}):
        with pytest.raises(InputError, match=f"{next(iter(option))}= given for datasets 'spikes'"):
            load_recording(write(**ragged()), **option)
    with pytest.raises(InputError, match="time_scale= for a matrix without a bin width"):
        load_recording(write(x=COUNTS), time_scale=0.1)
    with pytest.raises(InputError, match="both bin_width= and time_scale="):
        load_recording(write(x=COUNTS), time_scale=0.1, bin_width=0.1)


@pytest.mark.parametrize(
    "option", [{"bin_width": 0.0}, {"time_scale": np.nan}, {"time_scale": -1}, {"units_axis": 2}]
)
def test_options_out_of_range(write, option):
    with pytest.raises(InputError, match=str(next(iter(option)))):
        load_recording(write(x=COUNTS), **option)


# ---- what is no recording at all


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(MissingFileError, match=r"nothing\.h5 does not exist"):
        load_recording(tmp_path / "nothing.h5")
    with pytest.raises(MissingFileError, match="is a folder"):
        load_recording(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"a text file\n", "a text table .* without rows"),
        (b"\x93NUMPY\x01\x00", "is damaged or cut off"),
        (b"PK\x03\x04rest", "a zip archive"),
        (b"\x1f\x8b\x08rest", "a gzip archive of no text.*; .*unpack"),
        (b"MATLAB 5.0 MAT-file, Platform", "is damaged or cut off"),
        (b"\x80\x04\x95rest", "a Python pickle.*numpy.savez"),
        (b'{"spikes": [0.5]}', "is JSON.*numpy.savez"),
        (b"\x00\x01\x02\x03rest", "of no known kind .first bytes 00 01 02 03"),
    ],
)
def test_other_kinds_of_file_are_named(tmp_path, content, said):
    (tmp_path / "x.h5").write_bytes(content)
    with pytest.raises(FileFormatError, match=said):
        load_recording(tmp_path / "x.h5")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9, 0.999])
def test_truncated_file(write, share):
    path = write(spikes=np.sort(np.random.default_rng(0).random(20_000) * 900), sCount=[20_000])
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(FileFormatError, match="is damaged or cut off"):
        load_recording(path)


def test_damage_inside(write):
    path = write(**{"spikes": np.zeros(3), "sCount": [3]})
    with h5py.File(path, "w") as file:
        file.create_dataset("spikes", data=np.arange(1e4), compression="gzip")
        file["sCount"] = [10_000]
    raw = bytearray(path.read_bytes())
    middle = len(raw) // 2
    raw[middle : middle + 2000] = bytes(2000)
    path.write_bytes(raw)
    with pytest.raises(FileFormatError, match="is damaged or cut off"):
        load_recording(path)


def test_no_spikes(write):
    with pytest.raises(InputError, match=r"no spikes in it \(6 units\)"):
        load_recording(write(x=np.zeros((100, 6), dtype=int)))
    with pytest.raises(InputError, match="no spikes"):
        load_recording(write(spikes=np.empty(0), sCount=[0, 0]))


# ---- usable, but probably not as intended


def test_units_without_spikes_are_named(write):
    with pytest.warns(NeurohmWarning, match=r"7 unit\(s\) without a spike: 2, 3, 4, 5, 6, \.\.\."):
        load_recording(write(**ragged(sCount=[3, 2] + 7 * [0])))


def test_one_unit_only(write):
    with pytest.warns(NeurohmWarning, match="only one unit, 0"):
        load_recording(write(spikes=[0.5, 1.5, 2.0], sCount=[3]))


def test_milliseconds_given_as_seconds(write):
    path = write(**ragged(spikes=[500.0, 1500.0, 2500.0, 1000.0, 2000.0]))
    with pytest.warns(NeurohmWarning, match="milliseconds. pass time_scale=0.001") as caught:
        load_recording(path)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    scaled = load_recording(path, time_scale=0.001)
    np.testing.assert_allclose(scaled.times(1), [1.0, 2.0])
    assert scaled.layout.endswith("times multiplied by 0.001")


def test_rates_that_are_too_high(write):
    path = write(**ragged(spikes=[0.005, 0.01, 0.015, 0.005, 0.01]))
    with pytest.warns(NeurohmWarning, match="minutes"):
        load_recording(path)


def test_bin_width_in_milliseconds(write):
    with pytest.warns(NeurohmWarning, match="is the bin width in seconds"):
        load_recording(write(x=COUNTS), bin_width=20.0)


def test_scaling_scales_everything(tmp_path):
    made = Recording.from_trains(
        [[500.0, 1500.0], [700.0]],
        t_stop=2000.0,
        intervals={"observed": [[0.0, 1600.0]]},
        events={"cue": [100.0]},
    )
    made.save(tmp_path / "a.h5")
    loaded = load_recording(tmp_path / "a.h5", time_scale=0.001)
    assert loaded.t_stop == 2.0
    np.testing.assert_allclose(loaded.observed, [[0.0, 1.6]])
    np.testing.assert_allclose(loaded.events["cue"], [0.1])


def test_good_files_give_no_warning(write):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load_recording(write(**ragged())).n_spikes > 0
