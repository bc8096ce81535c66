"""From spike times as a file holds them to a recording: what all layouts of times share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError
from neurohm.recordings.hdf5 import sorted_within_units
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.clock import Clock, clock_of
from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.looks import is_list
from neurohm.recordings.layouts.remainder import Remainder
from neurohm.recordings.layouts.stated import Stated, stated_above
from neurohm.recordings.recording import Recording
from neurohm.recordings.spike_times import SpikeTimes, extremes
from neurohm.recordings.stored_times import StoredTimes, stays_in_file
from neurohm.recordings.tree import read_array

__all__ = [
    "Trains",
    "held_lists",
    "held_times",
    "joined",
    "read_times",
    "recording_of",
    "span_of_spikes",
]

_START = ("tstart", "starttime")
_STOP = ("tstop", "stoptime", "tend", "endtime")
_DURATION = ("duration", "recordingduration", "durations")

Span = tuple[float, float]


@dataclass(frozen=True)
class Trains:
    """Spike times as a file holds them, unit after unit, in the file's unit of time.

    Attributes
    ----------
    times : ndarray or StoredTimes, shape (n_spikes,)
    index : ndarray of int64, shape (n_units,)
        End of each unit in `times`.
    unit_ids : ndarray of int or str, shape (n_units,)
    paths : sequence of str
        Names of the datasets that the times come from.
    what : str
        How the file holds them, the start of the layout's sentence.
    unit_columns : dict of str to ndarray, shape (n_units,)
    positions : ndarray or None, shape (n_units, 2 or 3)

    Examples
    --------
    >>> Trains(np.array([1, 2]), np.array([2]), np.array([0]), ["a"], "one list").what
    'one list'
    """

    times: SpikeTimes
    index: NDArray[np.int64]
    unit_ids: NDArray[Any]
    paths: Sequence[str]
    what: str
    unit_columns: dict[str, NDArray[Any]] = field(default_factory=dict)
    positions: NDArray[np.float64] | None = None


def recording_of(
    trains: Trains, file: Contents, options: ReadOptions, source: str, remainder: Remainder
) -> Recording:
    """Make the recording: its times in seconds, its span as stated, and what else is known.

    Parameters
    ----------
    trains : Trains
    file : Contents
    options : ReadOptions
    source : str
    remainder : Remainder

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If the unit of time is not clear, or the content is no valid recording.

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["a"] = [0.5, 1.5]
    ...     trains = Trains(file["a"][()], np.array([2]), np.array([0]), ["a"], "one list")
    ...     recording_of(trains, Contents(file), ReadOptions(), "x", Remainder()).layout
    'one list, in seconds; observed from the first spike to the last'
    """
    clock = clock_of(file, trains.paths, trains.times, options, source)
    times = clock.seconds(trains.times)
    if options.sort:
        times = sorted_within_units(np.asarray(times), trains.index)
    (start, stop), how = _span(file, trains.paths[0], times, clock)
    return Recording(
        spike_times=times,
        spike_times_index=trains.index,
        unit_ids=trains.unit_ids,
        t_start=start,
        t_stop=stop,
        unit_columns={**remainder.unit_columns, **trains.unit_columns},
        positions=trains.positions,
        intervals=remainder.intervals,
        interval_columns=remainder.interval_columns,
        metadata=remainder.metadata,
        layout=f"{trains.what}, {clock.sentence}; observed {how}{remainder.sentence}",
        source=source,
    )


def read_times(dataset: Any, name: str, source: str) -> NDArray[Any]:
    """Read one list of spike times; MATLAB's empty arrays are empty.

    Parameters
    ----------
    dataset : h5py.Dataset
    name : str
        What to call it in an error.
    source : str

    Returns
    -------
    ndarray, shape (n_spikes,)

    Raises
    ------
    FileFormatError
        If it has more than one axis.
    """
    if "MATLAB_empty" in dataset.attrs or not dataset.size:
        return np.empty(0)
    if not is_list(dataset) and dataset.shape != ():
        shape = " x ".join(map(str, dataset.shape))
        raise FileFormatError(
            f"'{source}': the spike times of {name} are {shape}", "a list of times for each unit"
        )
    return np.ravel(read_array(dataset))


def held_times(dataset: Any, name: str, source: str, *, lazy: bool) -> SpikeTimes:
    """Read one list of the spike times of all units, or leave it in the file if it is very long.

    Parameters
    ----------
    dataset : h5py.Dataset
    name : str
        What to call it in an error.
    source : str
    lazy : bool
        Whether to leave it in the file though it is not very long.

    Returns
    -------
    ndarray or StoredTimes, shape (n_spikes,)

    Raises
    ------
    FileFormatError
        If it has more than one axis.
    """
    if stays_in_file(dataset, lazy=lazy):
        return StoredTimes.of(dataset)
    return read_times(dataset, name, source)


def held_lists(
    datasets: Sequence[Any], names: Sequence[str], source: str, *, lazy: bool
) -> tuple[SpikeTimes, NDArray[np.int64]]:
    """Read a list of spike times for each unit, or leave them in the file if they are very long.

    Parameters
    ----------
    datasets : sequence of h5py.Dataset, ndarray or None
        None for a unit without a list.
    names : sequence of str
        What to call each in an error.
    source : str
    lazy : bool
        Whether to leave them in the file though they are not very long.

    Returns
    -------
    times : ndarray or StoredTimes, shape (n_spikes,)
    index : ndarray of int64, shape (n_units,)
        End of each list in `times`.

    Raises
    ------
    FileFormatError
        If one has more than one axis.
    """
    full = [item for item in datasets if not _is_empty(item)]
    if full and all(hasattr(item, "attrs") for item in full) and stays_in_file(*full, lazy=lazy):
        sizes = [0 if _is_empty(item) else item.size for item in datasets]
        return StoredTimes.of(*full), np.cumsum(sizes, dtype=np.int64)
    return joined(
        [
            read_times(item, name, source)
            if hasattr(item, "attrs")
            else np.empty(0)
            if item is None
            else item
            for item, name in zip(datasets, names, strict=True)
        ]
    )


def _is_empty(dataset: Any) -> bool:
    return dataset is None or not dataset.size or "MATLAB_empty" in getattr(dataset, "attrs", ())


def joined(lists: Sequence[NDArray[Any]]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Put lists of times one after the other; empty lists have no say in the type.

    Parameters
    ----------
    lists : sequence of ndarray

    Returns
    -------
    times : ndarray, shape (n_spikes,)
    index : ndarray of int64, shape (n_units,)
        End of each list in `times`.

    Examples
    --------
    >>> joined([np.array([3, 4]), np.array([])])
    (array([3, 4]), array([2, 2]))
    """
    full = [array for array in lists if array.size]
    times = np.concatenate(full) if full else np.empty(0)
    return times, np.cumsum([array.size for array in lists], dtype=np.int64)


