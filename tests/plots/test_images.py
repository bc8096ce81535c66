"""Pictures of images: what is drawn is what was asked for."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import neurohm as nh
from neurohm import plots
from neurohm.analysis import generative_fields
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.plots.canvas import figure_of
from neurohm.plots.style import WIDTH
from neurohm.plots.tiles import FRAME, HIDDEN, Tiling

IMAGES = nh.Images(
    np.random.default_rng(0).integers(0, 2, (60, 12)).astype(np.float32), shape=(4, 3)
)


@pytest.fixture(scope="module")
def fitted():
    return nh.HelmholtzDensity(hidden=(5, 2), epochs=2).fit(IMAGES)


@pytest.fixture(scope="module")
def shapeless():
    return nh.HelmholtzDensity(hidden=2, epochs=1).fit(IMAGES.train)


def drawn(axes):
    (image,) = axes.images
    return np.ma.getdata(image.get_array())


def tile(whole, row, column, shape=(4, 3), gap=1):
    top, left = row * (shape[0] + gap), column * (shape[1] + gap)
    return whole[top : top + shape[0], left : left + shape[1]]


def test_tiles_are_pasted_row_by_row():
    images = np.arange(5)[:, None, None] * np.ones((5, 4, 3))
    tiling = Tiling.of(5, (4, 3), columns=2)
    whole = tiling.paste(images)
    assert whole.shape == tiling.size == (14, 7)
    for number in range(5):
        assert (tile(whole, *divmod(number, 2)) == number).all()
    assert (tile(whole, 2, 1) == 0).all()  # an empty place
    assert np.isnan(whole[4]).all()
    assert np.isnan(whole[:, 3]).all()


@pytest.mark.parametrize("number", [1, 2, 7, 64, 100, 150, 400])
@pytest.mark.parametrize("shape", [(28, 28), (8, 8), (4, 30), (30, 4)])
def test_a_page_has_room(number, shape):
    tiling = Tiling.of(number, shape)
    assert number <= tiling.rows * tiling.columns < number + tiling.columns
    width, height = tiling.inches()
    assert width <= WIDTH
    assert height < 12


def test_fields_of_the_strongest_units(fitted):
    axes = plots.image_fields(fitted, most=3, dreams=64)
    fields = generative_fields(fitted.machine_, dreams=64, seed=fitted.seed_)
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


def test_dreams(fitted):
    pixels = drawn(plots.dreamed_images(fitted, 6, drawn=True))
    columns = Tiling.of(6, (4, 3)).columns
    for number, row in enumerate(fitted.sample(6)):
        np.testing.assert_array_equal(tile(pixels, *divmod(number, columns)), row.reshape(4, 3))
    probable = drawn(plots.dreamed_images(fitted, 6))
    inside = probable[~np.isnan(probable)]
    assert ((inside > 0) & (inside < 1)).all()


def test_reconstructions_lie_below_their_images(fitted):
    whole = drawn(plots.reconstructions(IMAGES.train, fitted, most=12))
    states = fitted.machine_.recognise(IMAGES.train[:12], seed=fitted.seed_)
    made = fitted.inverse_transform(np.hstack(states[1:]))
    for number in range(12):
        block, column = divmod(number, 10)
        np.testing.assert_array_equal(
            tile(whole, 2 * block, column), IMAGES.train[number].reshape(4, 3)
        )
        np.testing.assert_allclose(tile(whole, 2 * block + 1, column), made[number].reshape(4, 3))


def test_a_row_for_each_layer(fitted):
    axes = plots.dreams_by_layer(fitted, 4)
    assert [text.get_text() for text in axes.get_yticklabels()] == ["layer 2", "layer 1", "pixels"]
    whole = drawn(axes)
    assert {0.0, 1.0} == set(np.unique([tile(whole, 2, column) for column in range(4)]))
    assert whole.shape == Tiling.of(12, (4, 3), 4).size


@pytest.mark.parametrize("mask", ["one", "each", "image"])
def test_completions(mask):
    x = IMAGES.train[:3]
    seen = np.arange(12) < 6
    observed = {"one": seen, "each": np.tile(seen, (3, 1)), "image": seen.reshape(1, 4, 3)}[mask]
    completed = np.random.default_rng(1).random((3, 2, 12))
    axes = plots.completions(x, observed, completed, shape=(4, 3))
    whole = drawn(axes)
    assert whole.shape == (14, 15, 3)
    for row in range(3):
        masked = tile(whole, row, 1)
        np.testing.assert_allclose(masked[2:], np.tile(to_rgb(HIDDEN), (2, 3, 1)))
        np.testing.assert_allclose(masked[:2], tile(whole, row, 0)[:2])
        dark = 1 - tile(whole, row, 3)[..., 0]
        assert np.corrcoef(dark.ravel(), completed[row, 1])[0, 1] > 0.9
    np.testing.assert_allclose(whole[4], np.tile(to_rgb(FRAME), (15, 1)))
    assert [text.get_text() for text in axes.get_xticklabels()] == ["image", "seen", "completed"]


@pytest.mark.parametrize(
    "draw",
    [
        plots.image_fields,
        plots.dreamed_images,
        plots.dreams_by_layer,
        lambda model, **options: plots.reconstructions(IMAGES.train, model, **options),
    ],
)
def test_shapes_and_axes(draw, fitted, shapeless):
    with pytest.raises(InputError, match=r"without a shape; .* give e\.g\. shape=\(28, 28\)"):
        draw(shapeless)
    with pytest.raises(InputError, match="height × width = pixels"):
        draw(shapeless, shape=(5, 5))
    with pytest.raises(ArgumentTypeError, match="a fitted HelmholtzDensity"):
        draw(nh.HelmholtzMachine([12, 3]))
    axes = Figure().subplots()
    assert draw(shapeless, shape=(3, 4), axes=axes) is axes
    assert figure_of(draw(fitted)).get_figwidth() <= WIDTH + 0.01


def test_arrays_that_do_not_fit():
    x = IMAGES.train[:3]
    with pytest.raises(InputError, match="completions of shape"):
        plots.completions(x, np.ones(12, bool), np.zeros((2, 2, 12)), shape=(4, 3))
    with pytest.raises(InputError, match="observed pixels of shape"):
        plots.completions(x, np.ones(5, bool), np.zeros((3, 2, 12)), shape=(4, 3))
    with pytest.raises(InputError, match="without a shape"):
        plots.completions(x, np.ones(12, bool), np.zeros((3, 2, 12)))
