"""Objects of pynapple: groups of spike trains."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import InputError
from neurohm.recordings.recording import Recording

__all__ = ["is_pynapple", "recording_of_group", "recording_of_pynapple"]

_COUNTED = ("rate",)  # pynapple's own column, which the recording counts itself


def is_pynapple(thing: Any) -> bool:
    """Whether this is an object of pynapple's.

    Parameters
    ----------
    thing : object

    Returns
    -------
    bool

    Examples
    --------
    >>> is_pynapple([1, 2])
    False
    """
    return type(thing).__module__.partition(".")[0] == "pynapple"


def recording_of_pynapple(thing: Any) -> Recording:
    """Make a recording of a ``TsGroup`` or a ``Ts``; its time support is the observed time.

    Parameters
    ----------
    thing : pynapple.TsGroup or pynapple.Ts

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If it is another of pynapple's objects.
    """
    kind = type(thing).__name__
    if kind not in ("TsGroup", "Ts"):
        raise InputError(
            f"a pynapple {kind}",
            "a TsGroup, or a Ts",
            "of counts: give its values as a matrix, and the bin width",
        )
    support = np.stack([thing.time_support.start, thing.time_support.end], axis=1)
    if kind == "Ts":
        return recording_of_group({0: thing.t}, support, {}, "a pynapple Ts")
    frame = thing.metadata
    columns = {str(name): frame[name].to_numpy() for name in frame.columns if name not in _COUNTED}
    trains = {key: thing[key].t for key in thing.index}
    return recording_of_group(trains, support, columns, "a pynapple TsGroup")


def recording_of_group(
    trains: dict[Any, NDArray[Any]],
    support: NDArray[Any],
    columns: dict[str, NDArray[Any]],
    layout: str,
    source: str = "",
) -> Recording:
    """Make a recording of what a group of spike trains holds.

    Parameters
    ----------
    trains : dict of unit id to ndarray
        Seconds.
    support : ndarray, shape (n, 2)
        The observed time, seconds.
    columns : dict of str to ndarray, shape (n_units,)
        Those with several values a unit are left out.
    layout, source : str

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If there is no time support, or the times are no valid recording.

    Examples
    --------
    >>> trains = {7: np.array([0.5])}
    >>> recording_of_group(trains, np.array([[0.0, 1.0], [2.0, 3.0]]), {}, "").observed_duration
    2.0
    """
    if not len(support):
        raise InputError(f"{layout} without time support", "at least one interval")
    return Recording.from_trains(
        trains,
        t_start=float(support.min()),
        t_stop=float(support.max()),
        intervals={"observed": support} if len(support) > 1 else {},
        unit_columns={
            name: column
            for name, column in columns.items()
            if np.shape(column) == (len(trains),) and "/" not in name
        },
        layout=f"{layout}; observed in its time support",
        source=source,
    )
