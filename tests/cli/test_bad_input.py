"""Every bad input: one clear line on stderr, exit code 2, and nothing written."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import NumericalError

from .conftest import SMALL

RNG = np.random.default_rng(0)
COUNTS = RNG.poisson(0.3, (400, 6))


def files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def assert_refused(done, *texts: str) -> None:
    assert done.code == 2
    assert len(done.lines) == 1
    assert done.err.startswith("neurohm: ")
    assert "Traceback" not in done.err
    assert "\x1b" not in done.err
    assert done.out == ""
    for text in texts:
        assert text in done.err


def spikes(**changes):
    return {"spikes": [0.5, 1.5, 2.5, 1.0, 2.0], "sCount": [3, 2]} | changes


def trains(n_units=3, rate=2.0, seconds=60.0):
    times = [np.sort(RNG.uniform(0, seconds, int(rate * seconds))) for _ in range(n_units)]
    return {"spikes": np.concatenate(times), "sCount": [len(train) for train in times]}


FILES: dict[str, tuple[object, tuple[str, ...]]] = {
    "missing": (None, ("file.h5", "does not exist")),
    "empty": (b"", ("is empty",)),
    "text": (b"a note\nof no table\n", ("file.h5", "a row for each spike")),
    "a table without units": (b"when,time\n1,0.5\n", ("'when', 'time'", "--unit-column")),
    "a table with a fault": (b"unit,time\n1,0.5\n2,x\n", ("line 3", "'x'")),
    "nothing known": (b"\x00\x01\x02rest", ("expected a recording in a known format",)),
    "no datasets": ({}, ("holds no datasets",)),
    "no spikes": ({"x": np.zeros((100, 6), int)}, ("no spikes in it",)),
    "nothing like spikes": ({"a": [1.0, 2.0]}, ("'a' 2 float64", "'sCount'")),
    "two matrices": ({"left": COUNTS, "right": COUNTS}, ("--dataset",)),
    "two layouts": ({**spikes(), "words": COUNTS}, ("--layout",)),
    "a square matrix": ({"x": COUNTS[:8]}, ("--units-axis",)),
    "NaN": (spikes(spikes=[0.5, np.nan, 2.5, 1.0, 2.0]), ("a spike time is nan", "unit 0")),
    "infinite": (spikes(spikes=[0.5, 1.5, np.inf, 1.0, 2.0]), ("a spike time is inf",)),
    "negative": (spikes(spikes=[-0.5, 1.5, 2.5, 1.0, 2.0]), ("a negative spike time, -0.5",)),
    "unsorted": (spikes(spikes=[0.5, 1.5, 2.5, 2.0, 1.0]), ("unit 1", "--sort")),
    "index": (spikes(sCount=[3, 3]), ("'sCount' sums to 6 but 'spikes' has 5",)),
    "negative count": (spikes(sCount=[6, -1]), ("'sCount' holds a value that is no count",)),
    "negative matrix": ({"x": -COUNTS}, ("file.h5",)),
    "fractions": ({"x": COUNTS + 0.5}, ("file.h5",)),
    "too short": (spikes(spikes=[0, 0.01, 0.03, 0, 0.02]), ("shorter than one window",)),
    "too short to split": (
        spikes(spikes=[0, 0.1, 0.3, 0, 0.2]),
        ("nothing left to train on", "longer recording"),
    ),
}


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (command, name)
        for command in ("fit", "inspect", "score", "convert")
        for name in FILES
        if command == "fit" or not name.startswith("too short")
    ],
)
def test_files(call, write, model_file, tmp_path, name, command):
    content, texts = FILES[name]
    path = write(content if isinstance(content, dict) else {})
    if not isinstance(content, dict):
        path.unlink()
    if isinstance(content, bytes):
        path.write_bytes(content)
    output = tmp_path / "out.h5"
    arguments = {
        "fit": (path, "-o", output, *SMALL),
        "inspect": (path, "--json"),
        "score": (model_file, path),
        "convert": (path, output),
    }[command]
    before = files(tmp_path)
    assert_refused(call(command, *arguments), *texts)
    assert files(tmp_path) == before


@pytest.mark.parametrize("share", [0.3, 0.999])
def test_truncated_file(call, recording_file, tmp_path, share):
    whole = recording_file.read_bytes()
    (tmp_path / "cut.h5").write_bytes(whole[: int(share * len(whole))])
    for command in (("inspect",), ("fit", "-o", tmp_path / "fit.h5")):
        done = call(*command, tmp_path / "cut.h5")
        assert_refused(done, "cut.h5", "damaged or cut off")
    assert len(files(tmp_path)) == 1


OPTIONS = {
    "--bin 0": ("--bin 0", "positive time"),
    "--bin -20ms": ("--bin -20ms", "positive time"),
    "--bin soon": ("--bin soon", "give e.g. --bin 20ms"),
    "--bin 200": ("larger than the recording",),
    "--bin 1 --lags 60": ("shorter than one window", "give fewer lags"),
    "--lags 0": ("lags",),
    "--hidden 0": ("--hidden", "whole numbers of at least 1"),
    "--hidden 40,-1": ("--hidden",),
    "--hidden forty": ("--hidden", "40,10"),
    "--hidden=": ("--hidden",),
    "--rule hebb": ("'hebb'", "'wake-sleep'", "'reweighted'"),
    "--rule multi-level": ("--rule multi-level", "in Python: neurohm.MultiLevel"),
    "--particles 0": ("particles 0",),
    "--plasticity sgd": ("'sgd'", "'adam'", "'delta'"),
    "--learning-rate 0": ("learning_rate 0",),
    "--learning-rate nan": ("learning_rate nan",),
    "--observation gauss": ("'gauss'", "'poisson'"),
    "--epochs 0": ("--epochs '0'", "at least 1"),
    "--epochs many": ("--epochs 'many'", "auto"),
    "--batch-size many": ("--batch-size", "see 'neurohm fit --help'"),
    "--batch-size 0": ("batch_size 0",),
    "--test 1": ("--test 1",),
    "--test -0.5": ("--test -0.5",),
    "--test nan": ("--test nan",),
    "--test 0.0001": ("larger than the recording",),
    "--score-particles 0": ("--score-particles",),
    "--device cuda": ("'cuda'",),
    "--device abacus": ("'abacus'", "'cpu'"),
    "--seed -1": ("seed -1",),
    "--seed one": ("--seed",),
    "--units-axis 2": ("units_axis",),
    "--layout klusters": ("'spikes-sCount'",),
    "--dataset nothing": ("no dataset 'nothing'",),
    "--time-scale 0": ("time_scale",),
    "--bin-width 20ms": ("only for a matrix",),
    "--bin-width soon": ("--bin-width soon",),
    "--resume --overwrite": ("both --resume and --overwrite",),
    "--nonsense": ("No such option", "see 'neurohm fit --help'"),
    "another": ("another",),
}


@pytest.mark.parametrize("options", OPTIONS)
def test_options_of_fit(call, recording_file, tmp_path, options):
    done = call("fit", recording_file, "-o", tmp_path / "file.h5", *SMALL, *options.split())
    assert_refused(done, *OPTIONS[options])
    assert not files(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("fit {recording}", "--output"),
        ("fit", "RECORDING"),
        ("guess", "No such command 'guess'"),
        ("sample {model} -o out.h5 --seconds 0", "seconds to dream"),
        ("sample {model} -o out.h5 --seconds nan", "seconds to dream"),
        ("sample {model} -o out.h5 --seed -1", "seed -1"),
        ("sample {recording} -o out.h5", "neurohm-model"),
        ("score {recording} {model}", "neurohm-model"),
        ("score {model} {model}", "holds a model; expected a recording"),
        ("score {model} {recording} --particles 0", "--particles"),
        ("score {model} {recording} --test 2", "--test 2"),
        ("fit {model} -o out.h5", "holds a model; expected a recording"),
        ("simulate -o out.h5 --units 3", "units"),
        ("simulate -o out.h5 --minutes 0", "minutes"),
        ("simulate -o out.h5 --members 4", "--members 4"),
        ("simulate -o out.h5 --lag soon", "--lag soon"),
        ("simulate -o out.h5 --overlap 2", "overlap"),
    ],
)
def test_arguments(call, recording_file, model_file, tmp_path, monkeypatch, arguments, text):
    monkeypatch.chdir(tmp_path)
    places = {"recording": recording_file, "model": model_file}
    assert_refused(call(*arguments.format(**places).split()), text)
    assert not files(tmp_path)


@pytest.mark.parametrize("command", ["score", "assemblies", "plot raster"])
def test_a_model_in_seconds_and_a_recording_in_bins(
    call, recording_file, model_file, tmp_path, monkeypatch, command
):
    monkeypatch.chdir(tmp_path)
    nh.Recording.from_counts(np.tile(COUNTS, 2)).save("bins.h5")
    nh.SpikeHelmholtz(2, lags=2, epochs=1).fit(nh.load_recording("bins.h5")).save("fit.h5")
    before, output = files(tmp_path), ("-o", "a.png") if command.startswith("plot") else ()
    in_bins = call(*command.split(), model_file, "bins.h5", *output)
    assert_refused(in_bins, "bins.h5 counts time in bins", "expected time in seconds")
    in_seconds = call(*command.split(), "fit.h5", recording_file, *output)
    assert_refused(in_seconds, "counts time in seconds; expected bins")
    assert files(tmp_path) == before


@pytest.mark.parametrize("command", ["fit", "report", "sample", "simulate", "convert"])
@pytest.mark.parametrize("place", ["nowhere/out.h5", "/proc/out.h5", "read-only/out.h5", ""])
def test_output_that_cannot_be_written(
    call, recording_file, model_file, tmp_path, monkeypatch, command, place
):
    output = tmp_path / place
    (tmp_path / "read-only").mkdir()
    touch = Path.touch

    def no_permission(path: Path, *args: object, **options: object) -> None:
        if path.parent.name == "read-only":  # root may write everywhere
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        touch(path)

    monkeypatch.setattr(Path, "touch", no_permission)
    fitted = (recording_file, "-o", tmp_path / "fit.h5", *SMALL, "--report", output)
    arguments = {
        "fit": ("fit", recording_file, "-o", output, *SMALL),
        "report": ("fit", *fitted),
        "sample": ("sample", model_file, "-o", output),
        "simulate": ("simulate", "-o", output, "--units", 40, "--minutes", 1),
        "convert": ("convert", recording_file, output),
    }[command]
    before = files(tmp_path)
    assert_refused(call(*arguments), "folder")
    assert files(tmp_path) == before


def test_outputs_do_not_replace_what_is_of_another_kind(call, recording_file, model_file, tmp_path):
    own = tmp_path / "own.h5"
    own.write_bytes(recording_file.read_bytes())
    before = own.read_bytes()
    assert_refused(call("fit", own, "-o", own, *SMALL), "the output", "is the input")
    assert_refused(call("convert", own, own), "is the input")
    assert_refused(call("fit", recording_file, "-o", own, *SMALL), "no neurohm-model file")
    report = ("--report", own)
    assert_refused(call("fit", own, "-o", tmp_path / "fit.h5", *report, *SMALL), "report")
    for name in ("fit.h5", "fit.h5.checkpoint", "fit.h5.lock"):  # the files of the fit itself
        report = ("--report", tmp_path / name)
        fit = ("fit", recording_file, "-o", tmp_path / "fit.h5", *SMALL)
        assert_refused(call(*fit, *report), "another file of the fit")
    assert_refused(call(*fit, "--report", tmp_path / "report.pdf"), "ends in .html")
    notes = tmp_path / "notes.txt"
    notes.write_text("mine")
    assert_refused(call("sample", model_file, "-o", notes), "no neurohm-recording file")
    assert own.read_bytes() == before
    assert notes.read_text() == "mine"
    # a file of the same kind is replaced
    assert call("sample", model_file, "--seconds", 1, "-o", own).code == 0


MODELS: dict[str, tuple[Callable[[h5py.File], object], str]] = {
    "another version": (lambda file: file.attrs.modify("version", 99), "version 99"),
    "another format": (lambda file: file.attrs.modify("format", "tea"), "tea"),
    "changed": (
        lambda file: file["model/independent/mean"].__setitem__(0, 7.0),
        "does not match its checksum",
    ),
    "incomplete": (lambda file: file.__delitem__("model"), "is damaged"),
}


@pytest.mark.parametrize("name", MODELS)
def test_models(call, model_file, recording_file, tmp_path, name):
    change, text = MODELS[name]
    path = tmp_path / "model.h5"
    path.write_bytes(model_file.read_bytes())
    with h5py.File(path, "r+") as file:
        change(file)
    assert_refused(call("score", path, recording_file), "model.h5", text)
    assert_refused(call("sample", path, "-o", tmp_path / "out.h5"), text)
    if name != "another format":
        assert_refused(call("inspect", path), text)
    path.write_bytes(model_file.read_bytes()[:5000])
    assert_refused(call("score", path, recording_file), "is damaged or cut off")
    assert len(files(tmp_path)) == 1


def test_a_recording_of_other_units(call, model_file, tmp_path):
    nh.simulate_assemblies(7, 1.0, 0).save(tmp_path / "other.h5")
    done = call("score", model_file, tmp_path / "other.h5")
    assert_refused(done, "a recording of 7 units", "12")


def test_a_model_of_matrices_scores_no_recording(call, recording_file, tmp_path):
    nh.HelmholtzDensity(hidden=2, epochs=1, batch_size=4).fit(np.eye(4)).save(tmp_path / "d.h5")
    assert_refused(call("score", tmp_path / "d.h5", recording_file), "a model of matrices")


# ---- usable, but probably not as intended: one yellow line each, and the fit goes on


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({**trains(), "sCount": [120, 120, 120, 0]}, "1 unit(s) without a spike: 3"),
        (trains(n_units=1), "only one unit"),
    ],
)
def test_suspicions(call, write, tmp_path, content, text):
    done = call("fit", write(content), "-o", tmp_path / "fit.h5", *SMALL, "--test", 0)
    assert done.code == 0
    assert done.lines[0].startswith("neurohm: warning: ")
    assert text in done.lines[0]
    assert len(done.lines) == 2  # and the note that the fit begins
    assert (tmp_path / "fit.h5").exists()


def test_milliseconds_given_as_seconds(call, write, tmp_path):
    content = trains()
    path = write({**content, "spikes": 1000 * content["spikes"]})
    done = call("fit", path, "-o", tmp_path / "fit.h5", *SMALL, "--epochs", 1)
    assert done.code == 0
    assert "implausible" in done.lines[0]
    assert "--time-scale 0.001" in done.lines[0]
    scaled = call("inspect", path, "--time-scale", 0.001)
    assert (scaled.code, scaled.err) == (0, "")


# ---- failures of the run


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (NumericalError("bound became nan at step 3"), "neurohm: bound became nan at step 3"),
        (
            OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "fit.h5"),
            "neurohm: fit.h5: No space left on device",
        ),
        (OSError("Can't write data\n(details)"), "neurohm: Can't write data"),
        (MemoryError("2 TiB"), "neurohm: not enough memory 2 TiB"),
        (
            RuntimeError("two\nlines"),
            "neurohm: RuntimeError: two lines (run with --debug for the traceback)",
        ),
    ],
)
def test_failures_of_the_run(call, model_file, recording_file, monkeypatch, error, line):
    def fail(*args: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(nh.SpikeHelmholtz, "score_report", fail)
    done = call("score", model_file, recording_file, "--test", 0.5)
    assert (done.code, done.err, done.out) == (1, line + "\n", "")


def test_debug_shows_the_traceback(run_neurohm, tmp_path):
    done = run_neurohm("inspect", "nowhere.h5", "--debug")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "MissingFileError" in done.stderr


def test_a_reader_that_leaves_is_no_error(run_neurohm, recording_file, neurohm_command):
    import subprocess

    command = [*neurohm_command, "inspect", str(recording_file), "--json"]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert first.stdout is not None
    first.stdout.close()
    _, err = first.communicate(timeout=60)
    assert err == b""
