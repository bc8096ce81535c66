"""Which format a file is in, by its content, never by its suffix."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from neurohm.exceptions import FileFormatError, InputError
from neurohm.recordings.formats.arrow_table import ArrowTable
from neurohm.recordings.formats.base import Format
from neurohm.recordings.formats.hdf5_file import Hdf5File
from neurohm.recordings.formats.matlab5 import Matlab5File
from neurohm.recordings.formats.neo_reader import NeoReader
from neurohm.recordings.formats.numpy_file import NumpyArchive, NumpyArray
from neurohm.recordings.formats.numpy_folder import NumpyFolder
from neurohm.recordings.formats.pynapple_file import PynappleFile
from neurohm.recordings.formats.text_table import TextTable

__all__ = ["FOLDER", "FORMATS", "READERS", "format_of", "reader_of"]

# A new format is one file and one entry here; the more particular ones come first.
FORMATS: tuple[Format, ...] = (
    Hdf5File(),
    Matlab5File(),
    NumpyArray(),
    PynappleFile(),
    NumpyArchive(),
    ArrowTable(),
    TextTable(),
)

# What reads a folder; it says itself if there are no spikes in it.
FOLDER: Format = NumpyFolder()

# Libraries that read what nothing here does; only who names one gets it.
READERS: Mapping[str, Format] = MappingProxyType({"neo": NeoReader()})

_START = 4096  # bytes that a format may look at without opening the file
_EXPECTED = "a recording in a known format (HDF5, MATLAB, NumPy, Feather, Parquet or text)"
_PICKLE = "a Python pickle, which only running code from it could read"
_UNPICKLED = "if it is trusted, load it with Python and save its arrays with numpy.savez"
# Kinds that are known but not read: what the file is, and what to do with it.
_OTHERS = (
    (b"MATLAB 7.3", "a MATLAB 7.3 file that is cut off", "copy it again"),
    (b"PK\x03\x04", "a zip archive of other things than NumPy arrays", "unpack it"),
    (b"\x1f\x8b", "a gzip archive of no text, or damaged", "unpack it first"),
    (b"FEA1", "a Feather table of the first version", "read and write it with pyarrow once"),
    (b"%PDF", "a PDF", ""),
    (b"{", "JSON", "save its lists as arrays, with numpy.savez"),
    *((bytes([0x80, protocol]), _PICKLE, _UNPICKLED) for protocol in range(2, 6)),
)


def format_of(path: Path) -> Format:
    r"""Tell the format of a file.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    Format

    Raises
    ------
    FileFormatError
        If the file is empty or in no format that is read; says what it is.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "spikes.h5"
    >>> _ = path.write_text("unit,time\n")
    >>> format_of(path).name
    'a table in a text file (CSV, TSV)'
    """
    with path.open("rb") as file:
        start = file.read(_START)
    if not start:
        raise FileFormatError(f"'{path}' is empty", _EXPECTED)
    for known in FORMATS:
        if known.recognises(path, start):
            return known
    found, mend = _other_kind(start)
    raise FileFormatError(f"'{path}' is {found}", _EXPECTED, mend)


def reader_of(name: str) -> Format:
    """Return what reads files by a library that the user names.

    Parameters
    ----------
    name : str

    Returns
    -------
    Format

    Raises
    ------
    InputError
        If there is none of that name.

    Examples
    --------
    >>> reader_of("neo").name
    'a file for Neo'
    """
    if name not in READERS:
        raise InputError(f"reader={name!r}", "one of " + ", ".join(map(repr, READERS)))
    return READERS[name]


def _other_kind(start: bytes) -> tuple[str, str]:
    for magic, found, mend in _OTHERS:
        if start.startswith(magic):
            return found, mend
    mend = "reader='neo' / --reader neo has Neo read it, if Neo knows it"
    return f"of no known kind (first bytes {start[:8].hex(' ')})", mend
