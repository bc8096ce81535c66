"""Assemblies in the raster: which spikes take part in an occurrence of which assembly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.plots.assembly_table import Assembly, assemblies_of, member_order
from neurohm.plots.canvas import figure_of
from neurohm.plots.grids import panels
from neurohm.plots.spikes import hatch_unobserved, height_of_rows, shade_gaps
from neurohm.plots.stretch import chosen_stretch
from neurohm.plots.style import WIDTH, plural, styled
from neurohm.recordings import Recording

if TYPE_CHECKING:
    import pandas as pd

_BINS = 150  # shown by default: an assembly of some bins can then be told from synchrony
_MOST_UNITS = 150  # to be shown if they are in no assembly
_NAME = 0.08  # inches that a name is high
_OTHERS = "0.55"  # colour of spikes that take part in nothing


@styled
def assembly_raster(
    recording: Recording,
    assemblies: pd.DataFrame,
    *,
    start: float | None = None,
    seconds: float | None = None,
    axes: Axes | None = None,
) -> npt.NDArray[Any]:
    """Draw spikes sorted by assembly, coloured where they take part in an occurrence.

    A spike takes part if it is a member's, and at most one bin from the member's lag behind the
    occurrence. Units lie by their first assembly, then by lag; those in none come last, and are
    left out where there are more than 150 units.

    Parameters
    ----------
    recording : Recording
        In which the assemblies were found, or other time of the same units.
    assemblies : DataFrame
        What `SpikeHelmholtz.assemblies` returns, or some rows of it.
    start : float, optional
        First moment, seconds; by default where most different assemblies occur.
    seconds : float, optional
        Length; by default 150 bins of the model (3 s at 20 ms).
    axes : Axes, optional
        To be divided into the panels; by default a new figure.

    Returns
    -------
    ndarray of Axes, (2, 1)
        Over one time axis: occurrences, a row for each assembly; spikes, a row for each unit.

    Raises
    ------
    InputError
        If there is no assembly, a member is no unit of the recording, or the stretch is outside
        it.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(20, 4, 2, members=(5, 6), occurrence_rate=0.5)
    >>> model = nh.SpikeHelmholtz(hidden=12, lags=4, epochs=40).fit(recording)
    >>> table = model.assemblies(recording, refit=False)
    >>> nh.plots.save(nh.plots.assembly_raster(recording, table), "raster.png")
    """
    drawn = assemblies_of(assemblies, recording.unit_ids)
    bin_size = float(assemblies.attrs["bin_size"])
    length = _BINS * bin_size if seconds is None else seconds
    first, last = chosen_stretch(
        recording, start, length, lambda length: _richest(recording, drawn, length)
    )
    part = recording.between(first, last)
    members = member_order(drawn)
    rows = members
    if recording.n_units <= _MOST_UNITS:
        rows = np.concatenate([members, np.setdiff1d(np.arange(recording.n_units), members)])
    heights = [0.1 + 0.11 * len(drawn), height_of_rows(0.06, len(rows), 4.0)]
    grid = panels(axes, 2, 1, height=0.7 + sum(heights), width=WIDTH, heights=heights, share_x=True)
    above, below = grid[:, 0]
    _draw_occurrences(above, drawn, first, last)
    _draw_spikes(below, part, drawn, rows, bin_size, heights[1])
    _mark_members(below, drawn, heights[1] / len(rows))
    shade_gaps(below, part)
    hatch_unobserved(below, part, rows)
    shown = "" if len(rows) == part.n_units else f"{len(rows)} of "
    units = shown + plural(part.n_units, "unit")
    above.set_title(f"Spikes of {units}, coloured where they take part in an assembly")
    below.set_ylabel("Recorded unit")
    below.set_xlabel("Time (s)" if part.time_unit == "s" else "Time (bins)")
    below.set_xlim(part.t_start, part.t_stop)
    figure_of(above).align_ylabels(grid[:, 0])
    return grid


def _richest(recording: Recording, assemblies: Sequence[Assembly], length: float) -> float:
    """Return where the observed stretch starts with most different, then most, occurrences."""
    everything = np.sort(np.concatenate([assembly.times for assembly in assemblies]))
    starts = (everything - 0.05 * length).clip(recording.t_start, recording.t_stop - length)
    whole = np.zeros(len(starts), dtype=bool)
    for begin, end in recording.observed:
        whole |= (starts >= begin) & (starts + length <= end)
    starts = starts[whole] if whole.any() else np.append(starts, recording.t_start)
    inside = np.stack(
        [
            np.searchsorted(assembly.times, starts + 0.95 * length)
            - np.searchsorted(assembly.times, starts)
            for assembly in assemblies
        ]
    )
    best = np.lexsort((-inside.sum(axis=0), -(inside > 0).sum(axis=0)))[0]
    return float(starts[best])


def _draw_occurrences(
    axes: Axes, assemblies: Sequence[Assembly], first: float, last: float
) -> None:
    for row, (_, _, _, _, times, colour, mark) in enumerate(assemblies):
        shown = times[(times >= first) & (times < last)]
        axes.plot(shown, np.full(len(shown), row), mark, color=colour, markersize=3.5)
    axes.set_yticks(range(len(assemblies)), [assembly.name for assembly in assemblies])
    for label, assembly in zip(axes.get_yticklabels(), assemblies, strict=True):
        label.set(color=assembly.colour, fontsize=6)
    axes.tick_params(axis="both", length=0)
    axes.set(ylabel="Assembly", ylim=(len(assemblies) - 0.4, -0.6))
    axes.spines["bottom"].set_visible(False)


def _draw_spikes(
    axes: Axes,
    part: Recording,
    assemblies: Sequence[Assembly],
    rows: npt.NDArray[np.int64],
    bin_size: float,
    height: float,
) -> None:
    """Draw spikes as ticks, the wider ones of those that take part above the others."""
    place = np.full(part.n_units, np.nan)  # not a number is not drawn
    place[rows] = np.arange(len(rows))
    units = np.repeat(place, part.spike_counts)
    owner = taking_part(part, assemblies, bin_size)
    size = float(np.clip(0.8 * height * 72 / len(rows), 0.5, 8.0))
    many = part.n_spikes > 5000
    for number in range(-1, len(assemblies)):
        chosen = owner == number
        axes.plot(
            part.spike_times[chosen],
            units[chosen],
            linestyle="none",
            marker="|",
            markersize=size,
            markeredgewidth=0.5 if number < 0 else 1.2,
            color=_OTHERS if number < 0 else assemblies[number].colour,
            rasterized=many,
        )
    ends = sorted({0, len(rows) - 1})
    axes.set_yticks(ends, [str(end + 1) for end in ends])
    axes.set_ylim(len(rows) - 0.4, -0.6)


def taking_part(
    recording: Recording, assemblies: Sequence[Assembly], bin_size: float
) -> npt.NDArray[np.int64]:
    """Return the assembly in an occurrence of which each spike takes part, -1 for none.

    Of several the one whose expected moment is nearest.

    Parameters
    ----------
    recording : Recording
    assemblies : sequence of Assembly
    bin_size : float
        How far a spike may be from its expected moment, seconds (or bins).

    Returns
    -------
    ndarray of int64, (n_spikes,)
    """
    owner = np.full(recording.n_spikes, -1)
    distance = np.full(recording.n_spikes, bin_size * (1 + 1e-9))
    ends = np.concatenate([[0], recording.spike_times_index])
    for number, assembly in enumerate(assemblies):
        if not len(assembly.times):
            continue
        for unit, lag in zip(assembly.members, assembly.lags, strict=True):
            spikes = slice(ends[unit], ends[unit + 1])
            found = _distance(recording.spike_times[spikes], assembly.times + lag)
            nearer = found <= distance[spikes]
            distance[spikes][nearer] = found[nearer]
            owner[spikes][nearer] = number
    return owner


def _distance(
    times: npt.NDArray[np.float64], moments: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return how far each time is from the nearest of ascending moments."""
    after = np.searchsorted(moments, times)
    left = moments[(after - 1).clip(0)]
    right = moments[after.clip(max=len(moments) - 1)]
    return np.asarray(np.minimum(np.abs(times - left), np.abs(times - right)))


def _mark_members(axes: Axes, assemblies: Sequence[Assembly], row: float) -> None:
    """Draw a bar beside the units that lie together by their first assembly; rows are inches."""
    begin, beside = 0, axes.get_yaxis_transform()
    for number, assembly in enumerate(assemblies):
        end = len(member_order(assemblies[: number + 1]))
        if end > begin:
            axes.plot(
                [1.008, 1.008], [begin - 0.4, end - 0.6], color=assembly.colour, linewidth=2.5,
                clip_on=False, transform=beside, solid_capstyle="butt",
            )  # fmt: skip
        if (end - begin) * row >= _NAME:
            axes.text(
                1.016, (begin + end - 1) / 2, assembly.name, color=assembly.colour,
                transform=beside, fontsize=6, verticalalignment="center",
            )  # fmt: skip
        begin = end
