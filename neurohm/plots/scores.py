"""Pictures of scores."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from neurohm.plots.canvas import one_panel
from neurohm.plots.style import BLUE, GREY, styled

if TYPE_CHECKING:
    from neurohm.analysis import ScoreReport


@styled
def score_gain(score: ScoreReport, *, axes: Axes | None = None) -> Axes:
    """Draw the gain of a machine over independent units, with its standard error.

    Parameters
    ----------
    score : ScoreReport
    axes : Axes, optional
        To draw into; by default a new figure.

    Returns
    -------
    Axes
        Bits per spike; the bar is the gain, the line two standard errors to each side.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(n_units=10, minutes=2, n_assemblies=1, members=(4, 5))
    >>> train, test = recording.split(test=0.5)
    >>> model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=3).fit(train)
    >>> nh.plots.save(nh.plots.score_gain(model.score_report(test, particles=10)), "score.png")
    """
    gain = score.gain_bits_per_spike
    error = 0.0 if math.isnan(score.standard_error) else 2 * score.standard_error
    axes = one_panel(axes, 1.15)
    axes.barh([0], [gain], height=0.5, color=BLUE, alpha=0.7)
    axes.errorbar([gain], [0], xerr=[error], color="black", capsize=3, linewidth=1.0)
    axes.axvline(0, color=GREY, linewidth=1.0)
    axes.set(ylim=(-0.5, 0.5), yticks=[])
    axes.margins(x=0.12)
    axes.spines["left"].set_visible(False)
    axes.set_title("Gain over independent units")
    axes.set_xlabel("Bits per spike" + (" (line: ± 2 standard errors)" if error else ""))
    return axes
