"""A recording whose spikes stay in the file is the recording that holds them in memory."""

from __future__ import annotations

import errno
import pickle
import tracemalloc
import warnings

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurohm.estimators import SpikeHelmholtz
from neurohm.exceptions import InputError, WriteError
from neurohm.recordings import (
    Recording,
    bin_entries,
    bin_spikes,
    circular_shift,
    jitter_spikes,
    load_recording,
    rate_only,
    stored_times,
)
from neurohm.recordings.stored_times import StoredTimes
from neurohm.recordings.suspicions import suspicions


def both(path, largest=0, block=13, **options):
    """Load a file twice: with spikes in the file, and in memory."""
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")
        in_memory = load_recording(path, **options)
        patch.setattr(stored_times, "LARGEST_IN_MEMORY", largest)
        patch.setattr(stored_times, "BLOCK", block)
        return load_recording(path, **options), in_memory


def spikes(seed, sizes, duration=20.0):
    rng = np.random.default_rng(seed)
    return [np.sort(rng.uniform(0, duration, size)) for size in sizes]


def assert_same(held, other, bin_sizes=(0.1, 0.37)):
    np.testing.assert_array_equal(np.asarray(held.spike_times), np.asarray(other.spike_times))
    np.testing.assert_array_equal(held.spike_times_index, other.spike_times_index)
    np.testing.assert_array_equal(held.rates, other.rates)
    assert repr(held) == repr(other)
    assert held.layout == other.layout
    assert held.fingerprint() == other.fingerprint()
    assert suspicions(held) == suspicions(other)
    for size in bin_sizes:
        first, second = bin_spikes(held, size), bin_spikes(other, size)
        for name in ("indptr", "unit", "count", "observed"):
            np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000),
    sizes=st.lists(st.integers(0, 60), min_size=2, max_size=6).filter(any),
    gap=st.booleans(),
    largest=st.sampled_from([0, 30]),
    block=st.sampled_from([1, 7, 64, 1000]),
)
def test_all_that_a_recording_offers(tmp_path_factory, seed, sizes, gap, largest, block):
    path = tmp_path_factory.getbasetemp() / "streamed.h5"
    intervals = {"observed": [[1.0, 8.0], [9.0, 20.0]]} if gap else {}
    Recording.from_trains(spikes(seed, sizes), t_stop=20.0, intervals=intervals).save(path)
    held, other = both(path, largest, block)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored_times, "LARGEST_IN_MEMORY", largest)
        patch.setattr(stored_times, "BLOCK", block)
        assert isinstance(held.spike_times, StoredTimes) == (sum(sizes) > largest)
        assert_same(held, other)
        for mine, theirs in zip(held.split(0.3), other.split(0.3), strict=True):
            assert_same(mine, theirs)
            assert isinstance(mine.spike_times, StoredTimes) == (mine.n_spikes > largest)
        for mine, theirs in zip(held.folds(3, 0.5), other.folds(3, 0.5), strict=True):
            assert_same(mine[0], theirs[0])
        units = np.random.default_rng(seed).permutation(len(sizes))[:-1]
        assert_same(held.select_units(units), other.select_units(units))
        assert_same(held.between(2.5, 11.0), other.between(2.5, 11.0))
        for unit in range(len(sizes)):
            np.testing.assert_array_equal(held.times(unit), other.times(unit))


def test_saved_again(tmp_path):
    made = Recording.from_trains(spikes(0, [300, 500]), t_stop=20.0, events={"cue": [1.0]})
    made.save(tmp_path / "first.h5")
    held, _ = both(tmp_path / "first.h5")
    assert isinstance(held.spike_times, StoredTimes)
    held.save(tmp_path / "second.h5")
    assert_same(load_recording(tmp_path / "second.h5"), made_like(made, tmp_path / "second.h5"))
    with h5py.File(tmp_path / "first.h5") as one, h5py.File(tmp_path / "second.h5") as two:
        assert sorted(one) == sorted(two)
        for name in ("dtype", "chunks", "compression", "shuffle"):
            assert getattr(one["spike_times"], name) == getattr(two["spike_times"], name)


def made_like(made, path):
    made.save(path.with_suffix(".same"))
    return load_recording(path.with_suffix(".same"))


