"""Fields of the hidden units of a model of images: what they respond to, and their form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.analysis import dreamt_fields, fit_gabors, most_exciting, recognition_fields
from neurohm.exceptions import InputError
from neurohm.plots.field_galleries import exciting_images, field_gallery
from neurohm.plots.tiles import as_images, shape_for

if TYPE_CHECKING:
    from neurohm.estimators import HelmholtzDensity

_MOST, _IN_A_ROW = 100, 12


def image_responses(
    images: npt.ArrayLike,
    model: HelmholtzDensity,
    layer: int = 1,
    *,
    whitened: bool = False,
    most: int = _MOST,
    shape: tuple[int, int] | None = None,
    axes: Axes | None = None,
) -> Axes:
    """Draw to what each hidden unit responds: images when it is active, less the mean of all.

    Parameters
    ----------
    images : array_like, (n_images, n_pixels)
    model : HelmholtzDensity
        A fitted one.
    layer : int
        A hidden layer, from 1.
    whitened : bool
        Whether what images have in common is taken out, see `recognition_fields`.
    most : int
        Units to draw, those with the strongest fields.
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
        If there is no such layer, there are few images, or the shape is not known.

    Examples
    --------
    >>> import neurohm as nh
    >>> images = nh.load_images("digits", binarise="fixed")
    >>> model = nh.HelmholtzDensity(hidden=10, epochs=1).fit(images)
    >>> nh.plots.save(nh.plots.image_responses(images.train[:200], model), "responses.png")
    """
    size = _size(model, shape)
    fields = recognition_fields(model.machine_, np.asarray(images), layer, whitened=whitened)
    return field_gallery(fields, size, most=most, axes=axes)


def image_gabors(
    model: HelmholtzDensity,
    layer: int = 1,
    *,
    most: int = _MOST,
    shape: tuple[int, int] | None = None,
    axes: Axes | None = None,
) -> Axes:
    """Draw what hidden units add to images with the Gabor functions fitted to it, best fit first.

    Parameters
    ----------
    model : HelmholtzDensity
        A fitted one.
    layer, most, shape, axes
        As of `image_responses`.

    Returns
    -------
    Axes

    Raises
    ------
    InputError, ArgumentTypeError
        If there is no such layer, or the shape is not known.

    Examples
    --------
    >>> import neurohm as nh
    >>> images = nh.load_images("digits", binarise="fixed")
    >>> model = nh.HelmholtzDensity(hidden=4, epochs=1).fit(images)
    >>> nh.plots.save(nh.plots.image_gabors(model), "gabors.png")
    """
    size = _size(model, shape)
    fields = dreamt_fields(model.machine_, layer, seed=model.seed_)
    strongest = fields.of(fields.strongest(most))
    return field_gallery(strongest, size, fits=fit_gabors(strongest.values, size), axes=axes)


def image_preferences(
    images: npt.ArrayLike,
    model: HelmholtzDensity,
    layer: int = 1,
    *,
    shape: tuple[int, int] | None = None,
    axes: Axes | None = None,
) -> Axes:
    """Draw the images that most probably activate hidden units, those with the strongest fields.

    Parameters
    ----------
    images, model, layer, shape, axes
        As of `image_responses`.

    Returns
    -------
    Axes

    Raises
    ------
    InputError, ArgumentTypeError
        If there is no such layer, there are few images, or the shape is not known.

    Examples
    --------
    >>> import neurohm as nh
    >>> images = nh.load_images("digits", binarise="fixed")
    >>> model = nh.HelmholtzDensity(hidden=10, epochs=1).fit(images)
    >>> nh.plots.save(nh.plots.image_preferences(images.train[:200], model), "preferences.png")
    """
    size, rows = _size(model, shape), np.asarray(images)
    strongest = recognition_fields(model.machine_, rows, layer).strongest()
    indices = most_exciting(model.machine_, rows, layer, number=min(_IN_A_ROW, len(rows)))
    return exciting_images(rows, indices, size, units=strongest.tolist(), axes=axes)


def _size(model: HelmholtzDensity, shape: tuple[int, int] | None) -> tuple[int, int]:
    """Return height and width, or say that they are not known."""
    size = shape_for(model, shape)
    if size is None:
        as_images(np.zeros((1, model.n_features_in_)), None)
        raise InputError("images without a shape", "height and width")
    return size
