"""Histograms of a machine's weights, and of what its hidden units do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from neurohm.machine import HelmholtzMachine, Pathway, as_machine
from neurohm.machine.projection import Bias, Internal, Projection
from neurohm.plots.grids import panels
from neurohm.plots.style import BLUE, GREY, drawable, styled
from neurohm.populations.gaussian import LOG_DEVIATION
from neurohm.recordings import Recording

if TYPE_CHECKING:
    from neurohm.estimators import HelmholtzDensity, SpikeHelmholtz

_Synapses: TypeAlias = Projection | Bias | Internal
_BINS = 40
_LOWEST = 0.7  # of the axis of numbers, so that one synapse shows
_OF_LEGEND = 0.1  # of a panel's height that an entry of its legend takes
_RAREST = 1e-4  # mean activity that is told from none


@styled
def weights(
    model_or_machine: SpikeHelmholtz | HelmholtzDensity | HelmholtzMachine,
    *,
    axes: Axes | None = None,
) -> npt.NDArray[Any]:
    """Draw histograms of the weights and biases of both pathways.

    A weight is what an active presynaptic unit adds to the drive, a bias the drive without any;
    both are log-odds of Bernoulli units and log-rates of Poisson units.

    Parameters
    ----------
    model_or_machine : SpikeHelmholtz, HelmholtzDensity or HelmholtzMachine
    axes : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ndarray of Axes, (2, 2)
        Generative above, recognition below; weights at the left, biases at the right. Nats
        against numbers of synapses on a logarithmic axis, which all panels share.

    Raises
    ------
    ArgumentTypeError
        If it is neither a fitted model nor a machine.

    Examples
    --------
    >>> import neurohm as nh
    >>> nh.plots.save(nh.plots.weights(nh.HelmholtzMachine([60, 10, 4])), "weights.png")
    """
    machine = as_machine(getattr(model_or_machine, "machine_", model_or_machine))
    grid = panels(axes, 2, 2, height=3.6)
    for column, name in enumerate(("weights", "biases")):
        both = [_values(p, name) for p in (machine.generative, machine.recognition)]
        edges = _edges([array for values in both for array in values.values()])
        for row, values in enumerate(both):
            pathway = ("Generative", "Recognition")[row]
            _draw_steps(grid[row, column], values, edges)
            grid[row, column].set_title(f"{pathway} {name}")
        grid[1, column].set_xlabel(("Weight (nats)", "Bias (nats)")[column])
    highest = max(panel.get_ylim()[1] for panel in grid.flat)
    taken = _OF_LEGEND * max(len(panel.patches) for panel in grid.flat)
    top = _LOWEST * (highest / _LOWEST) ** (1 / (1 - min(taken, 0.6)))
    for panel in grid.flat:
        panel.set(yscale="log", ylim=(_LOWEST, top))
    for row in (0, 1):
        grid[row, 0].set_ylabel("Synapses")
        grid[row, 1].set_ylabel("Units")
    return grid


@styled
def activity(
    recording: Recording | npt.ArrayLike, model: SpikeHelmholtz, *, axes: Axes | None = None
) -> npt.NDArray[Any]:
    """Draw how active each hidden unit is, and how many are active at a time.

    Silent units are those that are more likely silent than active in every window, units always
    on those that are more likely active in every window.

    Parameters
    ----------
    recording : Recording or array_like, (n_bins, n_units)
    model : SpikeHelmholtz
        A fitted one.
    axes : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ndarray of Axes, (n_layers, 2)
        A row for each hidden layer, the deepest one above. At the left units against the mean of
        their activity over windows, at the right windows against the expected number of units
        that are active in them.

    Raises
    ------
    InputError, ArgumentTypeError
        If the recording does not fit the model.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(n_units=10, minutes=1, n_assemblies=1, members=(4, 5))
    >>> model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=3).fit(recording)
    >>> nh.plots.save(nh.plots.activity(recording, model), "activity.png")
    """
    hidden = model.transform(recording, stride=model.lags)
    layers = sorted(set(hidden.layers), reverse=True)
    grid = panels(axes, len(layers), 2, height=0.4 + 1.5 * len(layers))
    for row, layer in enumerate(layers):
        probability = hidden.values[:, np.equal(hidden.layers, layer)].astype(np.float64)
        _draw_units(grid[row, 0], probability)
        _draw_windows(grid[row, 1], probability.sum(axis=1))
        grid[row, 0].set_title(f"Layer {layer}: units")
        grid[row, 1].set_title(f"Layer {layer}: windows")
    grid[-1, 0].set_xlabel("Mean probability")
    grid[-1, 1].set_xlabel("Active units")
    return grid


def _values(pathway: Pathway, name: str) -> dict[str, npt.NDArray[np.float64]]:
    """Return the weights, or the biases, of each projection and population by its name.

    Populations may have both inside: lateral synapses, or those of a second compartment.
    """
    inside = [each for each in pathway.internals if each.parameter.role != LOG_DEVIATION]
    axes = 2 if name == "weights" else 1
    given: Iterable[_Synapses] = pathway.projections if axes == 2 else pathway.biases.values()
    synapses = [*given, *(each for each in inside if each.weights.ndim == axes)]
    return {each.key.partition("/")[2].replace("->", " → "): _own(each) for each in synapses}


def _own(synapses: _Synapses) -> npt.NDArray[np.float64]:
    """Return the values of synapses, without the half of lateral ones that does not exist."""
    values = np.asarray(synapses.weights, np.float64)
    if isinstance(synapses, Internal) and synapses.parameter.triangular:
        return values[np.triu_indices(len(values), 1)]
    return values.ravel()


def _edges(arrays: list[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """Return edges of bins that hold zero and all values."""
    values = np.concatenate([np.zeros(1), *arrays])
    return np.histogram_bin_edges(values, _BINS)


def _draw_steps(
    axes: Axes, values: dict[str, npt.NDArray[np.float64]], edges: npt.NDArray[np.float64]
) -> None:
    for name, array in values.items():
        counts = np.histogram(array, edges)[0]
        axes.stairs(counts, edges, label=drawable(name), linewidth=1.0, baseline=None)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    if values:
        axes.legend(fontsize=6, loc="upper right", handlelength=1.2, borderaxespad=0.0)


def _draw_units(axes: Axes, probability: npt.NDArray[np.float64]) -> None:
    """Draw how many units have which mean activity, and say how many never change."""
    mean = probability.mean(axis=0).clip(_RAREST, 1.0)
    counts, edges = np.histogram(mean, np.geomspace(_RAREST, 1.0, 25))
    axes.stairs(counts, edges, fill=True, color=BLUE, alpha=0.7)
    axes.set(
        xscale="log", xlim=(_RAREST, 1.0), ylim=(0, 1.45 * max(1, counts.max())), ylabel="Units"
    )
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    silent = int((probability <= 0.5).all(axis=0).sum())
    always = int((probability > 0.5).all(axis=0).sum())
    _write(axes, f"{silent} silent, {always} always on\nof {probability.shape[1]}")


def _draw_windows(axes: Axes, active: npt.NDArray[np.float64]) -> None:
    """Draw in how many windows how many units are active."""
    edges = np.arange(-0.5, np.ceil(active.max()) + 1)
    counts = np.histogram(active, edges)[0]
    axes.stairs(counts, edges, fill=True, color=BLUE, alpha=0.7, baseline=0.5)
    axes.set(yscale="log", ylim=(0.5, 20 * counts.max()), ylabel="Windows")
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    _write(axes, f"mean {active.mean():.2g}")


def _write(axes: Axes, text: str) -> None:
    place: dict[str, Any] = {"transform": axes.transAxes, "ha": "right", "va": "top"}
    axes.text(0.98, 0.97, text, fontsize=7, color=GREY, **place)
