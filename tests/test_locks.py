"""One holder at a time, and the dead hold nothing."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from neurohm.exceptions import InputError, WriteError
from neurohm.locks import held, require_free


def test_a_lock_says_who_holds_it_and_goes(tmp_path: Path) -> None:
    lock = tmp_path / "a.lock"
    with held(lock):
        assert lock.read_text() == str(os.getpid())
    assert not list(tmp_path.iterdir())


def test_nobody_holds_it_twice_not_even_the_same_process(tmp_path: Path) -> None:
    lock = tmp_path / "a.lock"
    with held(lock), pytest.raises(InputError, match=f"process {os.getpid()} "), held(lock):
        pass
    assert not list(tmp_path.iterdir())


def test_a_failure_lets_go(tmp_path: Path) -> None:
    lock = tmp_path / "a.lock"
    with pytest.raises(RuntimeError), held(lock):
        raise RuntimeError
    with held(lock):
        pass


HOLDING = """
import signal, sys
from pathlib import Path
from neurohm.locks import held
with held(Path(sys.argv[1])):
    print("ready", flush=True)
    signal.pause()
"""


def test_a_killed_process_lets_go_and_its_file_is_taken_over(
    tmp_path: Path, subprocess_environment: dict[str, str]
) -> None:
    lock = tmp_path / "a.lock"
    command = [sys.executable, "-c", HOLDING, str(lock)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=subprocess_environment)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    with pytest.raises(InputError, match=f"process {process.pid} "):
        require_free(lock)
    with pytest.raises(InputError, match=f"process {process.pid} "), held(lock):
        pass
    process.kill()
    process.communicate()
    assert lock.exists()
    require_free(lock)
    with held(lock):
        assert lock.read_text() == str(os.getpid())
    assert not lock.exists()


@pytest.mark.parametrize("alive", [True, False])
def test_without_locks_of_the_system_the_number_of_the_process_has_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alive: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr("fcntl.flock", refuse)
    lock = tmp_path / "a.lock"
    lock.write_text(str(os.getppid() if alive else 2**22 + 1))
    if alive:
        with pytest.raises(InputError), held(lock):
            pass
    else:
        with held(lock):
            pass


def test_a_lock_that_cannot_be_made_is_a_plain_error(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="No such file"), held(tmp_path / "none" / "a.lock"):
        pass
