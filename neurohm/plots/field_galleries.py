"""Galleries of fields of hidden units over images, with what is significant, and a scale."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.analysis import Fields, GaborFits
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.plots.canvas import colour_bar
from neurohm.plots.style import DIVERGING, styled
from neurohm.plots.tiles import Tiling, as_images, draw_values, tile_axes

_ROBUST = 99.5  # percentile of the absolute values at which the colours end
_BAR = 1.1  # room for the colour bar, inches
_LABEL = 28  # letters in a line beside the colour bar
_SCALE = 0.25  # room for the scale bar, inches
_FAINT = 0.3  # of the colour that is left where a value may be chance
_OUTLINE = 1.0  # standard deviations at which envelopes are outlined
_MOST_OUTLINED = 150  # fields; outlines of more would hide them


@styled
def field_gallery(
    fields: Fields | npt.ArrayLike,
    shape: tuple[int, int],
    *,
    most: int = 400,
    own_scale: bool = False,
    pixel: tuple[float, str] = (1.0, "pixels"),
    fits: GaborFits | None = None,
    title: str = "",
    axes: Axes | None = None,
) -> Axes:
    """Draw the fields of hidden units over images side by side, the strongest first.

    Parameters
    ----------
    fields : Fields or array_like, (n_units, height * width)
        What `neurohm.analysis.dreamt_fields` or `recognition_fields` return: values that may be
        chance are faint. Plain numbers are drawn as they are.
    shape : (int, int)
        Height and width.
    most : int
        Fields to draw; 10 to 400 are legible.
    own_scale : bool
        Whether the colours of each field end at its largest value, to see the form of weak ones;
        otherwise all have one scale, that ends at the 99.5th percentile.
    pixel : (float, str)
        Width of a pixel and its unit, for the scale bar, e.g. ``(0.1, "degrees")``.
    fits : GaborFits, optional
        Of the same fields: they are ordered by how well they fit, and their envelopes are
        outlined at one standard deviation where there is room.
    title : str
    axes : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        An image for each unit: red above zero, blue below.

    Raises
    ------
    InputError, ArgumentTypeError
        If fields and shape, or fields and fits, do not go together.

    Examples
    --------
    >>> import neurohm as nh
    >>> x = np.repeat(np.eye(16), 10, axis=0)
    >>> fields = nh.analysis.recognition_fields(nh.HelmholtzMachine([16, 12]), x)
    >>> nh.plots.save(nh.plots.field_gallery(fields, (4, 4)), "fields.png")
    """
    given = _as_fields(fields)
    if fits is not None and len(fits) != len(given.values):
        raise InputError(f"{len(fits)} fits of {len(given.values)} fields", "one for each")
    order = given.strongest() if fits is None else np.argsort(-fits.r_squared, kind="stable")
    order = order[: whole_number("most", most)]
    shown = given.of(order)
    values = np.where(shown.significant, 1.0, _FAINT) * shown.values
    if own_scale:
        values = values / np.maximum(np.abs(shown.values).max(axis=1, keepdims=True), 1e-12)
    images = as_images(values, shape)
    limit = 1.0 if own_scale else _limit(shown.values)
    tiling = Tiling.of(len(images), images.shape[1:])
    axes = tile_axes(axes, tiling, beside=_BAR, above=_SCALE)
    drawn = draw_values(axes, tiling, images, DIVERGING, (-limit, limit))
    extend = "both" if np.abs(images).max(initial=0) > limit else "neither"
    label = "Share of the largest value" if own_scale else given.measure
    colour_bar(axes, drawn, "\n".join(wrap(label, _LABEL)), extend=extend)
    if fits is not None and len(order) <= _MOST_OUTLINED:
        _outline(axes, tiling, fits, order)
    _scale_bar(axes, tiling, pixel)
    axes.set_title(title or _title(given, len(order), fits))
    return axes


@styled
def exciting_images(
    images: npt.ArrayLike,
    indices: npt.ArrayLike,
    shape: tuple[int, int],
    *,
    units: Sequence[int] | None = None,
    most: int = 20,
    axes: Axes | None = None,
) -> Axes:
    """Draw the images that most probably activate hidden units, a row for each unit.

    Parameters
    ----------
    images : array_like, (n_images, height * width)
    indices : array_like of int, (n_units, number)
        What `neurohm.analysis.most_exciting` returns.
    shape : (int, int)
    units : sequence of int, optional
        Which units; the first ones by default.
    most : int
        Units to draw.
    axes : Axes, optional

    Returns
    -------
    Axes
        Grey images, the most exciting at the left.

    Raises
    ------
    InputError
        If there are no such images.

    Examples
    --------
    >>> import neurohm as nh
    >>> indices = nh.analysis.most_exciting(nh.HelmholtzMachine([16, 3]), np.eye(16), number=5)
    >>> nh.plots.save(nh.plots.exciting_images(np.eye(16), indices, (4, 4)), "exciting.png")
    """
    chosen = np.asarray(indices)
    which = np.arange(len(chosen)) if units is None else np.asarray(units)
    which = which[: whole_number("most", most)]
    rows = np.asarray(images, dtype=np.float64)
    if chosen.max(initial=0) >= len(rows):
        raise InputError(f"image {chosen.max()} of {len(rows)}", "the images that indices are of")
    pictures = as_images(rows[chosen[which].ravel()], shape)
    low, high = float(min(rows.min(), 0)), float(max(rows.max(), 1))
    tiling = Tiling.of(len(pictures), pictures.shape[1:], columns=chosen.shape[1])
    axes = tile_axes(axes, tiling)
    draw_values(axes, tiling, pictures, "Greys", (low, high))
    places = [tiling.middle_of_row(row) for row in range(tiling.rows)]
    axes.set_yticks(places, [str(unit) for unit in which], fontsize=6)
    axes.tick_params(length=0)
    axes.set_ylabel("Hidden unit")
    axes.set_title("Images that most probably activate it")
    return axes


def _as_fields(fields: Any) -> Fields:
    if isinstance(fields, Fields):
        return fields
    values = np.asarray(fields, dtype=np.float64)
    if values.ndim != 2:
        raise InputError(f"fields of shape {values.shape}", "(n_units, height * width)")
    return Fields(values, np.ones(values.shape, dtype=bool), "Weight", 1)


def _limit(values: npt.NDArray[np.float64]) -> float:
    return float(np.percentile(np.abs(values), _ROBUST)) or float(np.abs(values).max()) or 1.0


def _title(fields: Fields, shown: int, fits: GaborFits | None) -> str:
    number = len(fields.values)
    some = f"{shown} of {number}" if shown < number else f"All {number}"
    order = "strongest first" if fits is None else "best Gabor fit first"
    return f"{some} units of layer {fields.layer}, {order}"


def _outline(axes: Axes, tiling: Tiling, fits: GaborFits, order: npt.NDArray[np.int64]) -> None:
    """Draw envelopes as ellipses over the fields, cut at the borders of their images."""
    from matplotlib.patches import Ellipse, Rectangle

    for place, unit in enumerate(order):
        if not np.isfinite(fits.orientation[unit]):
            continue
        row, column = divmod(place, tiling.columns)
        top = row * (tiling.height + tiling.gap)
        left = column * (tiling.width + tiling.gap)
        spreads = (2 * _OUTLINE * fits.along[unit], 2 * _OUTLINE * fits.across[unit])
        ellipse = Ellipse(
            (left + fits.column[unit], top + fits.row[unit]), *spreads,
            angle=-fits.orientation[unit], fill=False, linewidth=0.5, edgecolor="black",
        )  # fmt: skip
        axes.add_patch(ellipse)
        border = Rectangle((left - 0.5, top - 0.5), tiling.width, tiling.height)
        border.set_transform(axes.transData)
        ellipse.set_clip_path(border)


def _scale_bar(axes: Axes, tiling: Tiling, pixel: tuple[float, str]) -> None:
    """Draw a bar of a round length below the first image."""
    width, unit = pixel
    room = tiling.width * width
    power = 10.0 ** np.floor(np.log10(room))
    length = power * max((s for s in (1, 2, 5) if s * power <= room), default=1)
    bottom = tiling.size[0] - 0.5 + 0.012 * tiling.size[0]
    axes.plot(
        [-0.5, length / width - 0.5], [bottom, bottom], color="black", linewidth=1.2,
        clip_on=False, solid_capstyle="butt", scalex=False, scaley=False,
    )  # fmt: skip
    axes.annotate(
        f"{length:g} {unit}", (-0.5, bottom), xytext=(0, -3), textcoords="offset points",
        fontsize=7, va="top", annotation_clip=False,
    )  # fmt: skip
