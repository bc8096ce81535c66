from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import numpy as np
import pytest

import neurohm as nh
from neurohm.analysis import ScoreReport
from neurohm.exceptions import InputError, MissingFileError
from neurohm.report import cautions, render_report, words, write_report
from neurohm.report import page as page_module

SCORE = ScoreReport(
    -9.87654, -10.01234, 0.1963, 0.0512, 0.0103, 1000, 310.0, "importance", 6000, 900, 12, "poisson"
)
VOID = {"meta", "img"}


class Outline(HTMLParser):
    """Notes tags, attributes and text, and that every tag is closed."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.text.append(data)


@pytest.fixture(scope="module")
def recording():
    return nh.simulate_assemblies(n_units=25, minutes=1.5, n_assemblies=2, members=(4, 5))


@pytest.fixture(scope="module")
def model(recording):
    return nh.SpikeHelmholtz(hidden=(4, 2), lags=3, epochs=3).fit(recording.split(0.3)[0])


@pytest.fixture(scope="module")
def page(model, recording):
    return render_report(model, recording, SCORE, held_out=recording.split(0.3)[1])


def text_of(page):
    return " ".join(" ".join(Outline(page).text).split())


def test_needs_nothing_else(page):
    for tag, attributes in Outline(page).attributes:
        assert not {"href", "onload", "onclick", "style"} & attributes.keys()
        assert attributes.get("src", "data:").startswith("data:")
        assert tag not in {"link", "iframe", "object"}
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|WebSocket|sendBeacon", page)


def test_policy_lets_in_this_style_and_this_script_alone(page, model):
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', page)[1]
    assert policy.startswith("default-src 'none'; img-src data:;")
    for kind, pattern in (
        ("style", r"<style>(.*?)</style>"),
        ("script", r"<script>(.*?)</script>"),
    ):
        (content,) = re.findall(pattern, page, flags=re.DOTALL)
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}';" in policy
    alone = render_report(model)
    assert "script-src 'none';" in alone
    assert "<script" not in alone


def test_says_the_score(page):
    text = text_of(page)
    for said in ("−9.87654", "−10.0123", "0.0512 ± 0.01", "0.1963", "1,000", "310", "6,000 bins"):
        assert said in text
    assert "more than two standard errors" in text


def test_says_what_was_fitted(page, model):
    text = text_of(page)
    for said in (
        "25 units",
        "90 s",
        "3 bins of 20 ms",
        "75 – 4 – 2",
        "Reweighted(",
        "Adam(",
        "seed 0",
        nh.__version__,
        model.recording_["fingerprint"][:16],
    ):
        assert said in text


def test_shows_six_pictures_with_words_for_them(page):
    images = [attributes for tag, attributes in Outline(page).attributes if tag == "img"]
    assert len(images) == 6
    assert all(len(image["alt"]) > 40 for image in images)


def test_says_what_time_is_shown(page, model, recording):
    assert "time that the model was not fitted to" in text_of(page)
    assert "not fitted to" not in text_of(render_report(model, recording))


def test_lists_the_first_units(page):
    assert "The first 20 of 25." in text_of(page)


def test_says_which_signals_learning_used(page):
    assert "synapse-local" in text_of(page)


def test_same_page_for_the_same_model(page, model, recording):
    assert render_report(model, recording, SCORE, held_out=recording.split(0.3)[1]) == page


def test_of_a_model_alone(model):
    page = render_report(model)
    assert "Receptive fields" in page
    assert "Score" not in text_of(page)
    assert Outline(page).tags.count("img") == 2


def test_names_are_escaped(model):
    page = render_report(model, title="<b>R&D</b> $x")
    assert "&lt;b&gt;R&amp;D&lt;/b&gt; $x" in page
    assert "<b>" not in page


def test_count_matrix_and_one_unit():
    counts = np.random.default_rng(0).poisson(0.3, (300, 1))
    model = nh.SpikeHelmholtz(hidden=1, lags=1, epochs=1, rule="wake-sleep").fit(counts)
    text = text_of(render_report(model, nh.Recording.from_counts(counts), SCORE))
    assert "300 bins" in text
    assert "spikes per bin" in text
    assert "WakeSleep" in text


def test_writes_the_page(model, tmp_path):
    write_report(tmp_path / "report.html", model, title="é")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == render_report(model, title="é")
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_failing_leaves_nothing(model, tmp_path, monkeypatch):
    with pytest.raises(MissingFileError):
        write_report(tmp_path / "missing" / "report.html", model)
    other = nh.simulate_assemblies(n_units=9, minutes=1, n_assemblies=1, members=(4, 5))
    with pytest.raises(InputError):
        write_report(tmp_path / "report.html", model, other)

    def fail(*_args, **_kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(page_module.atomic_path.__globals__["os"], "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_report(tmp_path / "report.html", model)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("gain", "error", "said"),
    [
        (0.05, 0.01, "better than independent units do, by 0.05 bits per spike; that is more than"),
        (-0.05, 0.01, "worse than independent units do"),
        (0.015, 0.01, "cannot be told from independent units"),
        (0.05, float("nan"), "too short to say"),
        (float("nan"), float("nan"), "no spike"),
    ],
)
def test_verdict(gain, error, said):
    assert said in words.verdict(replace(SCORE, gain_bits_per_spike=gain, standard_error=error))


def test_caution_when_few_particles_carry_the_estimate():
    assert cautions.about_particles(SCORE) == ""
    assert "only 2.1 carry" in cautions.about_particles(replace(SCORE, effective_sample_size=2.13))
    bound = replace(SCORE, effective_sample_size=2.13, kind="bound")
    assert cautions.about_particles(bound) == ""


@pytest.mark.parametrize(
    ("n_spikes", "trained_rate", "said"),
    [
        (2000, 0.3, ""),  # in 6000 bins
        (2000, 1.3, ""),
        (900, 0.2, "has only 900 spikes: take"),
        (2000, 1.4, "has 0.333 spikes in a bin, where the training data have 1.4: take"),
        (2000, 0.08, "has 0.333 spikes in a bin, where the training data have 0.08: take"),
        (1, 2.0, "has only 1 spike, 0.000167 spikes in a bin, where"),
        (0, 2.0, "has only 0 spikes, 0 spikes in a bin"),
    ],
)
def test_caution_when_the_scored_time_is_unlike_the_training(n_spikes, trained_rate, said):
    text = cautions.about_scored_time(replace(SCORE, n_spikes=n_spikes), trained_rate)
    assert said in text
    assert bool(text) == bool(said)


def test_the_report_has_the_caution(model, recording):
    assert "only 900 spikes" in text_of(render_report(model, recording, SCORE))
    many = replace(SCORE, n_spikes=int(SCORE.n_bins * model.independent_.mean.sum()))
    assert "take the gain per spike with care" not in text_of(render_report(model, recording, many))
