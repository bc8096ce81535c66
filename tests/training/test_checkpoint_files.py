"""A damaged checkpoint is recognised, and the one before it is good for all but a little time."""

from __future__ import annotations

import errno
import os
import warnings
from pathlib import Path

import pytest

from neurohm.exceptions import FileFormatError, InputError, MissingFileError, NeurohmWarning
from neurohm.training import Callback, Checkpoint, latest_checkpoint, previous_of, read_checkpoint


class Stop(Exception):
    """A run that ends as if it had been killed."""


class StopAfter(Callback):
    def __init__(self, step: int) -> None:
        self.step = step

    def after_step(self, run) -> None:
        if run.position.step > self.step:
            raise Stop


def broken_off(run, path: Path, step: int, **settings) -> None:
    """Run for some steps, with a checkpoint after each, and break off."""
    with pytest.raises(Stop):
        run(callbacks=[Checkpoint(path, every=-1.0), StopAfter(step)], **settings)


def step_of(path: Path) -> int:
    return read_checkpoint(path)["run"]["position"]["step"]


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 600] = bytes(600)
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.fixture
def path(run, tmp_path: Path) -> Path:
    """A run broken off after five steps."""
    path = tmp_path / "run.h5"
    broken_off(run, path, 5)
    return path


def test_the_one_before_is_kept_while_it_runs_and_gone_at_the_end(run, path: Path) -> None:
    assert (step_of(path), step_of(previous_of(path))) == (5, 4)
    run(callbacks=[Checkpoint(path)], resume=path)
    assert [file.name for file in path.parent.iterdir()] == ["run.h5"]


@pytest.mark.parametrize("fault", [damage, empty, Path.unlink])
def test_a_run_goes_on_from_the_one_before_and_says_so(run, path: Path, fault) -> None:
    unbroken = run()
    fault(path)
    with pytest.warns(NeurohmWarning, match=r"run\.h5.*going on from .*previous"):
        resumed = run(callbacks=[Checkpoint(path)], resume=path)
    run.assert_same(resumed, unbroken)


def test_a_damaged_one_takes_no_good_ones_place(run, path: Path) -> None:
    damage(path)
    with pytest.warns(NeurohmWarning, match="going on"):
        broken_off(run, path, 5, resume=path)
    assert (step_of(path), step_of(previous_of(path))) == (5, 4)
    damage(path)
    with pytest.warns(NeurohmWarning, match="going on"):
        run.assert_same(run(resume=path), run())


def test_if_both_are_damaged_the_error_is_that_of_the_last(run, path: Path) -> None:
    damage(path)
    empty(previous_of(path))
    with pytest.raises(FileFormatError, match=r"run\.h5"):
        latest_checkpoint(path)


def test_a_new_run_never_keeps_one_of_an_earlier_run(run, path: Path) -> None:
    broken_off(run, path, 1, seed=9)
    assert [file.name for file in path.parent.iterdir()] == ["run.h5"]
    assert read_checkpoint(path)["run"]["settings"]["seed"] == 9


def test_nothing_there_is_nothing_to_go_on_from(tmp_path: Path) -> None:
    assert latest_checkpoint(tmp_path / "none.h5") is None


def test_where_there_are_no_hard_links_both_are_kept_as_well(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links")

    monkeypatch.setattr(os, "link", refuse)
    broken_off(run, tmp_path / "run.h5", 5)
    assert step_of(previous_of(tmp_path / "run.h5")) == 4


def test_two_runs_do_not_share_a_checkpoint(run, tmp_path: Path) -> None:
    class Another(Callback):
        def after_epoch(self, _run) -> None:
            with pytest.raises(InputError, match="fits to the same output"):
                run(callbacks=[Checkpoint(tmp_path / "run.h5")])

    run(callbacks=[Checkpoint(tmp_path / "run.h5"), Another()])


@pytest.mark.parametrize("trouble", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_full_disk_ends_no_run_and_loses_no_checkpoint(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: int
) -> None:
    path, written = tmp_path / "run.h5", Path.write_bytes

    def fill(file: Path, content: bytes) -> None:
        if len(writes) == 3:
            written(file, content[: len(content) // 2])
            raise OSError(trouble, "as if")
        writes.append(len(content))
        written(file, content)

    writes: list[int] = []
    monkeypatch.setattr(Path, "write_bytes", fill)
    with pytest.warns(NeurohmWarning, match="no checkpoint after step 3.*free some space") as said:
        broken_off(run, path, 6)
    assert len(said) == 1
    assert (step_of(path), step_of(previous_of(path))) == (3, 2)
    assert {file.name for file in path.parent.iterdir()} == {"run.h5", "run.h5.previous"}


def test_a_folder_that_goes_away_ends_no_run(run, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()

    class Move(Callback):
        def after_step(self, run) -> None:
            if run.position.step == 2:
                folder.rename(tmp_path / "moved")

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        result = run(callbacks=[Checkpoint(folder / "run.h5", every=-1.0), Move()])
    assert len(said) == 1
    run.assert_same(result, run())
    with pytest.raises(MissingFileError):
        Checkpoint(folder / "run.h5")
