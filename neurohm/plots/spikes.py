"""Drawing spikes: their rate, a row of ticks for each unit, and time that was not observed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from neurohm.plots.style import GREY, HATCHING, UNOBSERVED
from neurohm.recordings import Recording
from neurohm.recordings.rate_course import spikes_and_time
from neurohm.recordings.unit_observation import session_time

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
    """Draw the mean rate of the units that were observed, bin by bin.

    Parameters
    ----------
    axes : Axes
    part : Recording
    width : float
        Of a bin, seconds (or bins).
    """
    edges = part.t_start + width * np.arange(int(np.ceil(part.duration / width - 1e-9)) + 1)
    spikes, time = spikes_and_time(part, edges)
    seen = time > 1e-6 * width
    axes.stairs(np.where(seen, spikes, 0) / np.where(seen, time, 1), edges, fill=True, color=GREY)
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
    for begin, end in _complement(session_time(part), part):
        axes.axvspan(begin, end, color=UNOBSERVED, linewidth=0)


def hatch_unobserved(axes: Axes, part: Recording, rows: npt.NDArray[np.int64]) -> None:
    """Hatch the time in which single units were not observed, in their rows.

    Parameters
    ----------
    axes : Axes
    part : Recording
    rows : ndarray of int64, (n_units,)
        Units from top to bottom.
    """
    if part.observed_by_unit is None:
        return
    boxes = [
        Rectangle((begin, place - 0.5), end - begin, 1.0)
        for place, unit in enumerate(rows.tolist())
        for begin, end in _complement(part.observed_by_unit[unit], part)
    ]
    hatched = PatchCollection(boxes, hatch="/////", facecolor=UNOBSERVED, edgecolor=HATCHING)
    hatched.set(linewidth=0.0, zorder=0.5)
    axes.add_collection(hatched, autolim=False)


def _complement(spans: npt.NDArray[np.float64], part: Recording) -> npt.NDArray[np.float64]:
    """The time of a recording outside of disjoint ascending spans."""
    borders = np.concatenate([[part.t_start], spans.ravel(), [part.t_stop]]).reshape(-1, 2)
    outside: npt.NDArray[np.float64] = borders[borders[:, 1] > borders[:, 0]]
    return outside
