"""Spike times in a file answer as an array of them would."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurohm.exceptions import InputError, MissingFileError
from neurohm.recordings import stored_times
from neurohm.recordings.stored_times import StoredTimes, stays_in_file

VALUES = np.arange(40) * 0.5


def stored(path, values=VALUES, **settings):
    with h5py.File(path, "w") as file:
        file.create_dataset("group/times", data=values, **settings)
    with h5py.File(path) as file:
        return StoredTimes.of(file["group/times"])


@pytest.fixture
def times(tmp_path):
    return stored(tmp_path / "times.h5")


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(stored_times, "BLOCK", 7)


PLACES = st.integers(-40, 39)
KEYS = st.one_of(
    PLACES,
    st.slices(40),
    st.lists(PLACES, max_size=20).map(lambda places: np.array(places, dtype=int)),
    st.lists(st.booleans(), min_size=40, max_size=40).map(np.array),
)


@given(key=KEYS)
def test_indexing_as_of_an_array(tmp_path_factory, key):
    folder = tmp_path_factory.getbasetemp()
    path = folder / "indexing.h5"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored_times, "BLOCK", 7)
        found = stored(path)[key]
    np.testing.assert_array_equal(found, VALUES[key])
    assert np.asarray(found).dtype == VALUES.dtype


@given(
    runs=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted), max_size=6),
    again=st.lists(st.floats(0, 1), min_size=2, max_size=2).map(sorted),
)
def test_runs_of_runs(tmp_path_factory, runs, again):
    times = stored(tmp_path_factory.getbasetemp() / "runs.h5")
    runs = np.array(runs, dtype=np.int64).reshape(-1, 2)
    expected = np.concatenate([np.empty(0), *(VALUES[first:end] for first, end in runs)])
    part = times.runs(runs)
    np.testing.assert_array_equal(part, expected)
    assert part.shape == expected.shape
    first, end = (int(share * len(expected)) for share in again)
    inner = part.runs(np.array([[first, end]]))
    np.testing.assert_array_equal(inner, expected[first:end])
    np.testing.assert_array_equal(part[first:end], expected[first:end])


@pytest.mark.parametrize("shape", [(40,), (1, 40), (40, 1)])
@pytest.mark.parametrize("dtype", ["f4", "i8", "u4"])
def test_seconds_of_any_list(tmp_path, small_blocks, shape, dtype):
    samples = (np.arange(40) * 3).astype(dtype)
    times = stored(tmp_path / "samples.h5", samples.reshape(shape))
    assert (times.dtype, times.shape) == (np.dtype(dtype), (40,))
    np.testing.assert_array_equal(times, samples)
    seconds = times.in_seconds(7.0).scaled(0.1)
    assert seconds.dtype == np.float64
    np.testing.assert_array_equal(seconds, samples.astype(float) / 7.0 * 0.1)
    assert [first for first, _ in seconds.blocks()] == list(range(0, 40, 7))
    np.testing.assert_array_equal(
        np.concatenate([values for _, values in seconds.blocks()]), np.asarray(seconds)
    )


def test_numpy_computes_with_them(times):
    np.testing.assert_array_equal(times * 2, VALUES * 2)
    np.testing.assert_array_equal(times >= 3, VALUES >= 3)
    assert (times.min(), times.max(), np.sum(times)) == (0.0, 19.5, VALUES.sum())
    np.testing.assert_array_equal(np.searchsorted(times, [3.2, 7.0]), [7, 14])
    assert np.asarray(times, dtype=np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="without a copy"):
        np.asarray(times, copy=False)


def test_what_is_read_cannot_be_written(times):
    for part in (times[3:5], times[[1, 2]], *(values for _, values in times.blocks())):
        with pytest.raises(ValueError, match="read-only"):
            part[0] = 1.0


@pytest.mark.parametrize("key", [40, -41, [3, 40], np.ones(39, bool)])
def test_places_that_are_not_there(times, key):
    with pytest.raises(IndexError):
        times[key]


def test_it_travels_by_its_path(times):
    copy = pickle.loads(pickle.dumps(times))
    np.testing.assert_array_equal(copy, VALUES)
    assert len(pickle.dumps(times)) < 1000
    assert repr(times) == f"StoredTimes(40 spikes, '/group/times' of '{times.path}')"


def test_several_lists_are_one(tmp_path, small_blocks):
    with h5py.File(tmp_path / "lists.h5", "w") as file:
        for name, (first, end) in {"a": (0, 9), "b": (9, 9), "c": (9, 10), "d": (10, 40)}.items():
            file[name] = VALUES[first:end].reshape((-1, 1) if name == "d" else (-1,))
    with h5py.File(tmp_path / "lists.h5") as file:
        times = StoredTimes.of(*(file[name] for name in "abcd"))
    np.testing.assert_array_equal(times, VALUES)
    np.testing.assert_array_equal(times[8:11], VALUES[8:11])
    np.testing.assert_array_equal(times[[39, 0, 9]], VALUES[[39, 0, 9]])
    np.testing.assert_array_equal(
        times.runs(np.array([[30, 35], [2, 12]])), [*VALUES[30:35], *VALUES[2:12]]
    )
    assert repr(times).startswith("StoredTimes(40 spikes, '/a' and 3 more of ")


def test_a_file_that_has_gone_or_changed(times):
    path = Path(times.path)
    found = path.stat()
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns + 1))
    with pytest.raises(InputError, match=r"has changed since .*load the recording again"):
        times[0]
    path.unlink()
    with pytest.raises(MissingFileError, match=r"has gone since .*expected the file where it was"):
        np.asarray(times)


def test_only_long_lists_of_numbers_in_files_stay_there(tmp_path, monkeypatch):
    monkeypatch.setattr(stored_times, "LARGEST_IN_MEMORY", 3)
    with h5py.File(tmp_path / "some.h5", "w") as file:
        file["long"], file["short"] = np.arange(4), np.arange(3)
        file["matrix"], file["text"] = np.ones((2, 2)), ["a", "b", "c", "d"]
        file["empty"] = h5py.Empty("f8")
        assert [name for name in file if stays_in_file(file[name])] == ["long"]
    with h5py.File("x", "w", driver="core", backing_store=False) as file:
        file["long"] = np.arange(4)
        assert not stays_in_file(file["long"])
