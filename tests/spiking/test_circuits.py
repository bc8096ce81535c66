"""Circuits do what their truth says."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

from neurohm.cli import main
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.recordings import load_recording
from neurohm.spiking import simulate
from neurohm.spiking.circuits import cells

# in a few seconds some cells do not fire
pytestmark = pytest.mark.filterwarnings("ignore:.*without a spike")


@pytest.fixture(autouse=True)
def _coarse(monkeypatch):
    """Longer time steps, for speed: what is tested is the wiring and the truth."""
    monkeypatch.setattr(import_module("neurohm.spiking.circuits.waves"), "_STEP", 20e-3)


def taking_part(recording):
    """Return how often members fire within 20 ms of when they should, and 100 ms before."""
    truth, hits = recording.truth, []
    for members, lags, moments in zip(
        truth["members"], truth["lags"], truth["occurrences"], strict=True
    ):
        for unit, lag in zip(members, lags, strict=True):
            times = recording.times(unit)[:, None]
            when = moments + lag
            now = ((times >= when) & (times < when + 0.02)).any(axis=0)
            before = ((times >= when - 0.1) & (times < when - 0.08)).any(axis=0)
            hits.append((now.mean(), before.mean()))
    return np.mean(hits, axis=0)


@pytest.mark.parametrize(
    ("circuit", "options"),
    [
        ("balanced", {"n_assemblies": 2, "members": 5, "occurrence_rate": 2.0}),
        ("synfire", {"pools": 4, "width": 5, "occurrence_rate": 4.0}),
    ],
)
def test_members_fire_when_the_truth_says(circuit, options, tmp_path):
    recording = simulate(circuit, 24, 1 / 30, seed=3, **options)
    now, before = taking_part(recording)
    assert now > 0.5
    assert before < 0.25
    path = tmp_path / "circuit.h5"
    recording.save(path)
    again = load_recording(path)
    assert again.fingerprint() == recording.fingerprint()
    assert again.truth["settings"]["circuit"] == circuit


def called(*arguments):
    """Return the exit code of ``neurohm ARGUMENTS...`` in this process."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return ended.value.code or 0


@pytest.mark.parametrize("seed", range(3))
def test_waves_travel(seed):
    """Every burst but the first of its wave was caused by a neighbour's, in the same wave."""
    recording = simulate("waves", 64, 1.0, wave_rate=0.08, seed=seed)
    place, step, speed, reach = recording.positions, 20e-3, 200.0, 160.0
    wave, unit, time, starts, origins = (
        recording.truth[name] for name in ("wave", "unit", "time", "starts", "origins")
    )
    assert np.bincount(wave).max() > 10  # bursts of the largest
    first = (unit == origins[wave]) & (time == starts[wave])
    assert first.sum() == len(starts)
    for k in np.flatnonzero(~first):
        own = (wave == wave[k]) & (time < time[k])
        distance = np.hypot(*(place[unit[own]] - place[unit[k]]).T)
        late = time[k] - time[own] - distance / speed
        # a tired cell may burst some time after it was excited, which is forgotten in 0.5 s
        assert np.any((distance < reach) & (late > -2 * step) & (late < 2.0))
    distance = np.hypot(*(place[unit] - place[origins[wave]]).T)
    delay = time - starts[wave]
    assert np.all(distance < speed * (delay + 2 * step) + 1e-9)  # none outruns the wave
    assert np.corrcoef(distance, delay)[0, 1] > 0.6


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: simulate("ring"), InputError, "one of 'balanced', 'waves', 'synfire'"),
        (lambda: simulate("synfire", 10), InputError, "10 units for 6 pools of 8; expected at"),
        (lambda: simulate("balanced", 10), InputError, "10 units for 4 assemblies of 8"),
        (
            lambda: simulate("synfire", 50, pool=3),
            InputError,
            "'pool' of circuit 'synfire'; expected",
        ),
        (lambda: simulate("waves", 10, -1), InputError, "minutes -1"),
        (lambda: simulate("waves", 2.5), ArgumentTypeError, "a whole number"),
        (lambda: simulate("waves", 10, 0.1, target="cuda"), InputError, "target 'cuda'"),
    ],
)
def test_circuits_that_there_are_not(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_kicks_fall_into_distinct_steps():
    times = cells.moments(500.0, 2.0, 0.0, seed=0, which=0)
    assert np.all(np.diff(times) > cells.STEP / 2)


def test_the_command_line_simulates_a_circuit(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = ("simulate", "-o", "s.h5", "--circuit", "synfire", "--units", "50")
    assert called(*arguments, "--minutes", "0.005", "--target", "numpy", "--json") == 0
    assert load_recording(tmp_path / "s.h5").n_units == 50
    assert called("simulate", "-o", "t.h5", "--circuit", "ring", "--target", "numpy") == 2
    assert called("simulate", "-o", "t.h5", "--circuit", "synfire", "--occurrence-rate", "2") == 2
    assert called("simulate", "-o", "t.h5", "--target", "numpy") == 2
    wrong = capsys.readouterr().err
    assert "--target without --circuit" in wrong
    assert "--occurrence-rate with --circuit; expected --circuit without it" in wrong
    assert "one of 'balanced', 'waves', 'synfire'" in wrong
    assert "Traceback" not in wrong
