"""Which kind a file is of, by its first bytes, never by its suffix."""

from __future__ import annotations

from pathlib import Path

from neurohm.exceptions import FileFormatError
from neurohm.files import HDF5_SIGNATURE

__all__ = ["HDF5", "identify"]

HDF5 = "HDF5"

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


def identify(path: Path) -> str:
    r"""Tell the kind of a file.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    str
        `HDF5`, the one kind that is read so far.

    Raises
    ------
    FileFormatError
        If the file is empty or of another kind; says which.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "spikes.csv"
    >>> _ = path.write_text("unit,time\n")
    >>> identify(path)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    neurohm.exceptions.FileFormatError: '...spikes.csv' is a text file (CSV?); expected ...
    """
    with path.open("rb") as file:
        start = file.read(64)
        if not start:
            raise FileFormatError(f"'{path}' is empty", "an HDF5 file")
        # The signature may follow a user block of 512, 1024, ... bytes; MATLAB has one of 512.
        place, size = 0, path.stat().st_size
        while place < size:
            file.seek(place)
            if file.read(len(HDF5_SIGNATURE)) == HDF5_SIGNATURE:
                return HDF5
            place = max(512, 2 * place)
    found, mend = _other_kind(start)
    raise FileFormatError(f"'{path}' is {found}", "an HDF5 file", mend)


def _other_kind(start: bytes) -> tuple[str, str]:
    for magic, found, mend in _OTHERS:
        if start.startswith(magic):
            return found, mend
    if all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in start):
        return "a text file (CSV?)", "read it with pandas and use Recording.from_trains"
    return f"not HDF5 (first bytes {start[:8].hex(' ')})", ""
