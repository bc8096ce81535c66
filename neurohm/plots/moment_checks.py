"""Whether dreams look like data: rates, correlations, synchrony, time course."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, StrMethodFormatter

from neurohm.analysis import MomentReport
from neurohm.analysis.moment_report import Agreement
from neurohm.plots.canvas import figure_of
from neurohm.plots.grids import panels
from neurohm.plots.style import BLUE, GREY, VERMILION, styled
from neurohm.recordings import Recording

if TYPE_CHECKING:
    from neurohm.estimators import SpikeHelmholtz

_DATA: dict[str, Any] = {"color": "black", "marker": "o", "markersize": 2.5, "linewidth": 1.0}
_DREAMS: dict[str, Any] = {"color": BLUE, "marker": "o", "markersize": 2.5, "linewidth": 1.0}
_INDEPENDENT: dict[str, Any] = {"color": VERMILION, "linestyle": "--", "linewidth": 1.0}
_LEGEND = 0.25  # inches, above given axes


@styled
def model_check(
    recording: Recording | npt.ArrayLike,
    model: SpikeHelmholtz,
    *,
    dreams: int | None = None,
    seed: int = 0,
    axes: Axes | None = None,
) -> npt.NDArray[Any]:
    """Draw the moments of a recording against those of the model's dreams.

    Six panels: the rate of each unit, the correlation of each pair (of 200 units at most), the
    same of triplets (a thousand at most), the number of units that spike in the same bin, P(K),
    the mean autocorrelation within a window, and counts predicted from the rest of their window
    against those observed. Beside the correlation r of dreams with data stand the r that two
    recordings as long as this one would have, and that of the training data, where the model has
    it in memory; beside P(K) its Jensen-Shannon divergence from that of the data, bits.

    Parameters
    ----------
    recording : Recording or array_like, (n_bins, n_units)
        Best one that the model was not fitted to.
    model : SpikeHelmholtz
        A fitted one.
    dreams : int, optional
        Windows to dream; as many as the recording has by default.
    seed : int
        Of the dreams.
    axes : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ndarray of Axes, (2, 3)

    Raises
    ------
    InputError, ArgumentTypeError
        If the recording does not fit the model, or an argument cannot be used.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(n_units=10, minutes=1, n_assemblies=1, members=(4, 5))
    >>> train, test = recording.split(test=0.5)
    >>> model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=3).fit(train)
    >>> nh.plots.save(nh.plots.model_check(test, model), "check.png")
    """
    report = model.moments(recording, dreams=dreams, seed=seed)
    grid = panels(axes, 2, 3, height=4.0, width=5.4, strip=_LEGEND)
    in_seconds = model.time_unit_ == "s"
    unit = "Hz" if in_seconds else "spikes per bin"
    _scatter(grid[0, 0], report.data.rates, report.model.rates)
    _write_agreement(grid[0, 0], report.rates)
    grid[0, 0].set(title="Rates", xlabel=f"Data ({unit})", ylabel=f"Dreams ({unit})")
    _scatter(grid[0, 1], report.data.correlations, report.model.correlations)
    _write_agreement(grid[0, 1], report.correlations)
    grid[0, 1].axhline(0.0, **_INDEPENDENT, zorder=0)
    grid[0, 1].set(title="Correlations of pairs", xlabel="Data (r)", ylabel="Dreams (r)")
    _scatter(grid[0, 2], report.data.triplets, report.model.triplets)
    _write_agreement(grid[0, 2], report.triplets)
    grid[0, 2].axhline(0.0, **_INDEPENDENT, zorder=0)
    grid[0, 2].set(title="Triplets", xlabel="Data (coskewness)", ylabel="Dreams (coskewness)")
    _draw_synchrony(grid[1, 0], report)
    _draw_autocorrelations(grid[1, 1], report, 1000.0 if in_seconds else 1.0)
    grid[1, 1].set_xlabel(f"Lag ({'ms' if in_seconds else 'bins'})")
    _draw_calibration(grid[1, 2], report, in_bernoulli=model.observation_ == "bernoulli")
    _name_curves(grid, axes)
    return grid


def _name_curves(grid: npt.NDArray[Any], axes: Axes | None) -> None:
    """Write once, above all panels, what the colours are."""
    names = (grid[1, 0].get_lines(), ["data", "dreams", "independent units"])
    if axes is None:
        figure_of(grid).legend(*names, loc="outside upper center", ncols=3)
    else:
        axes.legend(*names, loc="upper center", ncols=3, borderaxespad=0.0)


def _scatter(axes: Axes, data: npt.NDArray[np.float64], dreamt: npt.NDArray[np.float64]) -> None:
    """Draw dreams against data on the same scale, with the line on which they are the same."""
    few = len(data) <= 300
    axes.plot(
        data,
        dreamt,
        "o",
        markersize=3.0 if few else 1.5,
        markeredgewidth=0,
        color=BLUE,
        alpha=0.6 if few else max(0.15, 300 / len(data)),
        rasterized=len(data) > 5000,
    )
    axes.axline((0.0, 0.0), slope=1.0, color=GREY, linewidth=0.6, zorder=0)
    both = np.concatenate([[0.0], data, dreamt])
    low, high = np.nanmin(both), np.nanmax(both)
    if len(data) > 300:  # a few extreme ones do not set the scale of thousands
        low, high = np.nanquantile(both, (0.002, 0.998))
    room = 0.05 * (high - low) or 1.0
    axes.set(xlim=(low - room, high + room), ylim=(low - room, high + room))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(4))


def _draw_synchrony(axes: Axes, report: MomentReport) -> None:
    """Draw P(K), as far as data or dreams go, and how far it is from that of the data."""
    three = (report.data, report.model, report.independent)
    seen = np.flatnonzero(report.data.synchrony + report.model.synchrony)[-1] + 1
    for moments, style in zip(three, (_DATA, _DREAMS, _INDEPENDENT), strict=True):
        probability = np.where(moments.synchrony > 0, moments.synchrony, np.nan)[:seen]
        axes.plot(np.arange(seen), probability, **style)
    drawn = np.concatenate([moments.synchrony[:seen] for moments in three[:2]])
    low, high = drawn[drawn > 0].min(), drawn.max()
    # with room above the curves for what is written
    axes.set(yscale="log", ylim=(low / 2, 2 * high * (high / low) ** 0.4))
    every = max(1, math.ceil(-math.log10(low) / 4))
    axes.set_yticks(10.0 ** np.arange(0, math.log10(low / 2), -every))  # none above one
    axes.minorticks_off()
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set(title="Synchrony", xlabel="Units K in a bin", ylabel="P(K)")
    off = [
        (f"{report.synchrony_divergence:.2g} bits off", BLUE),
        (f"{report.independent_divergence:.2g} bits off", VERMILION),
    ]
    if not np.isnan(report.training_divergence):
        off.append((f"training {report.training_divergence:.2g}", GREY))
    for line, (text, colour) in enumerate(off):
        axes.text(
            0.98, 0.98 - 0.11 * line, text, transform=axes.transAxes, va="top", ha="right",
            fontsize=7, color=colour,
        )  # fmt: skip


def _draw_autocorrelations(axes: Axes, report: MomentReport, scale: float) -> None:
    """Draw the mean over units of the correlation of a unit with itself some bins later."""
    axes.set(title="Autocorrelation", ylabel="Mean over units (r)")
    if report.lags == 1:
        axes.set(xticks=[], yticks=[])
        axes.text(0.5, 0.5, "a window is one bin", transform=axes.transAxes, ha="center")
        return
    lags = np.arange(1, report.lags) * report.bin_size * scale
    both = [report.data.autocorrelations, report.model.autocorrelations]
    known = np.isfinite(both).all(axis=(0, 2))
    for values, style in zip(both, (_DATA, _DREAMS), strict=True):
        if known.any():
            axes.plot(lags, values[known].mean(axis=0), **style)
    axes.axhline(0.0, **_INDEPENDENT, zorder=0)
    axes.set_xlim(0.0, None)
    low, high = axes.get_ylim()
    low, high = min(low, -0.005), max(high, 0.02)  # noise does not fill the panel
    axes.set_ylim(low, high + 0.7 * (high - low))  # room for what is written
    axes.yaxis.set_major_locator(MaxNLocator(4))
    _write_agreement(axes, report.autocorrelations)


def _draw_calibration(axes: Axes, report: MomentReport, *, in_bernoulli: bool) -> None:
    """Draw observed against predicted counts, both logarithmic where they span much."""
    found = report.calibration
    axes.errorbar(
        found.predicted, found.observed, yerr=found.standard_error, color=BLUE, marker="o",
        markersize=3, linewidth=1.0, elinewidth=0.8, capsize=1.5,
    )  # fmt: skip
    low = float(min(found.predicted.min(), found.observed.min()))
    high = float(max(found.predicted.max(), found.observed.max()))
    if 0 < low < high / 10:
        axes.set(xscale="log", yscale="log")
        axes.set(xlim=(low / 1.5, high * 1.5), ylim=(low / 1.5, high * 3))
        axes.minorticks_off()
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(LogLocator(subs=(1.0, 3.0), numticks=5))
            axis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axes.plot([low / 1.5, high * 1.5], [low / 1.5, high * 1.5], color=GREY, lw=0.6, zorder=0)
    else:
        axes.axline((0.0, 0.0), slope=1.0, color=GREY, linewidth=0.6, zorder=0)
        axes.set(xlim=(0.0, 1.1 * high or 1.0), ylim=(0.0, 1.3 * high or 1.0))
    of = "P(spike)" if in_bernoulli else "per bin"
    axes.set(title="Calibration", xlabel=f"Predicted ({of})", ylabel=f"Observed ({of})")
    text = f"off by {100 * found.error:.1f} %"
    axes.text(0.03, 0.98, text, transform=axes.transAxes, va="top", fontsize=7)


def _write_agreement(axes: Axes, agreement: Agreement) -> None:
    """Write the agreement in the corner that good models leave empty."""
    if np.isnan(agreement.r):
        return
    best = "" if np.isnan(agreement.ceiling) else f"\nat best {agreement.ceiling:.2f}"
    text = f"r = {agreement.r:.2f}{best}\nnRMSE {agreement.nrmse:.2f}"
    if not np.isnan(agreement.training_r):
        text += f"\ntraining {agreement.training_r:.2f}, {agreement.training_nrmse:.2f}"
    text = text.replace("-", "−")
    axes.text(0.03, 0.98, text, transform=axes.transAxes, va="top", fontsize=7)
