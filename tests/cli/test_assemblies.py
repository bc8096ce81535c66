"""``neurohm assemblies``: what is found is shown and kept, and so is that nothing was found."""

from __future__ import annotations

import csv
import inspect
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

import neurohm as nh
from neurohm.cli.assemblies import SearchOptions
from neurohm.estimators.assembly_files import load_assemblies, save_assemblies

QUICK = ("--folds", 2, "--no-stability", "--jobs", 1, "--surrogates", 99)
MEMBERS, LAGS = (0, 2, 3, 5, 7, 8, 9, 11), (0.04, 0.0, 0.01, 0.02, 0.03, 0.05, 0.06, 0.07)
LEFT_OUT = {"silent": (4,), "not significant": tuple(range(12)), "too few occurrences": (1, 2)}


def table_of(model, number=1, left_out=LEFT_OUT, **settings):
    """A table as a search returns it, with the same assembly as often as asked for."""
    field = np.zeros((len(model.unit_ids_), 4))
    field[list(MEMBERS), [2, 0, 0, 1, 1, 2, 3, 3]] = 20.0
    row = {
        "members": tuple(model.unit_ids_[list(MEMBERS)].tolist()),
        "lags": LAGS,
        "participation": (0.5,) * 8,
        "strength": 12.5,
        "log_odds": 9.0,
        "occurrences": 1234,
        "rate": 20.5,
        "p_value": 0.005,
        "z": 7.5,
        "stability_seeds": float("nan"),
        "stability_halves": 0.875,
        "hidden_units": (3, 1),
        "times": np.linspace(1.0, 110.0, 1234),
        "field": field,
    }
    index = pd.RangeIndex(number, name="assembly")
    table = pd.DataFrame([row] * number, columns=list(row), index=index)
    table.attrs = {
        **asdict(SearchOptions()),
        "jitter": 0.1,
        "bin_size": 0.02,
        "time_unit": "s",
        "unit_ids": model.unit_ids_.tolist(),
        "recording": "recording.h5",
        "left_out": left_out,
        **settings,
    }
    return table


@pytest.fixture
def found(monkeypatch):
    """Let every model find what is asked for; returns the arguments of the last search."""
    asked = {}

    def find(*of_table, **settings):
        def assemblies(model, recording, **options):
            asked.update(options)
            return table_of(model, *of_table, **settings)

        monkeypatch.setattr(nh.SpikeHelmholtz, "assemblies", assemblies)
        return asked

    find()
    return find


# ---- what is asked for


def test_defaults_are_those_of_the_method():
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(nh.SpikeHelmholtz.assemblies).parameters.items()
    }
    del defaults["self"], defaults["recording"]
    assert asdict(SearchOptions()) == defaults


def test_options_reach_the_method(call, model_file, recording_file, found):
    asked = found()
    test = "--alpha 0.05 --surrogates 99 --jitter 80ms --layer 2 --of codes"
    rest = "--least-members 3 --least-occurrences 7 --no-refit --folds 5 --no-stability --jobs 1"
    given = (*test.split(), *rest.split(), "--sharpen")
    done = call("assemblies", model_file, recording_file, *given)
    assert done.code == 0
    assert asked == {
        "alpha": 0.05,
        "surrogates": 99,
        "jitter": 0.08,
        "layer": 2,
        "of": "codes",
        "least_members": 3,
        "least_occurrences": 7,
        "refit": False,
        "folds": 5,
        "stability": False,
        "n_jobs": 1,
        "sharpen": True,
    }


def test_it_is_said_what_takes_long(call, model_file, recording_file, found):
    arguments = ("assemblies", model_file, recording_file)
    (note,) = call(*arguments).lines
    assert note.startswith("neurohm: finding assemblies by 7 further fits")
    assert "by 2 further fits" in call(*arguments, *QUICK).err


def test_without_refits_a_model_sees_what_it_was_fitted_to(
    call, model_file, recording_file, found, tmp_path
):
    done = call("assemblies", model_file, recording_file, "--no-refit")
    assert "fitted to this file" in done.err
    other = tmp_path / "other.h5"
    other.write_bytes(recording_file.read_bytes())
    assert call("assemblies", model_file, other, "--no-refit").err == ""


