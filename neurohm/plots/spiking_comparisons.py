"""Dreams of a machine, of its spiking network, and data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from neurohm.plots.canvas import figure_of
from neurohm.plots.grids import panels
from neurohm.plots.style import BLUE, GREY, VERMILION, styled

if TYPE_CHECKING:
    from neurohm.spiking import SpikingComparison

_KINDS: dict[str, dict[str, Any]] = {
    "recorded": {"color": "black", "marker": "s", "markersize": 3.0},
    "abstract": {"color": VERMILION, "marker": "o", "markersize": 3.0},
    "spiking": {"color": BLUE, "marker": "x", "markersize": 3.5},
}


@styled
def spiking_comparison(
    comparison: SpikingComparison, *, axes: Axes | None = None
) -> npt.NDArray[Any]:
    """Draw moments of dreams of a machine, of its spiking network, and of data.

    Six panels: rates and correlations of spiking against abstract dreams (with data, where there
    are any, against these, too; p says how often exchanged dreams differ as much), P(K), the mean
    autocorrelation within a window, and some dreams of each.

    Parameters
    ----------
    comparison : SpikingComparison
        Of `neurohm.spiking.compare_spiking`.
    axes : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ndarray of Axes, (2, 3)

    Examples
    --------
    >>> import neurohm as nh
    >>> from neurohm.spiking import compare_spiking, target
    >>> with target("numpy"):
    ...     comparison = compare_spiking(nh.HelmholtzMachine([6, 2], seed=0), dreams=200)
    >>> nh.plots.save(nh.plots.spiking_comparison(comparison), "spiking.png")
    """
    grid = panels(axes, 2, 3, height=4.0, width=6.2, strip=0.25)
    unit = "per bin" if comparison.bin_size == 1 else "Hz"
    _scatter(grid[0, 0], comparison, "rate", f"({unit})")
    _scatter(grid[0, 1], comparison, "correlation", "(r)")
    _curves(grid[0, 2], comparison)
    _autocorrelations(grid[1, 0], comparison)
    for panel, name in ((grid[1, 1], "abstract"), (grid[1, 2], "spiking")):
        _dreams(panel, getattr(comparison, f"{name}_dreams"), f"Dreams, {name}")
    lines = grid[0, 2].get_lines()
    names = [str(line.get_label()) for line in lines]
    where: Any = figure_of(grid) if axes is None else axes
    loc = "outside upper center" if axes is None else "upper center"
    where.legend(lines, names, loc=loc, ncols=3)
    return grid


def _kinds(comparison: SpikingComparison) -> list[tuple[str, Any, dict[str, Any]]]:
    return [
        (name, moments, style)
        for name, style in _KINDS.items()
        if (moments := getattr(comparison, name)) is not None
    ]


def _scatter(axes: Axes, comparison: SpikingComparison, what: str, unit: str) -> None:
    """Draw moments of spiking dreams and of data against those of abstract dreams."""
    x = getattr(comparison.abstract, f"{what}s")
    for name, moments, style in _kinds(comparison):
        if name != "abstract":
            y = getattr(moments, f"{what}s")
            axes.plot(x, y, linestyle="", alpha=0.6, rasterized=len(x) > 2000, **style)
    low, high = axes.get_xlim()
    axes.axline((low, low), (high, high), color=GREY, linewidth=0.6, zorder=0)
    axes.set(title=f"{what.capitalize()}s", xlabel=f"Abstract {unit}", ylabel=f"Others {unit}")
    off = np.sqrt(np.nanmean(getattr(comparison, f"{what}_deviations") ** 2))
    chance = getattr(comparison, f"{what}_chance")
    axes.text(
        0.04, 0.97, f"spiking: {off:.2f} s.e. (p = {chance:.2g})", transform=axes.transAxes,
        va="top", fontsize=7, color=BLUE,
    )  # fmt: skip
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(4))
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom, top + 0.12 * (top - bottom))


def _curves(axes: Axes, comparison: SpikingComparison) -> None:
    """Draw P(K), as far as anything goes."""
    both = _kinds(comparison)
    seen = int(np.flatnonzero(sum(moments.synchrony for _, moments, _ in both))[-1]) + 1
    for name, moments, style in both:
        probability = np.where(moments.synchrony > 0, moments.synchrony, np.nan)[:seen]
        axes.plot(np.arange(seen), probability, linewidth=1.0, label=name, **style)
    axes.set(yscale="log", title="Synchrony", xlabel="Units K in a bin", ylabel="P(K)")
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))


def _autocorrelations(axes: Axes, comparison: SpikingComparison) -> None:
    """Draw the mean correlation of a unit with itself some bins later."""
    axes.set(title="Autocorrelation", ylabel="Mean over units (r)")
    if comparison.lags == 1:
        axes.set(xticks=[], yticks=[])
        axes.text(0.5, 0.5, "a window is one bin", transform=axes.transAxes, ha="center")
        return
    in_seconds = comparison.bin_size != 1
    lag = np.arange(1, comparison.lags) * comparison.bin_size * (1e3 if in_seconds else 1)
    for _, moments, style in _kinds(comparison):
        axes.plot(lag, np.nanmean(moments.autocorrelations, axis=0), linewidth=1.0, **style)
    axes.set_xlabel("Lag (ms)" if in_seconds else "Lag (bins)")
    axes.axhline(0.0, color=GREY, linewidth=0.6, zorder=0)


def _dreams(axes: Axes, rows: npt.NDArray[Any], title: str) -> None:
    """Draw dreams as columns, active units black."""
    axes.imshow(rows.T, cmap="Greys", aspect="auto", interpolation="nearest", vmin=0, vmax=1)
    axes.set(title=title, xlabel="Dream", ylabel="Visible unit")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(4, integer=True))
