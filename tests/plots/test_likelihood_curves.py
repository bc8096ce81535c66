from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from neurohm.exceptions import ArgumentTypeError
from neurohm.likelihood import LogLikelihoodCurve
from neurohm.plots import likelihood_curve


def curve(particles, error=0.1):
    k = np.array(particles)
    mean = -10 - 3 / k
    return LogLikelihoodCurve(k, mean, np.full(k.shape, error), mean[None], 5.0, "importance")


def test_the_negative_log_likelihood_is_drawn_with_its_errors():
    axes = likelihood_curve(curve([1, 10, 1000]), reference=-9.5, reference_label="$exact")
    assert axes.get_xscale() == "log"
    assert axes.get_xlabel() == "Particles K"
    assert "nats" in axes.get_ylabel()
    points = axes.containers[0]
    np.testing.assert_allclose(points[0].get_ydata(), 10 + 3 / np.array([1, 10, 1000]))
    low, high = points[2][0].get_segments()[1][:, 1]
    assert high - low == pytest.approx(2 * 1.96 * 0.1)
    line = next(line for line in axes.lines if line.get_linestyle() == "--")
    assert set(line.get_ydata()) == {9.5}


@pytest.mark.parametrize("particles", [[1], [2, 5], [1, 5, 25, 100, 1000, 10_000, 100_000]])
def test_the_axis_has_ticks_for_any_numbers(particles):
    axes = likelihood_curve(curve(particles, np.nan))
    low, high = axes.get_xlim()
    assert any(low <= tick <= high for tick in axes.get_xticks())
    assert axes.figure.to_png().startswith(b"\x89PNG")


def test_into_given_axes():
    place = Figure().subplots()
    assert likelihood_curve(curve([1, 2]), axes=place) is place


def test_several_curves_in_one_place_are_told_apart():
    place = Figure().subplots()
    for particles, label in (([1, 10], "training"), ([1, 100], "test")):
        likelihood_curve(curve(particles), label=label, axes=place)
    lines = [container[0] for container in place.containers]
    assert len({(line.get_color(), line.get_marker()) for line in lines}) == 2
    assert [text.get_text() for text in place.get_legend().get_texts()] == ["training", "test"]
    assert place.get_xlim()[1] > 100


@pytest.mark.parametrize("given", [{"a": 1}, -3.0])
def test_what_is_no_curve(given):
    with pytest.raises(ArgumentTypeError, match="what log_likelihood_curve returned"):
        likelihood_curve(given)


def test_the_legend_hides_no_point():
    axes = likelihood_curve(curve([1, 5, 20]), reference=-9.5)
    axes.figure.draw_without_rendering()
    assert axes.get_legend().get_window_extent().y0 >= axes.get_window_extent().y1