@pytest.mark.parametrize("surrogate", [jitter_spikes, rate_only, circular_shift])
def test_surrogates(tmp_path, surrogate):
    Recording.from_trains(spikes(1, [50, 80, 20]), t_stop=20.0).save(tmp_path / "a.h5")
    held, other = both(tmp_path / "a.h5")
    assert_same(surrogate(held, seed=3), surrogate(other, seed=3))


def test_another_process_reads_the_same_file(tmp_path):
    Recording.from_trains(spikes(1, [50, 80]), t_stop=20.0).save(tmp_path / "a.h5")
    held, other = both(tmp_path / "a.h5")
    assert_same(pickle.loads(pickle.dumps(held)), other)


def counted(file, times, index):
    file["spikes"], file["sCount"] = times, np.diff(index, prepend=0)


def ragged(file, times, index):
    file["units/spike_times"], file["units/spike_times_index"] = times, index


def of_matlab(file, times, index):
    counted(file, times[None], index[None])
    file["sCount"].attrs["MATLAB_class"] = file["spikes"].attrs["MATLAB_class"] = b"double"


def per_unit(file, times, index):
    for place, train in enumerate(np.split(times, index[:-1])):
        file[f"units/unit_{place}"] = train


def groups_of_units(file, times, index):
    for place, train in enumerate(np.split(times, index[:-1])):
        file[f"unit_{place}/spike_times"] = train[:, None]


def cells(file, times, index):
    """A cell array, as MATLAB 7.3 writes it: references to what lies in a group of its own."""
    held = file.create_dataset("spikes", (len(index), 1), dtype=h5py.ref_dtype)
    held.attrs["MATLAB_class"] = b"cell"
    for place, train in enumerate(np.split(times, index[:-1])):
        held[place, 0] = cell(file, f"c{place}", train).ref


def nest(file, times, index):
    """Cells in cells: the units of two tetrodes."""
    outer = file.create_dataset("spikes", (2, 1), dtype=h5py.ref_dtype)
    trains = np.split(times, index[:-1])
    for tetrode, own in enumerate((trains[:1], trains[1:])):
        inner = file.create_dataset(f"#refs#/t{tetrode}", (len(own), 1), dtype=h5py.ref_dtype)
        outer[tetrode, 0] = inner.ref
        outer.attrs["MATLAB_class"] = inner.attrs["MATLAB_class"] = b"cell"
        for place, train in enumerate(own):
            inner[place, 0] = cell(file, f"c{tetrode}{place}", train).ref


def cell(file, name, train):
    empty = {"data": np.array([0, 0], np.uint64)}
    made = file.create_dataset(f"#refs#/{name}", **({"data": train[None]} if len(train) else empty))
    made.attrs["MATLAB_class"] = b"double"
    if not len(train):
        made.attrs["MATLAB_empty"] = 1
    return made


LAYOUTS = [counted, ragged, of_matlab, per_unit, groups_of_units, cells, nest]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("scale", "options"),
    [
        (1.0, {}),
        (1000.0, {"time_scale": 0.001}),
        (30_000, {"sampling_rate": 30_000.0}),
        (1.0, {"sort": True}),
    ],
)
def test_flat_layouts(tmp_path, layout, scale, options):
    trains = [train * scale for train in spikes(2, [120, 0, 70])]
    if scale > 1000:
        trains = [np.rint(train).astype(np.int64) for train in trains]
    if "sort" in options:
        trains = [train[::-1] for train in trains]
    with h5py.File(tmp_path / "flat.h5", "w") as file:
        layout(file, np.concatenate(trains), np.cumsum([len(train) for train in trains]))
    held, other = both(tmp_path / "flat.h5", **options)
    assert isinstance(held.spike_times, StoredTimes) != ("sort" in options)
    assert_same(held, other)


