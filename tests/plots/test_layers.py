from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.plots import layer_monitors
from neurohm.training.layer_monitor import MEASURES, SAMPLE_SIZE, column_of


def history(layers: int, epochs: int = 6, every: int = 1) -> nh.History:
    known = (np.arange(epochs) + 1) % every == 0
    columns = {
        column_of(measure, f"layer {i}"): np.where(known, i + np.arange(epochs), np.nan)
        for measure in MEASURES
        for i in range(layers)
    }
    size = np.where(known, 1.5, np.nan)
    return nh.History({"epoch": np.arange(epochs), **columns, SAMPLE_SIZE: size})


def test_a_panel_a_measure_and_a_line_a_layer():
    grid = layer_monitors(history(3))
    assert [len(place.lines) for place in grid.flat] == [3, 3, 3, 3, 3, 1]
    titles = [place.get_title(loc="left").strip() for place in grid.flat]
    assert len(set(titles)) == 6
    assert all(place.get_ylabel() for place in grid.flat)
    assert {place.get_xlabel() for place in grid[-1]} == {"Epoch"}
    for i, line in enumerate(grid[0, 0].lines):
        np.testing.assert_array_equal(line.get_xdata(), np.arange(6) + 1)
        np.testing.assert_array_equal(line.get_ydata(), i + np.arange(6))
    names = [text.get_text() for text in grid[0, 0].get_legend().get_texts()]
    assert names == ["layer 0", "layer 1", "layer 2"]


def test_epochs_that_were_not_measured_are_left_out():
    grid = layer_monitors(history(1, every=4))
    assert grid[0, 0].lines[0].get_xdata().tolist() == [4]
    assert grid[0, 0].lines[0].get_marker() == "."


@pytest.mark.parametrize("layers", [1, 7, 12])
def test_layers_have_colours_of_their_own_and_names_in_the_picture(layers: int):
    grid = layer_monitors(history(layers))
    colours = {str(line.get_color()) for line in grid[0, 0].lines}
    assert len(colours) == layers
    figure = grid[0, 0].figure
    figure.draw_without_rendering()
    names = grid[0, 0].get_legend().get_window_extent()
    assert names.y1 <= figure.bbox.y1 + 1
    assert names.x1 <= figure.bbox.x1
    assert names.y0 > grid[0, 0].bbox.y1


def test_a_history_of_learning():
    machine, x = nh.HelmholtzMachine([4, 3, 2]), np.eye(4)
    result = nh.train(machine, x, epochs=2, callbacks=[nh.LayerMonitor(x)])
    grid = layer_monitors(result.history)
    values = result.history["divergence of hidden1"]
    np.testing.assert_array_equal(grid[0, 0].lines[0].get_ydata(), values)


def test_a_history_without_measures_is_an_error():
    with pytest.raises(InputError, match="callbacks="):
        layer_monitors(nh.History({"bound": [-3.0]}))


def test_into_given_axes():
    figure = Figure()
    place = figure.subplots()
    grid = layer_monitors(history(2), axes=place)
    assert {panel.figure for panel in grid.flat} == {figure}
    assert not place.axison
