"""Files are whole or not there."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from neurohm.exceptions import ArgumentTypeError, FileFormatError, MissingFileError
from neurohm.files import atomic_path, check_readable, check_writable, describe_head, open_hdf5
from neurohm.storage import read_model, write_model


def listing(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def dead_process() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_the_file_gets_its_name_when_it_is_whole(tmp_path: Path) -> None:
    final = tmp_path / "a.txt"
    final.write_text("old")
    with atomic_path(final) as temporary:
        temporary.write_text("new")
        assert final.read_text() == "old"
        assert temporary.parent == tmp_path
    assert final.read_text() == "new"
    assert listing(tmp_path) == {"a.txt"}


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, error) -> None:
    final = tmp_path / "a.txt"
    final.write_text("old")

    def fail() -> None:
        with atomic_path(final) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        fail()
    assert final.read_text() == "old"
    assert listing(tmp_path) == {"a.txt"}


def test_a_model_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        write_model(tmp_path / "m.h5", "Test", {"a": object()})
    assert listing(tmp_path) == set()


def test_what_killed_processes_left_is_removed_and_the_rest_is_not(
    tmp_path: Path, dead_process: int
) -> None:
    names = {
        "dead": f".m.h5.{dead_process}.part",
        "alive": f".m.h5.{os.getppid()}.part",
        "other file": f".other.h5.{dead_process}.part",
        "huge number": f".m.h5.{10**30}.part",
    }
    for name in names.values():
        (tmp_path / name).touch()
    write_model(tmp_path / "m.h5", "Test", {"a": 1})
    left = listing(tmp_path)
    assert names["dead"] not in left
    assert {names["alive"], names["other file"], "m.h5"} <= left
    assert read_model(tmp_path / "m.h5") == ("Test", {"a": 1})


def test_names_with_signs_of_patterns_are_names(tmp_path: Path, dead_process: int) -> None:
    left, others = (tmp_path / f".{name}.{dead_process}.part" for name in ("fit[1]*.h5", "fit1.h5"))
    left.touch()
    others.touch()
    write_model(tmp_path / "fit[1]*.h5", "Test", {})
    assert not left.exists()
    assert others.exists()


def test_a_write_killed_in_the_middle_leaves_no_file_under_the_final_name(
    tmp_path: Path, subprocess_environment: dict[str, str]
) -> None:
    script = (
        "import os, signal\n"
        "from neurohm.files import atomic_path\n"
        "with atomic_path('a.txt') as temporary:\n"
        "    temporary.write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=subprocess_environment, check=False
    )
    assert len(listing(tmp_path)) == 1
    assert not (tmp_path / "a.txt").exists()
    with atomic_path(tmp_path / "a.txt") as temporary:
        temporary.write_text("whole")
    assert listing(tmp_path) == {"a.txt"}


def test_places_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="does not exist"):
        check_writable(tmp_path / "none" / "a.h5")
    with pytest.raises(MissingFileError, match="is a folder"):
        check_writable(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(MissingFileError, match="does not exist"):
        check_writable(tmp_path / "file" / "a.h5")
    assert listing(tmp_path) == {"file"}


def test_pipes_are_no_files(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.h5"
    os.mkfifo(pipe)  # opening it would wait for somebody at the other end
    with pytest.raises(MissingFileError, match="is a pipe or a device; expected a file; write"):
        check_readable(pipe)
    with pytest.raises(MissingFileError, match="is a pipe or a device"):
        check_writable(pipe)


def test_how_to_make_a_folder_can_be_called_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError) as error:
        check_writable(tmp_path / "my fits" / "a.h5")
    assert shlex.split(error.value.mend) == ["mkdir", "-p", str(tmp_path / "my fits")]


def test_folders_and_files_without_permission_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # simulated, since root may read and write everything
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", path)

    secret = tmp_path / "secret.h5"
    secret.touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(MissingFileError, match="may not be read"):
        check_readable(secret)
    with pytest.raises(MissingFileError, match=r"cannot be written \(Permission denied\)"):
        check_writable(tmp_path / "a.h5")


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"", "empty"),
        (b"MATLAB 5.0 MAT-file", "a MATLAB 5 file"),
        (b"\x93NUMPY\x01", "a NumPy .npy file"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\x1f\x8b\x08", "gzip-compressed"),
        (b"a,b\n1,2\n", "a text file"),
        (b"\x00\x01\x02", "of an unknown kind"),
    ],
)
def test_a_file_that_is_not_hdf5_is_called_what_it_is(tmp_path: Path, head: bytes, what) -> None:
    assert describe_head(head) == what
    path = tmp_path / "a.h5"
    path.write_bytes(head)
    with pytest.raises(FileFormatError, match=what), open_hdf5(path):
        pass


def test_a_file_cut_short_is_called_damaged(tmp_path):
    import h5py

    path = tmp_path / "whole.h5"
    with h5py.File(path, "w") as file:
        file["x"] = list(range(5000))
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(FileFormatError, match="damaged"), open_hdf5(path):
        pass


@pytest.mark.parametrize("path", [None, 3, b"file", ["file"]])
@pytest.mark.parametrize("check", [check_writable, check_readable])
def test_what_is_no_path_is_refused(check, path) -> None:
    with pytest.raises(ArgumentTypeError, match="; expected a string or a path$"):
        check(path)
