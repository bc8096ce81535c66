"""Tables of intervals, as NWB has them: trials and epochs, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.looks import is_list, is_numeric, is_text
from neurohm.recordings.tree import read_array

__all__ = ["IntervalTable", "interval_tables"]

_START, _STOP = "start_time", "stop_time"
_INDEX = "_index"  # the ends of a column of lists


@dataclass(frozen=True)
class IntervalTable:
    """Intervals of one kind.

    Parameters
    ----------
    intervals : ndarray of float64, shape (n, 2)
        Starts and stops, seconds.
    columns : dict of str to ndarray, shape (n,)
        What is known of each, such as the condition of a trial.
    paths : frozenset of str
        The datasets that this was read from.
    """

    intervals: NDArray[np.float64]
    columns: dict[str, NDArray[Any]] = field(default_factory=dict)
    paths: frozenset[str] = frozenset()


def interval_tables(file: Contents) -> dict[str, IntervalTable]:
    """Return the tables of intervals in a file: groups with a ``start_time`` and a ``stop_time``.

    Lists as long beside these two are columns. Tables with times that are broken, or stop before
    they start, are none.

    Parameters
    ----------
    file : Contents

    Returns
    -------
    dict of str to IntervalTable
        By the names of the groups.

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     trials = file.create_group("intervals/trials")
    ...     trials["start_time"], trials["stop_time"] = [0.0, 2.0], [1.0, 3.0]
    ...     trials["side"] = ["left", "right"]
    ...     interval_tables(Contents(file))["trials"].columns
    {'side': array(['left', 'right'], dtype='<U5')}
    """
    found = ((name.rpartition("/")[2], _table(file, name)) for name in file.groups if name != "/")
    return {name: table for name, table in found if table is not None and name != "observed"}


def _table(file: Contents, group: str) -> IntervalTable | None:
    members = file.members[group]
    pair = [members.get(name) for name in (_START, _STOP)]
    if not all(_is_list(item) and is_numeric(item) for item in pair):
        return None
    times = [np.ravel(read_array(item)).astype(np.float64) for item in pair]
    if len(times[0]) != len(times[1]):
        return None
    intervals = np.stack(times, axis=1)
    if not (np.isfinite(intervals).all() and (intervals[:, 0] <= intervals[:, 1]).all()):
        return None
    names = [
        name
        for name, item in members.items()
        if name not in (_START, _STOP, "id", "timeseries")
        and not name.endswith(_INDEX)
        and _is_list(item)
        and (is_numeric(item) or is_text(item))
        and item.size == len(intervals)
    ]
    read = {_START, _STOP, "id", *names, *(name + _INDEX for name in names)} & members.keys()
    return IntervalTable(
        intervals,
        {name: np.ravel(read_array(members[name])) for name in names},
        frozenset(f"{group}/{name}" for name in read),
    )


def _is_list(item: Any) -> bool:
    return hasattr(item, "dtype") and getattr(item, "shape", None) is not None and is_list(item)
