"""``neurohm compare``: a table, JSON and a picture; what is wrong is one line."""

from __future__ import annotations

import json

import numpy as np
import pytest

import neurohm as nh
from neurohm.cli import compare_summary

from .test_bad_input import assert_refused, files

QUICK = ("--models", "mixture", "--folds", 2)


@pytest.fixture
def words(tmp_path):
    generator = np.random.default_rng(0)
    state = generator.random((300, 1)) < 0.3
    rows = (generator.random((300, 5)) < np.where(state, 0.7, 0.1)).astype(np.uint8)
    np.savez(tmp_path / "words.npz", train=rows[:200], test=rows[200:])
    np.save(tmp_path / "words.npy", rows)
    return tmp_path / "words.npz", tmp_path / "words.npy", rows


def test_a_table_for_readers(call, recording_file):
    done = call("compare", recording_file, *QUICK)
    assert done.code == 0
    assert done.err == ""
    assert "log-likelihood" in done.out
    assert "mixture" in done.out
    assert "12 units, 6,000 held-out bins of 0.02 s" in done.out
    assert "2 folds, gaps of 1 bin; standard errors over 20 blocks" in done.out


def test_a_narrow_terminal_loses_columns_and_cuts_nothing_off(words, capsys, monkeypatch):
    compared = nh.compare(words[2], ["mixture"], folds=2)
    titles = []
    for width in (130, 80, 60):
        monkeypatch.setattr(compare_summary, "_WIDTH", width)
        compare_summary.print_comparison(compared)
        table, _ = capsys.readouterr().out.split("\n\n")
        assert max(map(len, table.splitlines())) <= width
        assert "…" not in table
        assert f"{compared['mixture'].gain_bits_per_spike:.4f} ±" in table
        titles.append(table.splitlines()[0].split())
    assert [len(row) for row in titles] == sorted((len(row) for row in titles), reverse=True)
    assert "parameters" in titles[0]
    assert "parameters" not in titles[1]


def test_json_and_files_hold_the_same(call, recording_file, tmp_path):
    output, figure = tmp_path / "out.json", tmp_path / "out.png"
    done = call("compare", recording_file, *QUICK, "-o", output, "--figure", figure, "--json")
    assert done.code == 0
    result = done.result
    assert result.pop("recording") == str(recording_file)
    assert json.loads(output.read_text()) == result
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert {score["name"] for score in result["scores"]} == {"independent", "mixture"}


def test_a_report_shows_what_was_written(call, recording_file, model_file, tmp_path):
    output, page = tmp_path / "out.json", tmp_path / "page.html"
    assert call("compare", recording_file, *QUICK, "-o", output).code == 0
    done = call("report", model_file, "-o", page, "--comparison", output)
    assert done.code == 0
    assert "Beside other models" in page.read_text()
    for content in ("{}", "spikes", '{"scores": 1, "surrogates": null}'):
        output.write_text(content)
        done = call("report", model_file, "-o", page, "--comparison", output)
        assert_refused(done, "out.json is no comparison; expected what 'neurohm compare -o' wrote")


def test_it_is_what_python_says(call, recording_file):
    given = call("compare", recording_file, *QUICK, "--lags", 2, "--bin", "40ms", "--json").result
    same = nh.compare(
        nh.load_recording(recording_file), ["mixture"], folds=2, lags=2, bin_size=0.04
    )
    assert given["scores"][0]["nats_per_bin"] == same.best.nats_per_bin
    assert (given["lags"], given["bin_size"]) == (2, 0.04)


def test_the_settings_of_the_machine_are_those_of_fit(call, recording_file):
    result = call(
        "compare", recording_file, "--models", "helmholtz", "--test", 0.25, "--hidden", 3,
        "--epochs", 1, "--score-particles", 5, "--lags", 2, "--json",
    ).result  # fmt: skip
    machine = next(score for score in result["scores"] if score["name"] == "helmholtz")
    assert machine["n_parameters"] == 2 * (24 * 3 + 3) + 24 - 3 + 3
    assert (result["folds"], result["gap"]) == (1, 0)


