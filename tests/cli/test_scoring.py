"""What is said of a score besides the score: when it takes long, and when it says little."""

from __future__ import annotations

import shlex
from dataclasses import replace

import numpy as np
import pytest

import neurohm as nh
from neurohm.analysis import ScoreReport

from .conftest import SMALL

SCORE = ScoreReport(
    -9.9, -10.0, 0.2, 0.05, 0.01, 1000, 310.0, "importance", 6000, 6000, 12, "poisson"
)


@pytest.fixture
def scoring(monkeypatch):
    """Let every model score as told."""

    def told(score):
        monkeypatch.setattr(nh.SpikeHelmholtz, "score_report", lambda *_, **__: score)

    return told


def test_a_silent_end_is_noted_and_no_warning(call, tmp_path):
    rng = np.random.default_rng(0)
    ends = (95.0, 95.0, 100.0)  # silent from there on, but for the last unit
    trains = [np.sort(rng.uniform(0, end, 1000)) for end in ends]
    trains[2] = trains[2][trains[2] < 90][::10]
    trains[2] = np.append(trains[2], [97.0, 98.0])
    path, report = tmp_path / "quiet.h5", tmp_path / "report.html"
    nh.Recording.from_trains(trains, t_stop=120.0).save(path)
    done = call("fit", path, "-o", tmp_path / "fit.h5", *SMALL, "--report", report)
    assert done.code == 0
    care = [line for line in done.lines if "scored time" in line]
    assert len(care) == 1
    assert care[0].startswith("neurohm: the scored time has only 2 spikes, ")
    assert "where the training data have" in care[0]
    assert "warning" not in care[0]
    assert "The scored time has only 2 spikes" in report.read_text(encoding="utf8")


@pytest.mark.parametrize(
    ("gain", "error", "warned"),
    [(-0.05, 0.01, True), (-0.015, 0.01, False), (0.05, 0.01, False), (-0.05, np.nan, False)],
)
def test_worse_than_independent_units_is_a_warning(
    call, model_file, recording_file, scoring, gain, error, warned
):
    scoring(replace(SCORE, gain_bits_per_spike=gain, standard_error=error))
    done = call("score", model_file, recording_file, "--test", 0.5)
    assert done.code == 0
    said = "neurohm: warning: the machine explains less than independent units do: lower the learn"
    assert any(line.startswith(said) for line in done.lines) == warned


def test_a_long_scoring_is_announced(call, model_file, recording_file, scoring):
    scoring(replace(SCORE, n_spikes=6000 * 28))
    arguments = ("score", model_file, recording_file, "--test", 0.5)
    announced = "neurohm: scoring about 1,500 windows with 100,000 particles each"
    assert announced in call(*arguments, "--particles", 100_000).lines
    assert "scoring about" not in call(*arguments, "--particles", 1000).err


def test_a_terminal_always_sees_that_scoring_begins(
    call, model_file, recording_file, scoring, monkeypatch
):
    scoring(SCORE)
    monkeypatch.setattr("neurohm.cli.held_out.on_terminal", lambda: True)
    done = call("score", model_file, recording_file, "--test", 0.5, "--particles", 10)
    assert "neurohm: scoring about 1,500 windows with 10 particles each" in done.lines


def test_stopped_while_scoring_the_model_is_there(call, recording_file, tmp_path, monkeypatch):
    def stop(*_arguments, **_options):
        raise KeyboardInterrupt

    output = tmp_path / "fit.h5"
    with monkeypatch.context() as patched:
        patched.setattr(nh.SpikeHelmholtz, "score_report", stop)
        done = call("fit", recording_file, "-o", output, *SMALL)
    assert (done.code, done.out) == (130, "")
    said, _, again = done.lines[-1].partition("; to go on: ")
    assert said == (
        f"neurohm: stopped; the model is saved at {output}, and 'neurohm score' scores it"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["fit.h5"]
    done = call(*shlex.split(again)[1:])
    assert done.code == 0
    assert "complete already" in done.err
    assert "bits/spike" in done.out
