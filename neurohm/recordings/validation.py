"""What a recording must be: each complaint says how to mend it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.recordings.ascending_times import check_times
from neurohm.recordings.intervals import merged

if TYPE_CHECKING:
    from neurohm.recordings.recording import Recording

SPANS = "observed_by_unit"
MOST_NAMED = 5  # units in a message

__all__ = ["MOST_NAMED", "check_recording", "file_path", "named_units", "unit_text", "where"]


def unit_text(value: float, time_unit: str) -> str:
    """Time with its unit, for a message.

    Parameters
    ----------
    value : float
    time_unit : {"s", "bin"}

    Returns
    -------
    str

    Examples
    --------
    >>> unit_text(2.5, "s"), unit_text(100.0, "bin")
    ('2.5 s', '100 bins')
    """
    text = f"{value:.6g}"
    return f"{text} s" if time_unit == "s" else f"{text} bin{'s' * (text != '1')}"


def named_units(ids: Sequence[Any]) -> str:
    """Units by their ids, the first few, for a message.

    Parameters
    ----------
    ids : sequence of object

    Returns
    -------
    str

    Examples
    --------
    >>> named_units(["a"]), named_units(range(7))
    ("unit 'a'", 'units 0, 1, 2, 3, 4 and 2 more')
    """
    names = ", ".join(map(repr, ids[:MOST_NAMED]))
    more = f" and {len(ids) - MOST_NAMED} more" * (len(ids) > MOST_NAMED)
    return f"unit{'s' * (len(ids) > 1)} {names}{more}"


def where(recording: Recording) -> str:
    """Start of a message: the file that a recording came from, if any.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    str

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> where(Recording.from_trains([[1.0]], source="a.h5"))
    "'a.h5': "
    """
    return f"'{recording.source}': " if recording.source else ""


def file_path(path: Any) -> Path:
    """Path of a file.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    pathlib.Path

    Raises
    ------
    ArgumentTypeError
        If it is neither text nor a path.

    Examples
    --------
    >>> file_path("recordings/a.h5").name
    'a.h5'
    """
    if not isinstance(path, str | os.PathLike):
        raise ArgumentTypeError(f"the path {path!r}", "the name of a file")
    return Path(path)


def check_recording(recording: Recording) -> None:
    """Raise unless a recording with normalised fields is consistent.

    Parameters
    ----------
    recording : Recording

    Raises
    ------
    InputError

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> Recording.from_trains({"a": [2.0, 1.0]})
    Traceback (most recent call last):
    neurohm.exceptions.InputError: unit 'a': a spike at 1 after one at 2; expected ascending \
times within each unit; sort them (load_recording: sort=True / --sort)
    """
    _check_span(recording)
    _check_units(recording)
    _check_index(recording)
    check_times(recording, where(recording))
    _check_intervals(recording)
    _check_interval_columns(recording)
    _check_unit_columns(recording)
    for mapping in (recording.unit_columns, recording.intervals, recording.events):
        _check_names(recording, mapping)
    for columns in recording.interval_columns.values():
        _check_names(recording, columns)


def _check_span(recording: Recording) -> None:
    start, stop = recording.t_start, recording.t_stop
    if not (np.isfinite(start) and np.isfinite(stop) and start < stop):
        raise InputError(
            f"{where(recording)}t_start={start:g} and t_stop={stop:g}",
            "finite times, the second after the first",
        )
    width = recording.bin_width
    if width is not None and not (np.isfinite(width) and width > 0):
        raise InputError(f"{where(recording)}bin_width={width:g}", "a positive number of seconds")
    if recording.time_unit not in ("s", "bin"):
        raise InputError(f"{where(recording)}time_unit={recording.time_unit!r}", "'s' or 'bin'")


def _check_units(recording: Recording) -> None:
    ids, counts = np.unique(recording.unit_ids, return_counts=True)
    if (counts > 1).any():
        repeated = ids[counts > 1].tolist()[0]
        raise InputError(
            f"{where(recording)}unit id {repeated!r} occurs {counts.max()} times", "distinct ids"
        )
    spans = recording.observed_by_unit
    if spans is not None and len(spans) != len(ids):
        raise InputError(
            f"{where(recording)}{SPANS} of {len(spans)} units", f"one set for each of {len(ids)}"
        )
    positions = recording.positions
    if positions is not None and positions.shape not in [(len(ids), 2), (len(ids), 3)]:
        raise InputError(
            f"{where(recording)}positions of shape {positions.shape}",
            f"shape ({len(ids)}, 2) or ({len(ids)}, 3)",
        )


def _check_index(recording: Recording) -> None:
    index, n_spikes = recording.spike_times_index, recording.n_spikes
    if len(index) != len(recording.unit_ids):
        raise InputError(
            f"{where(recording)}{len(index)} entries in spike_times_index",
            f"one for each of the {len(recording.unit_ids)} unit ids",
        )
    last = int(index[-1]) if len(index) else 0
    if last != n_spikes or (np.diff(index, prepend=0) < 0).any():
        raise InputError(
            f"{where(recording)}spike_times_index ends at {last} or descends",
            f"ascending ends of units, the last one {n_spikes}, the number of spike times",
        )


def _check_intervals(recording: Recording) -> None:
    for name, intervals in recording.intervals.items():
        start, stop = intervals.T
        if not (np.isfinite(intervals).all() and (start <= stop).all()):
            raise InputError(
                f"{where(recording)}intervals {name!r}: a start after its stop, or not finite",
                "start <= stop",
            )
    for name, moments in recording.events.items():
        if not np.isfinite(moments).all():
            raise InputError(f"{where(recording)}events {name!r}: not finite", "finite times")
    observed = recording.intervals.get("observed")
    if observed is None:
        return
    outside = (observed < recording.t_start) | (observed > recording.t_stop)
    if outside.any() or not len(merged(observed)):
        raise InputError(
            f"{where(recording)}observed time is empty or outside of the recording",
            f"intervals between t_start={recording.t_start:g} and t_stop={recording.t_stop:g}",
        )


def _check_interval_columns(recording: Recording) -> None:
    for name, columns in recording.interval_columns.items():
        if name not in recording.intervals:
            raise InputError(
                f"{where(recording)}columns of intervals {name!r}",
                "columns of " + (", ".join(map(repr, recording.intervals)) or "intervals"),
                "give the intervals, too",
            )
        number = len(recording.intervals[name])
        for key, column in columns.items():
            if column.shape != (number,) or column.dtype.kind not in "biufU":
                raise InputError(
                    f"{where(recording)}column {key!r} of intervals {name!r}: {column.dtype} of "
                    f"shape {column.shape}",
                    f"numbers, booleans or text of shape ({number},)",
                )
            if key in ("start", "stop"):
                raise InputError(
                    f"{where(recording)}column {key!r} of intervals {name!r}",
                    "another name: files keep the times themselves under it",
                )


def _check_unit_columns(recording: Recording) -> None:
    for name, column in recording.unit_columns.items():
        if column.shape != (recording.n_units,) or column.dtype.kind not in "biufU":
            raise InputError(
                f"{where(recording)}unit column {name!r}: {column.dtype} of shape {column.shape}",
                f"numbers, booleans or text of shape ({recording.n_units},)",
            )


def _check_names(recording: Recording, mapping: Mapping[str, Any]) -> None:
    for name in mapping:
        # Names become members of an HDF5 group, where a slash would open another group.
        if not isinstance(name, str) or not name or "/" in name or name == ".":
            raise InputError(
                f"{where(recording)}the name {name!r}", "a name without a slash", "rename it"
            )
