from __future__ import annotations

from dataclasses import replace

import pytest
from matplotlib.figure import Figure

from neurohm.analysis import ScoreReport
from neurohm.plots import score_gain

SCORE = ScoreReport(-9.9, -10, 0.14, 0.05, 0.01, 100, 30.0, "importance", 600, 900, 12, "poisson")


def test_gain_and_two_standard_errors():
    axes = score_gain(SCORE)
    (bar,) = axes.patches
    assert bar.get_width() == 0.05
    (segment,) = axes.collections[0].get_segments()
    assert segment[:, 0] == pytest.approx([0.03, 0.07])
    assert axes.get_xlabel() == "Bits per spike (line: ± 2 standard errors)"


@pytest.mark.parametrize(
    "changes",
    [
        {"standard_error": float("nan")},
        {"gain_bits_per_spike": float("nan"), "standard_error": float("nan")},
        {"gain_bits_per_spike": -0.2},
        {"gain_bits_per_spike": 0.0, "standard_error": 0.0},
    ],
)
def test_odd_scores_are_drawn(changes):
    axes = score_gain(replace(SCORE, **changes))
    assert axes.figure.to_png().startswith(b"\x89PNG")


def test_into_given_axes():
    axes = Figure().subplots()
    assert score_gain(SCORE, axes=axes) is axes
    assert axes.patches
