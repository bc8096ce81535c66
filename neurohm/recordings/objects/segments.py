"""Recordings that came in segments: on one axis of time, or one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import InputError
from neurohm.recordings.hdf5 import sorted_within_units
from neurohm.recordings.recording import Recording

__all__ = ["GAP", "Segment", "join_segments"]

GAP = 1.0
"""Seconds between segments that are laid out one after the other; not observed."""


@dataclass(frozen=True)
class Segment:
    """One stretch of recording.

    Attributes
    ----------
    trains : mapping of unit id to ndarray
        Spike times of each unit, seconds.
    start, stop : float
        Seconds.
    name : str
    intervals : mapping of str to ndarray, shape (n, 2)
        Seconds.
    labels : mapping of str to ndarray of str, shape (n,)
        Of each interval.
    events : mapping of str to ndarray
        Seconds.
    seen : mapping of unit id to (float, float)
        When each unit was observed, seconds, where that differs.

    Examples
    --------
    >>> Segment({"a": np.array([0.5])}, 0.0, 1.0).stop
    1.0
    """

    trains: Mapping[Any, NDArray[np.float64]]
    start: float
    stop: float
    name: str = ""
    intervals: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    labels: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    events: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    seen: Mapping[Any, tuple[float, float]] = field(default_factory=dict)


def join_segments(
    segments: Sequence[Segment], *, what: str, sort: bool = False, **fields: Any
) -> Recording:
    """Make one recording of segments with the same units.

    Segments that follow each other in time stay where they are; others, which each begin anew, are
    laid out one after the other with `GAP` between them. The intervals ``"segments"`` say where
    each is, if there are several, and what is between them is not observed.

    Parameters
    ----------
    segments : sequence of Segment
    what : str
        What they are, the start of the layout's sentence.
    sort : bool
        Sort the times of each unit instead of refusing unsorted ones.
    **fields
        Other fields of `Recording`.

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If there is none, or their units differ.

    Examples
    --------
    >>> two = [Segment({"a": np.array([0.5])}, 0.0, 1.0), Segment({"a": np.array([0.2])}, 0.0, 1.0)]
    >>> join_segments(two, what="two trials").times(0)
    array([0.5, 2.2])
    """
    if not segments or not segments[0].trains:
        raise InputError(f"{what} without spike trains", "at least one unit")
    ids = list(segments[0].trains)
    for segment in segments[1:]:
        if list(segment.trains) != ids:
            raise InputError(
                f"{what}: units {_few(ids)} in the first segment and {_few(segment.trains)} in "
                "another",
                "the same units in all",
                "give one segment, or name the units alike",
            )
    shifts, how = _shifts(segments)
    lists = [
        np.concatenate([s.trains[i] + shift for s, shift in zip(segments, shifts, strict=True)])
        for i in ids
    ]
    index = np.cumsum([len(times) for times in lists], dtype=np.int64)
    times = np.concatenate(lists)
    return Recording(
        spike_times=sorted_within_units(times, index) if sort else times,
        spike_times_index=index,
        unit_ids=np.asarray(ids),
        t_start=segments[0].start + shifts[0],
        t_stop=segments[-1].stop + shifts[-1],
        layout=what + how,
        **_intervals(segments, shifts),
        events=_events(segments, shifts),
        observed_by_unit=_observed_by_unit(segments, shifts, ids),
        **fields,
    )


def _few(ids: Any) -> str:
    names = [str(name) for name in ids]
    return ", ".join(names[:4]) + ", ..." * (len(names) > 4)


def _shifts(segments: Sequence[Segment]) -> tuple[list[float], str]:
    """What to add to the times of each segment."""
    if len(segments) == 1:
        return [0.0], ""
    follow = all(a.stop <= b.start for a, b in pairwise(segments))
    if follow:
        return [0.0] * len(segments), f", {len(segments)} segments"
    shifts, end = [], segments[0].start - GAP
    for segment in segments:
        shifts.append(end + GAP - segment.start)
        end += GAP + segment.stop - segment.start
    return shifts, f", {len(segments)} segments one after the other, {GAP:g} s between them"


def _observed_by_unit(
    segments: Sequence[Segment], shifts: Sequence[float], ids: Sequence[Any]
) -> list[NDArray[np.float64]] | None:
    """When each unit was observed in all segments; None where all were at the same times."""
    if not any(segment.seen for segment in segments):
        return None
    pairs = list(zip(segments, shifts, strict=True))
    return [
        np.array([np.add(s.seen.get(unit, (s.start, s.stop)), shift) for s, shift in pairs])
        for unit in ids
    ]


def _intervals(segments: Sequence[Segment], shifts: Sequence[float]) -> dict[str, Any]:
    """The fields ``intervals`` and ``interval_columns``."""
    intervals: dict[str, NDArray[np.float64]] = {}
    columns: dict[str, dict[str, NDArray[Any]]] = {}
    pairs = list(zip(segments, shifts, strict=True))
    for name in dict.fromkeys(name for segment in segments for name in segment.intervals):
        free = name + "_" * (name in ("observed", "segments"))
        having = [(s, shift) for s, shift in pairs if name in s.intervals]
        intervals[free] = np.concatenate([s.intervals[name] + shift for s, shift in having])
        labels = [s.labels[name] for s, _ in having if name in s.labels]
        if len(labels) == len(having):
            columns[free] = {"label": np.concatenate(labels)}
    if len(segments) > 1:
        spans = np.array([[s.start + shift, s.stop + shift] for s, shift in pairs])
        intervals |= {"segments": spans, "observed": spans}
        if any(segment.name for segment in segments):
            columns["segments"] = {"name": np.array([segment.name for segment in segments])}
    return {"intervals": intervals, "interval_columns": columns}


def _events(segments: Sequence[Segment], shifts: Sequence[float]) -> dict[str, Any]:
    names = dict.fromkeys(name for segment in segments for name in segment.events)
    return {
        name: np.concatenate(
            [
                s.events[name] + shift
                for s, shift in zip(segments, shifts, strict=True)
                if name in s.events
            ]
        )
        for name in names
    }
