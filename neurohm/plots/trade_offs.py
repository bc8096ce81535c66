"""Pictures of what learning trades: how often dreams are well formed, and how many there are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.exceptions import InputError
from neurohm.plots.canvas import one_panel
from neurohm.plots.style import GREY, drawable, styled

MARKERS = "osD^vPX"


@styled
def trade_off(
    points: Mapping[str, npt.ArrayLike],
    *,
    total: float | None = None,
    target: tuple[float, float] | None = None,
    axes: Axes | None = None,
) -> Axes:
    """Draw the patterns in use against the share of dreams that are rejected.

    Parameters
    ----------
    points : mapping of str to array_like, (n, 2)
        Accuracy and effective support of each rule; points of one family are joined.
    total : float, optional
        Number of well-formed patterns, drawn as a line: no rule gets above it.
    target : (float, float), optional
        Accuracy and effective support to reach; what does is in the shaded corner.
    axes : Axes, optional
        To draw into; by default a new figure.

    Returns
    -------
    Axes
        Rejected dreams are on a logarithmic axis, fewer of them to the right.

    Raises
    ------
    InputError
        If points are not pairs, or an accuracy is not below 1.

    Examples
    --------
    >>> axes = trade_off({"plain": [[0.95, 248], [0.98, 240]]}, total=256)
    """
    axes = one_panel(axes, 2.8)
    right = 1e-3
    for (name, given), marker in zip(points.items(), MARKERS * 9, strict=False):
        pairs = np.asarray(given, dtype=np.float64)
        if pairs.ndim != 2 or pairs.shape[1] != 2 or (pairs[:, 0] >= 1).any():
            raise InputError(
                f"points of {name!r} of shape {pairs.shape}", "(n, 2), accuracy below 1"
            )
        rejected = 1 - pairs[:, 0]
        right = min(right, rejected.min() / 2)
        axes.plot(rejected, pairs[:, 1], marker=marker, ms=4, lw=0.8, label=drawable(name))
    if total is not None:
        axes.axhline(total, color=GREY, lw=0.7, ls=":")
        axes.annotate(
            f"{total:g} well-formed patterns",
            (0.02, total),
            xycoords=("axes fraction", "data"),
            xytext=(0, 2),
            textcoords="offset points",
            color=GREY,
            fontsize="small",
        )
    axes.set_xscale("log")
    axes.invert_xaxis()
    if target is not None:
        axes.axvspan(1 - target[0], 1e-9, *_above(axes, target[1]), color="0.9", zorder=0)
        axes.set_xlim(right=right)
        axes.annotate(
            f"at least\n{target[0]:g}, {target[1]:g}",
            (1.0, target[1]),
            xycoords=("axes fraction", "data"),
            xytext=(-3, -3),
            textcoords="offset points",
            ha="right",
            va="top",
            color=GREY,
            fontsize="small",
        )
    axes.set_xlabel("dreams rejected (share)")
    axes.set_ylabel("patterns in use, exp(entropy)")
    axes.legend(loc="lower right", fontsize="small")
    return axes


def _above(axes: Axes, support: float) -> tuple[float, float]:
    """Return the part of the axes above a support, as fractions; it fixes the limits."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high)
    return min(1.0, max(0.0, (support - low) / (high - low))), 1.0
