"""Fields of hidden units, as images."""

from __future__ import annotations

import numpy as np

from neurohm import plots
from neurohm.analysis import generative_fields
from neurohm.plots.canvas import figure_of
from neurohm.plots.tiles import Tiling

from .conftest import drawn, tile


def test_fields_of_the_strongest_units(image_model):
    axes = plots.image_fields(image_model, most=3, dreams=64)
    fields = generative_fields(image_model.machine_, dreams=64, seed=image_model.seed_)
    strongest = np.argsort(-np.linalg.norm(fields, axis=1))[:3]
    whole = drawn(axes)
    columns = Tiling.of(3, (4, 3)).columns
    for place, unit in enumerate(strongest):
        expected = fields[unit].reshape(4, 3)
        np.testing.assert_allclose(tile(whole, *divmod(place, columns)), expected)
    low, high = axes.images[0].get_clim()
    assert low == -high
    assert (
        axes.get_title(loc="left") + axes.get_title()
        == "The 3 strongest of 5 hidden units of layer 1"
    )
    labels = [each.get_ylabel() for each in figure_of(axes).axes + axes.child_axes]
    assert "Change of a pixel's probability" in labels
