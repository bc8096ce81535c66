"""Which library an object is of, by its type and what it can do."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from neurohm.exceptions import ArgumentTypeError
from neurohm.recordings.objects.frames import is_spike_table, recording_of_table
from neurohm.recordings.objects.neo_objects import is_neo, recording_of_neo
from neurohm.recordings.objects.pynapple_objects import is_pynapple, recording_of_pynapple
from neurohm.recordings.objects.sortings import is_sorting, recording_of_sorting
from neurohm.recordings.recording import Recording

__all__ = ["as_recording", "recording_of_object"]


def as_recording(thing: Any, *, bin_width: float | None = None, sort: bool = False) -> Recording:
    """Make a recording of what other libraries, and plain Python, hold spikes in.

    Parameters
    ----------
    thing : object
        A `Recording`, which is returned as it is; a Neo block, segment, spike train or list of
        these; a pynapple ``TsGroup`` or ``Ts``; a sorting of SpikeInterface; a data frame with a
        row for each spike; a mapping from unit ids to arrays of spike times, or a sequence of such
        arrays, in seconds; or a matrix of counts (array, sparse matrix or data frame, bins x
        units).
    bin_width : float, optional
        Of a matrix of counts, seconds. Without it, time is counted in bins.
    sort : bool
        Sort the spike times of each unit instead of refusing unsorted ones.

    Returns
    -------
    Recording

    Raises
    ------
    ArgumentTypeError
        If it is none of these.
    InputError
        If its content is no valid recording.

    Examples
    --------
    >>> as_recording({"a": [0.1, 0.5], "b": [0.3]})
    Recording(2 units, 3 spikes, 0.5 s, mean rate 3 Hz)
    >>> as_recording(np.eye(3), bin_width=0.02).n_units
    3
    """
    if isinstance(thing, Recording):
        return thing
    if isinstance(thing, str | os.PathLike):
        raise ArgumentTypeError(f"the path {thing}", "an object", "use nh.load_recording")
    known = recording_of_object(thing, sort=sort)
    if known is not None:
        return known
    if isinstance(thing, Sequence) and not isinstance(thing, bytes):
        trains = [np.sort(np.ravel(train)) if sort else train for train in thing]
        return Recording.from_trains(trains, layout="a sequence of spike times of each unit")
    if hasattr(thing, "shape"):
        return Recording.from_counts(thing, bin_width, layout="a matrix of counts, bins x units")
    raise ArgumentTypeError(
        f"an object of type {type(thing).__module__}.{type(thing).__name__}",
        "a Recording, a Neo block, a pynapple TsGroup, a sorting, a data frame, a mapping of spike "
        "times or a matrix of counts",
    )


def recording_of_object(thing: Any, *, sort: bool = False) -> Recording | None:
    """Make a recording of what can be no matrix of counts; None of anything else.

    Parameters
    ----------
    thing : object
    sort : bool

    Returns
    -------
    Recording or None

    Examples
    --------
    >>> recording_of_object([[0, 1], [1, 0]]) is None
    True
    """
    if is_neo(thing):
        return recording_of_neo(thing, sort=sort)
    if is_pynapple(thing):
        return recording_of_pynapple(thing)
    if is_sorting(thing):
        return recording_of_sorting(thing, sort=sort)
    if is_spike_table(thing):
        return recording_of_table(thing, sort=sort)
    if isinstance(thing, Mapping):
        return _of_mapping(thing, sort=sort)
    return None


def _of_mapping(thing: Mapping[Any, Any], *, sort: bool) -> Recording:
    """Spike times by unit; trains of Neo or pynapple among the values say their own times."""
    values = list(thing.values())
    if values and is_neo(values):
        recording = recording_of_neo(values, sort=sort)
        return Recording.from_trains(
            dict(zip(thing, map(recording.times, range(recording.n_units)), strict=True)),
            t_start=recording.t_start,
            t_stop=recording.t_stop,
            observed_by_unit=recording.observed_by_unit,
            layout=recording.layout,
        )
    arrays = {
        key: np.ravel(value.t if is_pynapple(value) else value) for key, value in thing.items()
    }
    if sort:
        arrays = {key: np.sort(value) for key, value in arrays.items()}
    return Recording.from_trains(arrays, layout="a mapping of unit ids to spike times")
