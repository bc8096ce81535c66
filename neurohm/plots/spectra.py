"""Pictures of how well conditioned learning is."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.exceptions import InputError
from neurohm.plots.grids import panels
from neurohm.plots.style import drawable, styled
from neurohm.training import FisherMonitor

PATHWAYS = ("generative", "recognition")
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "0.4")
_LEAST = (
    1e-6  # of the largest eigenvalue: below it lies what single precision cannot tell from zero
)


@styled
def fisher_spectra(monitor: FisherMonitor, *, axes: Axes | None = None) -> npt.NDArray[Any]:
    """Draw the eigenvalues of the Fisher matrices of each population, at first and at last.

    The flatter a line, the better one learning rate suits all directions of a neuron's weights.

    Parameters
    ----------
    monitor : FisherMonitor
        After training.
    axes : Axes, optional
        To be divided into the panels; by default a new figure.

    Returns
    -------
    ndarray of Axes, (1, 2)
        Generative and recognition pathway: eigenvalues (per squared nat of drive) against their
        rank, both on logarithmic axes; dashed after the first epoch measured, whole after the last.

    Raises
    ------
    InputError
        If nothing was measured.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> monitor = nh.training.FisherMonitor(np.eye(6))
    >>> _ = nh.train(nh.HelmholtzMachine([6, 4]), np.eye(6), epochs=2, callbacks=[monitor])
    >>> nh.plots.save(nh.plots.fisher_spectra(monitor), "spectra.png")
    """
    if not monitor.epochs:
        raise InputError("a FisherMonitor that measured nothing", "one that was trained with")
    grid = panels(axes, 1, 2, height=2.8)
    names = dict.fromkeys(name.partition("/")[2] for name in monitor.spectra)
    colours = dict(zip(names, cycle(_COLOURS), strict=False))
    for panel, pathway in zip(grid[0], PATHWAYS, strict=True):
        own = {k: v for k, v in monitor.spectra.items() if k.startswith(f"{pathway}/")}
        for name, spectra in own.items():
            population = name.partition("/")[2]
            colour, label = colours[population], drawable(population)
            if len(spectra) > 1:
                _line(panel, spectra[0], colour, linestyle=":", linewidth=1.0)
            _line(panel, spectra[-1], colour, label=label)
        panel.set(xscale="log", yscale="log", xlabel="Rank")
        panel.set_title(f"{pathway.capitalize()} pathway")
        if own:
            panel.legend(fontsize=6, loc="lower left")
    grid[0, 0].set_ylabel("Eigenvalue of the Fisher matrix")
    note = f"after epoch {monitor.epochs[-1]}"
    if len(monitor.epochs) > 1:
        note += f"\n(dotted: {monitor.epochs[0]})"
    place: dict[str, Any] = {"transform": grid[0, 1].transAxes, "ha": "right", "va": "top"}
    grid[0, 1].text(0.98, 0.97, note, fontsize=7, **place)
    return grid


def _line(axes: Axes, spectrum: npt.NDArray[np.float64], colour: str, **how: Any) -> None:
    kept = spectrum[spectrum > _LEAST * spectrum.max()]
    marker = "." if len(kept) < 3 else ""
    axes.plot(np.arange(1, len(kept) + 1), kept, color=colour, marker=marker, **how)
