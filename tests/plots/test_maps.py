from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from neurohm.exceptions import InputError
from neurohm.plots import assembly_map
from neurohm.plots.canvas import figure_of
from neurohm.plots.maps import spread_apart


@pytest.fixture
def placed(recording):
    """The recording on an array of 4 x 3 electrodes, 100 µm apart."""
    return replace(recording, positions=100.0 * np.indices((4, 3)).reshape(2, -1).T)


def test_members_lie_at_their_positions_coloured_by_lag(placed, make_table):
    table = make_table(placed, [[5, 2], [0, 11]], [[0.0, 0.04], [0.02, 0.0]], [[1.0], [2.0]])
    panels = assembly_map(placed, table)
    assert panels.shape == (1, 2)
    first, second = (panel.collections[0] for panel in panels.flat)
    np.testing.assert_array_equal(first.get_offsets(), [[100, 200], [0, 200]])
    np.testing.assert_allclose(first.get_array(), [0, 40])
    np.testing.assert_allclose(second.get_array(), [0, 20])
    assert first.get_clim() == second.get_clim() == (0.0, 40.0)
    everyone, *_ = panels[0, 0].lines
    np.testing.assert_array_equal(np.stack(everyone.get_data(), axis=1), placed.positions)
    assert panels[0, 0].get_aspect() == 1.0


def test_the_scale_is_as_long_as_it_says(placed, assemblies):
    panel = assembly_map(placed, assemblies)[0, 0]
    (bar,) = (line for line in panel.lines if line.get_linestyle() == "-")
    (text,) = (text.get_text() for text in panel.texts)
    length = np.ptp(bar.get_xdata())
    assert text == f"{length:g} µm"
    assert 0 < length <= np.ptp(panel.get_xlim())


def test_units_at_the_same_place_are_movedspread_apart():
    places = np.array([[0.0, 0.0], [0.0, 0.0], [100.0, 0.0], [0.0, 0.0]])
    moved = spread_apart(places)
    assert len(np.unique(moved.round(6), axis=0)) == 4
    np.testing.assert_allclose(np.linalg.norm(moved - places, axis=1), [25, 25, 0, 25])
    np.testing.assert_allclose(moved[[0, 1, 3]].mean(axis=0), [0, 0], atol=1e-9)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_lines_depth_and_one_place(recording, assemblies, dimensions):
    depth = np.zeros((12, dimensions))
    for positions in (depth, depth + 20.0 * np.arange(12)[:, None] * np.eye(dimensions)[1]):
        panels = assembly_map(replace(recording, positions=positions), assemblies)
        assert panels[0, 0].figure.to_png().startswith(b"\x89PNG")
        assert panels[0, 0].figure.get_figheight() < 9.0


def test_positions_are_needed(recording, assemblies):
    with pytest.raises(InputError, match="a recording without positions"):
        assembly_map(recording, assemblies)


def test_into_given_axes(placed, assemblies):
    figure = Figure(figsize=(5, 3))
    panels = assembly_map(placed, assemblies, axes=figure.subplots())
    assert all(panel.figure is figure for panel in panels.flat)


@pytest.mark.parametrize("number", [1, 5, 9])
def test_panels_have_the_shape_of_the_array(placed, make_table, number):
    table = make_table(placed, [[5, 2]] * number, [[0.0, 0.04]] * number, [[1.0]] * number)
    panels = assembly_map(placed, table)
    figure = figure_of(panels)
    assert figure.get_figheight() < 9.0
    figure.to_png()
    boxes = [panel.get_window_extent() for panel in panels.flat[:number]]
    assert {round(box.height / box.width, 3) for box in boxes} == {
        round(boxes[0].height / boxes[0].width, 3)
    }
    low, high = panels[0, 0].get_xlim()
    bottom, top = panels[0, 0].get_ylim()
    assert boxes[0].height / boxes[0].width == pytest.approx(
        (top - bottom) / (high - low), rel=1e-3
    )
