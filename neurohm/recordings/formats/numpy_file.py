"""NumPy's files: arrays (.npy) and archives of them (.npz), neurohm's own among these.

An archive is read as an HDF5 file with the same names would be: into one in memory, for the same
layouts to look at. Nothing is ever unpickled.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError, NeurohmError
from neurohm.recordings.formats.npy import MAGIC, npy_shape, read_npy
from neurohm.recordings.formats.write_npz import ATTRIBUTES, KIND
from neurohm.recordings.hdf5 import FORMAT
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.looks import is_list
from neurohm.recordings.layouts.names import TIMES_OR_SAMPLES, UNITS, first_of, plain
from neurohm.recordings.recording import Recording
from neurohm.recordings.tree import write_array

__all__ = [
    "NumpyArchive",
    "NumpyArray",
    "holds_spikes",
    "is_one_list",
    "npz_format",
    "read_arrays",
]

_ZIP, _ENDING = b"PK\x03\x04", ".npy"
_MOST_ARRAYS = 20_000
# Counts of spikes, mostly zeros, shrink a few hundred times; what grows by more is no recording.
_MOST_GROWTH, _UNSUSPICIOUS = 500, 2**26
# What zipfile raises for damage depends on where it meets it.
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    KeyError,
    IndexError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
)


class NumpyArray:
    """One array: a matrix of spike counts, or a structured one with a row for each spike."""

    name = "a NumPy array"

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether it begins as such files do."""
        return start.startswith(MAGIC)

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Read the array as the only dataset of a file."""
        with path.open("rb") as file:
            array = read_npy(file, path.stat().st_size, f"'{path}'")
        is_matrix = array.ndim == 2 and options.units_axis is not None
        if is_list(array) and array.dtype.names is None and not is_matrix:
            raise FileFormatError(
                f"'{path}': one list of {array.size} numbers, which says nothing of units",
                "the unit of each spike beside its time",
                "give the folder, if spike_clusters.npy or the like is beside it; counts of one "
                "unit need units_axis= (--units-axis)",
            )
        return read_arrays([("array", array)], "a NumPy array", options, str(path))


class NumpyArchive:
    """Several arrays, named as the datasets of an HDF5 file would be."""

    name = "an archive of NumPy arrays"

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether it is a zip archive that begins with an array."""
        return start.startswith(_ZIP) and _ENDING.encode() in start[:512]

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Read the recording in whichever layout the archive has it."""
        with _opened(path) as archive:
            members = list(_members(archive, path))
        return read_arrays(members, "an archive of NumPy arrays", options, str(path))


def npz_format(path: Path) -> str:
    """Return the format that an archive of arrays states; empty where it states none.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    str

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "recording.npz"
    >>> Recording.from_trains([[0.5]]).save(path)
    >>> npz_format(path)
    'neurohm-recording'
    """
    try:
        with _opened(path) as archive, archive.open("format.npy") as file:
            stated = read_npy(file, archive.getinfo("format.npy").file_size, f"'{path}'")
    except FileFormatError:
        return ""
    return str(stated) if stated.dtype.kind == "U" and stated.ndim == 0 else ""


def holds_spikes(path: Path) -> bool:
    """Whether an archive of arrays has spike times in it, by the names of the arrays.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    bool
        False also where it cannot be opened.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.npz"
    >>> np.savez(path, times=[0.5, 1.0], units=[1, 2])
    >>> holds_spikes(path)
    True
    """
    try:
        with _opened(path) as archive:
            names = {name.removesuffix(_ENDING).rpartition("/")[2] for name in archive.namelist()}
    except FileFormatError:
        return False
    times = first_of(TIMES_OR_SAMPLES, names)
    others = names - {times}
    return times is not None and (first_of([plain(f"{times}index"), *UNITS], others) is not None)


def is_one_list(path: Path) -> bool:
    """Whether at most one axis of an array is longer than 1: it is no set of images.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    bool
        False also where the file is damaged.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "spike_times.npy"
    >>> np.save(path, [0.5, 1.0])
    >>> is_one_list(path)
    True
    """
    try:
        with path.open("rb") as file:
            shape = npy_shape(file, f"'{path}'")
    except (FileFormatError, OSError):
        return False
    return sum(length != 1 for length in shape) <= 1


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except NeurohmError:
        raise
    except _DAMAGES as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileFormatError(
            f"'{path}' is damaged or cut off ({text})",
            "a complete archive of arrays",
            "copy or write it again",
        ) from error


def _members(archive: zipfile.ZipFile, path: Path) -> Iterator[tuple[str, NDArray[Any]]]:
    """The arrays by name; other members of the archive are passed over."""
    infos = [info for info in archive.infolist() if info.filename.endswith(_ENDING)]
    n_bytes = sum(info.file_size for info in infos)
    if n_bytes > max(_UNSUSPICIOUS, _MOST_GROWTH * path.stat().st_size):
        raise FileFormatError(
            f"'{path}' grows to {n_bytes / 2**20:.0f} MiB when unpacked",
            "a recording",
            "save it without compression (np.savez) if it is one",
        )
    if len(infos) > _MOST_ARRAYS:
        raise FileFormatError(f"'{path}' holds {len(infos)} arrays", f"at most {_MOST_ARRAYS}")
    for info in infos:
        name = info.filename.removesuffix(_ENDING)
        with archive.open(info) as file:
            array = read_npy(file, info.file_size, f"'{path}': array '{name}'")
            file.read(1)  # at its end the checksum is compared
            yield name, array


def read_arrays(
    members: Iterable[tuple[str, NDArray[Any]]], what: str, options: ReadOptions, source: str
) -> Recording:
    """Read a recording in arrays, through an HDF5 file in memory.

    Parameters
    ----------
    members : iterable of (str, ndarray)
        Arrays, by the names that datasets would have.
    what : str
        What they are, the start of the layout's sentence.
    options : ReadOptions
    source : str

    Returns
    -------
    Recording

    Raises
    ------
    FileFormatError, InputError
        If they are no recording.

    Examples
    --------
    >>> arrays = [("spike_times", np.array([0.5, 1.0])), ("spike_times_index", np.array([1, 2]))]
    >>> read_arrays(arrays, "arrays", ReadOptions(), "x").n_units
    2
    """
    import h5py

    from neurohm.recordings.layouts.choose import read_hdf5

    try:
        with h5py.File("arrays", "w", driver="core", backing_store=False) as file:
            _fill(file, dict(members))
            recording = read_hdf5(file, options, source)
    except NeurohmError:
        raise
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileFormatError(
            f"'{source}': {what} that cannot be read ({text})", "arrays of numbers or text"
        ) from error
    return replace(recording, layout=f"{what}: {recording.layout}")


def _fill(file: Any, members: dict[str, NDArray[Any]]) -> None:
    is_own = str(members.get("format", "")) == FORMAT
    for path, array in members.items():
        above, _, name = path.rpartition("/")
        place, is_kind, _ = path.rpartition(KIND)
        if is_own and path in ATTRIBUTES:
            file.attrs[path] = array.item()
        elif is_own and is_kind:
            _group(file, place).attrs["kind"] = str(array)
        elif array.dtype.names is not None:
            for field in array.dtype.names:
                _write(_group(file, path), field, array[field])
        else:
            _write(_group(file, above), name, array)


def _group(file: Any, name: str) -> Any:
    """The group of that name, and those above it, with members in the order of the archive."""
    group = file
    for part in filter(None, name.split("/")):
        group = group[part] if part in group else group.create_group(part, track_order=True)
    return group


def _write(group: Any, name: str, array: NDArray[Any]) -> None:
    if array.dtype.kind == "U":
        write_array(group, name, array)
    elif array.dtype.kind in "mM":
        write_array(group, name, array.astype(np.str_))
    elif array.dtype.kind in "biufSc":
        group.create_dataset(name, data=array)
