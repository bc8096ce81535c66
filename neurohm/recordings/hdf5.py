"""neurohm's own file of a recording: ``neurohm-recording``, version 1, HDF5.

======================================  ===========================================================
attributes ``format``, ``version``      ``"neurohm-recording"``, 1
attributes ``t_start``, ``t_stop``      seconds
attributes ``time_unit``, ``bin_width``  ``"s"`` or ``"bin"``; width only where there is one
``/spike_times``                        float64, seconds, unit after unit, ascending within each
``/spike_times_index``                  int64, the end of each unit
``/unit_ids``                           int64 or UTF-8
``/units/<column>``                     one entry per unit
``/intervals/<name>/{start,stop}``      float64, seconds; ``observed`` is the observed time
``/intervals/<name>/<column>``          one entry per interval, such as the condition of a trial
``/events/<name>``                      float64, seconds
``/observed_by_unit/{start,stop}``      float64, seconds, unit after unit: when each was observed
``/observed_by_unit/index``             int64, the end of each unit
``/positions``                          float64, (n_units, 2 or 3), micrometres
``/metadata``, ``/truth``               nested groups; a list is a group with ``kind="list"``
======================================  ===========================================================

Only the attributes of the first two rows, ``/spike_times`` and ``/spike_times_index`` are required.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError
from neurohm.hdf5_writing import new_hdf5
from neurohm.recordings.recording import Recording
from neurohm.recordings.spike_times import SpikeTimes, times_in
from neurohm.recordings.stored_times import StoredTimes
from neurohm.recordings.tree import (
    create_compressed,
    read_array,
    read_tree,
    write_array,
    write_tree,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = [
    "FORMAT",
    "SPANS",
    "VERSION",
    "read_recording",
    "sorted_within_units",
    "spans_of_units",
    "write_recording",
]

FORMAT = "neurohm-recording"
VERSION = 1
SPANS = "observed_by_unit"

_TIMES = ("start", "stop")  # of intervals


def write_recording(recording: Recording, path: str | os.PathLike[str]) -> None:
    """Write a recording; the file appears complete or not at all.

    Parameters
    ----------
    recording : Recording
    path : str or path

    Raises
    ------
    MissingFileError
        If the folder is not there or may not be written.
    WriteError
        If the disk is full; what was there is unchanged.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "recording.h5"
    >>> write_recording(Recording.from_trains([[0.1, 0.2]]), path)
    >>> [entry.name for entry in path.parent.iterdir()]
    ['recording.h5']
    """
    with new_hdf5(path) as (file, require_room):
        _write_attributes(recording, file)
        _write_arrays(recording, file, require_room)


def read_recording(file: Any, source: str, *, sort: bool = False, lazy: bool = False) -> Recording:
    """Read a recording from an open file.

    Parameters
    ----------
    file : h5py.File
    source : str
        Its name, for messages.
    sort : bool
        Sort the times of each unit.
    lazy : bool
        Leave spike times in the file though they are few.

    Returns
    -------
    Recording

    Raises
    ------
    FileFormatError
        If the version is unknown or something required is missing.
    InputError
        If the content is not a valid recording.

    Examples
    --------
    >>> import h5py, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "recording.h5"
    >>> Recording.from_trains({"a": [0.1, 0.2]}).save(path)
    >>> with h5py.File(path) as file:
    ...     read_recording(file, "recording.h5").unit_ids
    array(['a'], dtype='<U1')
    """
    _check_version(file, source)
    _check_required(file, source)
    index = read_array(file["spike_times_index"])
    times = times_in(file["spike_times"], lazy=lazy)
    width = file.attrs.get("bin_width")
    return Recording(
        spike_times=sorted_within_units(np.asarray(times), index) if sort else times,
        spike_times_index=index,
        unit_ids=read_array(file["unit_ids"]) if "unit_ids" in file else np.arange(len(index)),
        t_start=float(file.attrs["t_start"]),
        t_stop=float(file.attrs["t_stop"]),
        unit_columns=_read_group(file, "units"),
        intervals={
            name: np.stack([read_array(pair["start"]), read_array(pair["stop"])], axis=1)
            for name, pair in file.get("intervals", {}).items()
        },
        interval_columns=_read_interval_columns(file),
        events=_read_group(file, "events"),
        positions=read_array(file["positions"]) if "positions" in file else None,
        observed_by_unit=_read_spans(file, source),
        bin_width=None if width is None else float(width),
        time_unit=_read_time_unit(file),
        truth=read_tree(file["truth"]) if "truth" in file else None,
        metadata=read_tree(file["metadata"]) if "metadata" in file else {},
        layout=f"{FORMAT}, version {VERSION}",
        source=source,
    )


def sorted_within_units(times: NDArray[Any], index: NDArray[Any]) -> NDArray[Any]:
    """Sort the spike times of each unit.

    Parameters
    ----------
    times : ndarray, shape (n_spikes,)
    index : ndarray of int, shape (n_units,)
        End of each unit in `times`.

    Returns
    -------
    ndarray, shape (n_spikes,)

    Examples
    --------
    >>> sorted_within_units(np.array([2.0, 1.0, 0.5]), np.array([2, 3]))
    array([1. , 2. , 0.5])
    """
    return np.concatenate([np.sort(part) for part in np.split(times, index)])


def spans_of_units(spans: Sequence[NDArray[np.float64]]) -> dict[str, NDArray[Any]]:
    """Return the observed time of all units as files hold it.

    Parameters
    ----------
    spans : sequence of ndarray, each of shape (n, 2)

    Returns
    -------
    dict of str to ndarray
        Starts, stops, and the end of each unit in them.

    Examples
    --------
    >>> spans_of_units([np.array([[0.0, 1.0]]), np.empty((0, 2))])["index"]
    array([1, 1])
    """
    start, stop = np.concatenate([np.empty((0, 2)), *spans]).T
    return {"start": start, "stop": stop, "index": np.cumsum([len(each) for each in spans])}


def _read_spans(file: Any, source: str) -> list[NDArray[np.float64]] | None:
    if SPANS not in file:
        return None
    held = _read_group(file, SPANS) if hasattr(file[SPANS], "items") else {}
    start, stop, index = (held.get(name, np.empty(0)) for name in ("start", "stop", "index"))
    fits = start.ndim == index.ndim == 1 and start.shape == stop.shape and index.dtype.kind in "iu"
    ends = index.astype(np.int64) if fits else np.empty(0, np.int64)
    if not len(ends) or ends[-1] != len(start) or (np.diff(ends, prepend=0) < 0).any():
        raise FileFormatError(
            f"'{source}': /{SPANS} whose parts do not fit each other",
            "start, stop, and in index the end of each unit",
        )
    return np.split(np.stack([start, stop], axis=1), ends[:-1])


def _write_attributes(recording: Recording, file: Any) -> None:
    file.attrs["format"] = FORMAT
    file.attrs["version"] = VERSION
    file.attrs["t_start"] = recording.t_start
    file.attrs["t_stop"] = recording.t_stop
    file.attrs["time_unit"] = recording.time_unit
    if recording.bin_width is not None:
        file.attrs["bin_width"] = recording.bin_width


def _write_arrays(recording: Recording, file: Any, require_room: Callable[[], None]) -> None:
    _write_times(file, recording.spike_times, require_room)
    write_array(file, "spike_times_index", recording.spike_times_index)
    write_array(file, "unit_ids", recording.unit_ids)
    _write_group(file, "units", recording.unit_columns)
    for name, intervals in recording.intervals.items():
        group = file.create_group(f"intervals/{name}", track_order=True)
        write_array(group, "start", intervals[:, 0])
        write_array(group, "stop", intervals[:, 1])
        for key, column in recording.interval_columns.get(name, {}).items():
            write_array(group, key, column)
    _write_group(file, "events", recording.events)
    if recording.positions is not None:
        write_array(file, "positions", recording.positions)
    if recording.observed_by_unit is not None:
        _write_group(file, SPANS, spans_of_units(recording.observed_by_unit))
    if recording.metadata:
        write_tree(file, "metadata", recording.metadata)
    if recording.truth is not None:
        write_tree(file, "truth", recording.truth)


def _write_times(file: Any, times: SpikeTimes, require_room: Callable[[], None]) -> None:
    if not isinstance(times, StoredTimes):
        write_array(file, "spike_times", times)
        return
    dataset = create_compressed(file, "spike_times", times.shape, times.dtype)
    for first, values in times.blocks():
        dataset[first : first + len(values)] = values
        require_room()


def _write_group(file: Any, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
    if arrays:
        group = file.create_group(name, track_order=True)
        for key, array in arrays.items():
            write_array(group, key, array)


def _read_group(file: Any, name: str) -> dict[str, NDArray[Any]]:
    return {key: read_array(dataset) for key, dataset in file.get(name, {}).items()}


def _read_interval_columns(file: Any) -> dict[str, dict[str, NDArray[Any]]]:
    """Return what is known of each interval, where anything is but its times."""
    columns = {
        name: {key: read_array(item) for key, item in group.items() if key not in _TIMES}
        for name, group in file.get("intervals", {}).items()
    }
    return {name: known for name, known in columns.items() if known}


def _read_time_unit(file: Any) -> Literal["s", "bin"]:
    return "bin" if file.attrs.get("time_unit", "s") == "bin" else "s"


def _check_version(file: Any, source: str) -> None:
    version = file.attrs.get("version")
    if version != VERSION:
        raise FileFormatError(
            f"'{source}': a {FORMAT} file of version {version}",
            f"version {VERSION}",
            "update neurohm, or write the file again with this version",
        )


def _check_required(file: Any, source: str) -> None:
    missing = [f"/{name}" for name in ("spike_times", "spike_times_index") if name not in file]
    missing += [f"attribute {name}" for name in ("t_start", "t_stop") if name not in file.attrs]
    if missing:
        raise FileFormatError(
            f"'{source}': a {FORMAT} file without {', '.join(missing)}", "a complete file"
        )