def _span(file: Contents, path: str, times: SpikeTimes, clock: Clock) -> tuple[Span, str]:
    """First and last moment: what the file states, if it holds the spikes; else the spikes'."""
    first, last = extremes(times)
    start, stop, duration = (
        stated_above(file, [path], names)[0] for names in (_START, _STOP, _DURATION)
    )
    given = [stated for stated in (start, stop or duration) if stated and stated.number is not None]
    # Beside samples a duration may be in samples or in seconds: whichever holds the spikes.
    for rate in dict.fromkeys((clock.rate, 1.0)) if given else ():
        begin = _number(start, 0.0) / rate
        end = _number(stop, begin * rate + _number(duration, np.nan)) / rate
        end = last if np.isnan(end) else end
        if begin <= first and last <= end and begin < end < np.inf:
            names = " and ".join(map(str, given))
            return (begin, end), f"from {begin:.10g} to {end:.10g} s ({names})"
    note = f" ({' and '.join(map(str, given))} does not fit them)" if given else ""
    return span_of_spikes(first, last), f"from the first spike to the last{note}"


def _number(stated: Stated | None, otherwise: float) -> float:
    number = stated.number if stated is not None else None
    return otherwise if number is None else number


def span_of_spikes(first: float, last: float) -> Span:
    """Return the span of a recording of which only the spikes are known.

    Parameters
    ----------
    first, last : float
        Times of the first spike and of the last, seconds.

    Returns
    -------
    start, stop : float

    Examples
    --------
    >>> span_of_spikes(0.5, 2.0), span_of_spikes(0.5, 0.5)
    ((0.5, 2.0), (0.0, 1.0))
    """
    # A negative first spike is left outside, so that the recording's own check names its unit.
    start = max(first, 0.0)
    # A single moment has no duration: the recording then starts at 0.
    return (start, last) if last > start else (0.0, max(last, 1.0))
