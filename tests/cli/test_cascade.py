"""``neurohm fit --rule cascade --trigger UNIT``, and what takes the model."""

from __future__ import annotations

from pathlib import Path

import pytest

import neurohm as nh

from .test_bad_input import assert_refused


@pytest.fixture(scope="module")
def trigger(recording_file: Path) -> int:
    recording = nh.load_recording(recording_file)
    return int(recording.rates.argmax())


def test_fit_inspect_and_score(call, recording_file, trigger, tmp_path) -> None:
    output = tmp_path / "cascade.h5"
    asked = ("--rule", "cascade", "--trigger", trigger, "--lags", "5", "--json")
    fitted = call("fit", recording_file, "-o", output, *asked)
    assert fitted.code == 0, fitted.err
    assert fitted.result["trigger"] == trigger
    assert (
        sum(row["occurrences"] for row in fitted.result["codes"])
        == (fitted.result["score"]["n_windows"])
    )
    scored = call("score", output, recording_file, "--test", "0.2", "--json")
    assert scored.result["score"] == fitted.result["score"]
    words = call("score", output, recording_file)
    assert "around spikes of unit" in words.out
    inspected = call("inspect", output, "--json")
    assert inspected.result["kind"] == "SpikeCascade"
    assert call("inspect", output).code == 0
    assert not list(tmp_path.glob("*.lock"))


def test_a_stopped_fit_of_before_is_discarded(call, recording_file, trigger, tmp_path) -> None:
    output, left = tmp_path / "cascade.h5", tmp_path / "cascade.h5.checkpoint"
    left.write_bytes(b"of another fit")
    asked = ("fit", recording_file, "-o", output, "--rule", "cascade", "--trigger", trigger)
    assert_refused(call(*asked), "--overwrite to discard it")
    assert call(*asked, "--overwrite").code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["cascade.h5"]


def test_what_cannot_be_is_refused(call, recording_file, trigger, tmp_path) -> None:
    fit = ("fit", recording_file, "-o", tmp_path / "cascade.h5")
    assert_refused(call(*fit, "--rule", "cascade"), "--trigger UNIT")
    assert_refused(call(*fit, "--rule", "cascade", "--trigger", "nobody"), "no unit 'nobody'")
    assert_refused(call(*fit, "--trigger", trigger), "--rule reweighted with --trigger")
    rule = ("--rule", "cascade", "--trigger", trigger)
    assert_refused(call(*fit, *rule, "--hidden", "4"), "--hidden with --trigger")
    assert_refused(call(*fit, *rule, "--lags", "4"), "an odd number")
    assert_refused(call(*fit, *rule, "--resume"), "--resume with a cascade")
    images = ("fit", "digits", "-o", tmp_path / "m.h5")
    assert_refused(call(*images, "--trigger", "1"), "--trigger with images")
    assert_refused(call(*images, "--rule", "cascade"), "--rule cascade with images")
    assert not list(tmp_path.iterdir())


def test_other_commands_say_that_they_take_none(call, recording_file, trigger, tmp_path) -> None:
    nh.SpikeCascade(trigger, max_units=1, starts=1).fit(nh.load_recording(recording_file)).save(
        tmp_path / "cascade.h5"
    )
    done = call("sample", tmp_path / "cascade.h5", "--seconds", "1", "-o", tmp_path / "dream.h5")
    assert_refused(done, "holds a cascade", "'neurohm score'")
    score = ("score", tmp_path / "cascade.h5", recording_file)
    assert_refused(call(*score, "--rows", 3), "--rows with a model of a recording")
    assert_refused(call(*score, "--missing", "sum-out"), "--missing with a cascade")
