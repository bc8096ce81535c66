"""Where on the electrode array the members of an assembly were recorded."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.exceptions import InputError
from neurohm.plots.assembly_table import assemblies_of, in_axis_unit
from neurohm.plots.panels import PanelGrid
from neurohm.plots.style import plural, styled
from neurohm.recordings import Recording

if TYPE_CHECKING:
    import pandas as pd

_WIDEST = 1.5


@styled
def assembly_map(
    recording: Recording, assemblies: pd.DataFrame, *, axes: Axes | None = None
) -> npt.NDArray[Any]:
    """Draw where the members of each assembly were recorded, and in which order they fire.

    One panel for each assembly, with all units as small points. Units at the same place are drawn
    around it. Members at the same place, or at neighbouring ones, may be one neuron that spike
    sorting split.

    Parameters
    ----------
    recording : Recording
        With positions, and the units in which the assemblies were found.
    assemblies : DataFrame
        What `SpikeHelmholtz.assemblies` returns, or some rows of it.
    axes : Axes, optional
        To be divided into the panels; by default a new figure.

    Returns
    -------
    ndarray of Axes, (rows, columns)
        The panels, row by row; those beyond the last assembly are switched off. Both axes are
        micrometres; colours are the lag behind the first member, ms (or bins).

    Raises
    ------
    InputError
        If the recording has no positions, there is no assembly, or a member is no unit of the
        recording.

    Examples
    --------
    >>> from dataclasses import replace
    >>> import numpy as np
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(20, 4, 2, members=(5, 6), occurrence_rate=0.5)
    >>> model = nh.SpikeHelmholtz(hidden=12, lags=4, epochs=40).fit(recording)
    >>> table = model.assemblies(recording, refit=False)
    >>> placed = replace(recording, positions=100.0 * np.indices((5, 4)).reshape(2, -1).T)
    >>> nh.plots.save(nh.plots.assembly_map(placed, table), "map.png")
    """
    if recording.positions is None:
        raise InputError(
            "a recording without positions", "one that says where its units were recorded"
        )
    drawn = assemblies_of(assemblies, recording.unit_ids)
    places = spread_apart(recording.positions[:, :2])
    low, high = places.min(axis=0), places.max(axis=0)
    margin = 0.06 * float((high - low).max()) + typical_distance(places) / 2
    low, high = low - margin, high + margin
    grid = PanelGrid.of(
        len(drawn), narrowest=0.9, widest=_WIDEST,
        height=_WIDEST * float(np.clip((high[1] - low[1]) / (high[0] - low[0]), 0.4, 4.0)),
        keep_shape=True,
        title=f"Where the members of each assembly were recorded, of {recording.n_units} units",
        axes=axes,
    )  # fmt: skip
    place = grid.place(axes)
    panels = grid.panels(place)
    factor, unit = in_axis_unit(assemblies)
    latest = factor * max(float(assembly.lags.max()) for assembly in drawn) or 1.0
    spacing = 72 * grid.width * typical_distance(places) / float(high[0] - low[0])  # points
    size = float(np.clip(0.8 * spacing, 2.5, 5.0))
    for panel, assembly in zip(panels.flat, drawn, strict=False):
        panel.plot(*places.T, "o", color="0.8", markersize=0.35 * size)
        points = panel.scatter(
            *places[assembly.members].T, c=factor * assembly.lags, cmap="viridis_r",
            vmin=0.0, vmax=latest, s=size**2, edgecolors="black", linewidths=0.4, zorder=3,
        )  # fmt: skip
        members = plural(len(assembly.members), "unit")
        panel.set_title(f"{assembly.name}:  {members}", fontsize=7, pad=2, color=assembly.colour)
        panel.set(aspect="equal", xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        panel.set(xticks=[], yticks=[])
        for spine in panel.spines.values():
            spine.set(visible=True, color="0.7")
    draw_scale(panels[-1, 0], low, high)
    grid.colour_bar(place, points, f"Lag ({unit})")
    return panels


def spread_apart(places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return places with those that are the same moved around their common place.

    Parameters
    ----------
    places : ndarray of float64, (n_units, 2)
        Micrometres.

    Returns
    -------
    ndarray of float64, (n_units, 2)
    """
    distinct, which, number = np.unique(places, axis=0, return_inverse=True, return_counts=True)
    radius = 0.25 * typical_distance(distinct)
    moved = places.copy()
    for shared in np.flatnonzero(number > 1):
        units = np.flatnonzero(which.ravel() == shared)
        angle = 2 * np.pi * np.arange(len(units)) / len(units)
        moved[units] += radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return moved


def typical_distance(places: npt.NDArray[np.float64]) -> float:
    """Return the median distance from a place to the nearest other one; 1 if there is none.

    Parameters
    ----------
    places : ndarray of float64, (n_units, 2)
        Micrometres.

    Returns
    -------
    float
    """
    if len(places) < 2:
        return 1.0
    from scipy.spatial import KDTree

    distances = np.asarray(KDTree(places).query(places, k=2)[0])
    return float(np.median(distances[:, 1])) or 1.0


def draw_scale(axes: Axes, low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> None:
    """Draw a bar of a round number of micrometres below a panel.

    Parameters
    ----------
    axes : Axes
    low, high : ndarray of float64, (2,)
        Corners of what the panel shows, micrometres.
    """
    room = 0.5 * float(high[0] - low[0])
    power = 10.0 ** math.floor(math.log10(room))
    length = power * max(step for step in (1, 2, 5) if step * power <= room)
    across = axes.get_xaxis_transform()
    axes.plot(
        [low[0], low[0] + length], [-0.06, -0.06], color="black", linewidth=1.2, clip_on=False,
        transform=across, solid_capstyle="butt",
    )  # fmt: skip
    axes.text(
        low[0], -0.09, f"{length:g} µm", transform=across, fontsize=7, verticalalignment="top"
    )
