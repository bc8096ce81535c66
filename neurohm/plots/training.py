"""Pictures of learning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from neurohm.exceptions import InputError
from neurohm.plots.style import BLUE, GREY, VERMILION, Picture, styled
from neurohm.training import History

if TYPE_CHECKING:
    from neurohm.estimators import HelmholtzDensity, SpikeHelmholtz


@styled
def learning_curve(model: SpikeHelmholtz | HelmholtzDensity | History) -> Figure:
    """Draw how well the machine explained its data, epoch by epoch.

    The training bound and, where a share of the data was held out, the score on it, whose best
    epoch is marked: the machine was given the parameters of that epoch. The effective sample size
    is shown below where the rule has several particles.

    Parameters
    ----------
    model : SpikeHelmholtz, HelmholtzDensity or History

    Returns
    -------
    matplotlib.figure.Figure
        Nats per window (per sample, of a density or a bare history) against epochs.

    Raises
    ------
    InputError
        If no epoch was learned.

    Examples
    --------
    >>> import neurohm as nh
    >>> from neurohm.training import History
    >>> history = History({"bound": [-4.1, -3.6, -3.5], "held_out": [-4.0, -3.7, -3.8]})
    >>> nh.plots.learning_curve(history).savefig("learning.png")
    """
    history = model if isinstance(model, History) else model.history_
    curves = [name for name in ("bound", "held_out") if name in history]
    if not curves or not len(history):
        raise InputError("a history without an epoch", "at least one learned epoch")
    done = history["epoch"] if "epoch" in history else np.arange(len(history))
    epochs = np.asarray(done + 1, dtype=np.float64)
    several = "effective_sample_size" in history
    figure = Picture(figsize=(3.6, 3.0 if several else 2.4))
    panels = figure.subplots(
        1 + several, 1, sharex=True, squeeze=False, height_ratios=[3, 1][: 1 + several]
    )[:, 0]
    for curve in curves:
        _curve(panels[0], epochs, history[curve], curve)
    panels[0].set_ylabel(f"Nats per {'window' if hasattr(model, 'lags') else 'sample'}")
    panels[0].legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, borderaxespad=0.1)
    figure.suptitle("Learning curve", x=0.01, ha="left")
    _show_late(panels[0], [history[curve] for curve in curves])
    if several:
        _effective_sample_size(panels[1], epochs, history["effective_sample_size"])
    panels[-1].set_xlabel("Epoch")
    panels[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    panels[-1].set_xlim(0.5, float(epochs[-1]) + 0.5)
    return figure


_NAMES = {"bound": "training bound", "held_out": "held-out score"}
_COLOURS = {"bound": BLUE, "held_out": VERMILION}


def _curve(
    axes: Axes, epochs: npt.NDArray[np.float64], values: npt.NDArray[np.float64], name: str
) -> None:
    marker = "." if len(epochs) < 3 else ""
    axes.plot(epochs, values, color=_COLOURS[name], label=_NAMES[name], marker=marker)
    if name == "held_out" and np.isfinite(values).any():
        best = int(np.nanargmax(values))
        axes.plot(
            epochs[best],
            values[best],
            "o",
            color=_COLOURS[name],
            markersize=4.5,
            label=f"_best epoch {epochs[best]:.0f}",
        )
        axes.annotate(
            f"best: epoch {epochs[best]:.0f}",
            (epochs[best], values[best]),
            xytext=(0, 6),
            textcoords="offset points",
            ha="right" if 2 * best >= len(epochs) else "left",
            color=_COLOURS[name],
        )


def _show_late(axes: Axes, curves: list[npt.NDArray[np.float64]]) -> None:
    """Leave the steep rise of the first epochs below the frame where it would hide the rest."""
    values = np.concatenate([curve[np.isfinite(curve)] for curve in curves])
    if len(values) < 8:
        return
    low, high = np.percentile(values, 15), values.max()
    if high > low and (low - values.min()) > 2 * (high - low):
        axes.set_ylim(low - 0.6 * (high - low), high + 0.1 * (high - low))


def _effective_sample_size(
    axes: Axes, epochs: npt.NDArray[np.float64], values: npt.NDArray[np.float64]
) -> None:
    axes.plot(epochs, values, color=GREY, marker="." if len(epochs) < 3 else "")
    axes.set_ylabel("Effective\nparticles")
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.set_ylim(1.0, 1.0 + 1.15 * max(1.0, float(np.nanmax(values)) - 1.0))
