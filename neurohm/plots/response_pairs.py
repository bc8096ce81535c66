"""Noise against signal correlations, of data and of a model."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.analysis import ResponseCorrelations, Responses, response_correlations
from neurohm.exceptions import InputError
from neurohm.plots.grids import panels
from neurohm.plots.style import BLUE, GREY, VERMILION, WIDTH, styled


@styled
def correlations(
    data: ResponseCorrelations | Responses,
    model: ResponseCorrelations | Responses | None = None,
    *,
    axes: Axes | None = None,
) -> npt.NDArray[Any]:
    """Draw noise against signal correlations; with a model, also those of it against the data's.

    Parameters
    ----------
    data, model : ResponseCorrelations or Responses
        Of recorded spikes, and of what a model regenerated of them (`nh.analysis.regenerated`).
    axes : Axes, optional
        To be divided into the panels; by default a new figure.

    Returns
    -------
    ndarray of Axes, (1, 1) or (1, 3)

    Raises
    ------
    InputError
        If the two are of different units.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_trials(n_units=6, n_trials=80, shared=0.3)
    >>> trials = nh.trials_of(recording, "orientation")
    >>> responses = nh.responses_of(recording, trials, bin_size=0.25)
    >>> nh.plots.save(nh.plots.correlations(responses), "correlations.png")
    """
    own, other = _found(data), None if model is None else _found(model)
    if other is not None and len(other.pairs) != len(own.pairs):
        raise InputError(f"{len(own.pairs)} and {len(other.pairs)} pairs", "the same units")
    width = 2.4 if other is None else WIDTH
    grid = panels(axes, 1, 1 if other is None else 3, height=2.4, width=width)
    first = grid[0, 0]
    _scatter(first, own.signal, own.noise, BLUE, "data")
    if other is not None:
        _scatter(first, other.signal, other.noise, VERMILION, "model")
        first.legend(loc="upper left", handletextpad=0.2, borderaxespad=0.1)
    for line in (first.axhline, first.axvline):
        line(0.0, color=GREY, linewidth=0.6, zorder=0)
    relation = "" if np.isnan(own.relation) else f" (r = {own.relation:.2f})".replace("-", "−")
    first.set(title=f"Noise and signal{relation}", xlabel="Signal (r)", ylabel="Noise (r)")
    if other is not None:
        for panel, name in zip(grid[0, 1:], ("signal", "noise"), strict=True):
            _compare(panel, getattr(own, name), getattr(other, name), name)
    return grid


def _found(source: ResponseCorrelations | Responses) -> ResponseCorrelations:
    return source if isinstance(source, ResponseCorrelations) else response_correlations(source)


def _scatter(
    axes: Axes, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], colour: str, name: str
) -> None:
    few = len(x) <= 300
    axes.plot(
        x, y, "o", markersize=3.0 if few else 1.5, markeredgewidth=0, color=colour,
        alpha=0.6 if few else 0.3, rasterized=len(x) > 5000, label=name,
    )  # fmt: skip


def _compare(
    axes: Axes, data: npt.NDArray[np.float64], model: npt.NDArray[np.float64], name: str
) -> None:
    """Draw the model's correlations against those of the data, on the same scale."""
    _scatter(axes, data, model, BLUE, name)
    axes.axline((0.0, 0.0), slope=1.0, color=GREY, linewidth=0.6, zorder=0)
    known = np.isfinite(data) & np.isfinite(model)
    both = np.concatenate([[0.0], data[known], model[known]])
    room = 0.05 * float(np.ptp(both)) or 1.0
    limits = (float(both.min()) - room, float(both.max()) + room)
    axes.set(xlim=limits, ylim=limits, xlabel="Data (r)", ylabel="Model (r)")
    r = float("nan")
    if known.sum() > 2 and np.ptp(data[known]) and np.ptp(model[known]):
        r = float(np.corrcoef(data[known], model[known])[0, 1])
    title = f"{name.capitalize()} correlations"
    axes.set_title(title if np.isnan(r) else f"{title} (r = {r:.2f})".replace("-", "−"))
