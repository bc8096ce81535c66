"""Some of the units, some of the time: by name, rate and whatever is known of them."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurohm.checks import real_number
from neurohm.exceptions import InputError
from neurohm.recordings.conditions import rows_where
from neurohm.recordings.intervals import intersection, merged
from neurohm.recordings.slicing import restrict, select_units
from neurohm.recordings.validation import where

if TYPE_CHECKING:
    from neurohm.recordings.recording import Recording

__all__ = ["during", "named_units", "select"]


def select(
    recording: Recording,
    units: ArrayLike | None,
    condition: str | None,
    min_rate: float | None,
    max_rate: float | None,
) -> Recording:
    """Keep the units that fulfil all conditions; see `Recording.select`.

    Parameters
    ----------
    recording : Recording
    units : array_like, or text
    condition : str or None
    min_rate, max_rate : float or None

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If no unit does, or a condition cannot be read.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_trains({"a": [0.1, 0.5], "b": [0.3]}, t_stop=1.0)
    >>> select(recording, None, "rate > 1", None, None).unit_ids
    array(['a'], dtype='<U1')
    """
    if isinstance(units, str):
        units = named_units(recording, units)
    chosen = recording if units is None else select_units(recording, units)
    keep = np.ones(chosen.n_units, dtype=bool)
    if condition is not None:
        keep &= rows_where(_columns(chosen), condition, f"{where(recording)}the units")
    if min_rate is not None:
        keep &= chosen.rates >= real_number("min_rate", min_rate, least=0)
    if max_rate is not None:
        keep &= chosen.rates <= real_number("max_rate", max_rate, least=0)
    if not keep.any():
        raise InputError(
            f"{where(recording)}none of {chosen.n_units} units is left",
            "a condition that some units fulfil",
        )
    return chosen if keep.all() else select_units(chosen, keep)


def named_units(recording: Recording, text: str) -> list[Any]:
    """Return the ids of units named in a text.

    Parameters
    ----------
    recording : Recording
    text : str
        Ids with commas between them; ``*`` and ``?`` stand for any letters, ``3-7`` for whole
        numbers from 3 to 7.

    Returns
    -------
    list
        Ids in the order of the text, each once.

    Raises
    ------
    InputError
        If a part of the text names no unit.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> named_units(Recording.from_trains([[0.5]] * 6), "5,0-2")
    [5, 0, 1, 2]
    """
    ids = recording.unit_ids.tolist()
    by_text = {str(unit): unit for unit in ids}
    chosen: dict[Any, None] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = [by_text[part]] if part in by_text else _matching(part, by_text)
        if not found:
            known = ", ".join(list(by_text)[:5]) + ", ..." * (len(ids) > 5)
            raise InputError(f"{where(recording)}no unit {part!r}", f"unit ids such as {known}")
        chosen |= dict.fromkeys(found)
    return list(chosen)


def during(recording: Recording, name: str, condition: str | None) -> Recording:
    """Keep the time of some intervals; see `Recording.during`.

    Parameters
    ----------
    recording : Recording
    name : str
    condition : str or None

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If there are no such intervals, or none of them is observed.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> intervals = {"sleep": [[0.0, 1.0], [2.0, 3.0]]}
    >>> recording = Recording.from_trains([[0.5, 1.5, 2.5]], t_stop=4.0, intervals=intervals)
    >>> during(recording, "sleep", None).times(0)
    array([0.5, 2.5])
    """
    if name not in recording.intervals:
        known = ", ".join(map(repr, recording.intervals))
        raise InputError(
            f"{where(recording)}no intervals {name!r}",
            f"one of {known}" if known else "a recording with intervals: this one has none",
        )
    intervals = recording.intervals[name]
    if condition is not None:
        columns = {
            "start": intervals[:, 0],
            "stop": intervals[:, 1],
            **recording.interval_columns.get(name, {}),
        }
        intervals = intervals[rows_where(columns, condition, f"{where(recording)}{name!r}")]
    whole = np.array([[recording.t_start, recording.t_stop]])
    if not len(intersection(whole, merged(intervals))):
        raise InputError(
            f"{where(recording)}no time in {len(intervals)} intervals {name!r}",
            "intervals within the recording, longer than nothing",
        )
    return restrict(recording, intervals)


def _matching(part: str, by_text: dict[str, Any]) -> list[Any]:
    first, dash, last = part.partition("-")
    if dash and first.isdecimal() and last.isdecimal():
        low, high = int(first), int(last)
        return [unit for unit in by_text.values() if isinstance(unit, int) and low <= unit <= high]
    if any(letter in part for letter in "*?["):
        return [unit for text, unit in by_text.items() if fnmatch.fnmatchcase(text, part)]
    return []


def _columns(recording: Recording) -> dict[str, NDArray[Any]]:
    """What is known of the units, as `Recording.units` has it, and their ids."""
    table = recording.units
    known = {str(name): table[name].to_numpy() for name in table.columns if str(name) != "unit"}
    columns = {
        name: np.array([str(value) for value in column.tolist()], dtype=np.str_)
        if column.dtype.kind not in "biuf"
        else column
        for name, column in known.items()
    }
    return {"unit": recording.unit_ids, **columns}
