"""What all units do around the occurrences of an assembly."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from neurohm.checks import real_number
from neurohm.exceptions import InputError
from neurohm.plots.assembly_table import Assembly, assemblies_of, in_axis_unit
from neurohm.plots.fields import RATE_UNITS
from neurohm.plots.panels import PanelGrid
from neurohm.plots.style import SEQUENTIAL, UNOBSERVED, styled, unit_label
from neurohm.recordings import Recording

if TYPE_CHECKING:
    import pandas as pd

_BEFORE, _AFTER = 5, 10  # bins of the model
_FINER = 4  # parts of a bin of the model, where spike times are known so well
_MOST_COLUMNS = 80
_ROBUST = 99.0  # percentile of the members' rates at which the colours end
_SHARE = 0.62  # of a panel's height, for the members
_NAME = 0.07  # inches that a name is high


@styled
def triggered_average(
    recording: Recording,
    assemblies: pd.DataFrame,
    *,
    before: float | None = None,
    after: float | None = None,
    axes: Axes | None = None,
) -> npt.NDArray[Any]:
    """Draw the mean rate of every unit around the occurrences of each assembly.

    One panel for each assembly: above its members by lag, with their names, below all other
    units. All panels share the colours. If the assembly is more than a pattern of the model, its
    members fire one after the other, and no other unit with them. Occurrences are aligned on the
    members' own spikes, which makes a part of the sharp lines at the members' lags.

    Parameters
    ----------
    recording : Recording
        In which the assemblies were found, or other time of the same units.
    assemblies : DataFrame
        What `SpikeHelmholtz.assemblies` returns, or some rows of it.
    before, after : float, optional
        How much to show before and after the first member's moment, seconds; by default 5 and 10
        bins of the model (0.1 s and 0.2 s at 20 ms).
    axes : Axes, optional
        To be divided into the panels; by default a new figure.

    Returns
    -------
    ndarray of Axes, (rows, columns)
        The panels, row by row; those beyond the last assembly are switched off. Horizontally
        milliseconds (or bins) to the first member's moment; colours are Hz (or spikes per bin).

    Raises
    ------
    InputError
        If there is no assembly, a member is no unit of the recording, or there is nothing to show.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(20, 4, 2, members=(5, 6), occurrence_rate=0.5)
    >>> model = nh.SpikeHelmholtz(hidden=12, lags=4, epochs=40).fit(recording)
    >>> table = model.assemblies(recording, refit=False)
    >>> nh.plots.save(nh.plots.triggered_average(recording, table), "averages.png")
    """
    drawn = assemblies_of(assemblies, recording.unit_ids)
    bin_size = float(assemblies.attrs["bin_size"])
    edges = _edges(before, after, bin_size, recording.bin_width)
    averages = [_average(recording, assembly.times, edges) for assembly in drawn]
    names = [unit_label(unit) for unit in recording.unit_ids]
    room = _room_for([names[unit] for assembly in drawn for unit in assembly.members])
    grid = PanelGrid.of(
        len(drawn), narrowest=0.8, widest=1.5, height=1.7, left=0.2 + room, gap=room,
        title="Mean rates around the occurrences of each assembly",
        notes=f"Above the line its members by lag, below it the other units of "
        f"{recording.n_units}. Zero: the moment of the first member, by the members' own spikes.",
        axes=axes,
    )  # fmt: skip
    place = grid.place(axes)
    panels = grid.panels(place)
    limit = _limit(drawn, averages)
    factor, unit = in_axis_unit(assemblies)
    for panel, assembly, (rates, number) in zip(panels.flat, drawn, averages, strict=False):
        image = _draw_panel(panel, assembly, rates, factor * edges, limit)
        _label_members(panel, assembly, names, grid.height)
        title = f"{assembly.name}:  n = {number:,}"
        panel.set_title(title, fontsize=7, pad=2, color=assembly.colour)
    for panel in panels.flat[max(0, len(drawn) - grid.columns) : len(drawn)]:
        panel.tick_params(labelbottom=True)  # nothing is below it
    panels[-1, 0].set_xlabel(f"Time ({unit})")
    grid.colour_bar(place, image, RATE_UNITS[recording.time_unit], extend="max")
    return panels


def _room_for(names: list[str]) -> float:
    """Return the room that names at the left of a panel need, inches; at least that of its axis."""
    return float(np.clip(0.08 + 0.05 * max(map(len, names)), 0.36, 1.2))


def _edges(
    before: float | None, after: float | None, bin_size: float, bin_width: float | None
) -> npt.NDArray[np.float64]:
    """Return the edges of the bins to show, zero among them, seconds."""
    before = _BEFORE * bin_size if before is None else real_number("before", before, least=0)
    after = _AFTER * bin_size if after is None else real_number("after", after, least=0)
    width = bin_size / _FINER if bin_width is None else bin_width
    width *= max(1, math.ceil((before + after) / width / _MOST_COLUMNS))
    first, last = round(before / width), round(after / width)
    if first + last < 1:
        raise InputError(
            f"before {before:g} and after {after:g}", f"together at least a bin of {width:g}"
        )
    return np.arange(-first, last + 1, dtype=np.float64) * width


def _average(
    recording: Recording, times: npt.NDArray[np.float64], edges: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], int]:
    """Return the mean rate of each unit around some moments, (units, bins), and their number.

    Where no time was observed it is nan.
    """
    moments = times[(times >= recording.t_start) & (times <= recording.t_stop)]
    width = float(edges[1] - edges[0])
    if (fine := recording.bin_width) is not None:  # spikes lie at the centres of its bins
        moments = recording.t_start + fine * np.floor((moments - recording.t_start) / fine + 1e-6)
    exposure = _observed(recording, moments, edges) * width
    counts = np.stack([_counts(train, moments, edges) for train in _trains(recording)])
    rates = np.full(counts.shape, np.nan)
    np.divide(counts, exposure, out=rates, where=exposure > 0)
    return rates, len(moments)


def _counts(
    train: npt.NDArray[np.float64], moments: npt.NDArray[np.float64], edges: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Return how many spikes lie in each bin around all moments together."""
    first = np.searchsorted(train, moments + edges[0])
    number = np.searchsorted(train, moments + edges[-1]) - first
    within = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    lags = train[np.repeat(first, number) + within] - np.repeat(moments, number)
    return np.asarray(np.histogram(lags, edges)[0])


