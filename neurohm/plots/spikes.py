"""Drawing spikes: their rate, a row of ticks for each unit, and time that was not observed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.plots.style import GREY, UNOBSERVED
from neurohm.recordings import Recording

_LEAST_HEIGHT = 0.95  # inches: room for the label at the side


def height_of_rows(each: float, number: int, most: float) -> float:
    """Return how high a panel of so many rows is, inches: not too low for its label.

    Parameters
    ----------
    each, most : float
        Height of a row, and the greatest of the panel.
    number : int
        Of rows.

    Returns
    -------
    float

    Examples
    --------
    >>> height_of_rows(0.05, 40, 3.2), height_of_rows(0.05, 2, 3.2)
    (2.0, 0.95)
    """
    return float(np.clip(each * number, _LEAST_HEIGHT, most))


def draw_rate(axes: Axes, part: Recording, width: float) -> None:
    """Draw the mean rate of the units, bin by bin.

    Parameters
    ----------
    axes : Axes
    part : Recording
    width : float
        Of a bin, seconds (or bins).
    """
    edges = part.t_start + width * np.arange(int(np.ceil(part.duration / width - 1e-9)) + 1)
    counts = np.histogram(part.spike_times, edges)[0]
    axes.stairs(counts / (width * part.n_units), edges, fill=True, color=GREY)
    axes.set_ylabel("Hz per\nunit" if part.time_unit == "s" else "Spikes\nper bin")
    axes.set_ylim(bottom=0)


def draw_spikes(axes: Axes, part: Recording, rows: npt.NDArray[np.int64], height: float) -> None:
    """Draw a tick for each spike, in a row for each unit.

    Parameters
    ----------
    axes : Axes
    part : Recording
    rows : ndarray of int64, (n_units,)
        Units from top to bottom.
    height : float
        Of the axes, inches.
    """
    place = np.empty(len(rows))
    place[rows] = np.arange(len(rows))
    units = np.repeat(place, part.spike_counts)
    size = max(0.5, 0.8 * height * 72 / len(rows))
    axes.plot(
        part.spike_times,
        units,
        linestyle="none",
        marker="|",
        markersize=min(size, 8.0),
        markeredgewidth=0.5,
        color="black",
        rasterized=len(units) > 5000,
    )
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(sorted({0, len(rows) - 1}), [str(i + 1) for i in sorted({0, len(rows) - 1})])


def shade_gaps(axes: Axes, part: Recording) -> None:
    """Shade the time in which no spike could be seen.

    Parameters
    ----------
    axes : Axes
    part : Recording
    """
    for end, begin in pairwise(part.observed):
        axes.axvspan(end[1], begin[0], color=UNOBSERVED, linewidth=0)
