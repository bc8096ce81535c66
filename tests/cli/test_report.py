"""A report of a model that was fitted before."""

from __future__ import annotations

import pytest

import neurohm as nh


def test_a_model_with_its_recording(call, model_file, recording_file, tmp_path) -> None:
    page = tmp_path / "report.html"
    done = call("report", model_file, recording_file, "-o", page, "--test", "0.2", "--particles",
                "20", "--json")  # fmt: skip
    assert done.code == 0
    text = page.read_text(encoding="utf8")
    assert "<html" in text
    assert "Score" in text
    assert done.result["score"]["particles"] == 20
    assert done.result["report"] == str(page)


def test_a_score_of_time_that_was_fitted_to_is_called_so(
    call, model_file, recording_file, tmp_path
) -> None:
    page = tmp_path / "report.html"
    report = ("report", model_file, recording_file, "-o", page, "--particles", 2)
    done = call(*report)
    assert done.code == 0
    assert f"fitted to a part of {recording_file}; --test 0.2 scores" in done.err
    text = page.read_text(encoding="utf8")
    assert "that it was partly fitted to" in text
    assert "not fitted to" not in text


def test_a_model_alone(call, model_file, tmp_path) -> None:
    page = tmp_path / "report.html"
    done = call("report", model_file, "-o", page)
    assert done.code == 0
    assert "the model alone" in done.out
    assert "<img" in page.read_text(encoding="utf8") or "<svg" in page.read_text(encoding="utf8")


def test_a_model_of_images(call, tmp_path) -> None:
    images = nh.load_images("digits", binarise="fixed", test=0.2)
    model, page = tmp_path / "digits.h5", tmp_path / "digits.html"
    nh.HelmholtzDensity(hidden=5, epochs=1).fit(images).save(model)
    done = call("report", model, "digits", "-o", page, "--test", "0.2", "--particles", "5")
    assert done.code == 0
    assert "Dreams" in page.read_text(encoding="utf8")
    assert "images that it was not fitted to" in page.read_text(encoding="utf8")
    call("report", model, "digits", "-o", page, "--particles", "2")
    assert "images that it was partly fitted to" in page.read_text(encoding="utf8")
    for arguments, message in (
        ((), "without images"),
        (("digits", "--assemblies", model), "--assem"),
    ):
        failed = call("report", model, *arguments, "-o", page)
        assert failed.code == 2
        assert message in failed.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-o", "page.txt"), ".html"),
        (("-o", "page.html", "--test", "0.2"), "what it is a share of"),
        (("-o", "page.html", "--size", "3x3"), "--size"),
        (("-o", "missing/page.html"), "missing"),
    ],
)
def test_what_cannot_be_done(call, model_file, tmp_path, monkeypatch, arguments, message) -> None:
    monkeypatch.chdir(tmp_path)
    failed = call("report", model_file, *arguments)
    assert failed.code == 2
    assert message in failed.err
    assert len(failed.lines) == 1
    assert not list(tmp_path.iterdir())


def test_other_units_are_refused_before_anything_is_scored(call, model_file, tmp_path) -> None:
    other = tmp_path / "other.h5"
    nh.simulate_assemblies(n_units=5, minutes=1, n_assemblies=0).save(other)
    failed = call("report", model_file, other, "-o", tmp_path / "report.html")
    assert failed.code == 2
    assert "a recording of 5 units" in failed.err
    assert len(failed.lines) == 1
