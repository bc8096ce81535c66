"""Data frames with a row for each spike."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import InputError
from neurohm.recordings.layouts.names import TIMES, UNITS, first_of
from neurohm.recordings.normalising import numbers_of
from neurohm.recordings.recording import Recording

__all__ = ["is_spike_table", "recording_of_table"]


def is_spike_table(thing: Any) -> bool:
    """Whether this is a data frame with a column of times and one of units.

    Parameters
    ----------
    thing : object

    Returns
    -------
    bool

    Examples
    --------
    >>> import pandas as pd
    >>> is_spike_table(pd.DataFrame({"time": [0.1], "unit": [3]}))
    True
    """
    return all(hasattr(thing, name) for name in ("columns", "iloc")) and None not in _columns(thing)


def recording_of_table(thing: Any, *, sort: bool = False) -> Recording:
    """Make a recording of a data frame with a row for each spike.

    Other columns that are the same for all spikes of a unit are columns of the units. A unit
    without a spike is in no such table.

    Parameters
    ----------
    thing : pandas.DataFrame
    sort : bool
        Sort the times of each unit.

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If times are no numbers or durations, or a unit is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"time": [0.1, 0.2, 0.4], "unit": ["b", "a", "b"]})
    >>> recording_of_table(table).times(1)
    array([0.1, 0.4])
    """
    time, unit = _columns(thing)
    try:
        ids, of_unit = np.unique(np.asarray(thing[unit]), return_inverse=True)
    except TypeError as error:
        raise InputError(
            f"values of several kinds in column {unit!r}",
            "a unit in each row, all numbers or all text",
            "leave out rows without one",
        ) from error
    order = np.argsort(of_unit.ravel(), kind="stable")
    times = numbers_of(thing[time], f"column {time!r}")[order]
    trains = np.split(times, np.cumsum(np.bincount(of_unit.ravel(), minlength=len(ids)))[:-1])
    others = [name for name in thing.columns if name not in (time, unit)]
    return Recording.from_trains(
        [np.sort(train) for train in trains] if sort else trains,
        unit_ids=ids,
        unit_columns={
            str(name): column
            for name in others
            if (column := _of_units(np.asarray(thing[name])[order], trains)) is not None
        },
        layout=f"a data frame with a row for each spike ({time!r}, {unit!r})",
    )


def _columns(thing: Any) -> tuple[Any, Any]:
    """Names of the columns of times and of units; None where there is none."""
    names = [name for name in thing.columns if isinstance(name, str)]
    return first_of(TIMES, names), first_of(UNITS, names)


def _of_units(values: NDArray[Any], trains: list[NDArray[np.float64]]) -> NDArray[Any] | None:
    """One value for each unit, if all its spikes have the same."""
    ends = np.cumsum([len(train) for train in trains])
    starts = ends - [len(train) for train in trains]
    if values.dtype.kind not in "biufO" and values.dtype.kind != "U":
        return None
    same = np.repeat(values[starts], ends - starts) == values
    return values[starts] if np.all(same) else None
