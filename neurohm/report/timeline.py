"""Spikes, hidden activity and assemblies over time, to zoom into: what the page's script draws."""

from __future__ import annotations

import math
from base64 import b64encode
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from neurohm.estimators.matching_units import in_model_order
from neurohm.plots.assembly_table import Assembly, assemblies_of, member_order
from neurohm.plots.occurrences import taking_part
from neurohm.plots.order import hidden_order, unit_order
from neurohm.plots.rasters import hidden_activity
from neurohm.plots.stretch import chosen_stretch, liveliest
from neurohm.recordings import Recording
from neurohm.report.html import visible

if TYPE_CHECKING:
    import pandas as pd

    from neurohm.estimators import SpikeHelmholtz

_MOST_SPIKES = 100_000  # eight bytes each in the page
_MOST_ACTIVITY = 1_200_000  # hidden units times bins; four thirds of a byte each
_MOST_NAME = 80  # letters
_FIRST_BINS = 500  # shown at first
_LEVELS = 254  # of probability, 0 to 1
_NO_WINDOW = 255


class Stretch(NamedTuple):
    """The part of a recording that is in the page, seconds (or bins).

    Parameters
    ----------
    start, stop : float
    first, last : float
        What of it is shown at first.
    """

    start: float
    stop: float
    first: float
    last: float


def timeline(
    recording: Recording, model: SpikeHelmholtz, assemblies: pd.DataFrame | None = None
) -> dict[str, Any]:
    """Return what the script of a report draws: numbers, names, and arrays as text.

    Parameters
    ----------
    recording : Recording
        Of the model's units, in any order.
    model : SpikeHelmholtz
    assemblies : DataFrame, optional
        What `SpikeHelmholtz.assemblies` returned for the recording, or for one that this is a
        part of.

    Returns
    -------
    dict
        For JSON. Arrays are ``{"type": ..., "data": ...}``: the name of a typed array of
        JavaScript and its bytes, little-endian, in base 64.
    """
    recording = in_model_order(recording, model.unit_ids_, model.time_unit_)
    stretch = _stretch(recording, model)
    part = recording.between(stretch.start, stretch.stop)
    drawn = (
        []
        if assemblies is None or not len(assemblies)
        else assemblies_of(assemblies, recording.unit_ids)
    )
    fields = model.receptive_fields(1)
    rows = _unit_rows(fields, drawn)
    return {
        "start": part.t_start,
        "stop": part.t_stop,
        "first": stretch.first,
        "last": stretch.last,
        "whole": math.isclose(part.duration, recording.duration),
        "unit": "s" if model.time_unit_ == "s" else "bins",
        "bin": model.bin_size_,
        "observed": part.observed.tolist(),
        "units": [_short(part.unit_ids[row]) for row in rows],
        **_spikes(part, rows, drawn, model.bin_size_),
        **_hidden(recording, part, model, fields),
        "assemblies": [_occurrences(assembly, part) for assembly in drawn],
    }


def _stretch(recording: Recording, model: SpikeHelmholtz) -> Stretch:
    """Return all of the recording if the page can hold it, else where its rate varies most."""
    width = model.bin_size_
    best = partial(liveliest, recording, bin_size=width)
    first, last = chosen_stretch(recording, None, _FIRST_BINS * width, best)
    bins = _MOST_ACTIVITY // sum(model.machine_.sizes[1:])
    while True:
        start, stop = _around(recording, first, last, bins * width)
        spikes = recording.between(start, stop).n_spikes
        if spikes <= _MOST_SPIKES or bins <= _FIRST_BINS:
            return Stretch(start, stop, first, last)
        bins = min(bins, math.ceil((stop - start) / width)) * _MOST_SPIKES // (spikes + 1)


def _around(recording: Recording, first: float, last: float, length: float) -> tuple[float, float]:
    """Return a stretch of so much time, or of all there is, with another one in its middle."""
    if length >= recording.duration:
        return recording.t_start, recording.t_stop
    if length <= last - first:
        return first, last
    latest = recording.t_stop - length
    start = min(max((first + last - length) / 2, recording.t_start), latest)
    return start, start + length


def _unit_rows(fields: npt.NDArray[np.float64], drawn: list[Assembly]) -> npt.NDArray[np.int64]:
    """Return units from top to bottom: by assembly where there are any, then by field."""
    rows, members = unit_order(fields), member_order(drawn)
    return np.concatenate([members, rows[~np.isin(rows, members)]])


def _spikes(
    part: Recording, rows: npt.NDArray[np.int64], drawn: list[Assembly], width: float
) -> dict[str, Any]:
    """Return moments after the start, rows, and the assembly of each (0: none), by time."""
    place = np.empty(len(rows), dtype=np.int64)
    place[rows] = np.arange(len(rows))
    order = np.argsort(part.spike_times, kind="stable")
    units = np.repeat(place, part.spike_counts)[order]
    owner = taking_part(part, drawn, width)[order] + 1
    return {
        "times": _array(part.spike_times[order] - part.t_start, "<f4"),
        "rows": _array(units, "<u2" if len(rows) <= 1 << 16 else "<u4"),
        "owners": _array(owner, "<u2"),
    }


def _hidden(
    recording: Recording,
    part: Recording,
    model: SpikeHelmholtz,
    fields: npt.NDArray[np.float64],
) -> dict[str, Any]:
    """Return hidden activity, (hidden units, bins), in levels; names of its rows."""
    before = max(recording.t_start, part.t_start - (model.lags - 1) * model.bin_size_)
    activity = hidden_activity(recording.between(before, part.t_stop), model, part)
    effective = hidden_order(fields)
    first_layer = np.concatenate([effective, np.setdiff1d(np.arange(len(fields)), effective)])
    order = np.concatenate([first_layer, np.arange(len(fields), len(activity))])
    levels = np.nan_to_num(np.rint(_LEVELS * activity), nan=_NO_WINDOW)
    sizes = model.machine_.sizes[1:]
    names = [
        f"{number} of layer {layer}"
        for layer, size in enumerate(sizes, 1)
        for number in (first_layer if layer == 1 else range(size))
    ]
    return {
        "activity": _array(levels[order], "|u1"),
        "levels": _LEVELS,
        "hidden": names,
        "layers": np.cumsum(sizes).tolist(),
    }


def _occurrences(assembly: Assembly, part: Recording) -> dict[str, Any]:
    inside = (assembly.times >= part.t_start) & (assembly.times < part.t_stop)
    return {
        "name": _short(assembly.name),
        "colour": assembly.colour,
        "times": np.round(assembly.times[inside], 6).tolist(),
    }


def _array(values: npt.NDArray[Any], dtype: str) -> dict[str, str]:
    """Return an array as text, with the kind of typed array that JavaScript reads it into."""
    kind = {"f": "Float", "u": "Uint"}[dtype[1]] + str(8 * int(dtype[2])) + "Array"
    content = np.ascontiguousarray(values.astype(dtype)).tobytes()
    return {"type": kind, "data": b64encode(content).decode("ascii")}


def _short(name: object) -> str:
    text = visible(str(name))
    return text if len(text) <= _MOST_NAME else text[: _MOST_NAME - 1] + "…"
