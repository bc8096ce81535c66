"""NumPy's files: arrays, archives of them, and neurohm's own archives."""

import zipfile

import numpy as np
import pytest

from neurohm.exceptions import ArgumentTypeError, FileFormatError, InputError
from neurohm.recordings import Recording, bin_spikes, load_recording, simulate_assemblies
from neurohm.recordings.stored_times import StoredTimes

COUNTS = np.random.default_rng(0).poisson(0.3, (400, 6))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file.dat"


def saved(path, array, **options):
    with path.open("wb") as file:
        np.save(file, array, **options)
    return path


def archived(path, **arrays):
    with path.open("wb") as file:
        np.savez(file, **arrays)
    return path


# ---- arrays


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, bool])
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("order", ["C", "F"])
def test_matrix(path, dtype, transposed, order):
    counts = np.minimum(COUNTS, 1) if dtype is bool else COUNTS
    matrix = np.array(counts.T if transposed else counts, dtype=dtype, order=order)
    recording = load_recording(saved(path, matrix), bin_width=0.02)
    np.testing.assert_array_equal(bin_spikes(recording, 0.02).toarray(), counts)
    assert load_recording(path).time_unit == "bin"


def test_matrix_that_could_be_either_way_round(path):
    saved(path, COUNTS[:8] + 1)
    with pytest.raises(InputError, match="--units-axis"):
        load_recording(path)
    assert load_recording(path, units_axis=0).n_units == 8


def test_structured_array(path):
    rows = np.array([(0.5, 2), (0.7, 1), (0.9, 2)], dtype=[("times", float), ("units", int)])
    recording = load_recording(saved(path, rows))
    assert recording.unit_ids.tolist() == [1, 2]
    assert recording.times(1).tolist() == [0.5, 0.9]


def test_a_list_says_nothing_of_units(path):
    with pytest.raises(InputError, match="one list of 3 numbers, which says nothing of units"):
        load_recording(saved(path, [0.5, 0.7, 0.9]))


def test_objects_are_never_loaded(path):
    lists = np.empty(2, dtype=object)
    lists[:] = [[0.5], [0.7, 0.9]]
    saved(path, lists, allow_pickle=True)
    with pytest.raises(FileFormatError, match="Python objects, .*; .*spike_times_index"):
        load_recording(path)
    archived(path, spikes=lists)
    with pytest.raises(FileFormatError, match="'spikes' holds Python objects"):
        load_recording(path)


def test_a_header_that_promises_too_much(path):
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 9)}"
    path.write_bytes(b"\x93NUMPY\x01\x00" + np.uint16(len(header)).tobytes() + header.encode())
    with pytest.raises(FileFormatError, match="damaged or cut off"):
        load_recording(path)


@pytest.mark.parametrize("share", [0.001, 0.02, 0.5, 0.99])
def test_truncated_array(path, share):
    whole = saved(path, COUNTS).read_bytes()
    path.write_bytes(whole[: max(8, int(share * len(whole)))])
    with pytest.raises(FileFormatError, match="damaged or cut off"):
        load_recording(path)


# ---- archives of others


def test_long_lists(path):
    archived(path, times=[0.5, 0.7, 0.9], units=["b", "a", "b"], species="mouse", fs=3e4)
    recording = load_recording(path)
    assert recording.unit_ids.tolist() == ["a", "b"]
    assert recording.times(1).tolist() == [0.5, 0.9]
    assert recording.metadata == {"species": "mouse", "fs": 30_000.0}


def test_ragged_lists(path):
    archived(
        path,
        spike_times=[0.5, 0.7, 0.1],
        spike_times_index=[2, 3],
        id=[7, 9],
        depth=[100.0, 200.0],
        t_stop=5.0,
    )
    recording = load_recording(path)
    assert recording.unit_ids.tolist() == [7, 9]
    assert recording.unit_columns["depth"].tolist() == [100, 200]
    assert recording.t_stop == 5.0


def test_samples_in_an_archive(path):
    archived(path, spike_times=[10, 20, 30], spike_clusters=[1, 2, 1])
    with pytest.raises(InputError, match="--sampling-rate"):
        load_recording(path)
    assert load_recording(path, sampling_rate=10).t_stop == 3.0


def test_a_list_for_each_unit(path):
    archived(path, unit_2=[0.5, 0.7], unit_10=[0.1], unit_3=np.empty(0))
    with pytest.warns(match="1 unit.s. without a spike"):
        recording = load_recording(path)
    assert recording.unit_ids.tolist() == ["unit_2", "unit_3", "unit_10"]


def test_matrix_in_an_archive(path):
    archived(path, counts=COUNTS, bin_width=0.02, names=[f"n{k}" for k in range(6)])
    recording = load_recording(path)
    assert recording.bin_width == 0.02
    np.testing.assert_array_equal(bin_spikes(recording, 0.02).toarray(), COUNTS)
    archived(path, left=COUNTS, right=COUNTS)
    with pytest.raises(InputError, match="--dataset"):
        load_recording(path)
    assert load_recording(path, dataset="left").n_units == 6


