"""New HDF5 files on disks that fill up: an error, the old file, and no crash."""

from __future__ import annotations

import errno
import io
from pathlib import Path

import h5py
import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import WriteError
from neurohm.hdf5_writing import _PatientFile, new_hdf5
from neurohm.recordings import stored_times


class SmallDisk(io.BytesIO):
    """A file that takes only so many bytes."""

    room = 0

    def write(self, content) -> int:
        able = min(len(content), self.room - self.tell())
        if able <= 0:
            raise OSError(errno.ENOSPC, "full")
        return super().write(content[:able])


@pytest.mark.parametrize("room", [0, 1, 100, 2048, 3000, 6000, 10**9])
def test_hdf5_sees_no_failure_and_reads_back_what_it_wrote(room: int) -> None:
    disk = SmallDisk()
    disk.room = room
    patient = _PatientFile(disk)
    values = np.arange(5000)
    with h5py.File(patient, "w") as file:
        file.create_dataset("x", data=values, chunks=(500,), compression="gzip")
        file["group/y"] = "text"
        file.flush()
        np.testing.assert_array_equal(file["x"][()], values)
    if room == 10**9:
        patient.require_room()
        np.testing.assert_array_equal(h5py.File(disk)["x"][()], values)
    else:
        with pytest.raises(OSError, match="full"):
            patient.require_room()


@pytest.mark.parametrize("room", [0, 500, 5000])
def test_a_recording_that_finds_no_room_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    path = tmp_path / "a.h5"
    recording = nh.simulate_assemblies(20, 1, 1, members=(3, 3))
    recording.save(path)
    before = path.read_bytes()
    written = _PatientFile.write

    def limited(self, content) -> int:
        if self.place + len(content) > room and self.failure is None:
            self.failure = OSError(errno.ENOSPC, "full")
        return written(self, content)

    monkeypatch.setattr(_PatientFile, "write", limited)
    with pytest.raises(WriteError, match="No space left on device.*free some"):
        recording.save(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.h5"]


def test_times_that_are_streamed_stop_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = nh.simulate_assemblies(20, 1, 1, members=(3, 3))
    recording.save(tmp_path / "a.h5")
    monkeypatch.setattr(stored_times, "LARGEST_IN_MEMORY", 10)
    monkeypatch.setattr(stored_times, "BLOCK", 100)
    stored = nh.load_recording(tmp_path / "a.h5")
    assert isinstance(stored.spike_times, stored_times.StoredTimes)
    stored.save(tmp_path / "b.h5")
    np.testing.assert_array_equal(
        nh.load_recording(tmp_path / "b.h5").spike_times, recording.spike_times
    )

    def refuse(self, content) -> int:
        self.failure = OSError(errno.ENOSPC, "full")
        self.place += len(content)
        self.kept.append((self.place - len(content), bytes(content)))
        return len(content)

    monkeypatch.setattr(_PatientFile, "write", refuse)
    with pytest.raises(WriteError):
        stored.save(tmp_path / "c.h5")
    assert {file.name for file in tmp_path.iterdir()} == {"a.h5", "b.h5"}


def test_a_file_gets_its_name_when_it_is_whole(tmp_path: Path) -> None:
    with new_hdf5(tmp_path / "a.h5") as (file, require_room):
        file["x"] = [1, 2]
        require_room()
        assert not (tmp_path / "a.h5").exists()
    with h5py.File(tmp_path / "a.h5") as file:
        assert file["x"][()].tolist() == [1, 2]
