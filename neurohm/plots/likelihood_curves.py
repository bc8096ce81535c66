"""Pictures of estimates of the likelihood."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from neurohm.exceptions import ArgumentTypeError
from neurohm.plots.canvas import one_panel
from neurohm.plots.style import BLUE, GREY, VERMILION, drawable, styled

if TYPE_CHECKING:
    from neurohm.likelihood import LogLikelihoodCurve


@styled
def likelihood_curve(
    curve: LogLikelihoodCurve,
    *,
    reference: float | None = None,
    reference_label: str = "exact",
    label: str = "estimate (± 1.96 standard errors)",
    axes: Axes | None = None,
) -> Axes:
    """Draw how the estimated negative log-likelihood falls with the number of particles.

    Parameters
    ----------
    curve : LogLikelihoodCurve
        Of `log_likelihood_curve`, on test data.
    reference : float, optional
        A mean log-likelihood (nats) to draw a line at, such as the exact one, or that of another
        estimate; with the sign of the curve's means.
    reference_label : str
    label : str
        Of the curve, where several are drawn into the same axes.
    axes : Axes, optional
        To draw into; by default a new figure. Curves that are there keep their place; each has a
        marker of its own.

    Returns
    -------
    Axes
        Nats per sample against particles, on a logarithmic axis; bars are 1.96 standard errors to
        each side, of the noise of the particles.

    Raises
    ------
    ArgumentTypeError
        If it is no such curve.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([4, 3, 2], seed=0)
    >>> curve = nh.log_likelihood_curve(machine, np.eye(4), particles=(1, 10, 100))
    >>> exact = nh.exact_log_likelihood(machine, np.eye(4)).mean()
    >>> nh.plots.save(nh.plots.likelihood_curve(curve, reference=exact), "curve.png")
    """
    from neurohm.likelihood import LogLikelihoodCurve

    if not isinstance(curve, LogLikelihoodCurve):
        raise ArgumentTypeError(
            f"a {type(curve).__name__} as curve", "what log_likelihood_curve returned"
        )
    axes = one_panel(axes, 2.4)
    earlier = len(axes.containers)
    bars = 1.96 * np.nan_to_num(curve.standard_error)
    axes.errorbar(
        curve.particles,
        -curve.mean,
        yerr=bars,
        color=(BLUE, VERMILION)[earlier % 2],
        marker="osD^v"[earlier % 5],
        markersize=3.5,
        capsize=2.5,
        linewidth=1.2,
        label=drawable(label),
    )
    if reference is not None:
        named = drawable(reference_label)
        axes.axhline(-reference, color=GREY, linewidth=1.0, linestyle="--", label=named)
    axes.set_xscale("log")
    decades = curve.particles[-1] >= 100 * curve.particles[0]
    given = curve.particles.tolist()
    axes.xaxis.set_major_locator(LogLocator(10) if decades else FixedLocator(given))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda k, _: f"{k:,.0f}"))
    low, high = curve.particles[0] / 1.6, curve.particles[-1] * 1.6
    drawn = axes.get_xlim() if earlier else (low, high)
    axes.set_xlim(min(low, drawn[0]), max(high, drawn[1]))
    axes.margins(y=0.08)
    axes.set_xlabel("Particles K")
    axes.set_ylabel("Negative log-likelihood\n(nats per sample)")
    # above, where no point can lie
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.2)
    return axes
