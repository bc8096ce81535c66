"""Files that are either whole or not there: atomic writing, and errors in plain words."""

from __future__ import annotations

import errno
import glob
import os
import shlex
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from neurohm.exceptions import (
    ArgumentTypeError,
    FileFormatError,
    MissingFileError,
    NeurohmError,
    WriteError,
)
from neurohm.hdf5_hazards import refuse_hazards

if TYPE_CHECKING:
    import h5py

HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
DISK_FAILURES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})
# What reading bytes that mean nothing may raise.
DAMAGE = (OSError, RuntimeError, LookupError, ValueError, TypeError, ArithmeticError, MemoryError)


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
        If the folder is missing or read-only, or the path is a folder, a pipe or a device.
    """
    path = as_path(path)
    folder = path.parent
    if path.is_dir():
        raise MissingFileError(f"{path} is a folder", "the name of a file to write")
    if _is_stream(path):
        raise MissingFileError(f"{path} is a pipe or a device", "the name of a file to write")
    if not folder.is_dir():
        raise MissingFileError(
            f"output folder {folder} does not exist",
            "an existing folder",
            shlex.join(["mkdir", "-p", str(folder)]),
        )
    probe = _temporary(path)
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
def atomic_path(path: str | os.PathLike[str], *, previous: Path | None = None) -> Iterator[Path]:
    """Give a temporary path beside the final one, and rename it when all went well.

    The content is flushed to the disk before the file gets its name. What is left by processes
    that were killed while they wrote is removed.

    Parameters
    ----------
    path : path
    previous : Path, optional
        Name, in the same folder, that the file has from then on which is there now. At every
        moment there is a whole file under one of the two.

    Raises
    ------
    MissingFileError
        If the folder is missing or read-only, or the path is a folder.
    WriteError
        If the disk is full or fails; what was there is unchanged.

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
    temporary = _temporary(final)
    try:
        yield temporary
        _flush(temporary)
        if previous is not None and final.exists():
            _keep(final, previous)
        temporary.replace(final)
        _flush(final.parent)
    except OSError as error:
        if error.errno in DISK_FAILURES and not isinstance(error, NeurohmError):
            raise WriteError.of(final, error) from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def open_hdf5(path: str | os.PathLike[str]) -> Iterator[h5py.File]:
    """Open an HDF5 file to read.

    Damage that only shows while it is read ends in the same error.

    Raises
    ------
    MissingFileError
        If it is not there or may not be read.
    FileFormatError
        If it is not HDF5, damaged, or holds what could hurt (see `neurohm.hdf5_hazards`).
    """
    import h5py

    path = check_readable(path)
    if not is_hdf5(path):
        with path.open("rb") as file:
            raise FileFormatError(f"{path} is {describe_head(file.read(1024))}", "an HDF5 file")
    with damage_in_words(path), h5py.File(path, "r") as opened:
        refuse_hazards(opened, path)
        yield opened


@contextmanager
def damage_in_words(path: str | os.PathLike[str]) -> Iterator[None]:
    """Say of whatever a library raises over the content of a file that the file is damaged.

    Raises
    ------
    FileFormatError
    """
    try:
        yield
    except NeurohmError:
        raise
    except DAMAGE as error:
        # What h5py raises for damage depends on where it meets it, even in a dataset's name.
        raise FileFormatError(
            f"'{path}' is damaged or cut off ({_first_line(error)})",
            "a whole file",
            "copy or write it again",
        ) from error


def is_hdf5(path: Path) -> bool:
    """Whether the signature is there: at the start, or after a user block.

    A user block has 512, 1024, ... bytes; MATLAB writes one of 512.
    """
    place, size = 0, path.stat().st_size
    with path.open("rb") as file:
        while place < size:
            file.seek(place)
            if file.read(len(HDF5_SIGNATURE)) == HDF5_SIGNATURE:
                return True
            place = max(512, 2 * place)
    return False


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
    if _is_stream(path):  # what is read to learn the format is gone when it is read again
        raise MissingFileError(
            f"{path} is a pipe or a device", "a file", "write what comes out of it to one first"
        )
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


def _is_stream(path: Path) -> bool:
    return path.exists() and not path.is_file()


def _first_line(error: BaseException) -> str:
    text = str(error.args[0]) if error.args else type(error).__name__
    return text.splitlines()[0] if text else type(error).__name__


def _temporary(path: Path) -> Path:
    """Return a name beside a path that no other process and no other thread uses."""
    return path.with_name(f".{path.name}.{threading.get_ident()}.{os.getpid()}.part")


def _keep(final: Path, previous: Path) -> None:
    """Give a file a second name, in place of whatever had that name."""
    link = _temporary(previous)
    try:
        os.link(final, link)
    except OSError:  # a file system without hard links: for a moment it has only the second name
        final.replace(previous)
    else:
        link.replace(previous)


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