def test_a_model_file_gives_settings_and_bins(call, recording_file, model_file):
    result = call(
        "compare", recording_file, "--models", f"mixture,{model_file}", "--test", 0.2, "--json"
    ).result
    assert {score["name"] for score in result["scores"]} == {"independent", "mixture", "fit"}
    assert result["lags"] == 2


def test_surrogates(call, recording_file):
    done = call(
        "compare", recording_file, *QUICK, "--surrogates", 3, "--surrogate", "jitter",
        "--surrogate-window", "50ms", "--no-refit",
    )  # fmt: skip
    assert done.code == 0
    assert "3 surrogates (jitter), scored without a new fit" in done.out
    assert "mixture: gain" in done.out


def test_matrices_of_words(call, words):
    npz, npy, rows = words
    split = call("compare", npz, "--models", "mixture", "--json").result
    same = nh.compare(rows[:200], ["mixture"], test=rows[200:])
    assert split["scores"][0]["nats_per_bin"] == same.best.nats_per_bin
    last = call("compare", npy, "--models", "mixture", "--test", 100, "--json").result
    assert last["scores"][0]["nats_per_bin"] == same.best.nats_per_bin


BAD = {
    "an unknown model": (("--models", "psth"), ("model 'psth'", "independent")),
    "no model": (("--models", ","), ("no models",)),
    "one fold": (("--folds", 1), ("folds 1", "at least 2")),
    "too many folds": (("--folds", 5000, "--lags", 5), ("no data left to test on",)),
    "too large a gap": (("--folds", 2, "--gap", 4000), ("no data left to learn from",)),
    "a window larger than the recording": (
        ("--surrogates", 9, "--surrogate-window", "500s"),
        ("surrogate window larger than the recording: 500 s",),
    ),
    "a window for none": (
        ("--surrogates", 9, "--surrogate", "rate", "--surrogate-window", "5ms"),
        ("--surrogate-window with --surrogate rate",),
    ),
    "an unknown surrogate": (("--surrogates", 9, "--surrogate", "x"), ("surrogate 'x'",)),
    "a model that is not compared": (
        ("--surrogates", 9, "--tested", "ising"),
        ("'ising' to test",),
    ),
    "trials that are not there": (("--models", "trial-average"), ("without trials",)),
    "an output of another kind": (("-o", "out.h5"), ("comparison out.h5", ".json")),
    "a picture of another kind": (("--figure", "out.gif"), ("picture file out.gif",)),
    "a bin that is none": (("--bin", "soon"), ("--bin soon",)),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(call, recording_file, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    arguments, texts = BAD[name]
    before = files(tmp_path)
    assert_refused(call("compare", recording_file, *QUICK, *arguments), *texts)
    assert files(tmp_path) == before


def test_bad_words(call, words, tmp_path):
    npz, _, rows = words
    assert_refused(call("compare", npz, *QUICK, "--test", 0.5), "which has a test part")
    assert_refused(call("compare", npz, *QUICK, "--sort"), "--sort with a matrix of NumPy's")
    np.save(tmp_path / "half.npy", rows + 0.5)
    assert_refused(call("compare", tmp_path / "half.npy", *QUICK), "0, 1, 2")


def test_counts_for_a_binary_model(call, recording_file, monkeypatch):
    monkeypatch.setattr(
        "neurohm.comparison.baselines.registry.BASELINES",
        {
            "independent": {"counts": "independent.IndependentPoisson"},
            "words": {"binary": "mixture.BernoulliMixture"},
        },
    )
    monkeypatch.setattr(
        "neurohm.comparison.models.known_models", lambda: ("independent", "words", "helmholtz")
    )
    done = call("compare", recording_file, "--models", "words", "--observation", "poisson")
    assert_refused(done, "counts for the model 'words'", "observation='bernoulli'")


def test_more_parameters_than_bins_is_a_warning(call, words):
    done = call("compare", words[0], "--models", "helmholtz", "--epochs", 1, "--hidden", 40)
    assert done.code == 0
    assert len(done.lines) == 1
    assert done.err.startswith("neurohm: warning: helmholtz has ")
