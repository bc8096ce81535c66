"""Pictures of what a machine makes of images: dreams, reconstructions, what each layer adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.analysis import redreamt
from neurohm.backend import RandomStream, Site
from neurohm.checks import whole_number
from neurohm.machine import dream
from neurohm.plots.style import styled
from neurohm.plots.tiles import Tiling, as_images, draw_pixels, expected_of, shape_for, tile_axes

if TYPE_CHECKING:
    from neurohm.estimators import HelmholtzDensity

_LABELS = 0.75  # room for the names of rows, inches


@styled
def dreamed_images(
    model: HelmholtzDensity,
    number: int = 64,
    *,
    drawn: bool = False,
    seed: int | None = None,
    shape: tuple[int, int] | None = None,
    axes: Axes | None = None,
) -> Axes:
    """Draw dreams of images.

    Parameters
    ----------
    model : HelmholtzDensity
        A fitted one.
    number : int
        Of dreams.
    drawn : bool
        Draw the pixels, black or white; by default each pixel is as dark as it is probable, given
        the first hidden layer. Of counts and real numbers, those drawn, or by default their means.
    seed : int, optional
        The model's by default.
    shape : (int, int), optional
        Height and width, where the model does not know them.
    axes : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used, or the shape is not known.

    Examples
    --------
    >>> import neurohm as nh
    >>> images = nh.load_images("digits", binarise="fixed")
    >>> model = nh.HelmholtzDensity(hidden=10, epochs=1).fit(images)
    >>> nh.plots.save(nh.plots.dreamed_images(model), "dreams.png")
    """
    shape = shape_for(model, shape)
    stream = RandomStream(model.seed_ if seed is None else seed)
    activity = dream(model.machine_, whole_number("number", number), stream, Site.DREAM)
    states = [activity.dense(i) for i in range(len(model.machine_.populations))]
    images = as_images(states[0] if drawn else _probable(model, states), shape)
    tiling = Tiling.of(number, images.shape[1:])
    axes = tile_axes(axes, tiling)
    draw_pixels(axes, tiling, images)
    axes.set_title("Dreams" if drawn else f"Dreams: {expected_of(model)} of each pixel")
    return axes


@styled
def reconstructions(
    x: npt.ArrayLike,
    model: HelmholtzDensity,
    *,
    most: int = 20,
    seed: int | None = None,
    shape: tuple[int, int] | None = None,
    axes: Axes | None = None,
) -> Axes:
    """Draw images, and below each of them what the machine makes of it.

    Hidden activity is recognised once, drawn at each layer, and the image generated from it.

    Parameters
    ----------
    x : array_like, (n_images, n_pixels)
        Images such as the model was fitted to.
    model : HelmholtzDensity
        A fitted one.
    most : int
        Images to draw, the first ones.
    seed : int, optional
        The model's by default.
    shape : (int, int), optional
        Height and width, where the model does not know them.
    axes : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used, or the shape is not known.

    Examples
    --------
    >>> import neurohm as nh
    >>> images = nh.load_images("digits", binarise="fixed", test=0.2)
    >>> model = nh.HelmholtzDensity(hidden=10, epochs=1).fit(images)
    >>> nh.plots.save(nh.plots.reconstructions(images.test, model), "reconstructions.png")
    """
    shape = shape_for(model, shape)
    rows = np.asarray(x)[: whole_number("most", most)]
    states = model.machine_.recognise(rows, seed=model.seed_ if seed is None else seed)
    data = as_images(rows, shape)
    made = as_images(_probable(model, states), shape)
    columns = min(len(data), 10)
    blocks = -(-len(data) // columns)
    tiling = Tiling.of(2 * blocks * columns, data.shape[1:], columns)
    whole = np.zeros((2 * blocks, columns, *data.shape[1:]))
    for block in range(blocks):
        part = slice(block * columns, (block + 1) * columns)
        whole[2 * block, : len(data[part])] = data[part]
        whole[2 * block + 1, : len(made[part])] = made[part]
    axes = tile_axes(axes, tiling, beside=_LABELS)
    draw_pixels(axes, tiling, whole.reshape(-1, *data.shape[1:]))
    _name_rows(axes, tiling, ["image", "regenerated"] * blocks)
    axes.set_title("Images, recognised and regenerated")
    return axes


@styled
def dreams_by_layer(
    model: HelmholtzDensity,
    number: int = 10,
    *,
    seed: int | None = None,
    shape: tuple[int, int] | None = None,
    axes: Axes | None = None,
) -> Axes:
    """Draw what each layer adds: variations of one dream, a row for each layer.

    In the row of a layer, that layer and all below it are drawn anew in each image, and the
    activity of deeper ones is kept. So images in the row of the deepest layer have nothing in
    common, those of the next one share what the deepest layer decides, and those of the pixels
    differ by the noise of pixels alone.

    Parameters
    ----------
    model : HelmholtzDensity
        A fitted one.
    number : int
        Of variations.
    seed : int, optional
        The model's by default.
    shape : (int, int), optional
        Height and width, where the model does not know them.
    axes : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        The deepest layer above. Pixels are as dark as they are probable (of counts and real
        numbers: their means); in the last row they are drawn.

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used, or the shape is not known.

    Examples
    --------
    >>> import neurohm as nh
    >>> images = nh.load_images("digits", binarise="fixed")
    >>> model = nh.HelmholtzDensity(hidden=(10, 4), epochs=1).fit(images)
    >>> nh.plots.save(nh.plots.dreams_by_layer(model), "layers.png")
    """
    shape = shape_for(model, shape)
    seed = model.seed_ if seed is None else seed
    layers = range(len(model.machine_.populations) - 1, -1, -1)
    rows = []
    for layer in layers:
        states = redreamt(model.machine_, layer, number, seed=seed)
        rows.append(as_images(_probable(model, states) if layer else states[0], shape))
    tiling = Tiling.of(len(rows) * number, rows[0].shape[1:], number)
    axes = tile_axes(axes, tiling, beside=_LABELS)
    draw_pixels(axes, tiling, np.concatenate(rows))
    _name_rows(axes, tiling, [f"layer {layer}" if layer else "pixels" for layer in layers])
    axes.set_title("Drawn anew from each layer on, what is deeper kept")
    return axes


def _probable(model: HelmholtzDensity, states: list[Any]) -> npt.NDArray[Any]:
    """Return the probability, or the mean, of each pixel given hidden activity."""
    return model.inverse_transform(np.hstack([np.asarray(state) for state in states[1:]]))


def _name_rows(axes: Axes, tiling: Tiling, names: list[str]) -> None:
    axes.set_yticks([tiling.middle_of_row(i) for i in range(len(names))], names)
    axes.tick_params(length=0)
