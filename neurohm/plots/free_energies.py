"""Pictures of the free energy: over learning with its parts, and over cycles of refinement."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from neurohm.exceptions import InputError
from neurohm.plots.canvas import one_panel
from neurohm.plots.style import BLUE, GREY, VERMILION, drawable, styled


@styled
def free_energy(history: Any, *, axes: Axes | None = None) -> Axes:
    """Draw the free energy of the data and its parts, as an agent learns.

    Parameters
    ----------
    history : History or mapping of str to array_like
        With the columns of `neurohm.agents.FreeEnergy`.
    axes : Axes, optional
        To draw into; by default a new figure.

    Returns
    -------
    Axes
        Nats against epochs: free energy, the surprise that it bounds, complexity, inaccuracy.

    Raises
    ------
    InputError
        If there is no such column.

    Examples
    --------
    >>> axes = free_energy({"free_energy": [7.0, 6.0], "complexity": [2.0, 3.0]})
    """
    columns = history.to_dict() if hasattr(history, "to_dict") else dict(history)
    if "free_energy" not in columns:
        raise InputError(f"a history of {sorted(columns)}", "one with 'free_energy'")
    axes = one_panel(axes)
    looks = {"free_energy": "-", "surprise": ":", "complexity": "--", "inaccuracy": "-."}
    for name, style in looks.items():
        if name in columns:
            values = np.asarray(columns[name], dtype=np.float64)
            there = np.flatnonzero(np.isfinite(values))
            label = name.replace("_", " ")
            axes.plot(there + 1, values[there], ls=style, lw=1.2, label=label)
    axes.set_xlabel("epoch")
    axes.set_ylabel("nats")
    axes.set_ylim(bottom=0)
    axes.legend(fontsize="small")
    return axes


@styled
def free_energy_of_cycles(energies: dict[str, npt.ArrayLike], *, axes: Axes | None = None) -> Axes:
    """Draw how the free energy of what is imagined changes over cycles of refinement.

    Parameters
    ----------
    energies : mapping of str to array_like, (cycles + 1, rows)
        Such as `neurohm.agents.Simulation.free_energy`, by how cycles were accepted.
    axes : Axes, optional
        To draw into; by default a new figure.

    Returns
    -------
    Axes
        Medians (lines) and quartiles (dotted) over rows, nats; the legend says so.

    Raises
    ------
    InputError
        If an array is of another shape.

    Examples
    --------
    >>> axes = free_energy_of_cycles({"always": np.zeros((4, 10))})
    """
    axes = one_panel(axes)
    looks = zip((BLUE, VERMILION, "#009E73"), ("o", "s", "^"), strict=True)
    for (colour, marker), (name, given) in zip(looks, energies.items(), strict=False):
        values = np.asarray(given, dtype=np.float64)
        if values.ndim != 2:
            raise InputError(f"energies {name!r} of shape {values.shape}", "(cycles + 1, rows)")
        low, middle, high = np.quantile(values, (0.25, 0.5, 0.75), axis=1)
        cycles = np.arange(len(values))
        axes.plot(cycles, middle, color=colour, marker=marker, ms=3, label=drawable(name))
        for quartile in (low, high):
            axes.plot(cycles, quartile, color=colour, marker=marker, ms=2, lw=0.6, ls=":")
    axes.set_xlabel("cycle of recognition and generation")
    axes.set_ylabel("free energy (nats)")
    handles, _ = axes.get_legend_handles_labels()
    looks_of_rows = (("median of rows", "-", 1.2), ("quartiles", ":", 0.6))
    handles += [Line2D([], [], color=GREY, ls=s, lw=w, label=n) for n, s, w in looks_of_rows]
    axes.legend(handles=handles, fontsize="small", ncols=2)
    return axes
