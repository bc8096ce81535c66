"""A recording beside a dream."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.estimators.matching_units import in_model_order
from neurohm.plots.canvas import figure_of
from neurohm.plots.grids import panels
from neurohm.plots.order import unit_order
from neurohm.plots.spikes import (
    draw_rate,
    draw_spikes,
    hatch_unobserved,
    height_of_rows,
    shade_gaps,
)
from neurohm.plots.stretch import chosen_stretch, liveliest
from neurohm.plots.style import WIDTH, styled
from neurohm.recordings import Recording
from neurohm.recordings.validation import unit_text

if TYPE_CHECKING:
    from neurohm.estimators import SpikeHelmholtz

_BINS = 250  # shown by default, on each side


@styled
def dreams(
    recording: Recording,
    model: SpikeHelmholtz,
    *,
    start: float | None = None,
    seconds: float | None = None,
    seed: int = 0,
    axes: Axes | None = None,
) -> npt.NDArray[Any]:
    """Draw a stretch of a recording beside a dream of the same length.

    Units have the same order on both sides, that of `receptive_fields`, and rates the same axis.
    Where no start is given, the stretch is that in which the population's rate varies most, on
    both sides alike: of the recording, and of a dream as long as it. A dream is made of windows
    that know nothing of each other: what lasts longer than a window cannot be in it.

    Parameters
    ----------
    recording : Recording
        Of the units that the model was fitted to, in any order.
    model : SpikeHelmholtz
        A fitted one.
    start : float, optional
        First moment to show of the recording, seconds; the dream is then shown from its start.
    seconds : float, optional
        Length; by default 250 bins of the model (5 s at 20 ms).
    seed : int
        Of the dream.
    axes : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ndarray of Axes, (2, 2)
        Rates (Hz per unit) above spikes; recorded at the left, dreamt at the right.

    Raises
    ------
    InputError
        If the stretch is outside the recording, or the units are not the model's.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(n_units=10, minutes=1, n_assemblies=1, members=(4, 5))
    >>> model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=3).fit(recording)
    >>> nh.plots.save(nh.plots.dreams(recording, model, seconds=4.0), "dreams.png")
    """
    recording = in_model_order(recording, model.unit_ids_, model.time_unit_)
    length = _BINS * model.bin_size_ if seconds is None else seconds
    recorded = _part(recording, start, length, model)
    length = recorded.duration
    if start is None:
        dreamt = _part(model.sample(recording.duration, seed=seed), None, length, model)
        which = f": liveliest {unit_text(length, model.time_unit_)}"
    else:
        dreamt, which = _part(model.sample(length, seed=seed), 0.0, length, model), ""
    rows = unit_order(model.receptive_fields(1))
    heights = [0.45, height_of_rows(0.05, len(rows), 3.2)]
    grid = panels(axes, 2, 2, height=0.8 + sum(heights), width=WIDTH, heights=heights, share_x=True)
    for column, part in enumerate((recorded, dreamt)):
        draw_rate(grid[0, column], part, model.bin_size_)
        draw_spikes(grid[1, column], part, rows, heights[1])
        hatch_unobserved(grid[1, column], part, rows)
        for panel in grid[:, column]:
            shade_gaps(panel, part)
        grid[1, column].set_xlim(part.t_start, part.t_stop)
        grid[0, column].set_title(("Recorded", "Dreamt")[column] + which)
    _share(grid, "s" if model.time_unit_ == "s" else "bins")
    return grid


def _part(
    recording: Recording, start: float | None, length: float, model: SpikeHelmholtz
) -> Recording:
    """Return a stretch of a recording: from a moment on, or where its rate varies most."""
    best = partial(liveliest, recording, bin_size=model.bin_size_)
    return recording.between(*chosen_stretch(recording, start, length, best))


def _share(grid: npt.NDArray[Any], unit: str) -> None:
    """Give both sides the same rates, and name what they share once."""
    highest = max(panel.get_ylim()[1] for panel in grid[0])
    for panel in grid[0]:
        panel.set_ylim(0, highest)
    grid[0, 1].set_ylabel("")
    grid[1, 0].set(ylabel="Recorded unit", xlabel=f"Time ({unit})")
    grid[1, 1].set_xlabel(f"Time in the dream ({unit})")
    figure_of(grid).align_ylabels(grid[:, 0])
