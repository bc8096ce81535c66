"""Pictures of comparisons of models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.plots.canvas import one_panel
from neurohm.plots.style import BLUE, GREY, VERMILION, drawable, styled

if TYPE_CHECKING:
    from neurohm.comparison import Comparison, ModelScore

_LEVEL = 0.05  # of p-values of what is behind the best
_INTERVAL = 0.95


@styled
def comparison(compared: Comparison, *, per: str = "spike", axes: Axes | None = None) -> Axes:
    """Draw the gain of each model over independent units, with its interval.

    Parameters
    ----------
    compared : Comparison
        Of `neurohm.compare`.
    per : {"spike", "bin"}
        What gains are shared among.
    axes : Axes, optional
        To draw into; by default a new figure.

    Returns
    -------
    Axes
        Bits; lines are intervals of 95 % over blocks of time. Filled: the best, and what is not
        significantly behind it; open: what is. Grey strokes are gains of surrogates.

    Raises
    ------
    ArgumentTypeError, InputError
        If it is no comparison, or `per` something else.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(8, 2.0, 1, members=(5, 5), occurrence_rate=1.0)
    >>> compared = nh.compare(recording, ["mixture"], folds=2)
    >>> nh.plots.save(nh.plots.comparison(compared), "comparison.png")
    """
    from neurohm.comparison import Comparison

    if not isinstance(compared, Comparison):
        raise ArgumentTypeError(
            f"a {type(compared).__name__} as comparison", "what nh.compare returned"
        )
    if per not in ("spike", "bin"):
        raise InputError(f"per={per!r}", "'spike' or 'bin'")
    axes = one_panel(axes, 1.2 + 0.24 * len(compared.scores), width=4.2)
    for place, score in enumerate(compared.scores):
        _draw_score(axes, score, place, _half_width(compared), per)
    _draw_surrogates(axes, compared, per)
    axes.axvline(0, color=GREY, linewidth=1.0, zorder=0)
    axes.set_yticks(
        range(len(compared.scores)), [drawable(score.name) for score in compared.scores]
    )
    axes.set_ylim(len(compared.scores) - 0.5, -0.5)
    axes.margins(x=0.08)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"Gain over independent units (bits/{per})")
    _draw_legend(axes, compared)
    return axes


def _draw_score(axes: Axes, score: ModelScore, place: int, half: float, per: str) -> None:
    """Draw one model's gain and its interval."""
    gain = score.gain_bits_per_spike if per == "spike" else score.gain_bits_per_bin
    error = score.gain_bits_per_spike_error if per == "spike" else score.gain_bits_per_bin_error
    behind = score.p_value < _LEVEL
    axes.errorbar(
        [gain],
        [place],
        xerr=[half * np.nan_to_num(error)],
        color=BLUE if not behind else VERMILION,
        marker="o",
        markersize=3.5,
        markerfacecolor="white" if behind else BLUE,
        capsize=2.5,
        linewidth=1.2,
    )


def _draw_surrogates(axes: Axes, compared: Comparison, per: str) -> None:
    """Draw the gains of surrogates as strokes on the lines of the models tested."""
    if compared.surrogates is None:
        return
    place = {score.name: i for i, score in enumerate(compared.scores)}
    scale = compared.n_bins / compared.n_spikes if per == "spike" else 1.0
    for test in compared.surrogates.tests:
        values = scale * np.array(test.surrogate_gains)
        axes.vlines(
            values,
            place[test.name] + 0.18,
            place[test.name] + 0.42,
            color=GREY,
            alpha=0.6,
            linewidth=0.5,
        )


def _draw_legend(axes: Axes, compared: Comparison) -> None:
    """Say what open points and strokes are, where there are any."""
    entries = [Line2D([], [], color=BLUE, marker="o", markersize=3.5, linestyle="none")]
    labels = ["best, or not significantly behind"]
    if any(score.p_value < _LEVEL for score in compared.scores):
        entries.append(
            Line2D(
                [],
                [],
                color=VERMILION,
                marker="o",
                markersize=3.5,
                markerfacecolor="white",
                linestyle="none",
            )
        )
        labels.append(f"behind (p < {_LEVEL:g})")
    if compared.surrogates is not None:
        entries.append(Line2D([], [], color=GREY, marker="|", linestyle="none"))
        labels.append(f"surrogates ({compared.surrogates.kind})")
    # above, where no point can lie
    axes.legend(
        entries, labels, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=1,
        borderaxespad=0.2, handletextpad=0.3, labelspacing=0.2,
    )  # fmt: skip


def _half_width(compared: Comparison) -> float:
    """Return half the width of an interval, in standard errors."""
    from scipy.stats import t

    blocks = len(compared.bins_of_blocks)
    return float(t.ppf(0.5 + _INTERVAL / 2, blocks - 1)) if blocks > 1 else 0.0
