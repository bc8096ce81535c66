"""Files that are either whole or not there: atomic writing, and errors in plain words."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from neurohm.exceptions import ArgumentTypeError, FileFormatError, MissingFileError

if TYPE_CHECKING:
    import h5py

HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"


def as_path(path: str | os.PathLike[str]) -> Path:
    """Return a path given as a string or as a path.

    Raises
    ------
    ArgumentTypeError
        If it is neither.
    """
    if not isinstance(path, str | os.PathLike):
        raise ArgumentTypeError(f"path {path!r}", "a string or a path")
    return Path(path)


def check_writable(path: str | os.PathLike[str]) -> Path:
    """Return the path if a file can be written there.

    Raises
    ------
    MissingFileError
        If the folder is missing or read-only, or the path is a folder.
    """
    path = as_path(path)
    folder = path.parent
    if path.is_dir():
        raise MissingFileError(f"{path} is a folder", "the name of a file to write")
    if not folder.is_dir():
        raise MissingFileError(
            f"output folder {folder} does not exist", "an existing folder", f"mkdir -p {folder}"
        )
    probe = folder / f".{path.name}.{os.getpid()}.part"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise MissingFileError(
            f"output folder {folder} cannot be written ({error.strerror})",
            "a folder with write permission",
        ) from error
    return path


@contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path beside the final one, and rename it when all went well.

    The content is flushed to the disk before the file gets its name. What is left by processes
    that were killed while they wrote is removed.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with atomic_path(folder / "note.txt") as temporary:
    ...     _ = temporary.write_text("whole")
    >>> [p.name for p in folder.iterdir()]
    ['note.txt']
    """
    final = check_writable(path)
    for left in final.parent.glob(f".{glob.escape(final.name)}.*.part"):
        if not _is_running(left.name.split(".")[-2]):
            left.unlink(missing_ok=True)
    temporary = final.parent / f".{final.name}.{os.getpid()}.part"
    try:
        yield temporary
        _flush(temporary)
        temporary.replace(final)
        _flush(final.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def open_hdf5(path: str | os.PathLike[str]) -> Iterator[h5py.File]:
    """Open an HDF5 file to read.

    Raises
    ------
    MissingFileError
        If it is not there or may not be read.
    FileFormatError
        If it is not HDF5, or damaged.
    """
    import h5py

    path = check_readable(path)
    with path.open("rb") as file:
        head = file.read(1024)
    # a MATLAB 7.3 file carries a header of 512 bytes before the signature
    if HDF5_SIGNATURE not in (head[:8], head[512:520]):
        raise FileFormatError(f"{path} is {describe_head(head)}", "an HDF5 file")
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise FileFormatError(
            f"{path} is a damaged HDF5 file, perhaps cut short", "a whole one", "copy it again"
        ) from error
    with file:
        yield file


def check_readable(path: str | os.PathLike[str]) -> Path:
    """Return the path if it is a file that can be read.

    Raises
    ------
    MissingFileError
    """
    path = as_path(path)
    if path.is_dir():
        raise MissingFileError(f"{path} is a folder", "a file")
    if not path.exists():
        raise MissingFileError(f"{path} does not exist", "an existing file", "check the name")
    if not os.access(path, os.R_OK):
        raise MissingFileError(f"{path} may not be read", "a file with read permission")
    return path


def describe_head(head: bytes) -> str:
    """Return what a file seems to be, by its first bytes.

    Examples
    --------
    >>> describe_head(b"%PDF-1.7")
    'a PDF'
    """
    if not head:
        return "empty"
    known = {
        b"MATLAB 5.0": "a MATLAB 5 file",
        b"\x93NUMPY": "a NumPy .npy file",
        b"PK\x03\x04": "a zip archive",
        b"\x1f\x8b": "gzip-compressed",
        b"%PDF": "a PDF",
    }
    for start, name in known.items():
        if head.startswith(start):
            return name
    text = all(byte in b"\t\n\r" or byte >= 32 for byte in head[:256])
    return "a text file" if text else "of an unknown kind"


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, OverflowError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
