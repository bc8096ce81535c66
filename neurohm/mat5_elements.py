"""What is in a MATLAB 5 file: numbers, text, cells and structs, and nothing that could be run.

SciPy reads such files, too, but a damaged one can bring down the interpreter; here every length is
checked against the bytes that there are.

References
----------
The MathWorks. MAT-File Format, version 5.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError

__all__ = ["Cells", "Structs", "Value", "variables_in"]

_HEADER = 128
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8"}
_NUMBERS |= {12: "i8", 13: "u8", 16: "u1", 17: "u2", 18: "u4"}
_MATRIX, _COMPRESSED, _UTF8, _UTF16, _UTF32 = 14, 15, 16, 17, 18
_CELL, _STRUCT, _CHAR, _SPARSE, _OPAQUE = 1, 2, 4, 5, 17
_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4"}
_CLASSES |= {14: "i8", 15: "u8"}
_LOGICAL, _COMPLEX = 0x200, 0x800
_DEEPEST, _MOST_AXES = 64, 32
# Counts of spikes, mostly zeros, shrink a few hundred times; what grows by more is no data.
_MOST_GROWTH, _UNSUSPICIOUS = 500, 2**26
_LARGEST_SPARSE = 2**24


@dataclass(frozen=True)
class Cells:
    """A cell array.

    Attributes
    ----------
    shape : tuple of int
    items : list of Value
        In MATLAB's order, the first axis first.
    """

    shape: tuple[int, ...]
    items: list[Value]


@dataclass(frozen=True)
class Structs:
    """An array of structs, often of one.

    Attributes
    ----------
    shape : tuple of int
    fields : dict of str to list of Value
        Of each field one value a struct, in MATLAB's order.
    """

    shape: tuple[int, ...]
    fields: dict[str, list[Value]]


Value = NDArray[Any] | Cells | Structs | None
"""Numbers, rows of text, cells, structs; None for objects, functions and complex numbers."""


def variables_in(path: Path) -> Iterator[tuple[str, Value]]:
    """Read the variables of a file one by one.

    Parameters
    ----------
    path : pathlib.Path

    Yields
    ------
    name : str
    value : ndarray, Cells, Structs or None

    Raises
    ------
    FileFormatError
        If the file is damaged or cut off.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(_HEADER)
        order = {b"IM": "<", b"MI": ">"}.get(header[126:128])
        if order is None:
            raise _damaged(path, "its header ends early")
        while file.tell() + 8 <= size:
            kind, length = struct.unpack(order + "II", file.read(8))
            if length > size - file.tell():
                raise _damaged(path, "a variable ends after the file does")
            data: bytes | memoryview = file.read(length)
            if kind == _COMPRESSED:
                kind, data = _Elements(_unpacked(data, path), order, path).next()
            if kind == _MATRIX:
                yield _Elements(data, order, path).variable()


def _damaged(path: Path, what: str) -> FileFormatError:
    return FileFormatError(
        f"'{path}' is damaged or cut off ({what})",
        "a complete MATLAB 5 file",
        "copy or write it again",
    )


def _unpacked(data: bytes | memoryview, path: Path) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(data, max(_UNSUSPICIOUS, _MOST_GROWTH * len(data)))
    except zlib.error as error:
        raise _damaged(path, f"a variable cannot be unpacked: {error}") from error
    if unpacking.unconsumed_tail:
        raise FileFormatError(
            f"'{path}': a variable grows to more than {len(unpacked) / 2**20:.0f} MiB unpacked",
            "numbers that shrink less",
            "save it without compression (save -v6) if it is to be so",
        )
    if not unpacking.eof:
        raise _damaged(path, "a variable ends early")
    return unpacked


