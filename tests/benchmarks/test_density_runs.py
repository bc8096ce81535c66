"""The scripts that repeat published density estimates, on data made up for the test."""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import neurohm as nh
from neurohm.training import read_checkpoint


@pytest.fixture
def scripts(root, monkeypatch):
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    loaded = {}
    for name in ("density_runs", "ablation", "published"):
        path = root / "benchmarks" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(name, path)
        loaded[name] = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, loaded[name])
        spec.loader.exec_module(loaded[name])
    return loaded


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two data sets in the form of the public ones."""
    rng = np.random.default_rng(0)
    for name, width in (("binarized-mnist/binarized_mnist", 784), ("uci-binary/dna", 180)):
        path = tmp_path / "data" / f"{name}.npz"
        path.parent.mkdir(parents=True)
        parts = {
            part: np.packbits(rng.random((rows, width)) < 0.2, axis=1)
            for part, rows in (("train", 60), ("valid", 20), ("test", 30))
        }
        np.savez(path, n_vars=width, **parts)
    return tmp_path / "data"


def options(scripts, folder: Path, *more: str):
    out = str(folder.parent / "out")
    common = ["--data", str(folder), "--out", out, "--epochs", "3", "--score-particles", "5"]
    return scripts["density_runs"].parser("").parse_args([*common, "--every", "2", *more])


def test_data_are_unpacked_to_their_width(scripts, folder) -> None:
    load = scripts["density_runs"].load_data
    assert {part: x.shape for part, x in load("dna", folder).items()} == {
        "train": (60, 180),
        "valid": (20, 180),
        "test": (30, 180),
    }
    assert load("mnist", folder)["test"].shape == (30, 784)
    assert set(np.unique(load("dna", folder)["train"])) == {0, 1}


def test_a_run_writes_model_log_and_result(scripts, folder, capsys) -> None:
    run = scripts["published"].BY_NAME["dna"]
    scripts["density_runs"].main([run], options(scripts, folder, "--seed", "3"))
    out = folder.parent / "out"
    assert {p.name for p in out.iterdir()} == {f"dna-seed3.{s}" for s in ("h5", "json", "log")}
    machine = nh.load(out / "dna-seed3.h5").machine_
    assert machine.sizes == (180, *run.hidden)
    assert {a.dtype.name for a in machine.parameters().values()} == {"float32"}
    found = json.loads((out / "dna-seed3.json").read_text())
    assert found["run"]["rule"] == {"name": "reweighted", **run.rule.settings()}
    assert found["settings"]["epochs"] == 3
    assert str(folder) not in found["command"]
    assert [v is None for v in found["history"]["valid"]] == [True, False, False]
    data = scripts["density_runs"].load_data("dna", folder)
    score = nh.log_likelihood(machine, data["test"], particles=5).mean
    assert found["scores"]["test"]["log_likelihood"] == score
    assert f"{-score:.2f} | {run.published}" in capsys.readouterr().out


def test_a_stopped_run_goes_on(scripts, folder, monkeypatch) -> None:
    variant, main = scripts["ablation"].variant("both"), scripts["density_runs"].main
    main([variant], options(scripts, folder))
    path = folder.parent / "out" / "ablation-both-seed0.h5"
    expected = nh.load(path).machine_.parameters()
    path.unlink()

    class Stopping(scripts["density_runs"].Curve):
        def after_epoch(self, run) -> None:
            super().after_epoch(run)
            if run.position.epoch == 2:
                raise RuntimeError("stopped")

    with monkeypatch.context() as patched:
        patched.setattr(scripts["density_runs"], "Curve", Stopping)
        with pytest.raises(RuntimeError, match="stopped"):
            main([variant], options(scripts, folder))
    assert read_checkpoint(path.with_suffix(".checkpoint.h5"))["run"]["position"]["step"] in (1, 2)
    main([variant], options(scripts, folder, "--resume"))
    for key, array in nh.load(path).machine_.parameters().items():
        np.testing.assert_array_equal(array, expected[key])
    assert not path.with_suffix(".checkpoint.h5").exists()


def test_the_best_by_validation_is_kept(scripts, folder, monkeypatch) -> None:
    runs = scripts["density_runs"]
    run = replace(scripts["published"].BY_NAME["dna"], keep_best_every=1)
    scores, parameters = [-5.0, -3.0, -4.0], []

    def scored(machine, held_out, **options):
        assert (len(held_out), options["particles"]) == (20, 50)
        parameters.append(machine.parameters())
        return SimpleNamespace(mean=scores[len(parameters) - 1])

    monkeypatch.setattr("neurohm.training.early_stopping.log_likelihood", scored)
    runs.main([run], options(scripts, folder))
    out = folder.parent / "out"
    assert json.loads((out / "dna-seed0.json").read_text())["history"]["held_out"] == scores
    for key, array in nh.load(out / "dna-seed0.h5").machine_.parameters().items():
        np.testing.assert_array_equal(array, parameters[1][key])
        assert not np.array_equal(array, parameters[2][key])


def test_the_best_is_looked_for_every_few_epochs_and_goes_on(scripts, folder, monkeypatch) -> None:
    runs = scripts["density_runs"]
    run = replace(scripts["published"].BY_NAME["dna"], keep_best_every=2)
    given = options(scripts, folder, "--epochs", "5", "--resume")
    result = folder.parent / "out" / "dna-seed0.json"
    runs.main([run], given)
    unbroken = json.loads(result.read_text())
    assert [v is None for v in unbroken["history"]["held_out"]] == [True, False, True, False, False]

    class Stopping(runs.Curve):
        def after_epoch(self, run) -> None:
            super().after_epoch(run)
            if run.position.epoch == 4:
                raise RuntimeError("stopped")

    with monkeypatch.context() as patched:
        patched.setattr(runs, "Curve", Stopping)
        with pytest.raises(RuntimeError, match="stopped"):
            runs.main([run], given)
    runs.main([run], given)
    resumed = json.loads(result.read_text())
    assert resumed["history"]["held_out"] == unbroken["history"]["held_out"]
    for part, score in unbroken["scores"].items():
        assert resumed["scores"][part]["log_likelihood"] == score["log_likelihood"]


def test_settings_are_written_down(scripts) -> None:
    rows = {name: row.to_dict() for name, row in scripts["published"].BY_NAME.items()}
    deep = rows["mnist-deep"]
    assert deep["initial"] == {"name": "Normal", "spread": 0.1, "hidden_bias": -3.0}
    assert deep["hidden"] == [400, 300, 200, 100, 10]
    assert deep["rule"]["particles"] == {"0": 5, "196": 25}
    assert (deep["epochs"], deep["start"], deep["keep_best_every"]) == (
        202,
        "mnist-deep-begun",
        None,
    )
    assert rows["mushrooms"]["initial"] == {"name": "Sparse", "hidden_bias": -1.0}
    assert rows["dna"]["hidden"] == [200, 50]
    assert json.loads(json.dumps(rows)) == rows


def test_rows_and_variants_are_those_of_the_papers(scripts) -> None:
    published = {row.name: row.published for row in scripts["published"].ROWS}
    assert published == {
        "mnist-200": 103.1,
        "mnist-200-wake-sleep": 116.3,
        "mnist-200-200": 93.4,
        "mnist-200-200-wake-sleep": 106.9,
        "mnist-200-200-200": 90.1,
        "mnist-deep-begun": 85.48,
        "mnist-deep": 85.48,
        "mnist-autoregressive-500": 84.18,
        "mnist-nade-250": 85.23,
        "dna": 90.63,
        "dna-nade": 84.26,
        "dna-visible": 83.64,
        "mushrooms": 9.90,
    }
    assert len(published) == len(scripts["published"].ROWS)
    mixes = {name: scripts["ablation"].variant(name).rule for name in ("sleep", "wake", "both")}
    assert (mixes["sleep"].wake_mix, mixes["wake"].sleep_mix) == (0, 0)
    assert {rule.particles for rule in mixes.values()} == {5}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--epochs", "0"], "at least 1"), (["--seed", "x"], "'x'"), (["--threads", "3"], "3")],
)
def test_bad_options_are_one_line(scripts, folder, capsys, arguments, message: str) -> None:
    with pytest.raises(SystemExit) as stop:
        options(scripts, folder, *arguments)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


def test_missing_data_are_named(scripts, folder, capsys) -> None:
    given = options(scripts, folder)
    with pytest.raises(SystemExit) as stop:
        scripts["density_runs"].main([scripts["published"].BY_NAME["mushrooms"]], given)
    assert stop.value.code == 2
    assert "mushrooms.npz is missing" in capsys.readouterr().err


def test_a_run_goes_on_with_the_machine_of_another(scripts, folder, capsys) -> None:
    runs = scripts["density_runs"]
    first = replace(scripts["published"].BY_NAME["dna"], revive_every=1)
    second = replace(first, name="dna-second", start="dna", learning_rate=1e-9, average=0.0)
    given = options(scripts, folder)
    with pytest.raises(SystemExit):
        runs.main([second], given)
    assert "run --row dna first" in capsys.readouterr().err
    runs.main([first, second], given)
    out = folder.parent / "out"
    history = json.loads((out / "dna-seed0.json").read_text())["history"]
    assert len(history["revived"]) == 3
    before, after = (nh.load(out / f"{name}-seed0.h5").machine_ for name in ("dna", "dna-second"))
    np.testing.assert_allclose(
        before.parameters()["generative/visible"],
        after.parameters()["generative/visible"],
        atol=1e-4,
    )
