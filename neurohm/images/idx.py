"""Reader of idx files, the format in which MNIST came."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import FileFormatError
from neurohm.images.levels import Raw

IMAGES = {
    "train": ("train-images-idx3-ubyte", "train-images.idx3-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte"),
}
"""The usual names, without ``.gz``."""

_GZIP, _MAGIC = b"\x1f\x8b", b"\x00\x00"
_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
_MOST_AXES = 4


def read_idx(path: Path) -> npt.NDArray[Any]:
    """Return the array in an idx file, compressed by gzip or not.

    Parameters
    ----------
    path : Path

    Returns
    -------
    ndarray

    Raises
    ------
    FileFormatError
        If it is no idx file, or cut short.

    Examples
    --------
    >>> path = Path("two-labels.idx")
    >>> _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 4]))
    >>> read_idx(path).tolist()
    [7, 4]
    """
    content = path.read_bytes()
    if content[:2] == _GZIP:
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise FileFormatError(f"{path} is a damaged gzip file", "a whole one") from error
    if content[:2] != _MAGIC or len(content) < 4 or content[2] not in _TYPES:
        raise FileFormatError(f"{path} is no idx file", "one that begins with 00 00 08 03")
    dtype, axes = np.dtype(_TYPES[content[2]]), content[3]
    head = 4 + 4 * axes
    if not 1 <= axes <= _MOST_AXES or len(content) < head:
        raise FileFormatError(f"{path} is an idx file with a damaged head", "a whole one")
    shape = struct.unpack(f">{axes}I", content[4:head])
    expected = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if len(content) - head != expected:
        raise FileFormatError(
            f"{path} holds {len(content) - head:,} bytes after its head",
            f"{expected:,} for an array of shape {shape}",
            "copy the file again",
        )
    return np.frombuffer(content, dtype, offset=head).reshape(shape)


def looks_like_idx(path: Path) -> bool:
    """Return whether a file is an idx file by its name, or begins like one."""
    if "idx" in path.name and "ubyte" in path.name:
        return True
    with path.open("rb") as file:
        head = file.read(4)
    return len(head) == 4 and head[:2] == _MAGIC and head[2] in _TYPES and head[3] in (1, 2, 3)


def read_idx_folder(folder: Path) -> Raw | None:
    """Return the images in the idx files of a folder, with their labels; None if it has none.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Raw or None
    """
    parts, labels = {}, {}
    for part, names in IMAGES.items():
        path = _first(folder, names)
        if path is None:
            continue
        parts[part] = read_idx(path)
        beside = _first(folder, tuple(_label_name(name) for name in names))
        if beside is not None:
            labels[part] = read_idx(beside).astype(np.int64)
    return Raw(parts, labels) if "train" in parts else None


def _label_name(name: str) -> str:
    return name.replace("images", "labels").replace("idx3", "idx1")


def _first(folder: Path, names: tuple[str, ...]) -> Path | None:
    candidates = (folder / f"{name}{ending}" for name in names for ending in ("", ".gz"))
    return next((path for path in candidates if path.is_file()), None)
