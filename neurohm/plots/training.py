"""Pictures of learning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from neurohm.exceptions import InputError
from neurohm.plots.grids import panels
from neurohm.plots.style import BLUE, GREY, VERMILION, styled
from neurohm.training import History

if TYPE_CHECKING:
    from neurohm.estimators import HelmholtzDensity, SpikeHelmholtz


@styled
def learning_curve(
    model: SpikeHelmholtz | HelmholtzDensity | History, *, axes: Axes | None = None
) -> npt.NDArray[Any]:
    """Draw how well the machine explained its data, epoch by epoch.

    The training bound and, where a share of the data was held out, the score on it, whose best
    epoch is marked: the machine was given the parameters of that epoch. The effective sample size
    is shown below where the rule has several particles.

    Parameters
    ----------
    model : SpikeHelmholtz, HelmholtzDensity or History
    axes : Axes, optional
        To be divided into the panels; by default a new figure.

    Returns
    -------
    ndarray of Axes, (1, 1) or (2, 1)
        First the curves: nats per window (per sample, of a density or a bare history) against
        epochs. Second, where the rule has several particles, the effective ones.

    Raises
    ------
    InputError
        If no epoch was learned.

    Examples
    --------
    >>> import neurohm as nh
    >>> from neurohm.training import History
    >>> history = History({"bound": [-4.1, -3.6, -3.5], "held_out": [-4.0, -3.7, -3.8]})
    >>> nh.plots.save(nh.plots.learning_curve(history), "learning.png")
    """
    history = model if isinstance(model, History) else model.history_
    curves = [name for name in ("bound", "held_out") if name in history]
    if not curves or not len(history):
        raise InputError("a history without an epoch", "at least one learned epoch")
    done = history["epoch"] if "epoch" in history else np.arange(len(history))
    epochs = np.asarray(done + 1, dtype=np.float64)
    several = "effective_sample_size" in history
    height = 3.0 if several else 2.4
    grid = panels(axes, 1 + several, 1, height=height, heights=[3, 1][: 1 + several], share_x=True)
    above, below = grid[0, 0], grid[-1, 0]
    for curve in curves:
        _curve(above, epochs, history[curve], curve)
    above.set_ylabel(f"Nats per {'window' if hasattr(model, 'lags') else 'sample'}")
    above.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, borderaxespad=0.1)
    above.set_title("Learning curve", fontsize=9, pad=18)
    above.margins(y=0.16)  # room for the name of the best epoch
    _show_late(above, [history[curve] for curve in curves])
    if several:
        _effective_sample_size(below, epochs, history["effective_sample_size"])
    below.set_xlabel("Epoch")
    below.xaxis.set_major_locator(MaxNLocator(integer=True))
    below.set_xlim(0.5, float(epochs[-1]) + 0.5)
    return grid


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
        axes.set_ylim(low - 0.6 * (high - low), high + 0.3 * (high - low))


def _effective_sample_size(
    axes: Axes, epochs: npt.NDArray[np.float64], values: npt.NDArray[np.float64]
) -> None:
    axes.plot(epochs, values, color=GREY, marker="." if len(epochs) < 3 else "")
    axes.set_ylabel("Effective\nparticles")
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.set_ylim(1.0, 1.0 + 1.15 * max(1.0, float(np.nanmax(values)) - 1.0))