# ---- what is shown


def test_the_table(call, model_file, recording_file, found):
    done = call("assemblies", model_file, recording_file)
    assert done.code == 0
    assert "\x1b" not in done.out
    (line,) = (line for line in done.out.splitlines() if line.startswith("0 "))
    cells = [cell for cell in line.split("  ") if cell]
    first, *last = (cell.strip() for cell in cells)
    members = "2, 3, 5, 7, 0, 8 and 2 more"  # by lag
    assert (first, last[0]) == ("0", members)
    assert last[1:] == ["0-70", "12.5", "1,234 (20.5)", "0.005", "0.88", "-"]
    assert (
        "left out  1 hidden unit hardly ever active, 12 not significant (p above 0.01), "
        "2 with too few occurrences (fewer than 10)"
    ) in done.out
    assert "199 copies of the recording with spikes jittered within 100 ms" in done.out


def test_time_in_bins_is_not_called_seconds(call, model_file, recording_file, found):
    found(time_unit="bin", jitter=5.0, bin_size=1.0, of="codes")
    out = call("assemblies", model_file, recording_file).out
    assert "bins" in out
    assert "within 5 bins" in out
    assert "1 code hardly ever active" in out
    for unit in (" ms", "Hz", "/min"):
        assert unit not in out


def test_names_of_units_are_shown_as_they_are(call, model_file, recording_file, monkeypatch):
    def assemblies(model, recording, **_options):
        model.unit_ids_ = np.array([f"[red]{i}" for i in range(12)])
        return table_of(model)

    monkeypatch.setattr(nh.SpikeHelmholtz, "assemblies", assemblies)
    out = call("assemblies", model_file, recording_file).out
    assert "[red]2" in out


NOTHING = {
    "none significant": ({"not significant": (1,)}, "do not coincide beyond jitter of 100 ms"),
    "too small": ({"not significant": (1,), "too few members": (2,)}, "too small or too rare"),
    "no fields": ({"no field": (1,), "silent": (2,)}, "learned no pattern"),
    "no hidden units": ({}, "learned no pattern"),
}


@pytest.mark.parametrize("name", NOTHING)
def test_nothing_found_is_a_result(call, model_file, recording_file, tmp_path, found, name):
    left_out, text = NOTHING[name]
    found(0, left_out)
    path = tmp_path / "none.h5"
    done = call("assemblies", model_file, recording_file, "-o", path)
    assert done.code == 0
    assert "no assembly: " in done.out
    assert text in done.out
    assert len(load_assemblies(path)) == 0
    assert call("assemblies", model_file, recording_file, "--json").result["assemblies"] == []


def test_as_json(call, model_file, recording_file, found, tmp_path):
    path = tmp_path / "a.h5"
    result = call("assemblies", model_file, recording_file, "-o", path, "--json").result
    (assembly,) = result["assemblies"]
    assert assembly["members"] == list(MEMBERS)
    assert assembly["lags"] == list(LAGS)
    assert len(assembly["times"]) == assembly["occurrences"] == 1234
    assert assembly["stability_seeds"] is None
    assert result["left_out"]["silent"] == [4]
    assert result["settings"]["alpha"] == 0.01
    assert (result["model"], result["output"]) == (str(model_file), str(path))


def test_a_search_from_end_to_end(call, model_file, recording_file, tmp_path):
    path = tmp_path / "a.h5"
    done = call("assemblies", model_file, recording_file, *QUICK, "-o", path, "--json")
    assert done.code == 0, done.err
    options = {"folds": 2, "stability": False, "n_jobs": 1, "surrogates": 99}
    same = nh.load(model_file).assemblies(nh.load_recording(recording_file), **options)
    assert load_assemblies(path).attrs == same.attrs
    assert [row["p_value"] for row in done.result["assemblies"]] == same["p_value"].tolist()


# ---- what is written


