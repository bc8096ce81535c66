from __future__ import annotations

import math

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy import stats

from neurohm.comparison import Comparison, GainTest, ModelScore, SurrogateTest
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.plots import comparison


def score(name, gain, error=0.01, p=math.nan):
    return ModelScore(name, -1, -1, 0.1, gain, error, 2 * gain, 2 * error, 0, 0, p, 5, 1, 1, ())


def compared(surrogates=None):
    scores = (score("a$b", 0.4), score("near", 0.39, p=0.3), score("independent", 0.0, 0.0, 1e-9))
    blocks = (100.0,) * 10
    return Comparison(
        scores, "bernoulli", 0.02, "s", 1, 5, 1, 5, 1000, 500, 800, blocks, blocks,
        surrogates=surrogates,
    )  # fmt: skip


@pytest.mark.parametrize(("per", "factor"), [("spike", 2), ("bin", 1)])
def test_gains_are_drawn_with_intervals(per, factor):
    axes = comparison(compared(), per=per)
    assert axes.get_xlabel() == f"Gain over independent units (bits/{per})"
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        r"a\$b",
        "near",
        "independent",
    ]
    points = axes.containers
    drawn = [float(point[0].get_xdata()[0]) for point in points]
    np.testing.assert_allclose(drawn, [0.4 * factor, 0.39 * factor, 0.0])
    low, high = points[0][2][0].get_segments()[0][:, 0]
    assert high - low == pytest.approx(2 * stats.t.ppf(0.975, 9) * 0.01 * factor)


def test_what_is_behind_is_open():
    filled = [point[0].get_markerfacecolor() for point in comparison(compared()).containers]
    assert filled[0] == filled[1] != "white"
    assert filled[2] == "white"


def test_surrogates_are_strokes():
    tests = (GainTest("near", 0.39, (0.01, 0.02, 0.03), 0.25, 0.25),)
    axes = comparison(compared(SurrogateTest("jitter", "", "", 3, True, tests)))
    (strokes,) = [c for c in axes.collections if len(c.get_segments()) == 3]
    at = [segment[0, 0] for segment in strokes.get_segments()]
    np.testing.assert_allclose(at, [0.02, 0.04, 0.06])  # twice as many bins as spikes
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert texts[-1] == "surrogates (jitter)"


def test_without_blocks_there_are_no_intervals():
    alone = Comparison(
        (score("independent", 0.0, math.nan),), "poisson", 1.0, "bin", 1, 1, 0, 5, 10, 5, 8,
        (10.0,), (5.0,),
    )  # fmt: skip
    assert comparison(alone).figure.to_png().startswith(b"\x89PNG")


def test_into_given_axes():
    place = Figure().subplots()
    assert comparison(compared(), axes=place) is place


def test_what_is_refused():
    with pytest.raises(ArgumentTypeError, match="what nh.compare returned"):
        comparison({"scores": ()})
    with pytest.raises(InputError, match="per='second'; expected 'spike' or 'bin'"):
        comparison(compared(), per="second")


def test_the_legend_hides_no_point():
    axes = comparison(compared())
    axes.figure.draw_without_rendering()
    assert axes.get_legend().get_window_extent().y0 >= axes.get_window_extent().y1
    inside = axes.figure.bbox
    assert axes.get_legend().get_window_extent().x0 >= inside.x0
