"""Pictures of spikes in time, with what the machine makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.exceptions import InputError
from neurohm.plots.canvas import colour_bar, figure_of, panels
from neurohm.plots.order import hidden_order, unit_order
from neurohm.plots.style import GREY, SEQUENTIAL, UNOBSERVED, VERMILION, WIDTH, styled
from neurohm.recordings import Recording

if TYPE_CHECKING:
    from neurohm.estimators import SpikeHelmholtz

_BINS = 500  # shown by default
_MOST_NUMBERED = 20  # hidden units, to be numbered one by one
_LEAST_HEIGHT = 0.95  # inches: room for the label at the side


@styled
def raster(
    recording: Recording,
    model: SpikeHelmholtz,
    *,
    start: float | None = None,
    seconds: float | None = None,
    order: bool = True,
    axes: Axes | None = None,
) -> npt.NDArray[Any]:
    """Draw spikes, the population's rate above them and hidden activity below.

    Hidden activity at a moment is how probably each hidden unit is active given the window that
    ends there.

    Parameters
    ----------
    recording : Recording
        Of the units that the model was fitted to, in any order.
    model : SpikeHelmholtz
        A fitted one.
    start : float, optional
        First moment, seconds; by default where the population's rate varies most.
    seconds : float, optional
        Length; by default 500 bins of the model (10 s at 20 ms).
    order : bool
        Whether units are ordered as by `receptive_fields`; otherwise as in the model.
    axes : Axes, optional
        To be divided into the panels; by default a new figure.

    Returns
    -------
    ndarray of Axes, (3, 1)
        Over one time axis: rate (Hz per unit), spikes, hidden activity (0 to 1).

    Raises
    ------
    InputError
        If the stretch is outside the recording, or shorter than a window.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(n_units=10, minutes=1, n_assemblies=1, members=(4, 5))
    >>> model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=3).fit(recording)
    >>> panels = nh.plots.raster(recording, model, start=20.0, seconds=5.0)
    >>> panels[0, 0].figure.savefig("raster.png")
    """
    recording = _in_order_of(model, recording)
    length = _BINS * model.bin_size_ if seconds is None else seconds
    first, last = chosen_stretch(
        recording, start, length, lambda length: _liveliest(recording, length, model.bin_size_)
    )
    part = recording.between(first, last)
    # the window that ends with the first bin begins before it
    before = max(recording.t_start, first - (model.lags - 1) * model.bin_size_)
    fields = model.receptive_fields(1)
    rows, hidden = np.arange(recording.n_units), np.arange(len(fields))
    if order:
        rows = unit_order(fields)
        effective = hidden_order(fields)
        hidden = np.concatenate([effective, np.setdiff1d(hidden, effective)])
    activity = _hidden_activity(recording.between(before, last), model, part.t_start)
    hidden = np.concatenate([hidden, np.arange(len(hidden), len(activity))])
    heights = [0.45, _height(0.05, part.n_units, 3.2), _height(0.1, len(hidden), 2.0)]
    grid = panels(axes, 3, 1, height=0.8 + sum(heights), width=WIDTH, heights=heights, share_x=True)
    above, middle, below = grid[:, 0]
    _draw_rate(above, part, model.bin_size_)
    _draw_spikes(middle, part, rows, heights[1])
    _draw_hidden(below, activity[hidden], part.t_start, model.bin_size_)
    _label_hidden(below, hidden, model.machine_.sizes[1:])
    for panel in (above, middle):
        shade_gaps(panel, part)
    sorting = ", sorted by receptive fields" if order else ""
    above.set_title(f"Spikes of {part.n_units} units and activity of hidden units{sorting}")
    middle.set_ylabel("Recorded unit")
    below.set_xlabel("Time (s)" if model.time_unit_ == "s" else "Time (bins)")
    below.set_xlim(part.t_start, part.t_stop)
    figure_of(above).align_ylabels(grid[:, 0])
    return grid


def _in_order_of(model: SpikeHelmholtz, recording: Recording) -> Recording:
    """Return a recording with its units as the model has them, where it has the same ones."""
    fitted, given = model.unit_ids_.tolist(), recording.unit_ids.tolist()
    if fitted != given and set(fitted) == set(given):
        return recording.select_units(model.unit_ids_)
    return recording


def chosen_stretch(
    recording: Recording,
    start: float | None,
    length: float,
    best: Callable[[float], float],
) -> tuple[float, float]:
    """Return the first and last moment to show.

    Parameters
    ----------
    recording : Recording
    start : float, optional
    length : float
        Cut to that of the recording.
    best : callable
        Gives a start where there is none, from the length.

    Returns
    -------
    first, last : float

    Raises
    ------
    InputError
        If that is not inside the recording.
    """
    if not length > 0:
        raise InputError(f"{length:g} seconds to show", "a positive number")
    length = min(length, recording.duration)
    if start is None:
        start = best(length)
    if not recording.t_start <= start < recording.t_stop:
        raise InputError(
            f"start {start:g}", f"a moment from {recording.t_start:g} to {recording.t_stop:g}"
        )
    return start, min(start + length, recording.t_stop)


def shade_gaps(axes: Axes, part: Recording) -> None:
    """Shade the time in which no spike could be seen."""
    for end, begin in pairwise(part.observed):
        axes.axvspan(end[1], begin[0], color=UNOBSERVED, linewidth=0)


def _liveliest(recording: Recording, length: float, bin_size: float) -> float:
    """Return where the stretch starts in which the population's count varies most.

    Candidates overlap by three quarters, are moved to bins, and are observed from start to end
    where any is.
    """
    step = max(bin_size, round(length / 4 / bin_size) * bin_size)
    count = max(1, int((recording.duration - length) / step + 1e-9) + 1)
    starts = recording.t_start + step * np.arange(count)
    whole = np.zeros(count, dtype=bool)
    for begin, end in recording.observed:
        whole |= (starts >= begin) & (starts + length <= end + 1e-9)
    if whole.any():
        starts = starts[whole]
    edges = np.arange(recording.t_start, recording.t_stop + 5 * bin_size, 5 * bin_size)
    counts = np.histogram(recording.spike_times, edges)[0].astype(np.float64)
    sums = [np.concatenate([[0.0], np.cumsum(power)]) for power in (counts, counts**2)]
    inside = np.searchsorted(edges, [starts, starts + length]).clip(0, len(counts))
    number = np.maximum(1, inside[1] - inside[0])
    mean, square = ((total[inside[1]] - total[inside[0]]) / number for total in sums)
    return float(starts[np.argmax(square - mean**2)])


def _hidden_activity(
    part: Recording, model: SpikeHelmholtz, start: float
) -> npt.NDArray[np.float32]:
    """Return activity in each bin from a moment on, (hidden units, bins); nan without a window."""
    transformed = model.transform(part)
    bins = np.rint((transformed.times - start) / model.bin_size_).astype(np.int64) - 1
    activity = np.full((transformed.shape[1], int(bins.max()) + 1), np.nan, dtype=np.float32)
    activity[:, bins[bins >= 0]] = transformed.values[bins >= 0].T
    return activity


def _height(each: float, number: int, most: float) -> float:
    return float(np.clip(each * number, _LEAST_HEIGHT, most))


def _draw_rate(axes: Axes, part: Recording, width: float) -> None:
    edges = part.t_start + width * np.arange(int(np.ceil(part.duration / width - 1e-9)) + 1)
    counts = np.histogram(part.spike_times, edges)[0]
    axes.stairs(counts / (width * part.n_units), edges, fill=True, color=GREY)
    axes.set_ylabel("Hz per\nunit" if part.time_unit == "s" else "Spikes\nper bin")
    axes.set_ylim(bottom=0)


def _draw_spikes(axes: Axes, part: Recording, rows: npt.NDArray[np.int64], height: float) -> None:
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


def _draw_hidden(
    axes: Axes, activity: npt.NDArray[np.float32], start: float, bin_size: float
) -> None:
    units, bins = activity.shape
    image = axes.imshow(
        activity,
        cmap=matplotlib.colormaps[SEQUENTIAL].with_extremes(bad=UNOBSERVED),
        vmin=0,
        vmax=1,
        aspect="auto",
        interpolation="nearest" if bins <= 1000 else "auto",
        extent=(start, start + bins * bin_size, units - 0.5, -0.5),
    )
    colour_bar(axes, image, "Probability", ticks=[0, 1])


def _label_hidden(axes: Axes, units: npt.NDArray[np.int64], sizes: Sequence[int]) -> None:
    """Label hidden units by their number in the layer where these are few, else by their layer."""
    ends = np.cumsum(sizes)
    starts = ends - sizes
    for end in ends[:-1]:
        axes.axhline(end - 0.5, color=VERMILION, linewidth=0.8)
    if len(sizes) == 1 and sizes[0] <= _MOST_NUMBERED:
        axes.set_yticks(range(len(units)), [str(unit) for unit in units], fontsize=6)
    else:
        names = [f"layer {i + 1}" for i in range(len(sizes))]
        axes.set_yticks((starts + ends - 1) / 2, names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylabel("Hidden unit")
