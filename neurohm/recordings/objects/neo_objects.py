"""Objects of Neo: blocks, segments, spike trains."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import InputError
from neurohm.recordings.layouts.per_unit import column_of
from neurohm.recordings.objects.segments import Segment, join_segments
from neurohm.recordings.recording import Recording

__all__ = ["is_neo", "recording_of_neo"]

_IDS = ("unit_id", "unit_name", "id")  # annotations that name a unit
_MOST_LABELS = 64


def is_neo(thing: Any) -> bool:
    """Whether this is a Neo block, segment or spike train, or a list of trains or segments.

    Parameters
    ----------
    thing : object

    Returns
    -------
    bool

    Examples
    --------
    >>> is_neo([1, 2])
    False
    """
    if isinstance(thing, Sequence) and not isinstance(thing, str) and len(thing):
        return all(_kind(item) in ("SpikeTrain", "Segment") for item in thing)
    return _kind(thing) in ("Block", "Segment", "SpikeTrain", "SpikeTrainList")


def recording_of_neo(thing: Any, *, sort: bool = False) -> Recording:
    """Make a recording of a Neo block, segment or spike trains.

    Times come in seconds from whatever unit they are in. Segments of a block that overlap in time
    are trials: see `neurohm.recordings.objects.segments`. Annotations with one value are columns.
    A train is observed from its ``t_start`` to its ``t_stop``.

    Parameters
    ----------
    thing : neo.Block, neo.Segment, neo.SpikeTrain, or a list of trains or of segments
    sort : bool
        Sort the times of each unit.

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If there are no spike trains, or the segments of a block differ in their units.
    """
    kind = _kind(thing)
    if kind == "Block":
        parts = list(thing.segments)
    elif kind == "Segment":
        parts = [thing]
    elif kind == "SpikeTrain":
        parts = [[thing]]
    else:
        items = list(thing)
        parts = items if items and _kind(items[0]) == "Segment" else [items]
    trains = [list(part if isinstance(part, list) else part.spiketrains) for part in parts]
    if not trains or not any(trains):
        raise InputError(f"a Neo {kind or 'list'} without spike trains", "at least one")
    filled = [place for place, each in enumerate(trains) if each]
    parts, trains = [parts[place] for place in filled], [trains[place] for place in filled]
    ids = _ids(trains)
    segments = [
        _segment(part, each, names) for part, each, names in zip(parts, trains, ids, strict=True)
    ]
    return join_segments(
        segments,
        what=f"a Neo {kind or 'list of spike trains'}",
        sort=sort,
        unit_columns=_columns(trains[0]),
        metadata=_plain(getattr(thing, "annotations", None) or {}),
        source=str(getattr(thing, "file_origin", None) or ""),
    )


def _kind(thing: Any) -> str:
    """Name of the class, if it is one of Neo's or derived of one."""
    for each in type(thing).__mro__:
        if each.__module__.partition(".")[0] == "neo":
            return each.__name__
    return ""


def _ids(trains: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Names of the units in each segment: an annotation, the name, or the place."""
    for name_of in (*(_annotation(name) for name in _IDS), lambda train: train.name):
        named = [[name_of(train) for train in each] for each in trains]
        if all(_are_names(names) for names in named):
            return [[_as_id(name) for name in names] for names in named]
    return [list(range(len(each))) for each in trains]


def _annotation(name: str) -> Any:
    return lambda train: train.annotations.get(name)


def _are_names(names: Sequence[Any]) -> bool:
    kinds = {isinstance(name, str) for name in names}
    known = all(isinstance(name, str | int | np.integer) and name != "" for name in names)
    return known and len(kinds) == 1 and len(set(names)) == len(names)


def _as_id(name: Any) -> Any:
    return name if isinstance(name, str) else int(name)


def _segment(part: Any, trains: Sequence[Any], ids: Sequence[Any]) -> Segment:
    intervals: dict[str, NDArray[np.float64]] = {}
    labels: dict[str, NDArray[Any]] = {}
    for place, epoch in enumerate(getattr(part, "epochs", ())):
        name = _free(epoch.name or f"epoch{place or ''}", intervals)
        starts = _seconds(epoch.times)
        durations = np.broadcast_to(_seconds(epoch.durations), starts.shape)
        intervals[name] = np.stack([starts, starts + durations], axis=1)
        if len(epoch.labels) == len(starts):
            labels[name] = np.asarray(epoch.labels).astype(np.str_)
    return Segment(
        trains={i: _seconds(train.times) for i, train in zip(ids, trains, strict=True)},
        start=min(float(_seconds(train.t_start)) for train in trains),
        stop=max(float(_seconds(train.t_stop)) for train in trains),
        name=str(getattr(part, "name", None) or ""),
        intervals=intervals,
        labels=labels,
        events=_events(getattr(part, "events", ())),
        seen=_seen(trains, ids),
    )


def _seen(trains: Sequence[Any], ids: Sequence[Any]) -> dict[Any, tuple[float, float]]:
    """When each train was observed, if they differ in that; not if each just ends with a spike."""
    starts = [float(_seconds(train.t_start)) for train in trains]
    stops = [float(_seconds(train.t_stop)) for train in trains]
    ends_with_a_spike = [
        len(train) > 0 and stop == float(_seconds(train.times).max())
        for train, stop in zip(trains, stops, strict=True)
    ]
    differ = len(set(starts)) > 1 or (len(set(stops)) > 1 and not all(ends_with_a_spike))
    return dict(zip(ids, zip(starts, stops, strict=True), strict=True)) if differ else {}


def _events(series: Sequence[Any]) -> dict[str, NDArray[np.float64]]:
    """Moments by the name of their series, and by label where there are several."""
    found: dict[str, NDArray[np.float64]] = {}
    for place, event in enumerate(series):
        name = _free(event.name or f"event{place or ''}", found)
        moments, labels = _seconds(event.times), np.asarray(event.labels).astype(np.str_)
        kinds = np.unique(labels)
        if labels.shape != moments.shape or not 1 < len(kinds) <= _MOST_LABELS:
            found[name] = moments
            continue
        for kind in kinds.tolist():
            found[_free(f"{name}.{kind}" if kind else name, found)] = moments[labels == kind]
    return found


def _free(name: str, taken: dict[str, Any]) -> str:
    free = re.sub(r"/", ".", str(name))
    while free in taken:
        free += "_"
    return free


def _seconds(quantity: Any) -> NDArray[np.float64]:
    return np.asarray(quantity.rescale("s").magnitude, dtype=np.float64)


def _columns(trains: Sequence[Any]) -> dict[str, NDArray[Any]]:
    rows = [_plain(train.annotations) for train in trains]
    keys = dict.fromkeys(key for row in rows for key in row)
    return {key: column_of([row.get(key) for row in rows]) for key in keys if "/" not in key}


def _plain(annotations: Any) -> dict[str, Any]:
    """Annotations that are one number or text."""
    values = {str(key): _item(value) for key, value in annotations.items()}
    return {key: value for key, value in values.items() if value is not None}


def _item(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return value if isinstance(value, str | bool | int | float) else None
