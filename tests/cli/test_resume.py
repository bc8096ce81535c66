"""A fit may be stopped at any moment: what comes out in the end is the same, to the bit."""

from __future__ import annotations

import os
import random
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import neurohm as nh

OPTIONS = "--lags 3 --hidden 12,4 --epochs 100 --batch-size 50 --learning-rate 0.002"
FAST = ("--score-particles", "5")
KILLS = 20

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture(scope="module")
def long_recording(tmp_path_factory) -> Path:
    """A recording that takes seconds to learn."""
    path = tmp_path_factory.mktemp("long") / "recording.h5"
    options = {"members": (6, 8), "occurrence_rate": 1.0, "seed": 1}
    nh.simulate_assemblies(30, 5.0, 3, **options).save(path)
    return path


@pytest.fixture
def start(neurohm_command, subprocess_environment, long_recording, tmp_path) -> Start:
    """Begin ``neurohm fit`` in a process of its own, and come back when it learns."""

    def begin(*options: str) -> subprocess.Popen[str]:
        arguments = ["fit", str(long_recording), "-o", "fit.h5", *OPTIONS.split(), *FAST, *options]
        process = subprocess.Popen(
            [*neurohm_command, *arguments],
            cwd=tmp_path,
            env=subprocess_environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        line = process.stderr.readline()
        assert "fitting 30 units" in line or "complete already" in line, line
        return process

    return begin


@pytest.fixture(scope="module")
def unbroken(long_recording, tmp_path_factory) -> bytes:
    """The model file of a fit that nobody stops."""
    path = tmp_path_factory.mktemp("unbroken") / "fit.h5"
    train, _ = nh.load_recording(long_recording).split(0.2, gap=1.0)
    settings = {"lags": 3, "epochs": 100, "batch_size": 50, "learning_rate": 0.002}
    nh.SpikeHelmholtz(hidden=(12, 4), **settings).fit(train).save(path)
    return path.read_bytes()


def finished(process: subprocess.Popen[str]) -> bool:
    process.communicate(timeout=120)
    return process.returncode == 0


@pytest.mark.slow
def test_killed_twenty_times(start, unbroken, tmp_path):
    rng, kills, resumed, output = random.Random(0), 0, 0, tmp_path / "fit.h5"
    while kills < KILLS:
        begun = (tmp_path / "fit.h5.checkpoint").exists()
        process = start("--resume")
        time.sleep(rng.uniform(0.0, 1.2))
        process.kill()
        process.communicate()
        kills += process.returncode == -signal.SIGKILL
        resumed += begun
        # Under the final name there is the whole model or nothing.
        assert not output.exists() or output.read_bytes() == unbroken
        if process.returncode == 0:
            output.unlink()  # too late to be killed: once more from the beginning
    assert resumed > KILLS / 2
    assert finished(start("--resume"))
    assert output.read_bytes() == unbroken
    assert os.listdir(tmp_path) == ["fit.h5"]  # noqa: PTH208 - names alone


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_writes_a_checkpoint_and_says_how_to_resume(
    start, unbroken, run_neurohm, tmp_path, number
):
    process = start()
    time.sleep(1.0)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    said = "neurohm: stopped; the state is in fit.h5.checkpoint; to go on: "
    assert err.startswith(said)
    assert err.count("\n") == 1
    left = {path.name for path in tmp_path.iterdir()}
    assert "fit.h5.checkpoint" in left
    assert left <= {"fit.h5.checkpoint", "fit.h5.checkpoint.previous"}
    first, *again = shlex.split(err.removeprefix(said))
    assert (first, again[-1]) == ("neurohm", "--resume")
    assert nh.load(tmp_path / "fit.h5.checkpoint").machine_.sizes == (90, 12, 4)
    done = run_neurohm(*again)
    assert done.returncode == 0
    assert "resuming after" in done.stderr
    assert (tmp_path / "fit.h5").read_bytes() == unbroken


@pytest.fixture
def checkpoint(recording_file, tmp_path) -> Path:
    """What a fit leaves that was stopped just before it wrote its model."""
    path = tmp_path / "fit.h5.checkpoint"
    train, _ = nh.load_recording(recording_file).split(0.2, gap=1.0)
    model = nh.SpikeHelmholtz(hidden=(4,), lags=2, epochs=2)
    model.fit(train, checkpoint=path, keep_checkpoint=True)
    return path


SAME = ("--lags", "2", "--hidden", "4", "--epochs", "2", *FAST)


def test_a_checkpoint_is_not_passed_over(call, recording_file, checkpoint):
    output = checkpoint.with_name("fit.h5")
    before = checkpoint.read_bytes()
    done = call("fit", recording_file, "-o", output, *SAME)
    assert done.code == 2
    assert len(done.lines) == 1
    assert "--resume" in done.err
    assert "--overwrite" in done.err
    assert checkpoint.read_bytes() == before
    assert not output.exists()


def test_overwrite_discards_the_checkpoint(call, recording_file, checkpoint):
    output = checkpoint.with_name("fit.h5")
    wrong = call("fit", recording_file, "-o", output, *SAME, "--overwrite", "--bin", "1000")
    assert wrong.code == 2
    assert checkpoint.exists()  # what is wrong discards nothing
    done = call("fit", recording_file, "-o", output, *SAME, "--epochs", 1, "--overwrite")
    assert done.code == 0
    assert nh.load(output).epochs == 1
    assert not checkpoint.exists()


def test_resume_of_what_is_done_only_writes_it(call, recording_file, checkpoint):
    output = checkpoint.with_name("fit.h5")
    done = call("fit", recording_file, "-o", output, *SAME, "--resume")
    assert done.code == 0
    assert "resuming after 2 of 2 epochs" in done.err
    assert [path.name for path in output.parent.iterdir()] == ["fit.h5"]
    again = call("fit", recording_file, "-o", output, *SAME, "--resume")
    assert again.code == 0
    assert "complete already" in again.err
    assert again.out.splitlines()[1:] == done.out.splitlines()[1:]  # the score, time aside


def test_resume_without_anything_starts_from_the_beginning(call, recording_file, tmp_path):
    done = call("fit", recording_file, "-o", tmp_path / "fit.h5", *SAME, "--resume")
    assert done.code == 0
    assert len(done.lines) == 2  # the other is that the scored time has few spikes
    assert "starting from the beginning" in done.lines[0]
    assert (tmp_path / "fit.h5").exists()


@pytest.mark.parametrize("complete", [False, True])
@pytest.mark.parametrize(
    ("options", "text"),
    [
        ("--epochs 3", "epochs 3; expected 2"),
        ("--seed 1", "random_state 1; expected 0"),
        ("--bin 10ms", "bin_size 0.01; expected 'auto'"),
        ("--hidden 5", "hidden [5]; expected [4]"),
        ("--rule wake-sleep", "rule 'wake-sleep'; expected 'reweighted'"),
        ("--test 0.3", "is of another recording, or was fitted with another --test"),
    ],
)
def test_resume_with_other_settings_is_refused(
    call, recording_file, checkpoint, options, text, complete
):
    output = checkpoint.with_name("fit.h5")
    if complete:
        call("fit", recording_file, "-o", output, *SAME, "--resume")
    there = output if complete else checkpoint
    before = there.read_bytes()
    done = call("fit", recording_file, "-o", output, *SAME, *options.split(), "--resume")
    assert done.code == 2
    assert len(done.lines) == 1
    assert text in done.err
    assert there.read_bytes() == before
    assert output.exists() == complete


def test_a_damaged_checkpoint_is_named(call, recording_file, checkpoint):
    checkpoint.write_bytes(checkpoint.read_bytes()[:3000])
    done = call("fit", recording_file, "-o", checkpoint.with_name("fit.h5"), *SAME, "--resume")
    assert done.code == 2
    assert len(done.lines) == 1
    assert "fit.h5.checkpoint' is damaged or cut off" in done.err


def test_a_full_disk_keeps_the_checkpoint(call, recording_file, tmp_path, monkeypatch):
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device", "fit.h5")

    monkeypatch.setattr(nh.SpikeHelmholtz, "save", full)
    done = call("fit", recording_file, "-o", tmp_path / "fit.h5", *SAME)
    assert (done.code, done.lines[-1]) == (1, "neurohm: fit.h5: No space left on device")
    left = {path.name for path in tmp_path.iterdir()}
    assert "fit.h5.checkpoint" in left
    assert left <= {"fit.h5.checkpoint", "fit.h5.checkpoint.previous"}


def test_stopped_before_learning_says_so(call, recording_file, tmp_path, monkeypatch):
    def stop(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(nh.recordings, "load_recording", stop)
    done = call("fit", recording_file, "-o", tmp_path / "fit.h5", *SAME)
    assert (done.code, done.err) == (130, "neurohm: stopped\n")
    assert not list(tmp_path.iterdir())
