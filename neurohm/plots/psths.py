"""The time course of units around a stimulus."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from neurohm.analysis import PSTH, Responses
from neurohm.analysis import psth as psth_of
from neurohm.analysis.psth import UNITS
from neurohm.exceptions import InputError
from neurohm.plots.canvas import figure_of
from neurohm.plots.grids import panels
from neurohm.plots.levels import level_colours, level_names
from neurohm.plots.style import GREY, WIDTH, styled, unit_label

_MOST = 12  # units drawn
_LEGEND = 0.25  # inches, above given axes


@styled
def psth(
    source: PSTH | Responses, *, most: int = _MOST, axes: Axes | None = None
) -> npt.NDArray[Any]:
    """Draw the mean time course of units in each condition, with standard errors.

    Parameters
    ----------
    source : PSTH or Responses
        Of recorded or hidden units.
    most : int
        Units to draw: those whose time course depends most on condition and time, in relation to
        its standard errors.
    axes : Axes, optional
        To be divided into the panels; by default a new figure.

    Returns
    -------
    ndarray of Axes, (rows, columns)
        A panel a unit, with its name; those beyond the last unit are switched off. Bands are
        standard errors over trials.

    Raises
    ------
    InputError
        If there is no unit to draw.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_trials(n_units=6, n_trials=40)
    >>> trials = nh.trials_of(recording, "orientation")
    >>> responses = nh.responses_of(recording, trials, start=-0.2, stop=1.2, bin_size=0.05)
    >>> nh.plots.save(nh.plots.psth(responses), "psth.png")
    """
    found = source if isinstance(source, PSTH) else psth_of(source)
    chosen = _liveliest(found, most)
    if not len(chosen):
        raise InputError("no unit to draw", "at least one")
    columns = min(4, len(chosen))
    rows = -(-len(chosen) // columns)
    grid = panels(
        axes, rows, columns, height=0.5 + 1.25 * rows, width=min(WIDTH, 1.0 + 1.7 * columns),
        strip=_LEGEND,
    )  # fmt: skip
    colours = level_colours(found.levels)
    for panel, unit in zip(grid.flat, chosen.tolist(), strict=False):
        _draw(panel, found, unit, colours)
    for panel in grid.flat[len(chosen) :]:
        panel.set_axis_off()
    last_row = grid.flat[max(0, len(chosen) - columns) : len(chosen)]
    time = "s" if found.time_unit == "s" else "bins"
    for panel in last_row:
        panel.set_xlabel(f"Time ({time})")
    for panel in grid[:, 0]:
        panel.set_ylabel(found.unit if found.unit != "probability" else "P(active)")
    if len(found.levels) > 1:
        _name_levels(grid, axes, found)
    return grid


def _liveliest(found: PSTH, most: int) -> npt.NDArray[np.int64]:
    """Return the units to draw, in their own order."""
    means = found.mean.reshape(-1, found.mean.shape[2])
    squares = found.standard_error.reshape(means.shape) ** 2
    known = np.isfinite(squares)  # not of conditions with a single trial
    noise = np.where(known, squares, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    strength = means.var(axis=0) / np.where(noise > 0, noise, np.inf)
    return np.sort(np.argsort(-strength, kind="stable")[: max(0, most)])


def _draw(axes: Axes, found: PSTH, unit: int, colours: list[Any]) -> None:
    for level, colour in enumerate(colours):
        mean, error = found.mean[level, :, unit], found.standard_error[level, :, unit]
        axes.stairs(mean, found.edges, color=colour, baseline=None, linewidth=1.0)
        if np.isfinite(error).any():
            low, high = (np.repeat(mean + sign * error, 2) for sign in (-1, 1))
            steps = np.repeat(found.edges, 2)[1:-1]
            axes.fill_between(steps, low, high, color=colour, alpha=0.25, linewidth=0)
    if found.edges[0] < 0 < found.edges[-1]:
        axes.axvline(0.0, color=GREY, linewidth=0.6, zorder=0)
    axes.set_xlim(found.edges[0], found.edges[-1])
    if found.unit != UNITS["log-odds"]:
        axes.set_ylim(0.0, 1.05 * axes.get_ylim()[1])
    axes.set_title(_title(found, unit), fontsize=7, pad=2)


def _title(found: PSTH, unit: int) -> str:
    kind = "hidden" if found.unit in UNITS.values() else "unit"
    return f"{kind} {unit_label(found.unit_names[unit])}"


def _name_levels(grid: npt.NDArray[Any], axes: Axes | None, found: PSTH) -> None:
    """Write once, above all panels, which colour is which condition."""
    handles = [Line2D([], [], color=colour) for colour in level_colours(found.levels)]
    names = level_names(found.levels, found.condition)
    where: Any = figure_of(grid) if axes is None else axes
    place = "outside upper center" if axes is None else "upper center"
    where.legend(handles, names, loc=place, ncols=min(8, len(names)), handlelength=1.0)
