"""Units that were observed at different times: what they share, and which cost most of it.

A bin in which a unit was not observed is no bin without a spike of it. What looks at units
together (bins, windows, splits, scores) sees `Recording.observed`, the time that all share.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import InputError, NeurohmWarning
from neurohm.recordings.intervals import merged, shared_time, total_duration
from neurohm.recordings.spike_times import inside
from neurohm.recordings.validation import MOST_NAMED, named_units, unit_text, where

if TYPE_CHECKING:
    from neurohm.recordings.recording import Recording

__all__ = [
    "TimeLeftOut",
    "observed_duration_of_units",
    "observed_together",
    "rates_of_units",
    "require_shared",
    "session_time",
    "time_left_out",
    "warn_of_time_left_out",
]

Intervals = NDArray[np.float64]

# With less than this share of the time left, units have to be chosen by the user.
LEAST_SHARED = 0.01


@dataclass(frozen=True)
class TimeLeftOut:
    """What a recording loses because its units were observed at different times.

    Attributes
    ----------
    some : float
        Time in which at least one unit was observed, seconds.
    shared : float
        Time in which all were, seconds.
    units : tuple of int
        Positions of the units that cost most of the rest; without them half of it or more is back.
    regained : float
        Time that the others share, seconds.
    """

    some: float
    shared: float
    units: tuple[int, ...]
    regained: float


def session_time(recording: Recording) -> Intervals:
    """Time in which the recording ran, whichever units were observed.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    ndarray of float64, shape (n, 2)

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> session_time(Recording.from_trains([[0.5]], t_stop=1.0)).tolist()
    [[0.0, 1.0]]
    """
    if "observed" in recording.intervals:
        return merged(recording.intervals["observed"])
    return np.array([[recording.t_start, recording.t_stop]])


def observed_duration_of_units(recording: Recording) -> NDArray[np.float64]:
    """How long each unit was observed, seconds.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    ndarray of float64, shape (n_units,)

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_trains(
    ...     [[0.5], [0.2]], t_stop=1.0, observed_by_unit=[[[0.0, 1.0]], [[0.0, 0.25]]]
    ... )
    >>> observed_duration_of_units(recording)
    array([1.  , 0.25])
    """
    spans = (recording.observed_of(unit) for unit in range(recording.n_units))
    return np.array([total_duration(each) for each in spans], dtype=np.float64)


def rates_of_units(recording: Recording) -> NDArray[np.float64]:
    """Mean rate of each unit over the time in which it was observed; nan where that is none.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    ndarray of float64, shape (n_units,)
        Hz (or per bin).

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_trains(
    ...     [[0.5], [0.2]], t_stop=1.0, observed_by_unit=[[[0.0, 1.0]], [[0.0, 0.25]]]
    ... )
    >>> rates_of_units(recording)
    array([1., 4.])
    """
    stop = recording.t_stop
    seen = [
        np.count_nonzero(inside(recording.times(unit), recording.observed_of(unit), stop))
        for unit in range(recording.n_units)
    ]
    with np.errstate(invalid="ignore"):
        return np.array(seen, dtype=np.float64) / observed_duration_of_units(recording)


def time_left_out(recording: Recording) -> TimeLeftOut | None:
    """What is lost because units were observed at different times.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    TimeLeftOut or None
        None where all units were observed at the same times.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_trains(
    ...     [[0.5], [0.2]], t_stop=1.0, observed_by_unit=[[[0.0, 1.0]], [[0.0, 0.25]]]
    ... )
    >>> time_left_out(recording)
    TimeLeftOut(some=1.0, shared=0.25, units=(1,), regained=1.0)
    """
    if recording.observed_by_unit is None:
        return None
    spans = {unit: recording.observed_of(unit) for unit in range(recording.n_units)}
    some = total_duration(merged(np.concatenate([np.empty((0, 2)), *spans.values()])))
    shared = total_duration(recording.observed)
    if some - shared <= 1e-9 * some:
        return None
    without: list[int] = []
    regained = shared
    while regained < (some + shared) / 2 and len(spans) > 1:
        costly = _costliest(spans)
        del spans[costly]
        without.append(costly)
        regained = total_duration(shared_time(list(spans.values())))
    return TimeLeftOut(some, shared, tuple(without), regained)


def require_shared(recording: Recording, least: float = 0.0) -> None:
    """Raise unless more than a share of the time was observed in all units.

    Parameters
    ----------
    recording : Recording
    least : float
        The share.

    Raises
    ------
    InputError
        It names the units without which there would be more.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_trains(
    ...     {"a": [0.5], "b": [1.5]}, t_stop=2.0, observed_by_unit=[[[0, 2]], [[2, 2]]]
    ... )
    >>> require_shared(recording)
    Traceback (most recent call last):
    neurohm.exceptions.InputError: there is no time in which all 2 units were observed; expected \
