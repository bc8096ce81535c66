"""neurohm's recordings as archives of NumPy arrays: the same names as in its HDF5 files.

What are attributes there are arrays of one value here; ``<group>@kind`` marks what would be a
list, or a group without members.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, Any, cast

import numpy as np

from neurohm.exceptions import ArgumentTypeError
from neurohm.files import atomic_path
from neurohm.recordings.formats.npy import write_npy_header
from neurohm.recordings.hdf5 import FORMAT, SPANS, VERSION, spans_of_units
from neurohm.recordings.recording import Recording
from neurohm.recordings.spike_times import SpikeTimes, blocks

__all__ = ["ATTRIBUTES", "KIND", "write_npz"]

ATTRIBUTES = ("format", "version", "t_start", "t_stop", "time_unit", "bin_width")
KIND = "@kind"
_DATE = (1980, 1, 1, 0, 0, 0)  # equal recordings make equal files


def write_npz(recording: Recording, path: str | os.PathLike[str]) -> None:
    """Write a recording as an archive of NumPy arrays; it appears complete or not at all.

    Parameters
    ----------
    recording : Recording
    path : str or path

    Raises
    ------
    MissingFileError
        If the folder is not there or may not be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "recording.npz"
    >>> write_npz(Recording.from_trains({"a": [0.1, 0.2]}), path)
    >>> with np.load(path) as file:
    ...     file["spike_times"], file["unit_ids"]
    (array([0.1, 0.2]), array(['a'], dtype='<U1'))
    """
    with (
        atomic_path(path) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive,
    ):
        for name, values in _arrays(recording):
            info = zipfile.ZipInfo(f"{name}.npy", _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as file:
                _write(file, name, values)


def _arrays(recording: Recording) -> Iterator[tuple[str, Any]]:
    stated = (FORMAT, VERSION, recording.t_start, recording.t_stop, recording.time_unit)
    yield from zip(ATTRIBUTES, stated, strict=False)
    if recording.bin_width is not None:
        yield "bin_width", recording.bin_width
    yield "spike_times", recording.spike_times
    yield "spike_times_index", recording.spike_times_index
    yield "unit_ids", recording.unit_ids
    yield from _below("units", recording.unit_columns)
    for name, intervals in recording.intervals.items():
        yield f"intervals/{name}/start", intervals[:, 0]
        yield f"intervals/{name}/stop", intervals[:, 1]
        yield from _below(f"intervals/{name}", recording.interval_columns.get(name, {}))
    yield from _below("events", recording.events)
    if recording.positions is not None:
        yield "positions", recording.positions
    if recording.observed_by_unit is not None:
        yield from _below(SPANS, spans_of_units(recording.observed_by_unit))
    if recording.metadata:
        yield from _tree("metadata", recording.metadata)
    if recording.truth is not None:
        yield from _tree("truth", recording.truth)


def _below(group: str, arrays: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((f"{group}/{name}", array) for name, array in arrays.items())


def _tree(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A nested value, leaf by leaf; see `neurohm.recordings.tree`."""
    if isinstance(value, Mapping):
        if not value:
            yield name + KIND, "group"
        for key, item in value.items():
            yield from _tree(f"{name}/{key}", item)
    elif isinstance(value, list | tuple):
        yield name + KIND, "list"
        for place, item in enumerate(value):
            yield from _tree(f"{name}/{place}", item)
    else:
        yield name, value


def _write(file: IO[bytes], name: str, values: Any) -> None:
    is_times = name == "spike_times"
    array = None if is_times else np.asarray(values)
    if array is not None and array.dtype.kind not in "biufU":
        raise ArgumentTypeError(f"{name!r} of type {array.dtype}", "numbers, booleans or text")
    if array is not None:
        write_npy_header(file, array.shape, array.dtype)
        file.write(array.tobytes())
        return
    times = cast("SpikeTimes", values)
    write_npy_header(file, (len(times),), np.dtype(np.float64))
    for _, part in blocks(times):
        file.write(np.ascontiguousarray(part, dtype=np.float64).tobytes())
