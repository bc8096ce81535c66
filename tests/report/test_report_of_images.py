"""The report of a model of images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import neurohm as nh
from neurohm.report import write_image_report

ROWS = np.random.default_rng(0).integers(0, 2, (60, 12)).astype(np.float32)
IMAGES = nh.Images(ROWS, test=ROWS[:20], shape=(3, 4), source="/somewhere/<letters>.npz")


@pytest.fixture(scope="module")
def model():
    return nh.HelmholtzDensity(hidden=(4, 2), epochs=2).fit(IMAGES)


def page(path, *arguments, **options):
    write_image_report(path / "report.html", *arguments, **options)
    return (path / "report.html").read_text(encoding="utf8")


def test_score_pictures_and_settings(model, tmp_path):
    score = model.score_report(IMAGES.test, particles=10)
    text = page(tmp_path, model, IMAGES, score)
    assert "<title>Helmholtz machine of &lt;letters&gt;.npz" in text
    assert "<letters>" not in text
    for part in ("nats per image", "Dreams", "3 × 4 pixels", "60 train, 20 test", "Locality"):
        assert part in text
    assert text.count("<img") == 5
    assert "<script" not in text
    assert "http:" not in text
    assert "https:" not in text
    assert page(tmp_path, model, IMAGES, score) == text


def test_few_particles_are_warned_of(model, tmp_path):
    score = replace(model.score_report(ROWS, particles=10), effective_sample_size=1.5)
    assert "Of 10 particles only 1.5 carry the estimate" in page(tmp_path, model, IMAGES, score)


def test_rows_without_a_shape_and_without_a_test(tmp_path):
    images = nh.Images(ROWS)
    model = nh.HelmholtzDensity(hidden=2, epochs=1).fit(images)
    text = page(tmp_path, model, images, title="Bits")
    assert "<title>Bits" in text
    assert text.count("<img") == 1  # the learning curve


def test_a_grey_training_part_is_not_reconstructed(tmp_path):
    images = nh.Images(0.5 * ROWS, shape=(3, 4)).binarised("stochastic")
    model = nh.HelmholtzDensity(hidden=2, epochs=1).fit(images)
    assert "regenerated" not in page(tmp_path, model, images)
