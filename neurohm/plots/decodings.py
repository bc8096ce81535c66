"""How well conditions are decoded from activity."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from neurohm.analysis import Decoding
from neurohm.exceptions import InputError
from neurohm.plots.canvas import one_panel
from neurohm.plots.style import BLUE, GREY, drawable, styled


@styled
def decoding(results: Mapping[str, Decoding] | Decoding, *, axes: Axes | None = None) -> Axes:
    """Draw the accuracies of decoders of the same trials, with standard errors.

    Parameters
    ----------
    results : Decoding, or mapping of str to Decoding
        By what they were decoded from.
    axes : Axes, optional
        To draw into; by default a new figure.

    Returns
    -------
    Axes
        A line a decoder, with how many numbers describe a trial; the dashed line is chance,
        where that is near.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_trials(n_units=6, n_trials=40, orientations=(0, 90))
    >>> counts = nh.responses_of(recording, nh.trials_of(recording, "orientation"), bin_size=0.5)
    >>> results = {"counts": nh.decode(counts), "by bin": nh.decode(counts, over="bins")}
    >>> nh.plots.save(nh.plots.decoding(results), "decoding.png")
    """
    named = {"activity": results} if isinstance(results, Decoding) else dict(results)
    if not named:
        raise InputError("no decoding", "at least one")
    found = list(named.values())
    axes = one_panel(axes, 0.75 + 0.27 * len(found))
    rows = np.arange(len(found))
    accuracy = [result.accuracy for result in found]
    error = [result.standard_error for result in found]
    axes.errorbar(
        accuracy, rows, xerr=error, color=BLUE, marker="o", markersize=4, linestyle="none",
        capsize=3, elinewidth=1.0,
    )  # fmt: skip
    names = [f"{name} ({result.n_dimensions})" for name, result in named.items()]
    axes.set_yticks(rows, [drawable(name) for name in names])
    axes.set_ylim(len(found) - 0.5, -0.5)
    axes.margins(x=0.15)
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, high - 0.05), min(high, 1.02))
    where = _draw_chance(axes, found[0].chance)
    axes.set_title(drawable(f"Decoding of {found[0].condition or 'the condition'}{where}"))
    axes.set_xlabel("Share right (± standard error)")
    axes.xaxis.set_major_locator(MaxNLocator(4))
    return axes


def _draw_chance(axes: Axes, chance: float) -> str:
    """Draw a line at chance where it is near what was found, else return where it is."""
    low, high = axes.get_xlim()
    if chance < low - 2 * (high - low):
        return f" (chance {chance:.2f})"
    axes.axvline(chance, color=GREY, linewidth=0.8, linestyle="--")
    axes.text(chance, 0.02, " chance", transform=axes.get_xaxis_transform(), fontsize=7, color=GREY)
    return ""