units observed at the same times; leave out unit 'b', and it is 2 s of 2 s: \
select(where="unit != 'b'") / --where
    """
    if recording.observed_by_unit is None:
        return
    shared = total_duration(recording.observed)
    if shared > 0 and shared > least * total_duration(session_time(recording)):
        return
    left = time_left_out(recording)
    if left is None or (shared > 0 and shared > least * left.some):
        return
    some, regained = (_text(recording, value) for value in (left.some, left.regained))
    much = f"only {_text(recording, shared)} of {some}" if shared > 0 else "no time"
    raise InputError(
        f"{where(recording)}there is {much} in which all {recording.n_units} units were observed",
        "units observed at the same times",
        f"leave out {_named(recording, left)}, and it is {regained} of {some}: "
        f"select(where={_condition(recording, left.units)}) / --where",
    )


def warn_of_time_left_out(recording: Recording) -> None:
    """Say how much time is left out because not all units were observed in it, if any is.

    Parameters
    ----------
    recording : Recording
        With the units that were chosen.

    Raises
    ------
    InputError
        If almost nothing is left; see `require_shared`.

    Warns
    -----
    NeurohmWarning
    """
    require_shared(recording, LEAST_SHARED)
    left = time_left_out(recording)
    if left is None:
        return
    some, lost, still = (
        _text(recording, value)
        for value in (left.some, left.some - left.shared, left.some - left.regained)
    )
    warnings.warn(
        f"{where(recording)}{lost} of {some} are left out: not all {recording.n_units} units were "
        f"observed in them; without {_named(recording, left)} it would be {still}: "
        f"select(where={_condition(recording, left.units)}) / --where chooses units, between() / "
        "--between time",
        NeurohmWarning,
        stacklevel=3,
    )


def observed_together(recording: Recording) -> Recording:
    """Return a recording that is observed only while all of its units are.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    Recording
        The same one, where all units were observed at the same times.

    Raises
    ------
    InputError
        If there is no such time.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_trains(
    ...     [[0.5], [0.2]], t_stop=1.0, observed_by_unit=[[[0.0, 1.0]], [[0.0, 0.25]]]
    ... )
    >>> observed_together(recording).intervals["observed"].tolist()
    [[0.0, 0.25]]
    """
    if recording.observed_by_unit is None:
        return recording
    require_shared(recording)
    intervals = {**recording.intervals, "observed": recording.observed}
    return replace(recording, intervals=intervals, observed_by_unit=None)


def _costliest(spans: dict[int, Intervals]) -> int:
    """The unit without which the others share most; of equals, the one observed for least."""
    units = list(spans)
    pieces = np.concatenate([np.empty((0, 2)), *spans.values()])
    owner = np.repeat(np.arange(len(units)), [len(each) for each in spans.values()])
    moments, place = np.unique(pieces, return_inverse=True)
    place, signs = place.ravel(), np.tile([1.0, -1.0], len(pieces))

    def running(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        changes = np.bincount(place, weights, len(moments)).astype(np.float64)
        return np.asarray(np.cumsum(changes)[:-1])

    # Where one unit alone is missing, the sum of the others' numbers tells which.
    one_missing = np.rint(running(signs)) == len(units) - 1
    missing = len(units) * (len(units) - 1) / 2 - running(signs * np.repeat(owner, 2))
    which = np.rint(missing[one_missing]).astype(np.int64)
    gains = np.bincount(which, np.diff(moments)[one_missing], len(units))
    observed = np.array([total_duration(each) for each in spans.values()])
    return units[int(np.lexsort((observed, -gains))[0])]


def _named(recording: Recording, left: TimeLeftOut) -> str:
    return named_units(recording.unit_ids[list(left.units)].tolist())


def _condition(recording: Recording, units: Sequence[int]) -> str:
    """The condition that leaves units out, as it is typed."""
    if len(units) == 1:
        return f'"unit != {recording.unit_ids[units[0]].item()!r}"'
    if len(units) <= MOST_NAMED:
        return f'"unit not in {tuple(recording.unit_ids[list(units)].tolist())!r}"'
    durations = observed_duration_of_units(recording)
    return f'"observed_duration > {durations[list(units)].max():.6g}"'


def _text(recording: Recording, value: float) -> str:
    return unit_text(value, recording.time_unit)
