"""Galleries of fields, Gabor populations, field maps: what is drawn is what was given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import neurohm as nh
from neurohm import plots
from neurohm.analysis import Fields, fit_gabors
from neurohm.exceptions import InputError
from neurohm.plots.canvas import figure_of
from neurohm.plots.tiles import Tiling

from .conftest import drawn, tile


def fields(units: int = 5) -> Fields:
    values = np.random.default_rng(0).standard_normal((units, 12))
    return Fields(values, np.abs(values) > 0.5, "Change of probability", 2)


def test_what_may_be_chance_is_faint() -> None:
    given = fields()
    axes = plots.field_gallery(given, (4, 3))
    whole, columns = drawn(axes), Tiling.of(5, (4, 3)).columns
    for place, unit in enumerate(given.strongest()):
        expected = given.values[unit] * np.where(given.significant[unit], 1, 0.3)
        np.testing.assert_allclose(tile(whole, *divmod(place, columns)), expected.reshape(4, 3))
    assert (
        axes.get_title() + axes.get_title(loc="left") == "All 5 units of layer 2, strongest first"
    )
    labels = [each.get_ylabel() for each in figure_of(axes).axes + axes.child_axes]
    assert "Change of probability" in labels
    assert "2 pixels" in [text.get_text() for text in axes.texts]


def test_each_to_its_own_scale() -> None:
    axes = plots.field_gallery(10 * fields().values, (4, 3), own_scale=True, most=2)
    assert np.nanmax(np.abs(drawn(axes))) == pytest.approx(1)
    assert axes.images[0].get_clim() == (-1, 1)


@pytest.mark.parametrize("units", [10, 400])
def test_galleries_fit_on_a_page(units: int) -> None:
    width, height = figure_of(plots.field_gallery(fields(units), (4, 3))).get_size_inches()
    assert width <= 7.0
    assert height <= 10.0


def test_the_best_fit_comes_first_and_is_outlined() -> None:
    row, column = np.mgrid[:9, :9] - 4.0
    gabor = np.exp(-(row**2 + column**2) / 8) * np.cos(2 * np.pi * column / 5)
    noise = np.random.default_rng(1).standard_normal((1, 81))
    both = np.vstack([noise, gabor.reshape(1, -1)])
    fits = fit_gabors(both, (9, 9))
    axes = plots.field_gallery(both, (9, 9), fits=fits)
    np.testing.assert_allclose(tile(drawn(axes), 0, 0, (9, 9)), gabor)
    ellipse = axes.patches[0]
    assert ellipse.center == pytest.approx((4, 4), abs=0.05)
    assert ellipse.angle % 180 == pytest.approx(90, abs=1)
    panels = plots.gabor_population(fits)
    assert panels[0, 0].get_title(loc="left") == "50% of 2 above 0.7"
    with pytest.raises(InputError, match="2 fits of 1 fields"):
        plots.field_gallery(noise, (9, 9), fits=fits)


def test_the_most_exciting_images_lie_in_rows() -> None:
    x = np.eye(12)
    axes = plots.exciting_images(x, [[3, 1], [0, 2], [5, 6]], (4, 3), units=[2, 0])
    np.testing.assert_array_equal(tile(drawn(axes), 0, 1), x[6].reshape(4, 3))
    assert [label.get_text() for label in axes.get_yticklabels()] == ["2", "0"]
    with pytest.raises(InputError, match="image 12 of 12"):
        plots.exciting_images(x, [[12]], (4, 3))


def test_maps_show_the_farthest_value_at_each_electrode(recording) -> None:
    placed = replace(recording, positions=100.0 * np.indices((4, 3)).reshape(2, -1).T)
    model = nh.SpikeHelmholtz(hidden=3, lags=2, epochs=2).fit(placed, label=None)
    panels = plots.field_maps(placed, model, most=2)
    found = model.receptive_fields()
    unit = int(panels[0, 0].get_title())
    peaks = [lags[np.abs(lags).argmax()] for lags in found[unit]]
    np.testing.assert_allclose(np.sort(panels[0, 0].collections[0].get_array()), np.sort(peaks))
    with pytest.raises(InputError, match="without positions"):
        plots.field_maps(replace(recording, positions=None), model)