class _Elements:
    """The elements in a stretch of bytes, one after the other."""

    def __init__(self, data: bytes | memoryview, order: str, path: Path) -> None:
        self.data, self.order, self.path, self.place = memoryview(data), order, path, 0

    def next(self) -> tuple[int, memoryview]:
        """Kind and bytes of the next element."""
        if self.place + 8 > len(self.data):
            raise _damaged(self.path, "an element is missing")
        kind, length = struct.unpack_from(self.order + "II", self.data, self.place)
        start = self.place + 8
        if kind >> 16:  # a small element: length and data within eight bytes
            kind, length, start = kind & 0xFFFF, kind >> 16, self.place + 4
            if length > 4:
                raise _damaged(self.path, "a small element of more than 4 bytes")
        if start + length > len(self.data):
            raise _damaged(self.path, "an element ends after its variable does")
        self.place = (
            start + length + (-(start + length) % 8 if start + length < len(self.data) else 0)
        )
        return kind, self.data[start : start + length]

    def numbers(self) -> NDArray[Any]:
        """The next element as numbers."""
        kind, data = self.next()
        dtype = np.dtype(self.order + _NUMBERS.get(kind, "V1"))
        if dtype.kind == "V" or len(data) % dtype.itemsize:
            raise _damaged(self.path, f"numbers of kind {kind} in {len(data)} bytes")
        return np.frombuffer(data, dtype)

    def whole(self) -> NDArray[np.int64]:
        """The next element as whole numbers."""
        numbers = self.numbers()
        if numbers.dtype.kind not in "iu":
            raise _damaged(self.path, f"sizes of type {numbers.dtype}")
        return numbers.astype(np.int64)

    def text(self) -> str:
        """The next element as a name."""
        return bytes(self.next()[1]).decode("latin-1").rstrip("\0 ")

    def variable(self, depth: int = 0) -> tuple[str, Value]:
        """Name and value of an array: the whole of these bytes."""
        if depth > _DEEPEST:
            raise FileFormatError(
                f"'{self.path}': variables in each other more than {_DEEPEST} deep", "fewer"
            )
        if not len(self.data):
            return "", np.empty((0, 0))
        flags = self.whole()
        if not flags.size:
            raise _damaged(self.path, "an array without its class")
        word = int(flags[0]) & 0xFFFFFFFF
        of = word & 0xFF
        if of == _OPAQUE:  # has no shape
            return self.text(), None
        shape = tuple(int(length) for length in self.whole())
        if not 2 <= len(shape) <= _MOST_AXES or min(shape) < 0:
            raise _damaged(self.path, f"an array of shape {shape}")
        name = self.text()
        if of == _CELL:
            return name, Cells(shape, self._arrays(math.prod(shape), depth))
        if of == _STRUCT:
            return name, self._structs(shape, depth)
        if of == _CHAR:
            return name, self._letters(shape)
        if of == _SPARSE:
            return name, None if word & _COMPLEX else self._sparse(shape)
        if of not in _CLASSES or word & _COMPLEX:
            return name, None
        return name, self._array(shape, "?" if word & _LOGICAL else _CLASSES[of])

    def _arrays(self, number: int, depth: int) -> list[Value]:
        """Values of the next elements, which must be arrays."""
        if number > (len(self.data) - self.place) // 8:
            raise _damaged(self.path, f"{number} cells in {len(self.data)} bytes")
        values = []
        for _ in range(number):
            kind, data = self.next()
            if kind != _MATRIX:
                raise _damaged(self.path, f"a cell of kind {kind}")
            values.append(_Elements(data, self.order, self.path).variable(depth + 1)[1])
        return values

    def _structs(self, shape: tuple[int, ...], depth: int) -> Structs:
        lengths = self.whole()
        letters = bytes(self.next()[1])
        width = int(lengths[0]) if lengths.size else 0
        if letters and (width <= 0 or len(letters) % width):
            raise _damaged(self.path, "names of fields")
        pieces = [letters[k : k + width] for k in range(0, len(letters), width or 1)]
        names = [piece.split(b"\0")[0].decode("latin-1") for piece in pieces]
        values = self._arrays(math.prod(shape) * len(names), depth)
        fields = {name: values[k :: len(names)] for k, name in enumerate(names)}
        return Structs(shape, fields)

    def _array(self, shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
        numbers = self.numbers()
        if numbers.size != math.prod(shape):
            raise _damaged(self.path, f"{numbers.size} numbers in an array of shape {shape}")
        with np.errstate(invalid="ignore", over="ignore"):  # of damaged numbers
            return numbers.reshape(shape, order="F").astype(dtype)

    def _letters(self, shape: tuple[int, ...]) -> NDArray[Any]:
        kind, data = self.next()
        little = self.order == "<"
        codings = {_UTF8: "utf-8", _UTF32: "utf-32-le" if little else "utf-32-be"}
        codings |= {_UTF16: "utf-16-le" if little else "utf-16-be"}
        codings[4] = codings[_UTF16]
        text = bytes(data).decode(codings.get(kind, "latin-1"), "replace")
        rows = shape[0]
        if rows <= 1 or len(text) != math.prod(shape):
            return np.array([text])
        return np.array([text[row::rows] for row in range(rows)])

    def _sparse(self, shape: tuple[int, ...]) -> NDArray[Any]:
        """A sparse matrix, written out."""
        rows, ends, values = self.whole(), self.whole(), self.numbers()
        if math.prod(shape) > _LARGEST_SPARSE:
            raise FileFormatError(
                f"'{self.path}': a sparse matrix of {' x '.join(map(str, shape))}",
                f"at most {_LARGEST_SPARSE} values",
                "load it with SciPy and give it as an array (nh.Recording.from_counts of counts)",
            )
        counts = np.diff(ends)
        fits = len(shape) == 2 and len(ends) == shape[1] + 1 and (counts >= 0).all()
        n_values = int(ends[-1]) if fits else 0
        if not fits or ends[0] != 0 or n_values > min(len(rows), len(values)):
            raise _damaged(self.path, "a sparse matrix")
        rows = rows[:n_values]
        if n_values and not (0 <= rows.min() <= rows.max() < shape[0]):
            raise _damaged(self.path, "a sparse matrix")
        dense = np.zeros(shape)
        dense[rows, np.repeat(np.arange(shape[1]), counts)] = values[:n_values]
        return dense
