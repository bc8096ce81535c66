"""How units depend on the condition."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.analysis import Responses, Tuning, tuning_of
from neurohm.analysis.psth import UNITS
from neurohm.checks import real_number
from neurohm.exceptions import InputError
from neurohm.plots.canvas import figure_of, new_figure
from neurohm.plots.grids import panels
from neurohm.plots.levels import level_names
from neurohm.plots.style import BLUE, GREY, WIDTH, drawable, styled, unit_label

_MOST = 12


@styled
def tuning(
    source: Tuning | Responses,
    *,
    period: float | None = None,
    most: int = _MOST,
    axes: Axes | None = None,
) -> npt.NDArray[Any]:
    """Draw the mean activity of units in each condition, with 95 % intervals.

    Parameters
    ----------
    source : Tuning or Responses
        Of recorded or hidden units.
    period : float, optional
        Conditions are angles that are the same after so many degrees (180: orientations, 360:
        directions): draw them on a circle. An orientation is drawn in both of its directions.
    most : int
        Units to draw, those that the condition explains most of.
    axes : Axes, optional
        To be divided into the panels; by default a new figure. Circles need a new one.

    Returns
    -------
    ndarray of Axes, (rows, columns)
        A panel a unit, with its name and the share of variance that the condition explains.

    Raises
    ------
    InputError
        If there is no unit to draw, or conditions are no angles.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_trials(n_units=6, n_trials=40)
    >>> trials = nh.trials_of(recording, "orientation")
    >>> responses = nh.responses_of(recording, trials, bin_size=1.0)
    >>> nh.plots.save(nh.plots.tuning(responses, period=180), "tuning.png")
    """
    found = source if isinstance(source, Tuning) else tuning_of(source)
    chosen = _most_selective(found, most)
    if not len(chosen):
        raise InputError("no unit to draw", "at least one")
    columns = min(4, len(chosen))
    rows = -(-len(chosen) // columns)
    width = min(WIDTH, 1.0 + 1.7 * columns)
    if period is None:
        grid = panels(axes, rows, columns, height=0.4 + 1.3 * rows, width=width)
    else:
        grid = _circles(found, real_number("period", period, above=0), axes, rows, columns, width)
    for panel, unit in zip(grid.flat, chosen.tolist(), strict=False):
        if period is None:
            _draw_curve(panel, found, unit)
        else:
            _draw_circle(panel, found, unit, period)
        panel.set_title(_title(found, unit), fontsize=7, pad=2 if period is None else 6)
    for panel in grid.flat[len(chosen) :]:
        panel.set_axis_off()
    _label(grid, found, len(chosen), circles=period is not None)
    return grid


def _most_selective(found: Tuning, most: int) -> npt.NDArray[np.int64]:
    """Return the units to draw, in their own order."""
    strength = np.nan_to_num(found.selectivity, nan=-np.inf)
    return np.sort(np.argsort(-strength, kind="stable")[: max(0, most)])


def _title(found: Tuning, unit: int) -> str:
    kind = "hidden" if found.unit in UNITS.values() else "unit"
    share = found.selectivity[unit]
    explained = "" if np.isnan(share) else f": {100 * max(0.0, share):.0f} %"
    return f"{kind} {unit_label(found.unit_names[unit])}{explained}"


def _draw_curve(axes: Axes, found: Tuning, unit: int) -> None:
    """Draw means with intervals, against the condition or its place."""
    numbers = found.levels.dtype.kind in "iuf"
    across = found.levels.astype(np.float64) if numbers else np.arange(len(found.levels))
    mean = found.mean[:, unit]
    reach = np.stack([mean - found.low[:, unit], found.high[:, unit] - mean])
    axes.errorbar(
        across, mean, yerr=np.nan_to_num(reach), color=BLUE, marker="o", markersize=3,
        linewidth=1.0, linestyle="-" if numbers else "none", capsize=2, elinewidth=1.0,
    )  # fmt: skip
    few = len(across) <= 6
    if few or not numbers:
        axes.set_xticks(across, level_names(found.levels, ""))
    if found.unit != UNITS["log-odds"]:
        axes.set_ylim(0.0, 1.05 * axes.get_ylim()[1])
    axes.margins(x=0.15)


def _circles(
    found: Tuning, period: float, axes: Axes | None, rows: int, columns: int, width: float
) -> npt.NDArray[Any]:
    """Return panels that are circles, in a new figure."""
    if axes is not None:
        raise InputError("axes for circles", "a new figure", "leave axes out, or period")
    found.circular(period)  # raises where conditions are no angles
    height = 0.3 + rows * width / columns
    grid = new_figure(width, height).subplots(
        rows, columns, squeeze=False, subplot_kw={"projection": "polar"}
    )
    return np.asarray(grid)


def _draw_circle(axes: Any, found: Tuning, unit: int, period: float) -> None:
    """Draw means by angle, and the mean vector's angle."""
    degrees = found.levels.astype(np.float64)
    repeats = max(1, round(360.0 / period))
    angle = np.deg2rad((degrees + period * np.arange(repeats)[:, None]).ravel())
    order = np.argsort(angle)
    closed = np.append(order, order[0])
    mean, low, high = (
        np.tile(values[:, unit], repeats)[closed] for values in (found.mean, found.low, found.high)
    )
    around = np.append(angle[order], angle[order[0]] + 2 * np.pi)
    axes.plot(around, mean, color=BLUE, linewidth=1.0, marker="o", markersize=2.5)
    axes.fill_between(around, np.maximum(low, 0.0), high, color=BLUE, alpha=0.25, linewidth=0)
    preferred = np.deg2rad(found.circular(period)[1][unit] + period * np.arange(repeats))
    top = float(np.nanmax([mean.max(), np.nanmax(high, initial=0.0)])) or 1.0
    for direction in preferred[np.isfinite(preferred)]:
        axes.plot([direction, direction], [0.0, top], color=GREY, linewidth=0.8, linestyle=":")
    axes.set_ylim(0.0, 1.05 * top)
    axes.set_xticks(np.deg2rad([0, 90, 180, 270]), ["0°", "90°", "180°", "270°"], fontsize=6)
    axes.tick_params(pad=-2)
    axes.set_yticks([top], [f"{top:.2g}"], fontsize=6)
    axes.grid(linewidth=0.3)
    axes.spines["polar"].set(linewidth=0.4)


def _label(grid: npt.NDArray[Any], found: Tuning, drawn: int, *, circles: bool) -> None:
    unit = "P(active)" if found.unit == "probability" else found.unit
    columns = grid.shape[1]
    if circles:
        figure_of(grid).supxlabel(
            drawable(f"{unit} by {found.condition or 'condition'}"), fontsize=8
        )
        return
    for panel in grid.flat[max(0, drawn - columns) : drawn]:
        panel.set_xlabel(drawable(found.condition or "Condition"))
    for panel in grid[:, 0]:
        panel.set_ylabel(unit)