def test_tables_are_written_and_replaced(call, model_file, recording_file, tmp_path, found):
    for name in ("a.h5", "a.csv"):
        path = tmp_path / name
        for number in (2, 1):
            found(number)
            done = call("assemblies", model_file, recording_file, "-o", path)
            assert done.code == 0, done.err
            assert str(path) in done.out
    table = load_assemblies(tmp_path / "a.h5")
    assert table.attrs == table_of(nh.load(model_file)).attrs
    assert len(table["times"][0]) == 1234
    with (tmp_path / "a.csv").open(newline="", encoding="utf8") as file:
        (row,) = csv.DictReader(file)
    assert row["members"] == "0 2 3 5 7 8 9 11"
    assert len(list(tmp_path.iterdir())) == 2


def test_inspect(call, model_file, tmp_path):
    path = tmp_path / "a.h5"
    save_assemblies(path, table_of(nh.load(model_file)))
    done = call("inspect", path)
    assert (done.code, done.err) == (0, "")
    for text in ("2, 3, 5, 7, 0, 8 and 2 more", "1 assembly", "recording.h5", "not significant"):
        assert text in done.out
    facts = call("inspect", path, "--json").result
    assert (facts["kind"], facts["source"]) == ("assemblies", str(path))
    assert facts["assemblies"][0]["occurrences"] == 1234
    few = table_of(nh.load(model_file))[["members", "lags", "times", "field"]]
    few.attrs = {name: few.attrs[name] for name in ("bin_size", "time_unit", "unit_ids")}
    save_assemblies(path, few)
    assert "1 assembly" in call("inspect", path).out


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_outputs_that_lack_letters(run_neurohm, subprocess_environment, model_file, encoding):
    model = nh.load(model_file)
    model.unit_ids_ = np.array([f"ж{i}" for i in range(12)])
    table = table_of(model)
    environment = {**subprocess_environment, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    path = model_file.with_name(f"{encoding}.h5")
    save_assemblies(path, table)
    done = run_neurohm("inspect", path, env=environment, encoding=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert "?2, ?3" in done.stdout


def test_a_score_where_the_output_lacks_letters(
    run_neurohm, subprocess_environment, model_file, recording_file
):
    environment = {**subprocess_environment, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = run_neurohm("score", model_file, recording_file, "--particles", "5", env=environment)
    assert done.returncode == 0, done.stderr
    assert " ? " in done.stdout  # plus or minus


# ---- what is refused

REFUSED = {
    "no recording": (("MODEL",), "RECORDING"),
    "swapped": (("RECORDING", "MODEL"), "neurohm-model"),
    "missing model": (("nowhere.h5", "RECORDING"), "nowhere.h5 does not exist"),
    "missing recording": (("MODEL", "nowhere.h5"), "nowhere.h5"),
    "suffix": (("MODEL", "RECORDING", "-o", "a.xlsx"), ".h5, .hdf5, .csv"),
    "no suffix": (("MODEL", "RECORDING", "-o", "a"), ".h5, .hdf5, .csv"),
    "folder": (("MODEL", "RECORDING", "-o", "none/a.csv"), "none does not exist"),
    "over the recording": (("MODEL", "RECORDING", "-o", "RECORDING"), "is the input"),
    "over the model": (("MODEL", "RECORDING", "-o", "MODEL"), "is the input"),
    "alpha": (("MODEL", "RECORDING", "--alpha", 2), "alpha 2"),
    "alpha and surrogates": (("MODEL", "RECORDING", "--alpha", 0.001), "at least 999 surrogates"),
    "surrogates": (("MODEL", "RECORDING", "--surrogates", 0), "surrogates 0"),
    "jitter": (("MODEL", "RECORDING", "--jitter", "soon"), "--jitter soon"),
    "negative jitter": (("MODEL", "RECORDING", "--jitter=-20ms"), "--jitter -20ms"),
    "of": (("MODEL", "RECORDING", "--of", "cells"), "'units' or 'codes'"),
    "members": (("MODEL", "RECORDING", "--least-members", 1), "least_members 1"),
    "occurrences": (("MODEL", "RECORDING", "--least-occurrences", 0), "least_occurrences 0"),
    "folds": (("MODEL", "RECORDING", "--folds", 1), "folds 1"),
    "jobs": (("MODEL", "RECORDING", "--jobs", 0), "--jobs 0"),
    "unknown option": (("MODEL", "RECORDING", "--nonsense"), "neurohm assemblies --help"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input(call, model_file, recording_file, tmp_path, monkeypatch, name):
    arguments, text = REFUSED[name]
    paths = {"MODEL": model_file, "RECORDING": recording_file}
    monkeypatch.chdir(tmp_path)
    done = call("assemblies", *(paths.get(argument, argument) for argument in arguments))
    assert (done.code, done.out, len(done.lines)) == (2, "", 1)
    assert text in done.err
    assert not list(tmp_path.iterdir())


LATER = {
    "layer": (("--layer", 7), "layer 7"),
    "short jitter": (("--jitter", "10ms"), "less than two bins"),
    "long jitter": (("--jitter", 100), "two windows"),
}


@pytest.mark.parametrize("name", LATER)
def test_what_only_model_and_recording_tell(call, model_file, recording_file, tmp_path, name):
    options, text = LATER[name]
    path = tmp_path / "a.h5"
    done = call("assemblies", model_file, recording_file, "-o", path, *options)
    assert (done.code, done.out) == (2, "")
    assert text in done.lines[-1]
    assert not list(tmp_path.iterdir())


def test_other_units(call, model_file, tmp_path):
    nh.simulate_assemblies(7, 1.0, 0).save(tmp_path / "other.h5")
    done = call("assemblies", model_file, tmp_path / "other.h5")
    assert done.code == 2
    assert "a recording of 7 units" in done.lines[-1]


def test_milliseconds_for_a_model_that_counts_bins(call, write, tmp_path):
    words = write({"words": np.random.default_rng(0).poisson(0.2, (3000, 6))})
    small = ("--lags", 2, "--hidden", 4, "--epochs", 2, "--score-particles", 5)
    assert call("fit", words, "-o", tmp_path / "fit.h5", *small).code == 0
    done = call("assemblies", tmp_path / "fit.h5", words, "--jitter", "20ms")
    assert (done.code, len(done.lines)) == (2, 1)
    assert "counted in bins" in done.err


def test_assemblies_are_no_recording(call, model_file, tmp_path):
    path = tmp_path / "assemblies.h5"
    nh.save_assemblies(path, table_of(nh.load(model_file)))
    done = call("convert", path, tmp_path / "out.h5")
    assert (done.code, done.out, len(done.lines)) == (2, "", 1)
    assert "holds assemblies; expected a recording" in done.err
    assert "neurohm.load_assemblies" in done.err
    assert list(tmp_path.iterdir()) == [path]


def test_files_of_another_kind_are_not_replaced(call, model_file, recording_file, tmp_path, found):
    for content in (recording_file.read_bytes(), b"mine"):
        own = tmp_path / "own.h5"
        own.write_bytes(content)
        done = call("assemblies", model_file, recording_file, "-o", own)
        assert done.code == 2
        assert "no neurohm-assemblies file" in done.err
        assert own.read_bytes() == content


# ---- what else is asked for


def test_conditions_are_compared(call, model_file, recording_file, tmp_path, found):
    found()
    path = tmp_path / "compared.h5"
    arguments = ("assemblies", model_file, recording_file, "--compare", "0s:60s", "60:")
    done = call(*arguments, "--details", "-o", path)
    assert done.code == 0, done.err
    for text in ("0s:60s", "60:", "ratio", "change"):
        assert text in done.out
    table = load_assemblies(path)
    assert table.attrs["conditions"] == ["0s:60s", "60:"]
    assert {"change", "ratio", "participation_p", "order", "most_shared"} <= set(table.columns)
    result = call(*arguments, "--json").result
    assert result["assemblies"][0]["change"] in ("", "in neither", "appears", "vanishes")
    found(0)
    assert "no assembly" in call(*arguments, "--details").out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--compare", "awake", "0:9"), "a stretch of time"),
        (("--compare", "0:9", "9:2:1"), "a stretch of time"),
        (("--compare", "0:soon", "1:2"), "--compare soon; expected a moment"),
        (("--compare", "0:30", "5000:6000"), "no observed time"),
        (("--fits", "3"), "an even number"),
    ],
)
def test_conditions_that_are_none(call, model_file, recording_file, found, arguments, text):
    done = call("assemblies", model_file, recording_file, *arguments)
    assert done.code == 2
    assert text in done.err
    assert len(done.lines) == 1