@pytest.mark.parametrize("block", [1, 2, 3, 100])
@pytest.mark.parametrize(
    "times",
    [
        [1.0, 2.0, 3.0, 4.0, np.nan, 9.5],
        [1.0, 2.0, 3.0, 4.0, 5.0, np.inf],
        [1.0, 2.0, 3.0, 4.0, -0.5, 9.5],
        [1.0, 2.0, 3.0, 4.0, 5.0, 10.5],
        [1.0, 2.0, 1.5, 4.0, 5.0, 9.5],
        [1.0, 2.0, 3.0, 4.0, 3.9, 9.5],
        [1.0, 2.0, 3.0, 12.0, 3.9, -9.5],
    ],
)
def test_faults_have_the_same_words(tmp_path, monkeypatch, times, block):
    path = tmp_path / "faulty.h5"
    with h5py.File(path, "w") as file:
        file.attrs.update(format="neurohm-recording", version=1, t_start=0.0, t_stop=10.0)
        file["spike_times"], file["spike_times_index"] = times, [3, 3, 6]
    with pytest.raises(InputError) as in_memory:
        load_recording(path)
    monkeypatch.setattr(stored_times, "LARGEST_IN_MEMORY", 0)
    monkeypatch.setattr(stored_times, "BLOCK", block)
    with pytest.raises(InputError) as in_file:
        load_recording(path)
    assert str(in_file.value) == str(in_memory.value)
    assert str(path) in str(in_file.value)


def test_counts_in_a_file(tmp_path):
    counts = np.random.default_rng(0).poisson(60.0, (50, 3))
    Recording.from_counts(counts, bin_width=0.5).save(tmp_path / "counts.h5")
    held, other = both(tmp_path / "counts.h5")
    assert_same(held, other, bin_sizes=(0.5, 1.5))
    assert "is it a matrix of spike counts?" in suspicions(held)[0]


# ---- asked for


def test_spike_times_stay_in_the_file_if_asked_to(tmp_path):
    path = tmp_path / "a.h5"
    Recording.from_trains(spikes(3, [40, 60]), t_stop=20.0).save(path)
    held, other = load_recording(path, lazy=True), load_recording(path)
    assert isinstance(held.spike_times, StoredTimes)
    assert isinstance(other.spike_times, np.ndarray)
    assert_same(held, other)
    assert isinstance(held.load().spike_times, np.ndarray)
    assert_same(held.load(), other)
    assert other.load() is other


def test_spike_times_are_read_if_asked_to(tmp_path, monkeypatch):
    path = tmp_path / "a.h5"
    Recording.from_trains(spikes(3, [40, 60]), t_stop=20.0).save(path)
    monkeypatch.setattr(stored_times, "LARGEST_IN_MEMORY", 0)
    assert isinstance(load_recording(path).spike_times, StoredTimes)
    assert isinstance(load_recording(path, lazy=False).spike_times, np.ndarray)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_stay_in_the_file_if_asked_to(tmp_path, layout):
    times = spikes(2, [120, 70])
    with h5py.File(tmp_path / "flat.h5", "w") as file:
        layout(file, np.concatenate(times), np.array([120, 190]))
    held = load_recording(tmp_path / "flat.h5", lazy=True)
    assert isinstance(held.spike_times, StoredTimes)
    assert_same(held, load_recording(tmp_path / "flat.h5"))


