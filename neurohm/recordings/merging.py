"""Several recordings as one: their units side by side, or one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurohm.checks import real_number
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.recordings.intervals import shared_time
from neurohm.recordings.recording import Recording
from neurohm.recordings.slicing import select_units
from neurohm.recordings.unit_observation import session_time

__all__ = ["merge_recordings"]


def merge_recordings(
    recordings: Sequence[Recording],
    along: Literal["units", "time"] = "units",
    *,
    gap: float = 1.0,
    names: Sequence[str] | None = None,
) -> Recording:
    """Make one recording of several; no spike is lost, and none is moved against the others.

    Parameters
    ----------
    recordings : sequence of Recording
        Two or more, all of seconds, or of bins of one width.
    along : {"units", "time"}
        ``"units"``: recorded at the same time, on one clock, other units; each keeps the time in
        which it was observed, which may differ. ``"time"``: the same units, one recording after
        the other; their order is that of the first.
    gap : float
        Time between one recording and the next, which is not observed, seconds (or bins); whole
        bins where there are any. Only along time.
    names : sequence of str, optional
        A name for each recording. Along units, they are put before the unit ids: ``"left:3"``.

    Returns
    -------
    Recording
        Where recordings contradict each other in a column, in metadata, or in intervals along
        units, what the later ones say has their name in parentheses after it. Along time the
        intervals ``"recordings"`` say where each is. Without `truth`.

    Raises
    ------
    InputError
        If unit ids repeat (along units) or differ (along time), bins differ, or no time is
        observed in all.

    Examples
    --------
    >>> left = Recording.from_trains({"a": [0.5]}, t_stop=2.0)
    >>> right = Recording.from_trains({"b": [0.1, 1.5]}, t_stop=2.0)
    >>> merge_recordings([left, right]).unit_ids.tolist()
    ['a', 'b']
    >>> merge_recordings([left, left], "time", gap=1.0).times(0).tolist()
    [0.5, 3.5]
    """
    parts = list(recordings)
    if len(parts) < 2 or not all(isinstance(part, Recording) for part in parts):
        raise ArgumentTypeError(f"{len(parts)} things to merge", "two or more recordings")
    labels = [str(place + 1) for place in range(len(parts))] if names is None else list(names)
    if len(labels) != len(parts) or len(set(labels)) != len(labels):
        raise InputError(f"names={names!r}", f"{len(parts)} distinct names")
    _check_bins(parts)
    if along == "units":
        return _side_by_side(parts, labels, named=names is not None)
    if along == "time":
        return _one_by_one(parts, labels, real_number("gap", gap, least=0))
    raise InputError(f"along={along!r}", "'units' or 'time'")


def _check_bins(parts: Sequence[Recording]) -> None:
    bins = list(dict.fromkeys((part.time_unit, part.bin_width) for part in parts))
    if len(bins) > 1:
        raise InputError(
            f"recordings of several kinds (time_unit, bin_width): {bins}",
            "one unit of time, and one bin width or none",
        )


def _side_by_side(parts: list[Recording], labels: list[str], *, named: bool) -> Recording:
    ids = [_ids(part, label, named=named) for part, label in zip(parts, labels, strict=True)]
    if any(each.dtype.kind == "U" for each in ids):
        ids = [each.astype(np.str_) for each in ids]
    joined = np.concatenate(ids)
    values, counts = np.unique(joined, return_counts=True)
    if (counts > 1).any():
        raise InputError(
            f"unit {values[counts > 1].tolist()[0]!r} in several recordings",
            "distinct unit ids",
            "give names= to put before them",
        )
    starts = {part.t_start for part in parts}
    if parts[0].bin_width is not None and len(starts) > 1:
        raise InputError("recordings in bins that start at several times", "one start")
    observed = [session_time(part) for part in parts]
    if not len(shared_time(observed)):
        raise InputError("no time is observed in all recordings", "recordings of one time")
    start, stop = min(starts), max(part.t_stop for part in parts)
    alike = all(np.array_equal(each, observed[0]) for each in observed)
    whole = alike and np.array_equal(observed[0], [[start, stop]])
    stated = {"observed": observed[0]} if alike and not whole else {}
    intervals, columns = _united_intervals(parts, labels)
    positions, columns_of_units = _joined_positions(parts)
    return Recording(
        spike_times=np.concatenate([np.asarray(part.spike_times) for part in parts]),
        spike_times_index=np.cumsum(np.concatenate([part.spike_counts for part in parts])),
        unit_ids=joined,
        t_start=start,
        t_stop=stop,
        unit_columns=_joined_columns(columns_of_units, [part.n_units for part in parts]),
        intervals=intervals | stated,
        interval_columns=columns,
        events=_united([dict(part.events) for part in parts], labels),
        positions=positions,
        observed_by_unit=_spans_beside(parts) if not alike or _have_spans(parts) else None,
        **_shared(parts, labels, "units side by side"),
    )


def _one_by_one(parts: list[Recording], labels: list[str], gap: float) -> Recording:
    first = parts[0]
    for label, part in zip(labels, parts, strict=True):
        if sorted(part.unit_ids.tolist(), key=str) != sorted(first.unit_ids.tolist(), key=str):
            raise InputError(
                f"recording {label} has other units than the first",
                "the same units: one that is not recorded is not silent",
                "select_units those that all have",
            )
    parts = [first, *(select_units(part, first.unit_ids) for part in parts[1:])]
    shifts = _shifts(parts, gap)
    spans = np.array([[p.t_start + s, p.t_stop + s] for p, s in zip(parts, shifts, strict=True)])
    moved = [_moved(part, shift) for part, shift in zip(parts[:-1], shifts[:-1], strict=True)]
    moved.append(_moved(parts[-1], shifts[-1], is_last=True))
    names = dict.fromkeys(name for part in moved for name in part)
    intervals = {name: np.concatenate([p[name] for p in moved if name in p]) for name in names}
    events = dict.fromkeys(name for part in parts for name in part.events)
    return Recording(
        spike_times=_in_turn(parts, shifts),
        spike_times_index=np.sum([part.spike_times_index for part in parts], axis=0),
        unit_ids=first.unit_ids,
        t_start=first.t_start,
        t_stop=float(spans[-1, 1]),
        unit_columns=_united([_with_positions(part, first) for part in parts], labels),
        intervals=intervals | {"recordings": spans},
        interval_columns=_columns_in_turn(parts, names)
        | {"recordings": {"name": np.array(labels)}},
        events={
            name: np.concatenate(
                [p.events[name] + s for p, s in zip(parts, shifts, strict=True) if name in p.events]
            )
            for name in events
        },
        positions=first.positions,
        observed_by_unit=_spans_in_turn(parts, shifts) if _have_spans(parts) else None,
        **_shared(parts, labels, f"one after the other, {gap:g} between them not observed"),
    )


def _ids(part: Recording, label: str, *, named: bool) -> NDArray[Any]:
    if not named:
        return part.unit_ids
    return np.array([f"{label}:{unit}" for unit in part.unit_ids.tolist()], dtype=np.str_)


def _others(part: Recording) -> dict[str, NDArray[np.float64]]:
    return {name: rows for name, rows in part.intervals.items() if name != "observed"}


def _shared(parts: Sequence[Recording], labels: Sequence[str], how: str) -> dict[str, Any]:
    return {
        "bin_width": parts[0].bin_width,
        "time_unit": parts[0].time_unit,
        "metadata": _united([dict(part.metadata) for part in parts], labels),
        "layout": f"{len(parts)} recordings merged, {how}",
        "source": ", ".join(dict.fromkeys(part.source for part in parts if part.source)),
    }


def _united(said: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> dict[str, Any]:
    """All that is said: what others say otherwise has their name in parentheses."""
    united: dict[str, Any] = {}
    for label, part in zip(labels, said, strict=True):
        for name, value in part.items():
            if name not in united:
                united[name] = value
            elif not _alike(united[name], value):
                united[f"{name} ({label})"] = value
    return united


def _united_intervals(
    parts: Sequence[Recording], labels: Sequence[str]
) -> tuple[dict[str, NDArray[np.float64]], dict[str, dict[str, NDArray[Any]]]]:
    """Intervals of all, and what any part knows of each under the name that it has here."""
    intervals: dict[str, NDArray[np.float64]] = {}
    columns: dict[str, dict[str, NDArray[Any]]] = {}
    for label, part in zip(labels, parts, strict=True):
        for name, rows in _others(part).items():
            is_alike = _alike(intervals.setdefault(name, rows), rows)
            here = name if is_alike else f"{name} ({label})"
            intervals[here] = rows
            if known := part.interval_columns.get(name):
                columns[here] = _united([columns.get(here, {}), known], ["", label])
    return intervals, columns


def _alike(first: Any, second: Any) -> bool:
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return first.keys() == second.keys() and all(_alike(first[k], second[k]) for k in first)
    one, other = np.asarray(first), np.asarray(second)
    is_float = one.dtype.kind == other.dtype.kind == "f"
    return bool(np.array_equal(one, other, equal_nan=is_float))


def _joined_positions(
    parts: Sequence[Recording],
) -> tuple[NDArray[np.float64] | None, list[dict[str, NDArray[Any]]]]:
    """Positions, if all have them alike; else they become columns, so that none is lost."""
    known = [part.positions for part in parts if part.positions is not None]
    columns = [dict(part.unit_columns) for part in parts]
    if len(known) == len(parts) and len({each.shape[1] for each in known}) == 1:
        return np.concatenate(known), columns
    for part, each in zip(parts, columns, strict=True):
        if part.positions is not None:
            each |= dict(zip("xyz", part.positions.T, strict=False))
    return None, columns


def _joined_columns(
    columns: Sequence[Mapping[str, NDArray[Any]]], sizes: Sequence[int]
) -> dict[str, NDArray[Any]]:
    """Columns one after the other; missing values are nan, or empty text."""
    joined = {}
    for name in dict.fromkeys(name for part in columns for name in part):
        given = [part[name] for part in columns if name in part]
        is_text = any(values.dtype.kind == "U" for values in given)
        missing: Any = "" if is_text else np.nan
        pieces = [
            part.get(name, np.full(size, missing))
            for part, size in zip(columns, sizes, strict=True)
        ]
        joined[name] = np.concatenate([p.astype(np.str_) for p in pieces] if is_text else pieces)
    return joined


def _shifts(parts: Sequence[Recording], gap: float) -> list[float]:
    """By how much each recording is moved; by whole bins after the first, where there are bins."""
    width = parts[0].bin_width
    if width is not None:
        gap = float(np.ceil(gap / width - 1e-9) * width)
    shifts, stop = [0.0], parts[0].t_stop
    for part in parts[1:]:
        # Without a gap, the end of one and the beginning of the next would be one moment.
        least = 4 * np.spacing(max(abs(stop), 1.0)) if width is None else 0.0
        shifts.append(float(stop + max(gap, least) - part.t_start))
        stop = part.t_stop + shifts[-1]
    return shifts


def _moved(
    part: Recording, shift: float, *, is_last: bool = False
) -> dict[str, NDArray[np.float64]]:
    """The intervals of a recording; a spike at its very end is still within its observed time."""
    observed = _later(session_time(part), part, shift, is_last=is_last)
    return {name: rows + shift for name, rows in _others(part).items()} | {"observed": observed}


def _later(
    spans: NDArray[np.float64], part: Recording, shift: float, *, is_last: bool
) -> NDArray[np.float64]:
    later = spans + shift
    if len(spans) and not is_last and spans[-1, 1] == part.t_stop:
        later[-1, 1] = np.nextafter(later[-1, 1], np.inf)
    return later


def _have_spans(parts: Sequence[Recording]) -> bool:
    return any(part.observed_by_unit is not None for part in parts)


def _spans_beside(parts: Sequence[Recording]) -> list[NDArray[np.float64]]:
    return [part.observed_of(unit) for part in parts for unit in range(part.n_units)]


def _spans_in_turn(
    parts: Sequence[Recording], shifts: Sequence[float]
) -> list[NDArray[np.float64]]:
    """When each unit was observed, of each the recordings one after the other."""
    last = len(parts) - 1
    return [
        np.concatenate(
            [
                _later(part.observed_of(unit), part, shift, is_last=place == last)
                for place, (part, shift) in enumerate(zip(parts, shifts, strict=True))
            ]
        )
        for unit in range(parts[0].n_units)
    ]


def _in_turn(parts: Sequence[Recording], shifts: Sequence[float]) -> NDArray[np.float64]:
    """Spike times unit after unit, of each unit the recordings one after the other."""
    trains = [
        part.times(unit) + shift
        for unit in range(parts[0].n_units)
        for part, shift in zip(parts, shifts, strict=True)
    ]
    return np.concatenate([np.empty(0), *trains])


def _with_positions(part: Recording, first: Recording) -> dict[str, NDArray[Any]]:
    """Columns, and the positions if they are not those of the first recording."""
    columns = dict(part.unit_columns)
    if part.positions is not None and not _alike(part.positions, first.positions):
        columns |= dict(zip("xyz", part.positions.T, strict=False))
    return columns


def _columns_in_turn(
    parts: Sequence[Recording], names: Mapping[str, Any]
) -> dict[str, dict[str, NDArray[Any]]]:
    found = {}
    for name in names:
        having = [part for part in parts if name in part.intervals and name != "observed"]
        columns = [part.interval_columns.get(name, {}) for part in having]
        found[name] = _joined_columns(columns, [len(part.intervals[name]) for part in having])
    return {name: known for name, known in found.items() if known}
