"""Writing NWB: what pynwb says of it, and what comes back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp

import neurohm as nh
from neurohm.exceptions import FileFormatError, InputError, MissingExtraError, NeurohmWarning
from neurohm.recordings.formats.write_nwb import validate_nwb, write_nwb

Run = Callable[..., CompletedProcess[str]]


def rich() -> nh.Recording:
    """A recording with something in every field."""
    return nh.Recording.from_trains(
        {"a": [0.125, 0.5, 3.0], "b": [1.5, 2.0], "c": [0.1 + 0.2]},
        t_stop=10.5,
        unit_columns={
            "quality": ["good", "mua", "good"],
            "snr": [1.0, np.nan, 3.0],
            "n": [1, 2, 3],
            "ok": [True, False, True],
            "electrode_group": ["x", "y", "z"],
        },
        intervals={
            "observed": [[0.0, 4.0], [5.0, 10.0]],
            "trials": [[0.0, 1.0], [2.0, 3.0]],
            "stimulus": [[0.0, 0.5]],
        },
        interval_columns={"trials": {"side": ["left", "right"], "tags": ["u", "v"]}},
        events={"cue": [0.1, 0.2], "none": []},
        positions=[[1.0, 2.0], [3.0, 4.0], [5.0, 6.5]],
        metadata={"species": "Mus musculus", "lab": "A lab", "session_id": "7", "plate": 3},
    )


def assert_same(back: nh.Recording, recording: nh.Recording) -> None:
    assert back.fingerprint() == recording.fingerprint()
    for name in ("unit_columns", "intervals", "events"):
        ours, theirs = getattr(recording, name), getattr(back, name)
        assert ours.keys() == theirs.keys()
        for key in ours:
            np.testing.assert_array_equal(ours[key], theirs[key])
            assert ours[key].dtype.kind == theirs[key].dtype.kind
    for name, columns in recording.interval_columns.items():
        for key, column in columns.items():
            assert back.interval_columns[name][key].tolist() == column.tolist()
    assert (back.positions is None) == (recording.positions is None)
    if recording.positions is not None:
        np.testing.assert_array_equal(back.positions, recording.positions)
    assert recording.metadata.items() <= back.metadata.items()


def test_round_trip_is_exact_and_valid(tmp_path: Path) -> None:
    pytest.importorskip("pynwb")
    path = tmp_path / "rich.nwb"
    write_nwb(rich(), path)
    assert validate_nwb(path) == []
    assert_same(nh.load_recording(path), rich())


def test_units_observed_at_different_times_go_round(tmp_path: Path) -> None:
    pytest.importorskip("pynwb")
    spans = [[[0.0, 8.0]], [[2.0, 5.0], [6.0, 8.0]], []]
    recording = nh.Recording.from_trains(
        [[0.5, 8.0], [2.5], [3.0]], t_stop=8.0, observed_by_unit=spans
    )
    write_nwb(recording, tmp_path / "partly.nwb")
    assert validate_nwb(tmp_path / "partly.nwb") == []
    back = nh.load_recording(tmp_path / "partly.nwb")
    assert back.fingerprint() == recording.fingerprint()
    assert [back.observed_of(unit).tolist() for unit in range(3)] == spans


def test_counts_keep_their_bins(tmp_path: Path) -> None:
    pytest.importorskip("pynwb")
    counts = np.random.default_rng(0).poisson(0.2, (200, 4))
    recording = nh.Recording.from_counts(counts, bin_width=0.02)
    write_nwb(recording, tmp_path / "counts.nwb")
    back = nh.load_recording(tmp_path / "counts.nwb")
    assert back.bin_width == 0.02
    assert back.fingerprint() == recording.fingerprint()


def test_pynwb_reads_what_was_written(tmp_path: Path) -> None:
    pynwb = pytest.importorskip("pynwb")
    path = tmp_path / "rich.nwb"
    rich().save(path)
    with pynwb.NWBHDF5IO(str(path), "r") as io:
        file = io.read()
        assert file.units["spike_times"][0].tolist() == [0.125, 0.5, 3.0]
        assert file.trials["side"][:].tolist() == ["left", "right"]
        assert file.subject.species == "Mus musculus"


def test_real_file_goes_round(tmp_path: Path, shared_data: Path) -> None:
    pytest.importorskip("pynwb")
    source = shared_data / "headdirection-nwb/A2929-200711.nwb"
    assert validate_nwb(source) == []
    recording = nh.load_recording(source)
    write_nwb(recording, tmp_path / "again.nwb")
    assert validate_nwb(tmp_path / "again.nwb") == []
    assert_same(nh.load_recording(tmp_path / "again.nwb"), recording)


times = hnp.arrays(np.float64, st.integers(0, 5), elements=st.floats(0.0, 100.0)).map(np.sort)


@settings(max_examples=15)
@given(trains=st.lists(times, min_size=1, max_size=4), stop=st.floats(100.0, 200.0))
def test_any_spikes_come_back_to_the_bit(
    trains: list[np.ndarray], stop: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pytest.importorskip("pynwb")
    from neurohm.recordings.formats.hdf5_file import Hdf5File
    from neurohm.recordings.layouts.base import ReadOptions

    recording = nh.Recording.from_trains(trains, t_stop=stop)
    path = tmp_path_factory.mktemp("nwb") / "any.nwb"
    write_nwb(recording, path)
    assert Hdf5File().read(path, ReadOptions()).fingerprint() == recording.fingerprint()


def test_time_in_bins_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pynwb")
    with pytest.raises(InputError, match="time is counted in bins"):
        write_nwb(nh.Recording.from_counts(np.eye(4)), tmp_path / "bins.nwb")
    assert not (tmp_path / "bins.nwb").exists()


def test_what_has_no_place_is_said(tmp_path: Path) -> None:
    pytest.importorskip("pynwb")
    recording = nh.Recording.from_trains([[0.1, 0.2]], truth={"members": [[0]]})
    with pytest.warns(NeurohmWarning, match="no place for truth"):
        write_nwb(recording, tmp_path / "simulated.nwb")


def test_a_broken_file_is_said(tmp_path: Path) -> None:
    pytest.importorskip("pynwb")
    (tmp_path / "broken.nwb").write_bytes(b"no HDF5")
    with pytest.raises(FileFormatError, match="pynwb cannot check it"):
        validate_nwb(tmp_path / "broken.nwb")


def test_without_pynwb_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynwb", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'neurohm\[nwb\]'"):
        write_nwb(rich(), tmp_path / "a.nwb")
    assert list(tmp_path.iterdir()) == []


def test_convert_and_inspect(run_neurohm: Run, tmp_path: Path) -> None:
    pytest.importorskip("pynwb")
    rich().save(tmp_path / "in.h5")
    assert run_neurohm("convert", "in.h5", "out.nwb").returncode == 0
    shown = run_neurohm("inspect", "out.nwb", "--validate")
    assert shown.returncode == 0, shown.stderr
    assert "NWB schema" in shown.stdout
    assert "valid" in shown.stdout
    again = run_neurohm("convert", "in.h5", "out.nwb")
    assert again.returncode == 2  # a recording of others is not written over
