from __future__ import annotations

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from neurohm.plots.canvas import figure_of
from neurohm.plots.grids import panels
from neurohm.plots.style import styled


def own(figure):
    """Axes that are in no grid of subplots."""
    return figure.add_axes((0.1, 0.1, 0.8, 0.8))


@pytest.mark.parametrize(
    ("given", "layout"), [(own, None), (Figure.subplots, None), (Figure.subplots, "constrained")]
)
def test_given_axes_are_divided_from_the_top_left(given, layout):
    axes = given(Figure(figsize=(4, 4), layout=layout))
    place = axes.get_window_extent()
    grid = panels(axes, 2, 2, height=1.0, heights=[1, 3], share_x=True)
    figure_of(axes).draw_without_rendering()
    boxes = [[panel.get_window_extent() for panel in row] for row in grid]
    assert boxes[0][0].y0 > boxes[1][0].y1
    assert boxes[0][0].x1 < boxes[0][1].x0
    assert boxes[1][0].height == pytest.approx(3 * boxes[0][0].height)
    if layout is None:
        assert boxes[0][0].y1 == pytest.approx(place.y1)
        assert boxes[1][1].x1 == pytest.approx(place.x1)
    grid[0, 0].set_xlim(3, 4)
    assert grid[1, 0].get_xlim() == (3, 4)
    assert not axes.axison


def labelled(axes, *shape):
    """Panels in place of axes, with all labels, and their boxes."""
    grid = panels(axes, *shape, height=1.0)
    for panel in grid.flat:
        panel.set(title="Title", xlabel="Time (s)", ylabel="Rate (Hz)", xlim=(0, 1), ylim=(0, 1))
    return grid


def overlaps(grid):
    figure_of(grid).draw_without_rendering()
    boxes = [panel.get_tightbbox().shrunk(0.999, 0.999) for panel in grid.flat]
    return any(one.overlaps(other) for one, other in combinations(boxes, 2))


@styled
@pytest.mark.parametrize("given", [Figure.subplots, own])
def test_labels_do_not_run_into_titles(given):
    axes = given(Figure(figsize=(5, 4), layout="none"))
    assert not overlaps(labelled(axes, 2, 2))


def test_labels_of_all_subplots_do_not_run_into_titles():
    given = Figure(figsize=(9, 8), layout="constrained").subplots(2, 2)
    assert not overlaps(np.concatenate([labelled(axes, 2, 2) for axes in given.flat]))


@pytest.mark.parametrize(
    ("given", "layout"), [(own, None), (Figure.subplots, None), (Figure.subplots, "constrained")]
)
def test_a_strip_above_is_left_free(given, layout):
    figure = Figure(figsize=(4, 4), layout=layout)
    axes = given(figure)
    grid = panels(axes, 1, 2, height=1.0, strip=0.5)
    grid[0, 0].set_title("Title")
    figure.draw_without_rendering()
    assert grid[0, 0].get_tightbbox().y1 <= axes.get_window_extent().y1 - 0.45 * figure.dpi


def test_pyplot_goes_on_with_the_axes_given():
    figure, (left, right) = plt.subplots(1, 2)
    plt.sca(left)
    panels(left, 2, 1, height=1.0)
    assert plt.gca() is left
    assert right.axison
    plt.close(figure)


def test_panels_of_a_part_of_a_figure_stay_there():
    _, part = Figure(figsize=(6, 3), layout="constrained").subfigures(1, 2)
    grid = panels(part.subplots(), 2, 1, height=1.0)
    assert all(panel.figure is part for panel in grid.flat)
    grid[0, 0].figure.figure.draw_without_rendering()
    assert min(panel.get_window_extent().x0 for panel in grid.flat) > part.bbox.x0


def test_a_place_too_small_for_gaps_still_has_panels():
    grid = panels(Figure(figsize=(1, 1)).subplots(), 3, 3, height=1.0)
    assert all(np.all(panel.get_window_extent().size > 1) for panel in grid.flat)
