"""Pictures of scores."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from neurohm.plots.style import GREY, Picture, styled

if TYPE_CHECKING:
    from neurohm.analysis import ScoreReport


@styled
def score_gain(score: ScoreReport) -> Figure:
    """Draw the gain of a machine over independent units, with its standard error.

    Parameters
    ----------
    score : ScoreReport

    Returns
    -------
    matplotlib.figure.Figure
        Bits per spike; the bar is the gain, the line two standard errors to each side.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(n_units=10, minutes=2, n_assemblies=1, members=(4, 5))
    >>> train, test = recording.split(test=0.5)
    >>> model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=3).fit(train)
    >>> nh.plots.score_gain(model.score_report(test, particles=10)).savefig("score.png")
    """
    figure = Picture(figsize=(3.6, 1.05))
    axes = figure.subplots()
    error = 0.0 if math.isnan(score.standard_error) else 2 * score.standard_error
    axes.barh([0], [score.gain_bits_per_spike], height=0.5, color="C0", alpha=0.75)
    axes.errorbar([score.gain_bits_per_spike], [0], xerr=[error], color="black", capsize=3)
    axes.axvline(0, color=GREY, linewidth=1.0)
    axes.set(ylim=(-0.6, 0.6), yticks=[])
    axes.margins(x=0.12)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Gain over independent units (bits per spike, ± 2 standard errors)")
    return figure
