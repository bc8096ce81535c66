"""Pictures of spikes in time, with what the machine makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.estimators.matching_units import in_model_order
from neurohm.plots.canvas import colour_bar, figure_of
from neurohm.plots.grids import panels
from neurohm.plots.order import hidden_order, unit_order
from neurohm.plots.spikes import (
    draw_rate,
    draw_spikes,
    hatch_unobserved,
    height_of_rows,
    shade_gaps,
)
from neurohm.plots.stretch import chosen_stretch, liveliest
from neurohm.plots.style import SEQUENTIAL, UNOBSERVED, VERMILION, WIDTH, plural, styled
from neurohm.recordings import Recording

if TYPE_CHECKING:
    from neurohm.estimators import SpikeHelmholtz

_BINS = 500  # shown by default
_MOST_NUMBERED = 20  # hidden units, to be numbered one by one


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
    ends there. Time in which a unit was not observed is hatched in its row; there is no hidden
    activity where that is so of any of them.

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
    >>> nh.plots.save(nh.plots.raster(recording, model, start=20.0, seconds=5.0), "raster.png")
    """
    recording = in_model_order(recording, model.unit_ids_, model.time_unit_)
    length = _BINS * model.bin_size_ if seconds is None else seconds
    best = partial(liveliest, recording, bin_size=model.bin_size_)
    first, last = chosen_stretch(recording, start, length, best)
    part = recording.between(first, last)
    # the window that ends with the first bin begins before it
    before = max(recording.t_start, first - (model.lags - 1) * model.bin_size_)
    fields = model.receptive_fields(1)
    rows, hidden = np.arange(recording.n_units), np.arange(len(fields))
    if order:
        rows = unit_order(fields)
        effective = hidden_order(fields)
        hidden = np.concatenate([effective, np.setdiff1d(hidden, effective)])
    activity = hidden_activity(recording.between(before, last), model, part)
    hidden = np.concatenate([hidden, np.arange(len(hidden), len(activity))])
    heights = [0.45, height_of_rows(0.05, part.n_units, 3.2), height_of_rows(0.1, len(hidden), 2.0)]
    grid = panels(axes, 3, 1, height=0.8 + sum(heights), width=WIDTH, heights=heights, share_x=True)
    above, middle, below = grid[:, 0]
    draw_rate(above, part, model.bin_size_)
    draw_spikes(middle, part, rows, heights[1])
    _draw_hidden(below, activity[hidden], part.t_start, model.bin_size_)
    _label_hidden(below, hidden, model.machine_.sizes[1:])
    for panel in (above, middle):
        shade_gaps(panel, part)
    hatch_unobserved(middle, part, rows)
    sorting = ", sorted by receptive fields" if order else ""
    spikes = f"Spikes of {plural(part.n_units, 'unit')}"
    above.set_title(f"{spikes} and activity of hidden units{sorting}")
    middle.set_ylabel("Recorded unit")
    below.set_xlabel("Time (s)" if model.time_unit_ == "s" else "Time (bins)")
    below.set_xlim(part.t_start, part.t_stop)
    figure_of(above).align_ylabels(grid[:, 0])
    return grid


def hidden_activity(
    seen: Recording, model: SpikeHelmholtz, part: Recording
) -> npt.NDArray[np.float32]:
    """Return how probably hidden units are active in each bin of a part, given the window before.

    Parameters
    ----------
    seen : Recording
        Of the model's units, in its order: the part, and what of its first windows lies before it.
    model : SpikeHelmholtz
    part : Recording

    Returns
    -------
    ndarray of float32, (n_hidden, n_bins)
        Of all hidden layers; not a number where no window ends.
    """
    if _has_no_window(seen, model):
        shape = sum(model.machine_.sizes[1:]), int(np.ceil(part.duration / model.bin_size_ - 1e-9))
        return np.full(shape, np.nan, dtype=np.float32)
    transformed = model.transform(seen)
    bins = np.rint((transformed.times - part.t_start) / model.bin_size_).astype(np.int64) - 1
    activity = np.full((transformed.shape[1], int(bins.max()) + 1), np.nan, dtype=np.float32)
    activity[:, bins[bins >= 0]] = transformed.values[bins >= 0].T
    return activity


def _has_no_window(seen: Recording, model: SpikeHelmholtz) -> bool:
    """Whether units that were observed at different times share no window."""
    if seen.observed_by_unit is None:
        return False
    longest = np.diff(seen.observed, axis=1).max(initial=0)
    return bool(longest < (model.lags + 1) * model.bin_size_)


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