def _observed(
    recording: Recording, moments: npt.NDArray[np.float64], edges: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Return around how many moments each bin was observed whole."""
    around = moments[:, None] + edges
    slack = 1e-6 * (edges[1] - edges[0])
    whole = np.zeros((len(moments), len(edges) - 1), dtype=bool)
    for begin, end in recording.observed:
        whole |= (around[:, :-1] >= begin - slack) & (around[:, 1:] <= end + slack)
    return np.asarray(whole.sum(axis=0))


def _trains(recording: Recording) -> list[npt.NDArray[np.float64]]:
    return [recording.times(unit) for unit in range(recording.n_units)]


def _limit(
    assemblies: list[Assembly], averages: list[tuple[npt.NDArray[np.float64], int]]
) -> float:
    """Return the rate at which the colours end, from those of the members."""
    rates = [
        rate[assembly.members].ravel()
        for assembly, (rate, _) in zip(assemblies, averages, strict=True)
    ]
    seen = np.concatenate(rates)
    seen = seen[np.isfinite(seen)]
    return (float(np.percentile(seen, _ROBUST)) if len(seen) else 0.0) or 1.0


def _draw_panel(
    axes: Axes,
    assembly: Assembly,
    rates: npt.NDArray[np.float64],
    edges: npt.NDArray[np.float64],
    limit: float,
) -> AxesImage:
    """Draw members and others, each part with rows of its own height."""
    others = np.setdiff1d(np.arange(len(rates)), assembly.members)
    share = _SHARE if len(others) else 1.0
    for rows, top, bottom in ((assembly.members, 0.0, share), (others, share, 1.0)):
        if len(rows):
            image = axes.imshow(
                rates[rows],
                cmap=matplotlib.colormaps[SEQUENTIAL].with_extremes(bad=UNOBSERVED),
                vmin=0.0,
                vmax=limit,
                aspect="auto",
                interpolation="nearest",
                extent=(edges[0], edges[-1], bottom, top),
            )
    axes.set(ylim=(1.0, 0.0), xlim=(edges[0], edges[-1]))
    axes.axhline(share, color=assembly.colour, linewidth=0.8)
    axes.axvline(0.0, color="0.5", linewidth=0.5, linestyle=":")
    axes.tick_params(labelbottom=False, pad=1.5)
    for spine in axes.spines.values():
        spine.set(visible=True, color="0.7")
    return image


def _label_members(axes: Axes, assembly: Assembly, names: list[str], height: float) -> None:
    """Name the members at the left, where a panel so many inches high has room for names."""
    number = len(assembly.members)
    share = _SHARE if number < len(names) else 1.0
    if share * height < _NAME * number:
        axes.set_yticks([])
        return
    places = share * (np.arange(number) + 0.5) / number
    axes.set_yticks(places, [names[unit] for unit in assembly.members], fontsize=5.5)
    axes.tick_params(axis="y", length=0, pad=1.5)