def test_lists_of_several_types_stay_in_the_file(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["units/unit_1"] = np.array([0.5, 1.25, 7.0], np.float32)
        file["units/unit_2"] = np.array([1, 2, 9])
        file["units/unit_3"] = 2.5  # one spike, squeezed
    held, other = both(tmp_path / "a.h5")
    assert isinstance(held.spike_times, StoredTimes)
    assert_same(held, other)
    assert held.times(2).tolist() == [2.5]


def test_matlab_5_is_compressed(tmp_path):
    from scipy.io import savemat

    savemat(tmp_path / "a.mat", {"spikes": np.array([[0.5, 1.0], [1.5]], object)})
    with pytest.raises(InputError, match=r"MATLAB 5 file, which is compressed.*-v7\.3"):
        load_recording(tmp_path / "a.mat", lazy=True)


def test_what_cannot_stay_in_its_file_is_said(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["counts"] = np.eye(40, 5, dtype=int)
        file["counts"].attrs["bin_width"] = 0.02
    (tmp_path / "a.csv").write_text("time,unit\n0.5,1\n1.5,2\n")
    for name in ("a.h5", "a.csv"):
        with pytest.raises(InputError, match=r"lazy=True for .*expected an HDF5 file.*convert"):
            load_recording(tmp_path / name, lazy=True)
    with pytest.raises(InputError, match="both lazy= and sort="):
        load_recording(tmp_path / "a.h5", lazy=True, sort=True)


def test_a_recording_in_its_file_holds_nothing_open(tmp_path):
    path = tmp_path / "a.h5"
    Recording.from_trains(spikes(3, [400, 600]), t_stop=20.0).save(path)
    held = load_recording(path, lazy=True)
    h5py.File(path, "r+").close()  # HDF5 refuses to write to a file that is open elsewhere
    stamp = path.stat()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored_times, "BLOCK", 7)
        fresh = load_recording(path, lazy=True)
        blocks = fresh.spike_times.blocks()
        next(blocks)
        blocks.close()  # left early
        with pytest.raises(IndexError):
            fresh.spike_times[[3, 4000]]
        fresh.times(1)
    assert path.stat().st_mtime_ns >= stamp.st_mtime_ns
    h5py.File(path, "r+").close()
    assert held.n_spikes == 1000


# ---- bins


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000),
    sizes=st.lists(st.integers(0, 60), min_size=2, max_size=6).filter(any),
    most=st.integers(1, 40),
    lazy=st.booleans(),
)
def test_bins_in_a_temporary_file_are_those_in_memory(tmp_path_factory, seed, sizes, most, lazy):
    path = tmp_path_factory.getbasetemp() / "bins.h5"
    Recording.from_trains(spikes(seed, sizes), t_stop=20.0).save(path)
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")
        expected = bin_spikes(load_recording(path), 0.37)
        recording = load_recording(path, lazy=lazy)
        patch.setattr(bin_entries, "MOST_IN_MEMORY", most)
        patch.setattr(stored_times, "BLOCK", 13)
        patch.setattr(stored_times, "LARGEST_IN_MEMORY", 5)
        found = bin_spikes(recording, 0.37)
    for name in ("indptr", "unit", "count", "observed"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
        assert getattr(found, name).dtype == getattr(expected, name).dtype


def test_no_room_for_a_temporary_file_is_said(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(bin_entries, "MOST_IN_MEMORY", 5)
    monkeypatch.setattr(bin_entries.os, "posix_fallocate", full)
    with pytest.raises(WriteError, match="no room for .* of bins in .*TMPDIR"):
        bin_spikes(Recording.from_trains(spikes(0, [30, 40])), 0.5)


def test_a_fit_out_of_memory_is_the_fit_in_memory(tmp_path, monkeypatch):
    path = tmp_path / "a.h5"
    Recording.from_trains(spikes(5, [150, 220, 180, 90])).save(path)
    model = {"hidden": (5, 2), "lags": 2, "bin_size": 0.1, "epochs": 3, "batch_size": 20}
    inside = SpikeHelmholtz(**model).fit(load_recording(path), label=None)
    monkeypatch.setattr(bin_entries, "MOST_IN_MEMORY", 100)
    monkeypatch.setattr(stored_times, "LARGEST_IN_MEMORY", 0)
    monkeypatch.setattr(stored_times, "BLOCK", 37)
    outside = SpikeHelmholtz(**model).fit(load_recording(path, lazy=True), label=None)
    for name, array in inside.machine_.parameters().items():
        np.testing.assert_array_equal(outside.machine_.parameters()[name], array)
    np.testing.assert_array_equal(outside.history_["bound"], inside.history_["bound"])
    held, whole = load_recording(path, lazy=True), load_recording(path, lazy=False)
    assert outside.score(held) == inside.score(whole)


def test_memory_does_not_grow_with_the_file(tmp_path, monkeypatch):
    n_units, n_spikes = 50, 20_000
    path = tmp_path / "large.h5"
    train = np.cumsum(np.random.default_rng(0).exponential(0.1, n_spikes))
    with h5py.File(path, "w") as file:
        file["spike_times"] = np.tile(train, n_units)
        file["spike_times_index"] = np.arange(1, n_units + 1) * n_spikes
        file.attrs.update(
            format="neurohm-recording", version=1, t_start=0.0, t_stop=float(train[-1])
        )
    monkeypatch.setattr(stored_times, "BLOCK", 2**15)
    monkeypatch.setattr(stored_times, "LARGEST_IN_MEMORY", 2**15)
    monkeypatch.setattr(bin_entries, "MOST_IN_MEMORY", 2**18)
    monkeypatch.setattr("neurohm.recordings.suspicions._MOST_LOOKED_AT", 2**15)
    bin_spikes(load_recording(path, lazy=True), 1.0)  # compiles
    tracemalloc.start()
    try:
        binned = bin_spikes(load_recording(path, lazy=True), 0.1)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert binned.n_spikes == n_units * n_spikes
    assert path.stat().st_size > 8e6
    assert most < 3e6
