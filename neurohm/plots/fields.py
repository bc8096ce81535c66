"""Pictures of fields over units and lags: what hidden units add to rates, and respond to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from neurohm.analysis import dreamt_fields
from neurohm.estimators import recognition_fields
from neurohm.exceptions import InputError
from neurohm.plots.order import hidden_order, unit_order
from neurohm.plots.panels import PanelGrid
from neurohm.plots.style import DIVERGING, plural, styled, unit_label

if TYPE_CHECKING:
    from neurohm.estimators import SpikeHelmholtz
    from neurohm.recordings import Recording

_ROBUST = 99.5  # percentile of the absolute values at which the colours end
_FAINT = 0.25  # of the colour that is left where a value may be chance
_MOST_NAMED = 30  # recorded units, to be named one by one
_LEAST_LABELLED = 0.3  # width, inches, of a panel that has room for both labels of its axis
RATE_UNITS = {"s": "Hz", "bin": "Spikes per bin"}
"""How rates are called, by the unit of time."""


@styled
def receptive_fields(
    model: SpikeHelmholtz,
    layer: int = 1,
    *,
    most: int = 100,
    order: bool = True,
    significance: bool = False,
    axes: Axes | None = None,
) -> npt.NDArray[Any]:
    """Draw what each hidden unit adds to the rate of each recorded unit at each lag.

    One panel for each hidden unit, the strongest first, with its number in the layer above it;
    units without effect are left out. All panels share the order of the recorded units and the
    colours, which are white at zero and end at the 99.5th percentile of what is shown.

    Parameters
    ----------
    model : SpikeHelmholtz
        A fitted one.
    layer : int
        A hidden layer, from 1.
    most : int
        Panels to draw.
    order : bool
        Whether recorded units that the same hidden unit raises lie side by side; otherwise as in
        the recording.
    significance : bool
        Whether what is not significant beside the spread of dreams is drawn faintly, see
        `neurohm.analysis.dreamt_fields`. It says that the model has an effect, not that the data
        do; next to the spikes, where effects hardly differ from dream to dream, most are.
    axes : Axes, optional
        To be divided into the panels; by default a new figure.

    Returns
    -------
    ndarray of Axes, (rows, columns)
        The panels, row by row; those beyond the last hidden unit are switched off. Horizontally
        milliseconds to the end of the window (or bins); colours are Hz above baseline (or spikes
        per bin).

    Raises
    ------
    InputError
        If there is no such layer, or `most` is not positive.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(n_units=10, minutes=1, n_assemblies=1, members=(4, 5))
    >>> model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=3).fit(recording)
    >>> nh.plots.save(nh.plots.receptive_fields(model), "fields.png")
    """
    fields, beyond = model.receptive_fields(layer), None
    if significance:
        beyond = dreamt_fields(model.machine_, layer, seed=model.seed_).significant
    what = f"What each hidden unit of layer {layer} adds to the rates of"
    measure = f"{RATE_UNITS[model.time_unit_]} above baseline"
    return _draw(model, fields, beyond, (what, measure), most, order, axes)


@styled
def spike_responses(
    recording: Recording,
    model: SpikeHelmholtz,
    layer: int = 1,
    *,
    whitened: bool = False,
    most: int = 100,
    order: bool = True,
    axes: Axes | None = None,
) -> npt.NDArray[Any]:
    """Draw to what each hidden unit responds: rates when it is active, less the mean rates.

    Panels as of `receptive_fields`. What may be chance is faint, see `neurohm.recognition_fields`.

    Parameters
    ----------
    recording : Recording
        With the units of the model.
    model : SpikeHelmholtz
        A fitted one.
    layer : int
        A hidden layer, from 1.
    whitened : bool
        Whether what windows have in common is taken out.
    most : int
        Panels to draw.
    order : bool
        Whether recorded units that drive the same hidden unit lie side by side.
    axes : Axes, optional
        To be divided into the panels; by default a new figure.

    Returns
    -------
    ndarray of Axes, (rows, columns)

    Raises
    ------
    InputError
        If there is no such layer, `most` is not positive, or the recording is not of the model's
        units.

    Examples
    --------
    >>> import neurohm as nh
    >>> recording = nh.simulate_assemblies(n_units=10, minutes=1, n_assemblies=1, members=(4, 5))
    >>> model = nh.SpikeHelmholtz(hidden=4, lags=2, epochs=3).fit(recording)
    >>> nh.plots.save(nh.plots.spike_responses(recording, model), "responses.png")
    """
    found = recognition_fields(model, recording, layer, whitened=whitened)
    what = f"To what each hidden unit of layer {layer} responds, of"
    words = what, found.measure
    return _draw(model, found.values, found.significant, words, most, order, axes)


def _draw(
    model: SpikeHelmholtz,
    fields: npt.NDArray[np.float64],
    significant: npt.NDArray[np.bool_] | None,
    words: tuple[str, str],
    most: int,
    order: bool,
    axes: Axes | None,
) -> npt.NDArray[Any]:
    """Draw fields, what is not significant faintly; the words are a title and a measure."""
    if most < 1:
        raise InputError(f"most {most}", "at least one panel")
    effective = hidden_order(fields)
    shown = fields[effective[:most]]
    drawn = shown
    if significant is not None:
        drawn = shown * np.where(significant.reshape(fields.shape)[effective[:most]], 1.0, _FAINT)
    rows = unit_order(fields) if order else np.arange(fields.shape[1])
    few = len(rows) <= _MOST_NAMED
    names = [unit_label(name) for name in model.unit_ids_[rows]] if few else []
    narrowest, widest, height = _panel_size(*fields.shape[1:])
    faint = "" if significant is None else " Faint: may be chance (5 % a field)."
    grid = PanelGrid.of(
        len(shown), narrowest=narrowest, widest=widest, height=height, left=_room_for(names),
        title=f"{words[0]} {plural(len(rows), 'unit')}",
        notes=_notes(fields, len(effective), len(shown), order) + faint, axes=axes,
    )  # fmt: skip
    place = grid.place(axes)
    panels = grid.panels(place)
    if not len(shown):
        return panels
    limit = float(np.percentile(np.abs(shown), _ROBUST)) or float(np.abs(shown).max())
    for panel, unit, field in zip(panels.flat, effective, drawn, strict=False):
        image = _draw_panel(panel, field[rows], limit, _bin_width(model))
        panel.set_title(str(unit), loc="center", fontsize=7, pad=2)
    _label_units(panels[:, 0], len(rows), names if grid.rows == 1 else [])
    _label_lags(panels[-1, 0], model, grid.width)
    extend = "both" if np.abs(shown).max() > limit else "neither"
    grid.colour_bar(place, image, words[1], extend=extend)
    return panels


def _panel_size(units: int, lags: int) -> tuple[float, float, float]:
    """Return how narrow, how wide and how high a panel of so many pixels may be, inches."""
    narrowest, widest = np.clip(0.06 * lags, 0.24, 1.0), np.clip(0.19 * lags, 0.6, 1.5)
    return float(narrowest), float(widest), min(0.11 * units, 3.2)


def _room_for(names: list[str]) -> float:
    """Return the room that names at the left of a panel need, inches."""
    longest = max(map(len, names), default=0)
    return 0.5 if longest <= 3 else min(1.5, 0.32 + 0.06 * longest)


def _draw_panel(
    axes: Axes, field: npt.NDArray[np.float64], limit: float, bin_width: float
) -> AxesImage:
    units, lags = field.shape
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(visible=True, color="0.7")
    return axes.imshow(
        field,
        cmap=DIVERGING,
        vmin=-limit,
        vmax=limit,
        aspect="auto",
        extent=(-lags * bin_width, 0.0, units - 0.5, -0.5),
    )


def _notes(fields: npt.NDArray[np.float64], effective: int, shown: int, order: bool) -> str:
    """Say how what is shown is ordered, and what is left out."""
    hidden, units, _ = fields.shape
    notes = []
    if shown:
        notes.append("Panels: hidden units, strongest first.")
        if order and units > 1:
            notes.append("Rows: by the hidden unit that raises them most, then by lag.")
    if shown < effective:
        notes.append(f"The {shown} strongest of {hidden} are shown.")
    if effective < hidden:
        notes.append(f"{plural(hidden - effective, 'hidden unit')} without effect left out.")
    return " ".join(notes)


def _label_units(first_panels: npt.NDArray[Any], units: int, names: list[str]) -> None:
    """Label the recorded units at the left of each row of panels: by name where that fits."""
    for panel in first_panels:
        if names:
            panel.set_yticks(range(units), names, fontsize=6)
        else:
            ends = sorted({0, units - 1})
            panel.set_yticks(ends, [str(end + 1) for end in ends])
    first_panels[len(first_panels) // 2].set_ylabel("Recorded unit")


def _label_lags(panel: Axes, model: SpikeHelmholtz, width: float) -> None:
    """Label time below the first panel of the last row, so many inches wide; all have the same."""
    first = panel.get_xlim()[0]
    panel.set_xticks([first, 0.0], [f"{first:g}".replace("-", "−"), "0"])
    if width < _LEAST_LABELLED:
        panel.get_xticklabels()[0].set_horizontalalignment("right")
        panel.get_xticklabels()[1].set_horizontalalignment("left")
    unit = "ms" if model.time_unit_ == "s" else "bins"
    panel.set_xlabel(f"Time to the end of the window ({unit})", loc="left")


def _bin_width(model: SpikeHelmholtz) -> float:
    """Return the width of a bin as lags are labelled: milliseconds, or bins."""
    return model.bin_size_ * (1000.0 if model.time_unit_ == "s" else 1.0)
