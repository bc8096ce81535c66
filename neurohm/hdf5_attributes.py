"""Attributes as the bytes that an HDF5 file holds of them: what their texts claim to be.

HDF5 takes the memory that a text in an attribute claims before it looks for it, and goes round for
ever in some damaged heaps. It has no function that tells how long a text will be, and where it
lies: that stands in the header of the object.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from neurohm.hdf5_heaps import require_whole_heaps, search_heaps

__all__ = ["AttributeTexts", "stored_attributes"]

_ATTRIBUTE, _CONTINUATION, _SHARED = 0x0C, 0x10, 0x02
# A list or text: how many values, the heap that they are in, and where in it.
_ENTRY = struct.Struct("<IQ4x")

# Bytes of a file that is searched for heaps that nothing in an object's header tells of.
LARGEST_SEARCHED = 2**26

Block = tuple[int, int]


@dataclass(eq=False)
class AttributeTexts:
    """What the texts and lists in a file's attributes claim, in the bytes of the file.

    Parameters
    ----------
    data : mmap
        The file.
    base : int
        Bytes before the beginning of HDF5's own part.
    path : str
        For messages.
    """

    data: mmap.mmap
    base: int
    path: str
    _whole: set[int] = field(default_factory=set)
    _is_searched: bool = False

    def claimed(self, address: int, name: bytes, n_entries: int) -> int:
        """Return how many characters or values the entries of an attribute claim to have.

        Parameters
        ----------
        address : int
            Of the object's header.
        name : bytes
            Of the attribute.
        n_entries : int
            Number of texts or lists in it.

        Returns
        -------
        int
            Zero where only HDF5 finds the attribute.

        Raises
        ------
        FileFormatError
            If a heap that they lie in is damaged.
        """
        value = stored_attributes(self.data, address, self.base).get(name)
        if value is None:
            if not self._is_searched and len(self.data) <= LARGEST_SEARCHED:
                search_heaps(self.data, self.path)
            self._is_searched = True
            return 0
        whole = min(n_entries, len(value) // _ENTRY.size)
        entries = [_ENTRY.unpack_from(value, place * _ENTRY.size) for place in range(whole)]
        heaps = {self.base + heap for length, heap in entries if length} - self._whole
        require_whole_heaps(self.data, heaps, self.path)
        self._whole |= heaps
        return sum(length for length, _ in entries)


def stored_attributes(data: mmap.mmap | bytes, address: int, base: int = 0) -> dict[bytes, bytes]:
    r"""Return the stored values of an object's attributes by name.

    Not found are those that HDF5 1.8 and later keep in a heap of their own, where an object has
    more than eight; checksums tell of damage in those.

    Parameters
    ----------
    data : mmap or bytes
        The file.
    address : int
        Of the object's header.
    base : int
        Bytes before the beginning of HDF5's own part.

    Returns
    -------
    dict of bytes to bytes

    Examples
    --------
    >>> import h5py, io
    >>> content = io.BytesIO()
    >>> with h5py.File(content, "w") as file:
    ...     file.attrs["rate"] = 7
    ...     address = h5py.h5o.get_info(file.id).addr
    >>> stored_attributes(content.getvalue(), address)[b"rate"][:1]
    b'\x07'
    """
    found = {}
    # What is cut off or makes no sense is for HDF5 to complain of.
    try:
        for kind, flags, body in _messages(data, address, base):
            if kind == _ATTRIBUTE and not flags & _SHARED:
                name, value = _attribute(body)
                found[name] = value
    except (struct.error, IndexError, OverflowError):
        pass
    return found


def _messages(data: mmap.mmap | bytes, address: int, base: int) -> Iterator[tuple[int, int, bytes]]:
    """Kind, flags and content of each message in an object's header."""
    place = base + address
    is_new = data[place : place + 4] == b"OHDR"
    head, block = _newer_header(data, place) if is_new else _older_header(data, place)
    waiting, seen = [block], {block}
    while waiting:
        place, end = waiting.pop()
        while place + head.size <= end:
            kind, size, flags = head.unpack_from(data, place)[:3]
            body = data[place + head.size : place + head.size + size]
            place += head.size + size
            if kind == _CONTINUATION:
                first, length = struct.unpack_from("<QQ", body)
                # In the newer format a block has a signature and a checksum.
                begin = base + first + 4 * is_new
                block = begin, begin + length - 8 * is_new
                if block not in seen:
                    seen.add(block)
                    waiting.append(block)
            else:
                yield kind, flags, body


def _older_header(data: mmap.mmap | bytes, place: int) -> tuple[struct.Struct, Block]:
    """What each message begins with, and where the first ones are."""
    size = struct.unpack_from("<I", data, place + 8)[0]
    return struct.Struct("<HHB3x"), (place + 16, place + 16 + size)


def _newer_header(data: mmap.mmap | bytes, place: int) -> tuple[struct.Struct, Block]:
    flags = data[place + 5]
    begin = place + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    size = int.from_bytes(data[begin : begin + width], "little")
    begin += width
    return struct.Struct("<BHB2x" if flags & 0x04 else "<BHB"), (begin, begin + size)


def _attribute(body: bytes) -> tuple[bytes, bytes]:
    """Name and stored value; between them lie its type and its shape."""
    version, *sizes = struct.unpack_from("<BxHHH", body)
    place = 9 if version == 3 else 8
    name = body[place : place + sizes[0]].rstrip(b"\0")
    # The first version rounds each part up to 8 bytes.
    unit = 8 if version == 1 else 1
    place += sum(-(-size // unit) * unit for size in sizes)
    return name, body[place:]
