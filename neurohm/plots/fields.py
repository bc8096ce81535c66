"""Pictures of receptive fields: what each hidden unit adds to the rates."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator

from neurohm.exceptions import InputError
from neurohm.plots.order import hidden_order, unit_order
from neurohm.plots.panels import PanelGrid
from neurohm.plots.style import DIVERGING, GREY, Picture, drawable, plural, styled

if TYPE_CHECKING:
    from neurohm.estimators import SpikeHelmholtz

_ROBUST = 99.5  # percentile of the absolute values at which the colours end
_MOST_NAMED = 30  # recorded units, to be named one by one
_RATE_UNITS = {"s": "Hz", "bin": "Spikes per bin"}


@styled
def receptive_fields(
    model: SpikeHelmholtz, layer: int = 1, *, most: int = 100, order: bool = True
) -> Figure:
    """Draw what each hidden unit adds to the rate of each recorded unit at each lag.

    One panel for each hidden unit, the strongest first, with its number in the layer above it;
    units without effect are left out. All panels share the order of the recorded units and the
    colours, which are white at zero and end at the 99.5th percentile of what is shown.

    Parameters
    ----------
    model : SpikeHelmholtz
        A fitted one.
    layer : int
        A hidden layer, from 1.
    most : int
        Panels to draw.
    order : bool
        Whether recorded units that the same hidden unit raises lie side by side; otherwise as in
        the recording.

    Returns
    -------
    matplotlib.figure.Figure
        Horizontally milliseconds to the end of the window (or bins); colours are Hz above
        baseline (or spikes per bin).

    Raises
    ------
    InputError
        If there is no such layer, or `most` is not positive.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(n_units=10, minutes=1, n_assemblies=1, members=(4, 5))
    >>> model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=3).fit(recording)
    >>> nh.plots.receptive_fields(model).savefig("fields.png")
    """
    if most < 1:
        raise InputError(f"most {most}", "at least one panel")
    fields = model.receptive_fields(layer)
    effective = hidden_order(fields)
    shown = fields[effective[:most]]
    rows = unit_order(fields) if order else np.arange(fields.shape[1])
    few = len(rows) <= _MOST_NAMED
    names = [drawable(str(name)) for name in model.unit_ids_[rows]] if few else []
    grid = PanelGrid.of(len(shown), *fields.shape[1:], longest_name=max(map(len, names), default=0))
    figure = Picture(figsize=(grid.figure_width, grid.figure_height))
    figure.set_layout_engine("none")  # the grid is in inches
    _write_title(figure, grid, fields, len(effective), len(shown), layer, order)
    if not len(shown):
        return figure
    limit = float(np.percentile(np.abs(shown), _ROBUST)) or float(np.abs(shown).max())
    axes = grid.panels(figure)
    for panel, unit, field in zip(axes, effective, shown, strict=False):
        image = _draw_panel(panel, field[rows], limit, _bin_width(model))
        panel.set_title(str(unit), loc="center", fontsize=7, pad=2)
    _label_units(axes[:: grid.columns], len(rows), names if grid.rows == 1 else [])
    _label_lags(axes[(grid.rows - 1) * grid.columns], model)
    beyond = bool(np.abs(shown).max() > limit)
    bar = figure.colorbar(
        image, cax=grid.colour_bar(figure), extend="both" if beyond else "neither"
    )
    bar.set_label(f"{_RATE_UNITS[model.time_unit_]} above baseline")
    bar.locator = MaxNLocator(5, symmetric=True)
    bar.outline.set_linewidth(0.4)
    return figure


def _draw_panel(
    axes: Axes, field: npt.NDArray[np.float64], limit: float, bin_width: float
) -> AxesImage:
    units, lags = field.shape
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(visible=True, color="0.7")
    return axes.imshow(
        field,
        cmap=DIVERGING,
        vmin=-limit,
        vmax=limit,
        aspect="auto",
        extent=(-lags * bin_width, 0.0, units - 0.5, -0.5),
    )


def _write_title(
    figure: Figure,
    grid: PanelGrid,
    fields: npt.NDArray[np.float64],
    effective: int,
    shown: int,
    layer: int,
    order: bool,
) -> None:
    """Say what is shown, how it is ordered, and what is left out."""
    hidden, units, _ = fields.shape
    title = f"What each hidden unit of layer {layer} adds to the rates of {plural(units, 'unit')}"
    notes = []
    if shown:
        notes.append("Panels: hidden units, strongest first.")
        if order and units > 1:
            notes.append("Rows: by the hidden unit that raises them most, then by lag.")
    if shown < effective:
        notes.append(f"The {shown} strongest of {hidden} are shown.")
    if effective < hidden:
        notes.append(f"{plural(hidden - effective, 'hidden unit')} without effect left out.")
    characters = int(grid.figure_width * 72 / 3.9)  # of 7 points, about 3.9 points wide
    top = 1 - 0.06 / grid.figure_height
    figure.text(0.1 / grid.figure_width, top, title, va="top", fontsize=9)
    figure.text(
        0.1 / grid.figure_width,
        top - 0.19 / grid.figure_height,
        fill(" ".join(notes), characters),
        va="top",
        fontsize=7,
        color=GREY,
    )


def _label_units(first_panels: list[Axes], units: int, names: list[str]) -> None:
    """Label the recorded units at the left of each row of panels: by name where that fits."""
    for panel in first_panels:
        if names:
            panel.set_yticks(range(units), names, fontsize=6)
        else:
            ends = sorted({0, units - 1})
            panel.set_yticks(ends, [str(end + 1) for end in ends])
    first_panels[len(first_panels) // 2].set_ylabel("Recorded unit")


def _label_lags(panel: Axes, model: SpikeHelmholtz) -> None:
    """Label time below the first panel of the last row; it is the same in all."""
    first = panel.get_xlim()[0]
    panel.set_xticks([first, 0.0], [f"{first:g}".replace("-", "−"), "0"])
    unit = "ms" if model.time_unit_ == "s" else "bins"
    panel.set_xlabel(f"Time to the end of the window ({unit})", loc="left")


def _bin_width(model: SpikeHelmholtz) -> float:
    """Return the width of a bin as lags are labelled: milliseconds, or bins."""
    return model.bin_size_ * (1000.0 if model.time_unit_ == "s" else 1.0)
