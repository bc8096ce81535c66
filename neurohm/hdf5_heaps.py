"""The heaps in which HDF5 keeps texts and lists: HDF5 goes round for ever in some damaged ones."""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from neurohm.exceptions import FileFormatError

__all__ = ["mapped", "require_whole_heaps", "search_heaps"]

# What HDF5 looks at; three bytes behind it mean nothing.
_SIGNATURE = b"GCOL\x01"
_HEAD = struct.Struct("<8sQ")  # signature and version, size
_OBJECT = struct.Struct("<HHIQ")  # index, references, reserved, size


def search_heaps(data: mmap.mmap, path: str | os.PathLike[str]) -> None:
    """Raise if a heap anywhere in a file is damaged.

    Parameters
    ----------
    data : mmap
        The file.
    path : path
        For messages.

    Raises
    ------
    FileFormatError
    """
    place = data.find(_SIGNATURE)
    while place >= 0:
        _require_whole(data, place, path)
        place = data.find(_SIGNATURE, place + 1)


def require_whole_heaps(
    data: mmap.mmap, places: Iterable[int], path: str | os.PathLike[str]
) -> None:
    """Raise if a heap at one of some places is damaged, or there is none.

    Parameters
    ----------
    data : mmap
        The file.
    places : iterable of int
        From the beginning of the file.
    path : path
        For messages.

    Raises
    ------
    FileFormatError
    """
    for place in places:
        if data[place : place + len(_SIGNATURE)] != _SIGNATURE:
            raise _damaged(path)
        _require_whole(data, place, path)


@contextmanager
def mapped(path: str | os.PathLike[str]) -> Iterator[mmap.mmap]:
    """Give the bytes of a file, none of which is read before it is looked at.

    Parameters
    ----------
    path : path
    """
    with (
        Path(path).open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        yield data


def _require_whole(data: mmap.mmap, first: int, path: str | os.PathLike[str]) -> None:
    """Go from object to object; free space, of index 0, is the last of them."""
    if first + _HEAD.size > len(data):
        raise _damaged(path)
    end = first + _HEAD.unpack_from(data, first)[1]
    if end > len(data):
        raise _damaged(path)
    place = first + _HEAD.size
    while place + _OBJECT.size <= end:
        index, _, _, size = _OBJECT.unpack_from(data, place)
        # The size of free space counts its own head; that of an object does not.
        taken = size if index == 0 else _OBJECT.size + (size + 7) // 8 * 8
        if taken < _OBJECT.size or place + taken > end:
            raise _damaged(path)
        place += taken


def _damaged(path: str | os.PathLike[str]) -> FileFormatError:
    return FileFormatError(
        f"'{path}' is damaged or cut off (a heap of texts or lists)",
        "a whole file",
        "copy or write it again",
    )
