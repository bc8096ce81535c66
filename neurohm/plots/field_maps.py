"""Fields of hidden units on the electrode array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.plots.fields import RATE_UNITS
from neurohm.plots.maps import draw_scale, spread_apart, typical_distance
from neurohm.plots.order import hidden_order
from neurohm.plots.panels import PanelGrid
from neurohm.plots.style import DIVERGING, styled
from neurohm.recordings import Recording

if TYPE_CHECKING:
    from neurohm.estimators import SpikeHelmholtz

_WIDEST, _NARROWEST = 1.3, 0.6
_ROBUST = 99.5


@styled
def field_maps(
    recording: Recording,
    model: SpikeHelmholtz,
    layer: int = 1,
    *,
    most: int = 24,
    axes: Axes | None = None,
) -> npt.NDArray[Any]:
    """Draw where on the electrode array each hidden unit raises or lowers rates.

    One panel for each hidden unit, the strongest first; a point for each recorded unit, coloured
    by the value of its field that is farthest from zero over the lags.

    Parameters
    ----------
    recording : Recording
        With positions, and the units of the model.
    model : SpikeHelmholtz
        A fitted one.
    layer : int
        A hidden layer, from 1.
    most : int
        Panels to draw.
    axes : Axes, optional
        To be divided into the panels; by default a new figure.

    Returns
    -------
    ndarray of Axes, (rows, columns)
        The panels, row by row; both axes are micrometres, colours Hz above baseline (or spikes
        per bin).

    Raises
    ------
    InputError
        If there are no positions, or no such layer.

    Examples
    --------
    >>> from dataclasses import replace
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(n_units=12, minutes=1, n_assemblies=1, members=(4, 5))
    >>> placed = replace(recording, positions=100.0 * np.indices((4, 3)).reshape(2, -1).T)
    >>> model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=3).fit(placed)
    >>> nh.plots.save(nh.plots.field_maps(placed, model), "maps.png")
    """
    positions = model.recording_to_search(recording).positions
    if positions is None:
        raise InputError(
            "a recording without positions", "one that says where its units were recorded"
        )
    fields = model.receptive_fields(layer)
    effective = hidden_order(fields)[: whole_number("most", most)]
    places = spread_apart(np.asarray(positions)[:, :2])
    low, high = places.min(axis=0), places.max(axis=0)
    margin = 0.06 * float((high - low).max()) + typical_distance(places) / 2
    low, high = low - margin, high + margin
    tall = float(np.clip((high[1] - low[1]) / (high[0] - low[0]), 0.4, 4.0))
    grid = PanelGrid.of(
        len(effective), narrowest=_NARROWEST, widest=_WIDEST, height=_WIDEST * tall,
        keep_shape=True, title=f"Where each hidden unit of layer {layer} acts on rates",
        notes="Panels: hidden units, strongest first. Colours: the lag with the largest effect.",
        axes=axes,
    )  # fmt: skip
    place = grid.place(axes)
    panels = grid.panels(place)
    if not len(effective):
        return panels
    peaks = np.take_along_axis(fields, np.abs(fields).argmax(axis=2)[..., None], axis=2)[..., 0]
    limit = float(np.percentile(np.abs(peaks[effective]), _ROBUST)) or 1.0
    size = float(np.clip(50 * grid.width * typical_distance(places) / (high[0] - low[0]), 2.0, 8.0))
    for panel, unit in zip(panels.flat, effective, strict=False):
        order = np.argsort(np.abs(peaks[unit]), kind="stable")  # the strongest on top
        points = panel.scatter(
            *places[order].T, c=peaks[unit][order], cmap=DIVERGING, vmin=-limit, vmax=limit,
            s=size**2, edgecolors="0.6", linewidths=0.3,
        )  # fmt: skip
        panel.set_title(str(unit), loc="center", fontsize=7, pad=2)
        panel.set(aspect="equal", xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        panel.set(xticks=[], yticks=[])
        for spine in panel.spines.values():
            spine.set(visible=True, color="0.7")
    draw_scale(panels[-1, 0], low, high)
    grid.colour_bar(place, points, f"{RATE_UNITS[model.time_unit_]} above baseline", extend="both")
    return panels
