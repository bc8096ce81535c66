"""Trials on the command line: decode, pictures, and what they refuse."""

from __future__ import annotations

import pytest

import neurohm as nh
from neurohm.cli.plot_kinds import TRIAL_KINDS

CONDITION = ("--condition", "orientation")


@pytest.fixture(scope="module")
def trial_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("trials") / "trials.h5"
    nh.simulate_trials(n_units=8, n_trials=60, seed=2).save(path)
    return path


@pytest.fixture(scope="module")
def trial_model(trial_file, tmp_path_factory):
    path = tmp_path_factory.mktemp("trials") / "fit.h5"
    recording = nh.load_recording(trial_file)
    nh.SpikeHelmholtz(hidden=4, lags=5, epochs=15).fit(recording, label=None).save(path)
    return path


def test_decode(call, trial_model, trial_file):
    done = call("decode", trial_model, trial_file, *CONDITION)
    assert done.code == 0, done.err
    assert "hidden units" in done.out
    assert "4 components of counts" in done.out
    assert "chance" in done.out
    assert done.lines == ["neurohm: decoding orientation of 60 trials"]


def test_decode_as_json_is_that_of_the_library(call, trial_model, trial_file):
    arguments = (*CONDITION, "--until", "500ms", "--folds", 4, "--seed", 3, "--json")
    result = call("decode", trial_model, trial_file, *arguments).result
    model, recording = nh.load(trial_model), nh.load_recording(trial_file)
    trials = nh.trials_of(recording, "orientation")
    expected = nh.compare_decoding(model, recording, trials, stop=0.5, folds=4, seed=3)
    assert list(result["decodings"]) == list(expected)
    for name, decoding in expected.items():
        assert result["decodings"][name]["accuracy"] == decoding.accuracy
        assert result["decodings"][name]["n_dimensions"] == decoding.n_dimensions
    assert result["condition"] == "orientation"


def test_time_before_the_stimulus_tells_nothing(call, trial_model, trial_file):
    baseline = ("--since", "-400ms", "--until", "0ms", "--folds", 2, "--json")
    result = call("decode", trial_model, trial_file, *CONDITION, *baseline).result
    counts = result["decodings"]["counts"]
    assert counts["accuracy"] < counts["chance"] + 4 * counts["standard_error"]


def test_decode_draws(call, trial_model, trial_file, tmp_path):
    picture = tmp_path / "decoding.png"
    done = call("decode", trial_model, trial_file, *CONDITION, "--figure", picture)
    assert done.code == 0, done.err
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("kind", TRIAL_KINDS)
def test_pictures(call, trial_model, trial_file, tmp_path, kind):
    picture = tmp_path / "a.png"
    arguments = ("plot", kind, trial_model, trial_file, "-o", picture, "--dpi", 40, *CONDITION)
    done = call(*arguments)
    assert done.code == 0, done.err
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_options_of_pictures(call, trial_model, trial_file, tmp_path):
    for extra in (
        ("psth", "--since", "-200ms", "--until", "1.2s", "--layer", 1, "--align-to", "onset"),
        ("tuning", "--period", 180, "--trials", "trials"),
    ):
        kind, *options = extra
        done = call(
            "plot", kind, trial_model, trial_file, "-o", tmp_path / f"{kind}.png", "--dpi", 40,
            *CONDITION, *options,
        )  # fmt: skip
        assert done.code == 0, done.err


def test_inspect_lists_conditions(call, trial_file):
    assert "orientation of trials (4 values)" in call("inspect", trial_file).out
    facts = call("inspect", trial_file, "--json").result
    assert facts["interval_columns"] == {"trials": {"orientation": 4}}


def test_what_is_refused(call, trial_model, trial_file, model_file, recording_file, tmp_path):
    picture = tmp_path / "a.png"
    decode, plot = ("decode", trial_model, trial_file), ("plot", "psth", trial_model, trial_file)
    for arguments, text in (
        (decode, "no --condition"),
        ((*decode, "--condition", "angle"), "one of 'orientation'"),
        ((*decode, *CONDITION, "--trials", "epochs"), "no intervals 'epochs'"),
        ((*decode, *CONDITION, "--align-to", "tone"), "one of 'onset'"),
        ((*decode, *CONDITION, "--folds", 40), "15 trials of condition 0.0; expected at least 40"),
        ((*decode, *CONDITION, "--until", "20ms"), "less than a window of 0.1"),
        ((*decode, *CONDITION, "--over", "time"), "'total' or 'bins'"),
        ((*decode, *CONDITION, "--layer", 3), "a hidden layer, 1 to 1"),
        ((*decode, *CONDITION, "--figure", "a.txt"), "a name that ends in"),
        (("decode", model_file, recording_file, *CONDITION), "this one has none"),
        ((*plot, "--since", "soon", "-o", picture), "--since soon"),
        (("plot", "tuning", trial_model, trial_file, "-o", picture), "without --condition"),
        (("plot", "psth", trial_model, "-o", picture), "without a recording"),
        (("plot", "fields", trial_model, *CONDITION, "-o", picture), "--condition with picture"),
        (("plot", "psth", trial_model, trial_file, "--period", 180, "-o", picture), "--period"),
    ):
        done = call(*arguments)
        assert (done.code, done.out) == (2, ""), arguments
        assert text in done.err
        assert "Traceback" not in done.err
    assert not picture.exists()
