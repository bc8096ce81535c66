"""Dreams, reconstructions and what each layer adds: what is drawn is what was asked for."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

import neurohm as nh
from neurohm import plots
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.plots.canvas import figure_of
from neurohm.plots.style import WIDTH
from neurohm.plots.tiles import Tiling

from .conftest import IMAGES, drawn, tile


def test_dreams(image_model):
    pixels = drawn(plots.dreamed_images(image_model, 6, drawn=True))
    columns = Tiling.of(6, (4, 3)).columns
    for number, row in enumerate(image_model.sample(6)):
        np.testing.assert_array_equal(tile(pixels, *divmod(number, columns)), row.reshape(4, 3))
    probable = drawn(plots.dreamed_images(image_model, 6))
    inside = probable[~np.isnan(probable)]
    assert ((inside > 0) & (inside < 1)).all()


def test_reconstructions_lie_below_their_images(image_model):
    whole = drawn(plots.reconstructions(IMAGES.train, image_model, most=12))
    states = image_model.machine_.recognise(IMAGES.train[:12], seed=image_model.seed_)
    made = image_model.inverse_transform(np.hstack(states[1:]))
    for number in range(12):
        block, column = divmod(number, 10)
        np.testing.assert_array_equal(
            tile(whole, 2 * block, column), IMAGES.train[number].reshape(4, 3)
        )
        np.testing.assert_allclose(tile(whole, 2 * block + 1, column), made[number].reshape(4, 3))


def test_a_row_for_each_layer(image_model):
    axes = plots.dreams_by_layer(image_model, 4)
    assert [text.get_text() for text in axes.get_yticklabels()] == ["layer 2", "layer 1", "pixels"]
    whole = drawn(axes)
    assert {0.0, 1.0} == set(np.unique([tile(whole, 2, column) for column in range(4)]))
    assert whole.shape == Tiling.of(12, (4, 3), 4).size


@pytest.mark.parametrize(
    "draw",
    [
        plots.image_fields,
        plots.dreamed_images,
        plots.dreams_by_layer,
        lambda model, **options: plots.reconstructions(IMAGES.train, model, **options),
    ],
)
def test_shapes_and_axes(draw, image_model, shapeless):
    with pytest.raises(InputError, match=r"without a shape; .* give e\.g\. shape=\(28, 28\)"):
        draw(shapeless)
    with pytest.raises(InputError, match="height × width = pixels"):
        draw(shapeless, shape=(5, 5))
    with pytest.raises(ArgumentTypeError, match="a fitted HelmholtzDensity"):
        draw(nh.HelmholtzMachine([12, 3]))
    axes = Figure().subplots()
    assert draw(shapeless, shape=(3, 4), axes=axes) is axes
    assert figure_of(draw(image_model)).get_figwidth() <= WIDTH + 0.01


def test_pixels_below_zero_are_not_white():
    x = np.random.default_rng(0).normal(size=(60, 12)) - 1
    model = nh.HelmholtzDensity(hidden=4, epochs=1, random_state=0).fit(x)
    axes = plots.reconstructions(x, model, most=10, shape=(4, 3))
    low, high = axes.images[0].get_clim()
    assert low == -high < -1
    assert axes.child_axes[0].get_ylabel() == "Value of a pixel"
    title = plots.dreamed_images(model, 4, shape=(4, 3)).get_title("left")
    assert title == "Dreams: mean of each pixel"
