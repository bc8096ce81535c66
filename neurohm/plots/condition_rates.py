"""How often assemblies occur in two conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.plots.canvas import one_panel
from neurohm.plots.style import BLUE, VERMILION, styled

if TYPE_CHECKING:
    import pandas as pd

_APART = 0.15  # of a row, between the conditions


@styled
def condition_rates(compared: pd.DataFrame, *, axes: Axes | None = None) -> Axes:
    """Draw how often each assembly occurs in two conditions, with intervals.

    Parameters
    ----------
    compared : DataFrame
        What `neurohm.compare_assemblies` returns, or some rows of it.
    axes : Axes, optional
        To draw into; by default a new figure.

    Returns
    -------
    Axes
        A row an assembly, from the top; occurrences beyond chance per minute (or bin). What
        became of it stands on the right.

    Raises
    ------
    InputError, ArgumentTypeError
        If it is another table, or holds no assembly.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(20, 4, 2, members=(5, 6), occurrence_rate=0.5)
    >>> model = nh.SpikeHelmholtz(hidden=12, lags=4, epochs=40).fit(recording)
    >>> halves = recording.between(0, 120), recording.between(120, 240)
    >>> table = nh.compare_assemblies(model, model.assemblies(refit=False), *halves)
    >>> nh.plots.save(nh.plots.condition_rates(table), "conditions.png")
    """
    if "change" not in getattr(compared, "columns", ()) or "conditions" not in compared.attrs:
        raise ArgumentTypeError(
            "a table without two conditions", "what nh.compare_assemblies(model, table, a, b) gives"
        )
    if not len(compared):
        raise InputError("a table without an assembly", "at least one")
    axes = one_panel(axes, 0.8 + 0.28 * len(compared))
    rows = np.arange(len(compared))
    for side, (letter, colour, mark) in enumerate((("a", BLUE, "o"), ("b", VERMILION, "s"))):
        rate = compared[f"rate_{letter}"].to_numpy(np.float64)
        low, high = (
            compared[f"rate_{end}_{letter}"].to_numpy(np.float64) for end in ("low", "high")
        )
        axes.errorbar(
            rate, rows + (2 * side - 1) * _APART,
            xerr=[np.maximum(rate - low, 0.0), np.maximum(high - rate, 0.0)],
            fmt=mark, color=colour, markersize=4, linewidth=1.2,
            label=str(compared.attrs["conditions"][side]),
        )  # fmt: skip
    for row, change in zip(rows, compared["change"], strict=True):
        axes.annotate(
            change, (1.01, row), xycoords=("axes fraction", "data"), fontsize=7, va="center"
        )
    per = "minute" if compared.attrs.get("time_unit", "s") == "s" else "bin"
    level = round(100 * (1 - float(compared.attrs["compared_at"])))
    axes.set(yticks=rows, yticklabels=compared.index.astype(str), ylim=(len(rows) - 0.5, -0.5))
    axes.set(ylabel="Assembly", xlabel=f"Occurrences per {per} ({level} % interval)")
    axes.set_xlim(left=0)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)
    return axes
