"""A population of Gabor fits: orientation, frequency, form of the envelope, how well they fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.analysis import GaborFits
from neurohm.checks import real_number
from neurohm.plots.canvas import whole
from neurohm.plots.style import BLUE, GREY, VERMILION, styled

_SIZE = (6.9, 2.1)  # inches
_BINS = 12


@styled
def gabor_population(
    fits: GaborFits,
    *,
    least: float = 0.7,
    pixel: tuple[float, str] = (1.0, "pixel"),
    axes: Axes | None = None,
) -> npt.NDArray[Any]:
    """Draw how Gabor fits of a population are distributed.

    Parameters
    ----------
    fits : GaborFits
    least : float
        R^2 from which a fit counts; the others are in the first panel alone.
    pixel : (float, str)
        Width of a pixel and its unit.
    axes : Axes, optional
        To be divided into the panels; by default a new figure.

    Returns
    -------
    ndarray of Axes, (1, 4)
        R^2 of all fits; orientation of the bars (degrees); spatial frequency (cycles a pixel);
        length against width of the envelopes, in periods of the grating.

    Raises
    ------
    InputError
        If `least` is no share.

    References
    ----------
    Ringach (2002). Spatial structure and symmetry of simple-cell receptive fields in macaque
    primary visual cortex. Journal of Neurophysiology 88:455. (The last panel.)

    Examples
    --------
    >>> import neurohm as nh
    >>> row, column = np.mgrid[:9, :9] - 4.0
    >>> field = np.exp(-(row**2 + column**2) / 8) * np.cos(2 * np.pi * column / 5)
    >>> fits = nh.analysis.fit_gabors(field.reshape(1, -1), (9, 9))
    >>> nh.plots.save(nh.plots.gabor_population(fits), "gabors.png")
    """
    least = real_number("least", least, least=0, most=1)
    width, unit = pixel
    good = fits.r_squared >= least
    place = whole(axes, *_SIZE)
    panels = np.array([[place.inset_axes((0.07 + 0.245 * i, 0.22, 0.175, 0.6)) for i in range(4)]])
    _share(panels[0, 0], fits.r_squared, least, good)
    _histogram(panels[0, 1], fits.orientation[good], (0, 180), "Orientation (degrees)")
    panels[0, 1].set_xticks([0, 90, 180])
    frequency = fits.frequency[good] / width
    _histogram(panels[0, 2], frequency, (0, 0.5 / width), f"Frequency (cycles/{unit})")
    _forms(panels[0, 3], fits, good)
    return panels


def _share(axes: Axes, r_squared: npt.NDArray[Any], least: float, good: npt.NDArray[Any]) -> None:
    axes.hist(r_squared, np.linspace(0, 1, 21).tolist(), color=BLUE)
    axes.axvline(least, color=VERMILION, linewidth=0.8)
    axes.set(xlabel="R² of the Gabor fit", ylabel="Units", xlim=(0, 1))
    axes.set_title(f"{good.mean():.0%} of {len(good)} above {least:g}", fontsize=7)


def _histogram(
    axes: Axes, values: npt.NDArray[Any], limits: tuple[float, float], label: str
) -> None:
    axes.hist(values, np.linspace(*limits, _BINS + 1).tolist(), color=BLUE)
    axes.set(xlabel=label, xlim=limits)


def _forms(axes: Axes, fits: GaborFits, good: npt.NDArray[Any]) -> None:
    """Draw length against width of envelopes, in periods of the grating."""
    across, along = (spread[good] * fits.frequency[good] for spread in (fits.across, fits.along))
    axes.plot([0, 2], [0, 2], color=GREY, linewidth=0.6, linestyle="--")
    axes.plot(across, along, "o", color=BLUE, markersize=2, alpha=0.6)
    most = np.percentile(np.concatenate([across, along]), 95) if good.any() else 1.0
    edge = max(1.0, float(most))
    axes.set(xlim=(0, edge), ylim=(0, edge), xlabel="Width (periods)", ylabel="Length (periods)")
    axes.set_aspect("equal", adjustable="box")
