"""The section about other models: every figure of the comparison, and what surrogates say."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.comparison.baselines.mixture import BernoulliMixture
from neurohm.report.comparison import about_comparison
from neurohm.report.page import render_report

MODELS = {"few <states>": BernoulliMixture(2, strength=1.0, steps=20)}


@pytest.fixture(scope="module")
def recording():
    generator = np.random.default_rng(0)
    state = generator.random((600, 1)) < 0.3
    return nh.Recording.from_counts((generator.random((600, 5)) < 0.1 + 0.5 * state).astype(int))


def test_every_model_is_in_the_table_and_the_picture_is_there(recording):
    compared = nh.compare(recording, MODELS, folds=2)
    html = about_comparison(compared)
    assert "few &lt;states&gt;" in html
    for score in compared.scores:
        assert f"{score.nats_per_bin:.4f}".replace("-", "−") in html
    assert "<img" in html
    assert "surrogates" not in html


def test_tests_against_surrogates(recording):
    arguments = {"folds": 2, "surrogates": 4, "surrogate": "rate", "refit": False}
    compared = nh.compare(recording, MODELS, **arguments)
    html = about_comparison(compared)
    assert "4 surrogates keep the number of spikes of each unit" in html
    assert f"{compared.surrogates.tests[0].p_value:.3g}" in html


def test_the_page_has_the_section_where_there_is_a_comparison(recording):
    model = nh.SpikeHelmholtz(hidden=3, lags=1, epochs=1).fit(recording)
    compared = nh.compare(recording, MODELS, folds=2)
    page = render_report(model, recording, comparison=compared)
    assert "Beside other models" in page
    assert "Beside other models" not in render_report(model, recording)
