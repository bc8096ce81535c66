"""New HDF5 files on disks that may be full: HDF5 itself crashes when a write fails."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from neurohm.files import atomic_path

if TYPE_CHECKING:
    import h5py

__all__ = ["new_hdf5"]


@contextmanager
def new_hdf5(
    path: str | os.PathLike[str],
) -> Iterator[tuple[h5py.File, Callable[[], None]]]:
    """Write an HDF5 file, which gets its name when it is whole.

    Yields
    ------
    file : h5py.File
    require_room : callable
        Raises if the disk is full by now; for whoever writes for long.

    Raises
    ------
    MissingFileError
        If the folder is missing or read-only.
    WriteError
        If the disk is full; what was there is unchanged.

    Examples
    --------
    >>> with new_hdf5("a.h5") as (file, _):
    ...     file["x"] = [1, 2]
    >>> import h5py
    >>> h5py.is_hdf5("a.h5")
    True
    """
    import h5py

    with atomic_path(path) as temporary, temporary.open("w+b", buffering=0) as raw:
        patient = _PatientFile(raw)
        with h5py.File(patient, "w") as file:
            yield file, patient.require_room
        patient.require_room()


class _PatientFile:
    """A file that never fails: what it cannot write it keeps, until somebody asks.

    Parameters
    ----------
    raw : file
    """

    def __init__(self, raw: IO[bytes]) -> None:
        self.raw, self.place = raw, 0
        self.failure: OSError | None = None
        self.kept: list[tuple[int, bytes]] = []

    def require_room(self) -> None:
        """Raise what went wrong, if something did."""
        if self.failure is not None:
            raise self.failure

    def write(self, content: memoryview) -> int:
        """Write, or keep."""
        left = memoryview(content)
        try:
            self.raw.seek(self.place)
            while self.failure is None and len(left):
                left = left[self.raw.write(left) :]
        except OSError as error:
            self.failure = error
        if len(left):
            self.kept.append((self.place + len(content) - len(left), bytes(left)))
        self.place += len(content)
        return len(content)

    def read(self, size: int) -> bytes:
        """Read so many bytes; h5py tells a file by this."""
        content = bytearray(size)
        self.readinto(memoryview(content))
        return bytes(content)

    def readinto(self, room: memoryview) -> int:
        """Read what was written or kept; between, and behind, there are zeros."""
        self.raw.seek(self.place)
        whole = self.raw.read(len(room)).ljust(len(room), b"\0")
        content = bytearray(whole)
        for first, part in self.kept:
            begin = max(first, self.place)
            end = min(first + len(part), self.place + len(room))
            if begin < end:
                content[begin - self.place : end - self.place] = part[begin - first : end - first]
        room[:] = content
        self.place += len(room)
        return len(room)

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        if whence == os.SEEK_END:
            kept = max((first + len(part) for first, part in self.kept), default=0)
            place += max(self.raw.seek(0, os.SEEK_END), kept)
        elif whence == os.SEEK_CUR:
            place += self.place
        self.place = place
        return place

    def tell(self) -> int:
        """Return the place."""
        return self.place

    def truncate(self, size: int | None = None) -> int:
        """Cut or extend."""
        size = self.place if size is None else size
        try:
            self.raw.truncate(size)
        except OSError as error:
            self.failure = self.failure or error
        return size

    def flush(self) -> None:
        """Do nothing: nothing is held back, and the file is flushed when it is whole."""
