"""Pictures of what a machine dreams of, pattern by pattern, before and after acting."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.exceptions import InputError
from neurohm.plots.canvas import one_panel
from neurohm.plots.style import GREY, drawable, styled


@styled
def salience(
    probabilities: Mapping[str, npt.ArrayLike],
    accepted: npt.ArrayLike,
    *,
    axes: Axes | None = None,
) -> Axes:
    """Draw how probable well-formed patterns are to be dreamt, the most probable first.

    Parameters
    ----------
    probabilities : mapping of str to array_like, (n_states,)
        Such as before and after, of `neurohm.likelihood.exact_distribution`.
    accepted : array_like of bool, (n_states,)
        Which states are well formed.
    axes : Axes, optional
        To draw into; by default a new figure.

    Returns
    -------
    Axes
        Each curve is of its own order, divided by the uniform probability; the legend has the
        share of all dreams that are well formed.

    Raises
    ------
    InputError
        If the arrays do not fit each other.

    Examples
    --------
    >>> p = np.full(4, 0.25)
    >>> axes = salience({"before": p}, np.array([True, True, False, True]))
    """
    axes = one_panel(axes)
    good = np.asarray(accepted, dtype=bool)
    uniform = 1 / max(1, good.sum())
    for style, (name, given) in zip(("--", "-", ":", "-."), probabilities.items(), strict=False):
        p = np.asarray(given, dtype=np.float64)
        if p.shape != good.shape:
            raise InputError(f"{name!r} of shape {p.shape}", f"{good.shape}, a state each")
        ranked = np.sort(p[good])[::-1] / uniform
        label = f"{drawable(name)}: {p[good].sum():.3f} well formed"
        axes.plot(np.arange(1, len(ranked) + 1), ranked, ls=style, lw=1.2, label=label)
    axes.axhline(1, color=GREY, lw=0.7, ls=":")
    axes.set_yscale("log")
    axes.set_xlabel("well-formed pattern, by rank")
    axes.set_ylabel("probability / uniform")
    axes.legend(fontsize="small")
    return axes
