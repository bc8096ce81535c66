"""Two fits at once do not write to one output."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import neurohm as nh

from .conftest import SMALL


@contextmanager
def holding(lock: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold a lock; it is killed, and so cannot tidy up."""
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom neurohm.locks import held\n"
        "with held(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(100)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(lock)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def fit(call, recording_file, tmp_path):
    """Fit by the command line."""
    return lambda *options: call("fit", recording_file, "-o", tmp_path / "fit.h5", *SMALL, *options)


@pytest.mark.parametrize("options", [(), ("--resume",), ("--overwrite",)])
def test_a_living_fit_keeps_others_away(fit, tmp_path, options, subprocess_environment):
    lock = tmp_path / "fit.h5.lock"
    with holding(lock, subprocess_environment) as process:
        done = fit(*options)
    assert (done.code, len(done.lines)) == (2, 1)
    assert f"says that process {process.pid} fits to the same output" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["fit.h5.lock"]


@pytest.mark.parametrize("kind", ["dead", "reused", "this", "nonsense"])
def test_what_dead_processes_left_is_taken_over(fit, tmp_path, kind):
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    left = {
        "dead": str(child.pid),
        "reused": str(os.getppid()),  # it lives, but holds no lock: another one had its number
        "this": str(os.getpid()),
        "nonsense": "?",
    }
    (tmp_path / "fit.h5.lock").write_text(left[kind])
    assert fit().code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["fit.h5"]


def test_the_lock_is_there_while_it_fits_and_gone_after_a_failure(fit, tmp_path, monkeypatch):
    seen = []

    def fail(*_arguments, **_options):
        seen.append((tmp_path / "fit.h5.lock").read_text())
        raise OSError("disk full")

    monkeypatch.setattr(nh.SpikeHelmholtz, "fit", fail)
    assert fit().code == 1
    assert seen == [str(os.getpid())]
    assert not list(tmp_path.iterdir())
