"""What each layer did while a machine learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation

from neurohm.exceptions import InputError
from neurohm.plots.canvas import figure_of
from neurohm.plots.grids import panels
from neurohm.plots.style import GREY, WIDTH, drawable, styled
from neurohm.training import History
from neurohm.training.layer_monitor import MEASURES, SAMPLE_SIZE, column_of

if TYPE_CHECKING:
    from neurohm.estimators import HelmholtzDensity, SpikeHelmholtz

_PANELS = {
    "divergence": ("Divergence, q from p", "Nats / sample"),
    "recognition_entropy": ("Entropy of recognition", "Nats / sample"),
    "generative_entropy": ("Entropy of dreams", "Nats / sample"),
    "active_units": ("Active units", "Units"),
    "mean_activity": ("Mean activity", "Per unit"),
}
_ROWS, _COLUMNS = 2, 3
_NAMES_A_ROW = 6
_LINE, _TITLE = 0.17, 0.175  # heights of a line of names and of a title, inches


@styled
def layer_monitors(
    model: SpikeHelmholtz | HelmholtzDensity | History, *, axes: Axes | None = None
) -> npt.NDArray[Any]:
    """Draw what `LayerMonitor` watched: a panel for each measure, a line for each layer.

    Parameters
    ----------
    model : SpikeHelmholtz, HelmholtzDensity or History
        Whose history has the columns that `neurohm.training.LayerMonitor` writes.
    axes : Axes, optional
        To be divided into the panels; by default a new figure.

    Returns
    -------
    ndarray of Axes, (2, 3)
        Divergence of recognition from the generative prior of each layer, entropy of recognition
        on data and of dreams (nats a sample), active units, mean activity, and the effective
        number of particles, which belongs to all layers together.

    Raises
    ------
    InputError
        If the history has no such columns.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine, x = nh.HelmholtzMachine([4, 3, 2]), np.eye(4)
    >>> result = nh.train(machine, x, epochs=3, callbacks=[nh.LayerMonitor(x)])
    >>> nh.plots.save(nh.plots.layer_monitors(result.history), "layers.png")
    """
    history = model if isinstance(model, History) else model.history_
    prefix = column_of(MEASURES[0], "")
    layers = [name.removeprefix(prefix) for name in history.columns if name.startswith(prefix)]
    if not layers:
        raise InputError(
            "a history without measures of layers",
            "columns that LayerMonitor wrote",
            "train with callbacks=[nh.LayerMonitor(x)]",
        )
    colours = _colours(len(layers))
    strip = _LINE * -(-len(layers) // _NAMES_A_ROW)
    grid = panels(axes, _ROWS, _COLUMNS, height=3.7, width=WIDTH, strip=strip)
    for place, measure in zip(grid.flat, MEASURES, strict=False):
        for layer, colour in zip(layers, colours, strict=True):
            _line(place, history, column_of(measure, layer), colour, drawable(layer))
        _label(place, *_PANELS[measure])
    last = grid[-1, -1]
    _line(last, history, SAMPLE_SIZE, GREY, "")
    _label(last, "Effective sample size", "Particles")
    last.set_ylim(bottom=min(1.0, last.get_ylim()[0]))
    # none active is a line on the axis, and units come whole
    grid[1, 0].set_ylim(bottom=0.0, top=max(1.0, grid[1, 0].get_ylim()[1]))
    grid[1, 0].yaxis.set_major_locator(MaxNLocator(4, integer=True))
    grid[1, 1].set_ylim(bottom=0.0)
    for place in grid[-1]:
        place.set_xlabel("Epoch")
    for place in grid.flat:
        place.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    _name_layers(grid, len(layers))
    return grid


def _name_layers(grid: npt.NDArray[Any], layers: int) -> None:
    """Write the names of the layers above all panels, which leave lines above their titles."""
    rows = -(-layers // _NAMES_A_ROW)
    for place in grid[0]:
        place.set_title("\n" * rows + place.get_title(loc="left"))
    first = grid[0, 0]
    above = first.transAxes + ScaledTranslation(0.0, _TITLE, figure_of(first).dpi_scale_trans)
    legend = first.legend(
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        bbox_transform=above,
        ncols=_NAMES_A_ROW,
        borderaxespad=0.0,
        labelspacing=0.2,
        fontsize=7,
    )
    legend.set_in_layout(False)  # it reaches over all columns


def _colours(layers: int) -> list[Any]:
    """Return a colour for each layer: of the palette, or, of many, along a scale."""
    palette = matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]
    if layers <= len(palette):
        return list(palette[:layers])
    return list(matplotlib.colormaps["viridis"](np.linspace(0.0, 0.95, layers)))


def _line(axes: Axes, history: History, column: str, colour: Any, label: str) -> None:
    """Draw a column over the epochs that it was measured in."""
    values = history[column]
    epochs = history["epoch"] + 1 if "epoch" in history else np.arange(1.0, len(history) + 1)
    known = np.isfinite(values)
    marker = "." if known.sum() < 3 else ""
    axes.plot(epochs[known], values[known], color=colour, label=label, marker=marker)


def _label(axes: Axes, title: str, unit: str) -> None:
    axes.set_title(title)
    axes.set_ylabel(unit)
    axes.yaxis.set_major_locator(MaxNLocator(5))
