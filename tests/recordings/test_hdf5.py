"""neurohm's own file: everything comes back, and it is whole or not there."""

import h5py
import numpy as np
import pytest

from neurohm.exceptions import ArgumentTypeError, FileFormatError, MissingFileError
from neurohm.recordings import Recording, hdf5, load_recording, simulate_assemblies

FULL = {
    "spike_times": [-1.0, 2.0, 3.0, 0.5, 9.5],
    "spike_times_index": [3, 5],
    "unit_ids": ["ü", "b"],
    "t_start": -2.0,
    "t_stop": 10.0,
    "unit_columns": {
        "depth": [1.5, 2.5],
        "good": [True, False],
        "area": ["V1", ""],
        "channel": np.array([3, 4], dtype=np.int32),
    },
    "intervals": {"observed": [[-2.0, 4.0], [5.0, 10.0]], "trials": np.empty((0, 2))},
    "events": {"cue": [1.0, 2.0]},
    "positions": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
    "truth": {
        "members": [np.array([0, 1]), np.array([], dtype=np.int64)],
        "nested": {"list": [[1, 2.5], "x"], "flag": True},
        "many": np.arange(5000.0),
    },
    "metadata": {"species": "mouse", "age": 5, "weight": 20.5},
}


def same(one, other):
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    return type(one) is type(other) and one == other


def assert_same(one, other):
    for name in (*FULL, "bin_width", "time_unit"):
        assert same(getattr(one, name), getattr(other, name)), name
    assert one.fingerprint() == other.fingerprint()


def test_all_fields_come_back(tmp_path):
    made = Recording(**FULL)
    made.save(tmp_path / "a.h5")
    back = load_recording(tmp_path / "a.h5")
    assert_same(made, back)
    assert list(back.unit_columns) == list(FULL["unit_columns"])
    assert back.source == str(tmp_path / "a.h5")
    assert "version 1" in back.layout


@pytest.mark.parametrize("width", [None, 0.02])
def test_binned_recordings_come_back(tmp_path, width):
    made = Recording.from_counts(np.eye(4, 3, dtype=int), bin_width=width)
    made.save(tmp_path / "a.h5")
    assert_same(made, load_recording(tmp_path / "a.h5"))


def test_simulated_recordings_come_back_with_their_truth(tmp_path):
    made = simulate_assemblies(20, 1.0, 2, members=(3, 5), seed=3)
    made.save(tmp_path / "a.h5")
    back = load_recording(tmp_path / "a.h5")
    assert same(made.truth, back.truth)


def test_the_file_is_as_documented(tmp_path):
    Recording(**FULL).save(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as file:
        assert (file.attrs["format"], file.attrs["version"]) == ("neurohm-recording", 1)
        assert (file.attrs["t_start"], file.attrs["t_stop"]) == (-2.0, 10.0)
        assert file["spike_times"].dtype == np.float64
        assert file["spike_times_index"][()].tolist() == [3, 5]
        assert file["intervals/observed/start"][()].tolist() == [-2.0, 5.0]
        assert file["units/depth"][()].tolist() == [1.5, 2.5]
        assert file["unit_ids"].asstr()[()].tolist() == ["ü", "b"]


def test_equal_recordings_give_equal_files(tmp_path):
    for name in "ab":
        Recording(**FULL).save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_failure_in_the_middle_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(hdf5, "_write_group", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Recording(**FULL).save(tmp_path / "a.h5")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_in_the_middle_leaves_the_old_file(tmp_path, monkeypatch):
    made = Recording(**FULL)
    made.save(tmp_path / "a.h5")
    monkeypatch.setattr(hdf5, "_write_group", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        made.between(0.0, 3.0).save(tmp_path / "a.h5")
    assert [path.name for path in tmp_path.iterdir()] == ["a.h5"]
    assert_same(made, load_recording(tmp_path / "a.h5"))


def test_what_cannot_be_written_is_said(tmp_path):
    with pytest.raises(ArgumentTypeError, match="'x' of type object"):
        Recording(**FULL | {"truth": {"x": None}}).save(tmp_path / "a.h5")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_or_read_only_folder(tmp_path, monkeypatch):
    made = Recording(**FULL)
    with pytest.raises(MissingFileError, match="nowhere does not exist"):
        made.save(tmp_path / "nowhere" / "a.h5")
    with pytest.raises(MissingFileError, match="is a folder"):
        made.save(tmp_path)

    # Modes do not bind root, under whom tests often run.
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.touch", refuse)
    with pytest.raises(MissingFileError, match="cannot be written .Permission denied"):
        made.save(tmp_path / "a.h5")


def test_another_version_is_refused(tmp_path):
    Recording(**FULL).save(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        file.attrs["version"] = 2
    with pytest.raises(FileFormatError, match="version 2; expected version 1; update neurohm"):
        load_recording(tmp_path / "a.h5")


def test_missing_parts_are_named(tmp_path):
    Recording(**FULL).save(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        del file["spike_times_index"], file.attrs["t_stop"]
    with pytest.raises(FileFormatError, match="without /spike_times_index, attribute t_stop"):
        load_recording(tmp_path / "a.h5")
