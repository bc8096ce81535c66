"""What an NWB file says besides its units: the session, intervals and events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.looks import is_numeric, is_text
from neurohm.recordings.layouts.nwb_tables import given_name, table_columns
from neurohm.recordings.tree import read_array

__all__ = ["EVENT_TYPES", "SPAN", "UNKNOWN_START", "Session", "neurodata_type", "session_of"]

SPAN = "recording_span"
"""The table of one interval that neurohm writes: the first and the last moment."""

UNKNOWN_START = "1970-01-01T00:00:00+00:00"
"""What neurohm writes where the start of a session is not known."""

EVENT_TYPES = frozenset({"AnnotationSeries", "Events", "LabeledEvents", "TTLs"})
_LONGEST_TEXT = 2000
_MOST_LABELS = 64
_TIMES = ("start_time", "stop_time")
_MOMENTS = "timestamps"
# Of the schema, for the file itself, or the same for every file.
_FOR_ITSELF = ("specifications/", "file_create_date", "timestamps_reference_time")


@dataclass
class Session:
    """What a file says besides its units.

    Attributes
    ----------
    metadata : dict of str to str, int, float or bool
    intervals : dict of str to ndarray, shape (n, 2)
        Trials, epochs and the like, seconds.
    interval_columns : dict of str to dict of str to ndarray, shape (n,)
    events : dict of str to ndarray, shape (n,)
        Seconds.
    used : set of str
        Names of the datasets that this was read from.
    notes : list of str
        What was left out, for the layout's sentence.
    """

    metadata: dict[str, Any] = field(default_factory=dict)
    intervals: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    interval_columns: dict[str, dict[str, NDArray[Any]]] = field(default_factory=dict)
    events: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def free_name(self, taken: dict[str, Any], path: str) -> str:
        """Return the last part of a name, or all of it where that is taken."""
        last = path.rpartition("/")[2]
        return path.replace("/", ".") if last in taken or last == "observed" else last


def session_of(file: Contents) -> Session:
    """Read what an NWB file says besides its units.

    Parameters
    ----------
    file : Contents

    Returns
    -------
    Session

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["identifier"], file["general/subject/species"] = "session 1", "Mus musculus"
    ...     session_of(Contents(file)).metadata
    {'species': 'Mus musculus', 'identifier': 'session 1'}
    """
    session = Session()
    _read_metadata(file, session)
    for path in file.groups:
        members = file.members[path]
        if all(_is_numbers(members.get(name)) for name in _TIMES):
            _read_intervals(file, path, session)
        elif _is_numbers(members.get(_MOMENTS)) and _holds_events(file, path):
            _read_events(file, path, session)
        elif neurodata_type(file, path) == "EventsTable" and _is_numbers(members.get("timestamp")):
            _add_events(session, session.free_name(session.events, path), members["timestamp"][()])
            session.used |= {f"{path}/timestamp", f"{path}/id"} & file.datasets.keys()
    return session


def neurodata_type(file: Contents, path: str) -> str:
    """Return the type that NWB gives to a group; empty where none.

    Parameters
    ----------
    file : Contents
    path : str
        Name of the group.

    Returns
    -------
    str
    """
    stated = file[path].attrs.get("neurodata_type", "")
    return stated.decode("utf-8", "replace") if isinstance(stated, bytes) else str(stated)


def _is_numbers(item: Any) -> bool:
    return len(getattr(item, "shape", None) or ()) == 1 and is_numeric(item)


def _read_metadata(file: Contents, session: Session) -> None:
    """Take texts and numbers of the session and the subject; empty ones say nothing."""
    for path, item in file.datasets.items():
        parts = path.split("/")
        if path.startswith(_FOR_ITSELF):
            session.used.add(path)
            continue
        of_session = len(parts) == 1 or (parts[0] == "general" and len(parts) == 2)
        of_session |= len(parts) == 2 and parts[0] == "scratch"
        of_subject = parts[:2] == ["general", "subject"] and len(parts) == 3
        if not (of_session or of_subject) or not (is_text(item) or is_numeric(item)):
            continue
        name = "subject_description" if of_subject and parts[-1] == "description" else parts[-1]
        value = _value(item)
        name = given_name(name, item)
        if value is not None:
            session.used.add(path)
        if value not in (None, "", UNKNOWN_START):
            session.metadata[name] = value


def _value(item: Any) -> Any:
    """Return one value, or a list of texts as one; None for more than can be taken."""
    if item.size > 1 and not (is_text(item) and item.ndim == 1 and item.size <= _MOST_LABELS):
        return None
    values = np.ravel(read_array(item)).tolist()
    if not is_text(item):
        return values[0] if values else ""
    text = ", ".join(values)
    return text if len(text) <= _LONGEST_TEXT else None


def _read_intervals(file: Contents, path: str, session: Session) -> None:
    members = file.members[path]
    starts, stops = (np.asarray(members[name][()], dtype=np.float64) for name in _TIMES)
    if len(starts) != len(stops):
        return
    intervals = np.stack([starts, stops], axis=1)
    known = np.isfinite(intervals).all(axis=1) & (starts <= stops)
    name = session.free_name(session.intervals, path)
    columns, used = table_columns(file, path, len(starts), without=(*_TIMES, "timeseries"))
    ends = {f"{path}/{name}" for name in (*_TIMES, "id")} & file.datasets.keys()
    session.used |= used | ends
    session.intervals[name] = intervals[known]
    # Files keep the times themselves under these names.
    of_rows = {n + "_" * (n in ("start", "stop")): column[known] for n, column in columns.items()}
    if of_rows:
        session.interval_columns[name] = of_rows
    if not known.all():
        session.notes.append(
            f"{int((~known).sum())} of {len(known)} rows of '{name}' left out (a time missing, or "
            "a stop before its start)"
        )


def _holds_events(file: Contents, path: str) -> bool:
    above = path.rpartition("/")[0]
    in_events = bool(above) and neurodata_type(file, above) == "BehavioralEvents"
    return in_events or neurodata_type(file, path) in EVENT_TYPES


def _read_events(file: Contents, path: str, session: Session) -> None:
    """Take moments under the name of their series, or of each label if there are several."""
    members = file.members[path]
    moments = np.asarray(members[_MOMENTS][()], dtype=np.float64)
    name = session.free_name(session.events, path)
    session.used.add(f"{path}/{_MOMENTS}")
    labels = _labels(members, len(moments))
    kinds = np.unique(labels) if labels is not None else np.empty(0)
    if labels is not None and len(kinds) <= _MOST_LABELS:
        session.used |= {f"{path}/{n}" for n in ("data", "labels")} & file.datasets.keys()
    if labels is None or len(kinds) > _MOST_LABELS or kinds.tolist() in ([name], []):
        _add_events(session, name, moments)
        return
    for kind in kinds.tolist():
        label = str(kind).replace("/", ".")
        _add_events(session, f"{name}.{label}" if label else name, moments[labels == kind])


def _labels(members: dict[str, Any], n_events: int) -> NDArray[Any] | None:
    data, words = members.get("data"), members.get("labels")
    if getattr(data, "shape", None) != (n_events,) or data is None:
        return None
    if is_text(data):
        return read_array(data)
    if words is None or not is_text(words) or data.dtype.kind not in "iu" or not n_events:
        return None
    codes, texts = np.asarray(data[()]), np.ravel(read_array(words))
    return texts[codes] if 0 <= codes.min() <= codes.max() < len(texts) else None


def _add_events(session: Session, name: str, moments: NDArray[Any]) -> None:
    times = np.asarray(moments, dtype=np.float64)
    finite = np.isfinite(times)
    session.events[name] = times[finite]
    if not finite.all():
        session.notes.append(f"{int((~finite).sum())} events '{name}' without a time left out")
