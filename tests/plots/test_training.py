from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from neurohm.exceptions import InputError
from neurohm.plots import learning_curve
from neurohm.training import History


def test_a_fitted_model(model):
    curves, particles = learning_curve(model)[:, 0]
    assert curves.get_ylabel() == "Nats per window"
    assert particles.get_xlabel() == "Epoch"
    np.testing.assert_array_equal(curves.lines[0].get_ydata(), model.history_["bound"])
    np.testing.assert_array_equal(curves.lines[0].get_xdata(), np.arange(4) + 1)


def test_the_best_epoch_is_marked():
    history = History({"epoch": [0, 1, 2], "bound": [-3, -2, -1], "held_out": [-4, -2.5, -3]})
    ((axes,),) = learning_curve(history)
    mark = next(line for line in axes.lines if line.get_marker() == "o")
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (2, -2.5)
    assert [text.get_text() for text in axes.texts] == ["best: epoch 2"]


def test_a_bare_history_counts_samples():
    ((axes,),) = learning_curve(History({"bound": [-3.0, -2.0]}))
    assert axes.get_ylabel() == "Nats per sample"
    assert axes.get_legend_handles_labels()[1] == ["training bound"]


def test_a_steep_start_does_not_flatten_the_rest():
    bound = np.concatenate([[-1e4], -1 - np.exp(-np.arange(30.0))])
    ((axes,),) = learning_curve(History({"bound": bound}))
    assert axes.get_ylim()[0] > -10


def test_one_epoch_and_missing_scores():
    grid = learning_curve(History({"bound": [-3.0], "held_out": [float("nan")]}))
    assert grid[0, 0].figure.to_png().startswith(b"\x89PNG")


def test_no_epoch_is_an_error():
    with pytest.raises(InputError, match="without an epoch"):
        learning_curve(History())


def test_into_given_axes(model):
    figure = Figure()
    place = figure.subplots()
    curves, particles = learning_curve(model, axes=place)[:, 0]
    assert curves.figure is particles.figure is figure
    assert curves.get_xlim() == particles.get_xlim()
    assert not place.axison
