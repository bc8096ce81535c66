"""Pictures of receptive fields: what each hidden unit adds to the rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from neurohm.exceptions import InputError
from neurohm.plots.order import hidden_order, unit_order
from neurohm.plots.style import DIVERGING, WIDTH, Picture, plural, styled

if TYPE_CHECKING:
    from neurohm.estimators import SpikeHelmholtz

_ROBUST = 99.5  # percentile of the absolute values at which the colours end
_MOST_NAMED = 30  # recorded units, to be named one by one


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
    shown = effective[:most]
    rows = unit_order(fields) if order else np.arange(fields.shape[1])
    grid = _Grid.of(len(shown), *fields.shape[1:])
    figure = Picture(figsize=grid.size)
    figure.suptitle(_title(fields, layer, len(effective), len(shown)), x=0.01, ha="left")
    if len(shown):
        axes = grid.axes(figure)
        limit = float(np.percentile(np.abs(fields[shown]), _ROBUST)) or 1.0
        images = [
            _panel(panel, fields[unit][rows], unit, limit, model)
            for panel, unit in zip(axes, shown, strict=True)
        ]
        _label_axes(axes, grid, model, rows, order)
        _label_colours(figure, axes, images[0], model, np.abs(fields[shown]).max() > limit)
    return figure


@dataclass(frozen=True)
class _Grid:
    """Where panels lie: their number, how many in a row, their size in inches."""

    panels: int
    columns: int
    width: float
    height: float

    @classmethod
    def of(cls, panels: int, units: int, lags: int) -> _Grid:
        width = float(np.clip(0.09 * lags, 0.26, 1.2))
        fitting = max(1, int((WIDTH - 1.3) / (width + 0.05)))
        rows = max(1, -(-panels // fitting))
        columns = max(1, -(-panels // rows))
        tallest = 3.2 if rows == 1 else max(1.3, 3.2 / np.sqrt(rows))
        height = float(np.clip(0.11 * units, 0.5, tallest))
        return cls(panels, columns, width, height)

    @property
    def rows(self) -> int:
        return -(-self.panels // self.columns)

    @property
    def size(self) -> tuple[float, float]:
        width = 1.5 + self.columns * (self.width + 0.05)
        return max(3.4, width), 0.95 + max(1, self.rows) * (self.height + 0.22)

    def axes(self, figure: Figure) -> list[Axes]:
        cells = figure.add_gridspec(self.rows, self.columns, wspace=0.0, hspace=0.0)
        return [figure.add_subplot(cells[divmod(i, self.columns)]) for i in range(self.panels)]


def _panel(
    axes: Axes, field: npt.NDArray[np.float64], unit: int, limit: float, model: SpikeHelmholtz
) -> AxesImage:
    units, lags = field.shape
    image = axes.imshow(
        field,
        cmap=DIVERGING,
        vmin=-limit,
        vmax=limit,
        aspect="auto",
        extent=(-lags * _bin_width(model), 0.0, units - 0.5, -0.5),
    )
    axes.set_title(str(unit), loc="center", fontsize=7, pad=2)
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(visible=True, color="0.7")
    return image


def _title(fields: npt.NDArray[np.float64], layer: int, effective: int, shown: int) -> str:
    hidden, units, _ = fields.shape
    lines = [f"What each hidden unit of layer {layer} adds to the rates of {plural(units, 'unit')}"]
    if not effective:
        return f"{lines[0]}\nnone of {plural(hidden, 'hidden unit')} has an effect"
    if shown < effective:
        lines.append(f"the {shown} strongest of {hidden}")
    if effective < hidden:
        lines.append(f"{hidden - effective} of {hidden} without effect, left out")
    return "\n".join([lines[0], "; ".join(lines[1:])]).strip()


def _label_axes(
    axes: list[Axes],
    grid: _Grid,
    model: SpikeHelmholtz,
    rows: npt.NDArray[np.int64],
    order: bool,
) -> None:
    """Name the axes once: lags below the first panel of the last row, units at its left."""
    corner = axes[(grid.rows - 1) * grid.columns]
    first = corner.get_xlim()[0]
    corner.set_xticks([first, 0.0], [f"{first:g}".replace("-", "−"), "0"])
    for label, side in zip(corner.get_xticklabels(), ("left", "right"), strict=True):
        label.set_horizontalalignment(side)
    unit = "ms" if model.time_unit_ == "s" else "bins"
    corner.figure.supxlabel(f"Time to the end of the window ({unit})", fontsize=8)
    named = len(rows) <= _MOST_NAMED and grid.rows == 1
    for row in range(grid.rows):
        panel = axes[row * grid.columns]
        if named:
            panel.set_yticks(range(len(rows)), [str(model.unit_ids_[i]) for i in rows], fontsize=6)
        else:
            panel.set_yticks([0, len(rows) - 1], ["1", str(len(rows))])
    sorting = "" if not order else ", sorted" if named else " (sorted)"
    corner.figure.supylabel(f"Recorded unit{sorting}", fontsize=8)


def _label_colours(
    figure: Figure, axes: list[Axes], image: AxesImage, model: SpikeHelmholtz, beyond: Any
) -> None:
    bar = figure.colorbar(
        image, ax=axes, aspect=30, pad=0.015, extend="both" if beyond else "neither"
    )
    bar.set_label(f"{_rate_unit(model)} above baseline")
    bar.outline.set_linewidth(0.4)  # type: ignore[operator]


def _bin_width(model: SpikeHelmholtz) -> float:
    """Return the width of a bin as lags are labelled: milliseconds, or bins."""
    return model.bin_size_ * (1000.0 if model.time_unit_ == "s" else 1.0)


def _rate_unit(model: SpikeHelmholtz) -> str:
    return "Hz" if model.time_unit_ == "s" else "Spikes per bin"
