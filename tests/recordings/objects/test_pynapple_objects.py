"""Groups of pynapple's and the files that they are saved in."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import FileFormatError, InputError, NeurohmError

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pynapple
except ImportError:
    pynapple = None

needs_pynapple = pytest.mark.skipif(pynapple is None, reason="pynapple is not installed")


@pytest.fixture
def group() -> Any:
    trains = {4: pynapple.Ts(np.array([0.2, 3.0])), 1: pynapple.Ts(np.array([0.1, 0.5, 2.5]))}
    support = pynapple.IntervalSet(start=[0, 2], end=[1, 4])
    metadata = {"area": ["V1", "V4"], "snr": [1.0, 2.0]}
    return pynapple.TsGroup(trains, time_support=support, metadata=metadata)


@needs_pynapple
def test_a_group(group: Any) -> None:
    recording = nh.as_recording(group)
    assert recording.unit_ids.tolist() == [1, 4]
    assert recording.times(0).tolist() == [0.1, 0.5, 2.5]
    assert recording.observed.tolist() == [[0.0, 1.0], [2.0, 4.0]]
    assert recording.unit_columns["area"].tolist() == ["V4", "V1"]  # as it has its units
    assert list(recording.unit_columns) == ["area", "snr"]


@needs_pynapple
def test_a_single_train_and_a_mapping(group: Any) -> None:
    assert nh.as_recording(group[1]).n_spikes == 3
    assert nh.as_recording({"x": group[1], "y": group[4]}).spike_counts.tolist() == [3, 2]


@needs_pynapple
def test_other_objects_are_refused() -> None:
    with pytest.raises(InputError, match="a pynapple Tsd"):
        nh.as_recording(pynapple.Tsd(t=np.arange(3.0), d=np.arange(3.0)))


@needs_pynapple
def test_its_file(group: Any, tmp_path: Path) -> None:
    group.save(str(tmp_path / "group.npz"))
    recording = nh.load_recording(tmp_path / "group.npz")
    assert recording.fingerprint() == nh.as_recording(group).fingerprint()
    assert "a pickle, not read" in recording.layout


def by_hand(path: Path, **changed: Any) -> Path:
    """A file as pynapple writes it."""
    arrays = {
        "t": np.array([0.1, 0.2, 0.5]),
        "index": np.array([1, 4, 1]),
        "keys": np.array([1, 2, 4]),
        "start": np.array([0.0]),
        "end": np.array([1.0]),
        "type": np.array(["TsGroup"]),
    }
    np.savez(path, **(arrays | changed))
    return path


def test_a_file_by_hand_with_a_silent_unit(tmp_path: Path) -> None:
    with pytest.warns(nh.exceptions.NeurohmWarning, match="without a spike"):
        recording = nh.load_recording(by_hand(tmp_path / "group.npz"))
    assert recording.unit_ids.tolist() == [1, 2, 4]
    assert recording.spike_counts.tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    "changed",
    [
        {"index": np.array([1, 4])},
        {"index": np.array([1, 4, 9])},
        {"keys": np.array([1, 1, 4])},
        {"type": np.array(["Tsd"])},
        {"end": np.array([1.0, 2.0])},
        {"t": np.array(["a", "b", "c"])},
        {"t": np.array([{}, {}, {}])},
        {"start": np.array([]), "end": np.array([])},
    ],
)
def test_files_that_do_not_fit_are_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    with pytest.raises(NeurohmError):
        nh.load_recording(by_hand(tmp_path / "group.npz", **changed))


def test_damaged_files_end_in_our_errors(tmp_path: Path) -> None:
    whole = by_hand(tmp_path / "group.npz").read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(60):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), rng.integers(1, 6)):
            damaged[place] ^= 1 << int(rng.integers(8))
        (tmp_path / "damaged.npz").write_bytes(damaged[: rng.integers(1, len(whole))])
        with pytest.raises(FileFormatError):
            nh.load_recording(tmp_path / "damaged.npz")
        (tmp_path / "damaged.npz").write_bytes(damaged)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                assert nh.load_recording(tmp_path / "damaged.npz").n_spikes == 3
            except NeurohmError:
                continue
