"""Pictures of what each hidden unit adds to an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from neurohm.analysis import generative_fields
from neurohm.checks import whole_number
from neurohm.plots.canvas import colour_bar
from neurohm.plots.style import DIVERGING, styled
from neurohm.plots.tiles import Tiling, as_images, draw_values, expected_of, shape_for, tile_axes

if TYPE_CHECKING:
    from neurohm.estimators import HelmholtzDensity

_ROBUST = 99.5  # percentile of the absolute values at which the colours end
_BAR = 1.0  # room for the colour bar, inches
_DREAMS = 256


@styled
def image_fields(
    model: HelmholtzDensity,
    layer: int = 1,
    *,
    most: int = 100,
    dreams: int = _DREAMS,
    shape: tuple[int, int] | None = None,
    axes: Axes | None = None,
) -> Axes:
    """Draw what each hidden unit adds to the probability of each pixel when it is active.

    In dreams, the unit is switched on and off, all else of its layer as dreamt, and the
    difference of the pixels' probabilities is averaged, see `generative_fields`.

    Parameters
    ----------
    model : HelmholtzDensity
        A fitted one.
    layer : int
        A hidden layer, from 1.
    most : int
        Units to draw, the strongest ones.
    dreams : int
        How many dreams are averaged.
    shape : (int, int), optional
        Height and width, where the model does not know them.
    axes : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        An image for each unit, the strongest first: red where it makes a pixel more probable,
        blue where less. Colours end at the 99.5th percentile of what is shown.

    Raises
    ------
    InputError, ArgumentTypeError
        If there is no such layer, an argument cannot be used, or the shape is not known.

    Examples
    --------
    >>> import neurohm as nh
    >>> images = nh.load_images("digits", binarise="fixed")
    >>> model = nh.HelmholtzDensity(hidden=10, epochs=1).fit(images)
    >>> nh.plots.save(nh.plots.image_fields(model), "fields.png")
    """
    shape = shape_for(model, shape)
    fields = generative_fields(model.machine_, layer, dreams=dreams, seed=model.seed_)
    strongest = np.argsort(-np.linalg.norm(fields, axis=1), kind="stable")
    images = as_images(fields[strongest], shape, whole_number("most", most))
    limit = float(np.percentile(np.abs(images), _ROBUST)) or float(np.abs(images).max()) or 1.0
    tiling = Tiling.of(len(images), images.shape[1:])
    axes = tile_axes(axes, tiling, beside=_BAR)
    drawn = draw_values(axes, tiling, images, DIVERGING, (-limit, limit))
    extend = "both" if np.abs(images).max() > limit else "neither"
    colour_bar(axes, drawn, f"Change of a pixel's {expected_of(model)}", extend=extend)
    some = f"The {len(images)} strongest of {len(fields)}" if len(images) < len(fields) else "All"
    axes.set_title(f"{some} hidden units of layer {layer}")
    return axes
