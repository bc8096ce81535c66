"""Which format a file is in, by its content, never by its suffix."""

from __future__ import annotations

from pathlib import Path

from neurohm.exceptions import FileFormatError
from neurohm.recordings.formats.base import Format
from neurohm.recordings.formats.hdf5_file import Hdf5File

__all__ = ["FORMATS", "format_of"]

# A new format is one file and one entry here; the more particular ones come first.
FORMATS: tuple[Format, ...] = (Hdf5File(),)

_START = 4096  # bytes that a format may look at without opening the file
# Kinds that are known but not read: what the file is, and what to do with it.
_OTHERS = (
    (b"MATLAB 5.0", "a MATLAB 5 file", "save it in MATLAB again with save(..., '-v7.3')"),
    (b"MATLAB 7.3", "a MATLAB 7.3 file that is cut off", "copy it again"),
    (b"\x93NUMPY", "a NumPy array (.npy)", "load it and use Recording.from_counts"),
    (b"PK\x03\x04", "a zip archive (.npz?)", "unpack it, or load it with NumPy"),
    (b"\x1f\x8b", "a gzip archive", "unpack it first"),
    (b"ARROW1", "an Arrow (Feather) table", "use Recording.from_trains"),
    (b"PAR1", "a Parquet table", "use Recording.from_trains"),
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
    >>> path = Path(tempfile.mkdtemp()) / "spikes.csv"
    >>> _ = path.write_text("unit,time\n")
    >>> format_of(path)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    neurohm.exceptions.FileFormatError: '...spikes.csv' is a text file (CSV?); expected ...
    """
    with path.open("rb") as file:
        start = file.read(_START)
    if not start:
        raise FileFormatError(f"'{path}' is empty", "an HDF5 file")
    for known in FORMATS:
        if known.recognises(path, start):
            return known
    found, mend = _other_kind(start)
    raise FileFormatError(f"'{path}' is {found}", "an HDF5 file", mend)


def _other_kind(start: bytes) -> tuple[str, str]:
    for magic, found, mend in _OTHERS:
        if start.startswith(magic):
            return found, mend
    if all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in start[:64]):
        return "a text file (CSV?)", "read it with pandas and use Recording.from_trains"
    return f"not HDF5 (first bytes {start[:8].hex(' ')})", ""
