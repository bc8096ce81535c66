from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError
from neurohm.machine.initial import Zeros
from neurohm.plots.histograms import activity, weights


def counts(patch):
    return patch.get_data().values


def test_every_synapse_is_counted_once(model):
    grid = weights(model)
    machine = model.machine_
    for row, pathway in enumerate((machine.generative, machine.recognition)):
        drawn = [counts(patch).sum() for patch in grid[row, 0].patches]
        assert drawn == [p.weights.size for p in pathway.projections]
        drawn = [counts(patch).sum() for patch in grid[row, 1].patches]
        assert drawn == [b.weights.size for b in pathway.biases.values()]


def test_histograms_are_named_and_share_their_axes(model):
    grid = weights(model)
    named = [text.get_text() for text in grid[0, 0].get_legend().texts]
    assert named == ["hidden1 → visible", "hidden2 → hidden1"]
    named = [text.get_text() for text in grid[1, 1].get_legend().texts]
    assert named == ["hidden1", "hidden2"]
    assert len({panel.get_ylim() for panel in grid.flat}) == 1
    assert {panel.get_yscale() for panel in grid.flat} == {"log"}
    for column in (0, 1):
        edges = [patch.get_data().edges for panel in grid[:, column] for patch in panel.patches]
        assert all(np.array_equal(edges[0], other) for other in edges)
    assert [panel.get_xlabel() for panel in grid[1]] == ["Weight (nats)", "Bias (nats)"]
    assert grid[0, 0].figure.to_png().startswith(b"\x89PNG")


def test_weights_of_a_machine_that_has_not_learned():
    grid = weights(nh.HelmholtzMachine([6, 3], initial=Zeros()))
    assert counts(grid[0, 0].patches[0]).max() == 18
    grid[0, 0].figure.to_png()


def test_weights_and_biases_inside_populations_are_drawn():
    inside = [nh.NADE(6, inner=4), nh.AutoregressiveBernoulli(3)]
    grid = weights(nh.HelmholtzMachine(inside))
    drawn = [sum(int(s.get_data().values.sum()) for s in panel.patches) for panel in grid.flat]
    # readout, recurrent and from above beside the projection; three lateral ones of three units
    assert drawn == [3 * 6 + 6 * 4 + 6 * 4 + 3 * 4 + 3, 6 + 3 + 4, 6 * 3 + 3, 3]


def test_weights_of_a_population_alone():
    grid = weights(nh.HelmholtzMachine([6]))
    assert not grid[0, 0].patches
    grid[0, 0].figure.to_png()


@pytest.mark.parametrize("given", [3, nh.SpikeHelmholtz()])
def test_weights_of_what_has_none(given):
    with pytest.raises(ArgumentTypeError, match="a HelmholtzMachine"):
        weights(given)


def test_a_row_for_each_layer(recording, model):
    grid = activity(recording, model)
    titles = [panel.get_title(loc="left") for panel in grid[:, 0]]
    assert titles == ["Layer 2: units", "Layer 1: units"]
    windows = len(model.transform(recording, stride=model.lags))
    for row, size in ((0, 2), (1, 5)):
        assert counts(grid[row, 0].patches[0]).sum() == size
        assert counts(grid[row, 1].patches[0]).sum() == windows
    assert grid[1, 0].get_xlabel() == "Mean probability"
    assert grid[1, 1].get_xlabel() == "Active units"
    grid[0, 0].figure.to_png()


def test_silent_and_always_on_are_said(recording):
    model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=1).fit(recording)
    model.machine_.recognition.projections[0].weights[...] = 0
    model.machine_.recognition.biases[1].weights[...] = [-9.0, -9.0, -9.0, 9.0]
    grid = activity(recording, model)
    assert grid[0, 0].texts[0].get_text() == "3 silent, 1 always on\nof 4"
    assert grid[0, 1].texts[0].get_text() == "mean 1"
    units = counts(grid[0, 0].patches[0])
    assert (units.sum(), units[-1]) == (4, 1)


def test_into_axes_given(recording, model):
    figure = Figure(figsize=(8, 5))
    left, right = figure.subplots(1, 2)
    drawn = [weights(model, axes=left), activity(recording, model, axes=right)]
    assert all(panel.figure is figure for grid in drawn for panel in grid.flat)
    figure.savefig(BytesIO())