def test_dates_and_complex_numbers_do_no_harm(path):
    archived(
        path,
        times=[0.5, 0.7],
        units=[1, 2],
        day=np.datetime64("2020-01-01"),
        spectrum=np.ones(3, dtype=complex),
    )
    assert load_recording(path).metadata == {"day": "2020-01-01"}


def test_what_grows_without_end_is_refused(path, monkeypatch):
    monkeypatch.setattr("neurohm.recordings.formats.numpy_file._UNSUSPICIOUS", 1000)
    monkeypatch.setattr("neurohm.recordings.formats.numpy_file._MOST_GROWTH", 50)
    with path.open("wb") as file:
        np.savez_compressed(file, counts=np.zeros((10_000, 6)))
    with pytest.raises(FileFormatError, match="grows to 0 MiB .*np.savez"):
        load_recording(path)


def test_a_flipped_bit_is_noticed(path):
    whole = bytearray(archived(path, times=np.arange(99) / 8, units=[1] * 99).read_bytes())
    whole[whole.index(b"NUMPY") + 200] ^= 1
    path.write_bytes(whole)
    with pytest.raises(FileFormatError, match="damaged"):
        load_recording(path)


def test_other_zip_archives(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no arrays")
    with pytest.raises(FileFormatError, match="a zip archive of other things"):
        load_recording(path)


# ---- neurohm's own


def full():
    return Recording.from_trains(
        {"a": [0.1, 0.5], "µ": [], "c": [0.1 + 0.2]},
        t_start=0.0625,
        t_stop=9.0,
        unit_columns={"z": [1, 2, 3], "area": ["CA1", "", "CA3"], "good": [True, False, True]},
        intervals={"trials": [[1.0, 2.0], [3.0, 4.0]], "observed": [[0.0625, 8.0]]},
        interval_columns={"trials": {"side": ["left", "right"], "angle": [0.5, np.nan]}},
        events={"reward": [1.5, 1.25]},
        positions=[[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]],
        truth={"lags": [np.array([0.5]), np.empty(0)], "nothing": {}, "n": 2, "none": []},
        metadata={"species": "mouse", "age": 5, "deep": {"er": [1, {"x": "y"}]}},
    )


def assert_equal(one, other):
    assert one.fingerprint() == other.fingerprint()
    for name in ("unit_columns", "intervals", "events"):
        first, second = getattr(one, name), getattr(other, name)
        assert first.keys() == second.keys()
        for key in first:
            np.testing.assert_array_equal(first[key], second[key])
            assert first[key].dtype == second[key].dtype
    for key, columns in one.interval_columns.items():
        assert columns.keys() == other.interval_columns[key].keys()
        for column in columns:
            np.testing.assert_array_equal(columns[column], other.interval_columns[key][column])
    np.testing.assert_equal(dict(one.truth or {}), dict(other.truth or {}))
    np.testing.assert_equal(dict(one.metadata), dict(other.metadata))
    np.testing.assert_array_equal(one.positions, other.positions)
    assert (one.bin_width, one.time_unit) == (other.bin_width, other.time_unit)


@pytest.mark.filterwarnings("ignore:.*without a spike")
@pytest.mark.parametrize(
    "make",
    [
        full,
        lambda: simulate_assemblies(8, 0.5, 1, members=(3, 4), seed=0),
        lambda: Recording.from_counts(COUNTS),
        lambda: Recording.from_counts(COUNTS, 0.02),
    ],
)
def test_round_trip(tmp_path, make):
    recording = make()
    for name in ("a.npz", "a.h5"):
        recording.save(tmp_path / name)
        assert_equal(recording, load_recording(tmp_path / name))
    with zipfile.ZipFile(tmp_path / "a.npz") as archive:
        assert archive.testzip() is None


def test_equal_recordings_make_equal_files(tmp_path):
    for name in ("a.npz", "b.npz"):
        full().save(tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_times_in_a_file_are_written_block_by_block(tmp_path, monkeypatch):
    monkeypatch.setattr("neurohm.recordings.stored_times.LARGEST_IN_MEMORY", 10)
    monkeypatch.setattr("neurohm.recordings.stored_times.BLOCK", 7)
    recording = simulate_assemblies(8, 0.5, 1, members=(3, 4), seed=0)
    recording.save(tmp_path / "a.h5")
    stored = load_recording(tmp_path / "a.h5")
    assert isinstance(stored.spike_times, StoredTimes)
    stored.save(tmp_path / "a.npz")
    assert load_recording(tmp_path / "a.npz").fingerprint() == recording.fingerprint()


def test_objects_are_not_written(tmp_path):
    recording = Recording.from_trains([[0.5]], metadata={"x": object()})
    with pytest.raises(ArgumentTypeError, match="metadata/x"):
        recording.save(tmp_path / "a.npz")
    assert list(tmp_path.iterdir()) == []
