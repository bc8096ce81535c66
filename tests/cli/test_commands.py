"""Each command as it is meant to be used, for readers and for programs."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from dataclasses import fields

import h5py
import numpy as np
import pytest

import neurohm as nh
from neurohm.cli.options import MachineOptions

from .conftest import SMALL

COMMANDS = (
    "fit", "inspect", "score", "assemblies", "decode", "plot", "report", "sample", "simulate",
    "convert", "info", "bench",
)  # fmt: skip


def test_fit_writes_a_model_and_shows_its_score(call, recording_file, tmp_path):
    done = call("fit", recording_file, "-o", tmp_path / "fit.h5", *SMALL)
    assert done.code == 0
    assert "nats/bin" in done.out
    assert "bits/spike" in done.out
    assert "\x1b" not in done.out + done.err
    begins, care = done.lines
    assert begins == "neurohm: fitting 12 units over 95 s: at most 2 epochs"
    assert care.startswith("neurohm: the scored time has only ")
    assert [path.name for path in tmp_path.iterdir()] == ["fit.h5"]
    assert nh.load(tmp_path / "fit.h5").machine_.sizes == (24, 4)


def test_fit_as_json_equals_the_estimator(call, recording_file, tmp_path):
    done = call("fit", recording_file, "-o", tmp_path / "fit.h5", *SMALL, "--seed", 3, "--json")
    train, test = nh.load_recording(recording_file).split(0.2, gap=1.0)
    model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=2, random_state=3).fit(train)
    assert done.result["score"] == model.score_report(test, particles=20).to_dict()
    assert done.result["model"] == str(tmp_path / "fit.h5")
    assert done.result["populations"] == [24, 4]


def test_defaults_are_those_of_the_estimator():
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(nh.SpikeHelmholtz).parameters.items()
    }
    model = MachineOptions().estimator()
    assert {name: getattr(model, name) for name in defaults} == defaults
    unset = {"validation", "patience", "bin_size", "random_state"}
    named = {field.name for field in fields(MachineOptions)} - {"bin", "seed"}
    assert set(defaults) - unset == named


def test_fit_takes_the_options_of_the_estimator(call, recording_file, tmp_path):
    machine = "--bin 10ms --lags 3 --hidden 5,2 --observation bernoulli --seed 7 --test 0"
    rule = "--rule wake-sleep --plasticity delta --learning-rate 0.05 --epochs 1 --batch-size 50"
    options = (*machine.split(), *rule.split(), "--json")
    done = call("fit", recording_file, "-o", tmp_path / "fit.h5", *options)
    assert done.code == 0
    assert done.result["score"] is None
    model = nh.load(tmp_path / "fit.h5")
    found = {name: model.get_params()[name] for name in ("hidden", "rule", "plasticity")}
    assert found == {"hidden": (5, 2), "rule": "wake-sleep", "plasticity": "delta"}
    assert (model.bin_size_, model.lags, model.batch_size, model.seed_) == (0.01, 3, 50, 7)
    assert (model.learning_rate, model.observation_) == (0.05, "bernoulli")


def test_fit_of_a_matrix_counts_time_in_bins_or_takes_their_width(call, write, tmp_path):
    words = write({"words": np.random.default_rng(0).poisson(0.2, (3000, 6))})
    counted = call("fit", words, "-o", tmp_path / "a.h5", *SMALL, "--json")
    assert (counted.result["time_unit"], counted.result["bin_size"]) == ("bin", 1.0)
    stated = call("fit", words, "-o", tmp_path / "b.h5", *SMALL, "--bin", "20ms", "--json")
    assert (stated.result["time_unit"], stated.result["bin_size"]) == ("s", 0.02)
    multiple = ("--bin-width", "10ms", "--bin", "20ms")
    stated = call("fit", words, "-o", tmp_path / "c.h5", *SMALL, *multiple, "--json")
    assert nh.load(tmp_path / "c.h5").bin_size_ == 0.02
    # a score takes the width that the model was fitted with
    assert call("score", tmp_path / "b.h5", words, "--particles", 5).code == 0


def test_fit_writes_a_report(call, recording_file, tmp_path):
    pytest.importorskip("neurohm.report")
    report = tmp_path / "report.html"
    done = call("fit", recording_file, "-o", tmp_path / "fit.h5", *SMALL, "--report", report)
    assert done.code == 0
    assert str(report) in done.out
    assert "<html" in report.read_text(encoding="utf8").lower()


def test_inspect_a_recording(call, recording_file):
    done = call("inspect", recording_file)
    assert (done.code, done.err) == (0, "")
    assert "12" in done.out
    facts = call("inspect", recording_file, "--json").result
    recording = nh.load_recording(recording_file)
    assert facts["kind"] == "recording"
    assert (facts["units"], facts["spikes"]) == (recording.n_units, recording.n_spikes)
    assert facts["rates"]["median"] == pytest.approx(np.median(recording.rates))
    assert facts["silent_units"] == facts["warnings"] == []
    assert facts["observed"] == [[0.0, 120.0]]
    assert facts["fingerprint"] == recording.fingerprint()
    assert facts["planted_assemblies"] == 1


def test_inspect_tells_gaps_positions_and_suspicions(call, tmp_path):
    path = tmp_path / "gaps.h5"
    nh.Recording.from_trains(
        {"a": [0.1, 0.5, 1.5], "b": []},
        t_stop=4.0,
        intervals={"observed": [[0.0, 1.0], [1.2, 3.0]]},
        positions=[[0.0, 1.0], [50.0, 1.0]],
        events={"cue": [2.0]},
    ).save(path)
    done = call("inspect", path)
    assert done.code == 0
    assert "2.8 s of it observed in 2 stretches" in done.out
    assert "x 0 to 50, y 1 to 1 µm" in done.out
    assert len(done.lines) == 1
    assert done.err.startswith("neurohm: warning: ")
    facts = call("inspect", path, "--json").result
    assert facts["silent_units"] == ["b"]
    assert facts["positions"] == {"x": [0.0, 50.0], "y": [1.0, 1.0]}
    assert "without a spike" in facts["warnings"][0]
    assert facts["events"] == {"cue": 1}


def test_inspect_a_model(call, model_file, recording_file):
    done = call("inspect", model_file)
    assert (done.code, done.err) == (0, "")
    assert "24 poisson - 4 bernoulli" in done.out
    facts = call("inspect", model_file, "--json").result
    assert facts["kind"] == "SpikeHelmholtz"
    assert (facts["units"], facts["lags"], facts["bin_size"], facts["seed"]) == (12, 2, 0.02, 0)
    assert facts["recording"]["source"] == str(recording_file)
    assert facts["history"]["epochs"] == 2
    bound = facts["history"]["columns"]["bound"]
    assert bound["best"] >= bound["last"]
    assert facts["versions"].items() >= {"neurohm": nh.__version__, "format": "1"}.items()
    assert facts["versions"].keys() >= {"python", "numpy", "numba"}


def test_inspect_other_models(call, tmp_path):
    nh.HelmholtzDensity(hidden=2, epochs=1, batch_size=4).fit(np.eye(4)).save(tmp_path / "d.h5")
    facts = call("inspect", tmp_path / "d.h5", "--json").result
    assert (facts["kind"], facts["units"], facts["bin_size"]) == ("HelmholtzDensity", None, None)
    assert "4 bernoulli - 2 bernoulli" in call("inspect", tmp_path / "d.h5").out


def test_score(call, model_file, recording_file):
    done = call("score", model_file, recording_file, "--particles", 10)
    assert done.code == 0
    assert "was fitted to a part of this file" in done.err
    held_out = call("score", model_file, recording_file, "--test", 0.2, "--particles", 10, "--json")
    assert len(held_out.lines) == 1
    _, test = nh.load_recording(recording_file).split(0.2, gap=1.0)
    report = nh.load(model_file).score_report(test, particles=10).to_dict()
    assert {name: held_out.result[name] for name in report} == report


def test_a_score_without_standard_error_is_strict_json(call, model_file, tmp_path):
    nh.simulate_assemblies(12, 0.1, 0, seed=2).save(tmp_path / "short.h5")
    arguments = ("score", model_file, tmp_path / "short.h5", "--particles", 5)
    assert call(*arguments, "--json").result["standard_error"] is None
    assert "too short for a standard error" in call(*arguments).out


def test_sample(call, model_file, tmp_path):
    path = tmp_path / "dream.h5"
    facts = call("sample", model_file, "--seconds", 5, "-o", path, "--json").result
    dreamed = nh.load_recording(path)
    assert (facts["units"], facts["spikes"]) == (12, dreamed.n_spikes)
    assert dreamed.duration == pytest.approx(5.0)
    again = nh.load(model_file).sample(5.0)
    assert dreamed.fingerprint() == again.fingerprint()
    assert call("sample", model_file, "--seconds", 5, "-o", path, "--seed", 1).code == 0
    assert nh.load_recording(path).fingerprint() != again.fingerprint()


def test_simulate(call, tmp_path):
    path = tmp_path / "simulated.h5"
    options = "--units 20 --minutes 1 --assemblies 2 --seed 4 --members 4,6 --lag 30ms --jitter 2ms"
    done = call("simulate", "-o", path, *options.split(), "--json")
    assert done.result["planted_assemblies"] == 2
    same = nh.simulate_assemblies(20, 1.0, 2, members=(4, 6), lag=0.03, jitter=0.002, seed=4)
    assert nh.load_recording(path).fingerprint() == same.fingerprint()


def test_simulate_defaults_are_those_of_the_function(call, tmp_path):
    assert call("simulate", "-o", tmp_path / "simulated.h5").code == 0
    made, same = nh.load_recording(tmp_path / "simulated.h5"), nh.simulate_assemblies()
    assert made.fingerprint() == same.fingerprint()


def test_convert(call, write, tmp_path):
    source = write({"spikes": [0.5, 1.5, 2.5, 2.0, 1.0], "sCount": [3, 2]})
    done = call("convert", source, tmp_path / "out.h5", "--sort")
    assert done.code == 0
    with h5py.File(tmp_path / "out.h5") as file:
        assert file.attrs["format"] == "neurohm-recording"
        assert file["spike_times_index"][()].tolist() == [3, 5]
    scaled = call("convert", source, tmp_path / "out.h5", "--sort", "--time-scale", 0.1, "--json")
    assert scaled.result["t_stop"] == pytest.approx(0.25)


def test_info(call):
    facts = call("info", "--json").result
    assert facts["neurohm"] == nh.__version__
    assert facts["libraries"]["numpy"] == np.__version__
    assert facts["threads"]["usable"] >= 1
    assert facts["devices"]["cpu"] is None
    assert "device" in facts["devices"]["cuda"]
    assert facts["blas"][0]["num_threads"] >= 1
    missing = [extra["why_not"] for extra in facts["extras"].values() if extra["why_not"]]
    assert all("pip install 'neurohm[" in why for why in missing)
    assert nh.__version__ in call("info").out


def test_help_is_at_hand_and_quick(subprocess_environment, tmp_path):
    command = [sys.executable, "-m", "neurohm.cli", "--help"]
    seconds = []
    for _ in range(5):
        begin = os.times()
        done = subprocess.run(
            command,
            env=subprocess_environment,
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
        )
        end = os.times()  # processor time: other work on the machine does not count
        used = end.children_user + end.children_system
        seconds.append(used - begin.children_user - begin.children_system)
    for name in COMMANDS:
        assert f" {name} " in done.stdout
    assert min(seconds) < 0.5


def test_help_imports_no_heavy_library(subprocess_environment, tmp_path):
    program = "import sys, neurohm.cli; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=subprocess_environment,
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    heavy = {"numpy", "scipy", "h5py", "numba", "sklearn", "pandas", "matplotlib"}
    assert not heavy & set(done.stdout.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(call, name):
    done = call(name, "--help")
    assert (done.code, done.err) == (0, "")
    assert "--json" in done.out


def test_no_command_shows_the_help_and_the_version_is_told(call):
    assert "Usage" in call().out
    assert call("--version").out == f"neurohm {nh.__version__}\n"
