"""What an HDF5 file from anybody may hold that would hurt whoever opens it, refused before it does.

HDF5 can point at other files (links, external and virtual storage), ask for any amount of memory
(sizes that nothing in the file backs), run plug-ins (filters) and go round in circles (links). A
file is looked through once, without reading or following any of it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from neurohm.exceptions import FileFormatError
from neurohm.hdf5_attributes import AttributeTexts
from neurohm.hdf5_heaps import mapped
from neurohm.hdf5_types import holds_lists, inner_types, is_damaged, stored_size, varies

if TYPE_CHECKING:
    import h5py

__all__ = ["largest_size", "refuse_hazards"]

# Bytes that a dataset may claim whatever the file holds: chunks that were never written are zeros.
SMALLEST_LIMIT = 2**25
# No more than this many bytes come out of one that DEFLATE has packed.
MOST_EXPANDED = 1032
DEEPEST = 64
_CHECKSUM, _CHECKSUM_BYTES = 3, 4
# DEFLATE, shuffle, Fletcher32, SZIP, n-bit, scale-offset, LZF: in HDF5 and h5py themselves.
BUILT_IN_FILTERS = frozenset({1, 2, 3, 4, 5, 6, 32000})


def refuse_hazards(file: h5py.File, path: str | os.PathLike[str]) -> None:
    """Raise if an open file holds what a recording or model has no need of, and what could hurt.

    Refused are links to other files, external and virtual storage, filters that are not built in,
    Python objects, groups that lie deep or go round in circles, and datasets that claim far more
    than the file can hold. In a file that neurohm wrote, each object has one name, there are no
    soft links, and all values are numbers or text.

    Parameters
    ----------
    file : h5py.File
    path : path
        For messages.

    Raises
    ------
    FileFormatError

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["spikes"] = h5py.ExternalLink("/etc/passwd", "/")
    ...     refuse_hazards(file, "x")
    Traceback (most recent call last):
    neurohm.exceptions.FileFormatError: 'x': 'spikes' is a link to another file; expected ...
    """
    size = file.id.get_filesize()
    if file.driver == "core":  # in memory
        _Search(str(path), size).through(file)
        return
    if file.id.get_create_plist().get_sizes()[0] != 8:
        raise FileFormatError(f"'{path}': addresses of other than 8 bytes", "8 bytes")
    with mapped(path) as data:
        texts = AttributeTexts(data, file.userblock_size, str(path))
        _Search(str(path), size, texts).through(file)


def largest_size(stored: int, *, compressed: bool = True) -> int:
    """Return how many bytes a dataset may claim that takes up so many in the file.

    Examples
    --------
    >>> largest_size(0) == SMALLEST_LIMIT
    True
    """
    return SMALLEST_LIMIT + stored * (MOST_EXPANDED if compressed else 1)


@dataclass(eq=False)
class _Search:
    """One look through a file: its name, its size in bytes, and what has been seen of it."""

    path: str
    size: int
    texts: AttributeTexts | None = None
    is_own: bool = False
    seen: set[int] = field(default_factory=set)

    def through(self, file: h5py.File) -> None:
        """Look at everything that hard links lead to, each once."""
        import h5py

        waiting: list[tuple[Any, str, int]] = [(file.id, "", 0)]
        self.seen.add(h5py.h5o.get_info(file.id).addr)
        self._attributes(file.id, "/")  # before the first of them is read
        stated = file.attrs.get("format")
        self.is_own = isinstance(stated, str) and stated.startswith("neurohm-")
        self._attributes(file.id, "/")
        while waiting:
            group, above, depth = waiting.pop()
            if depth > DEEPEST:
                raise self._error(
                    f"'{above[:80]}...' lies {depth} groups deep", f"at most {DEEPEST}"
                )
            for raw, link in self._links(group):
                name = f"{above}{raw.decode('utf-8', 'replace')}"
                if link == h5py.h5l.TYPE_SOFT and not self.is_own:
                    continue  # only names in this file can be meant, and nobody follows it here
                if link != h5py.h5l.TYPE_HARD:
                    raise self._linked(name, link == h5py.h5l.TYPE_SOFT)
                item = self._new(group, raw, name)
                if isinstance(item, h5py.h5g.GroupID):
                    waiting.append((item, f"{name}/", depth + 1))

    def _links(self, group: Any) -> Iterator[tuple[bytes, int]]:
        found: list[tuple[bytes, int]] = []
        group.links.iterate(lambda name, info: found.append((name, info.type)), info=True)
        yield from found

    def _new(self, group: Any, raw: bytes, name: str) -> Any:
        """Open what a hard link leads to and look at it; None if that was done before."""
        import h5py

        info = h5py.h5o.get_info(group, raw)
        if info.addr in self.seen:
            if self.is_own or info.type == h5py.h5o.TYPE_GROUP:
                raise self._error(f"'{name}' has another name, too, or leads in a circle", "a tree")
            return None
        self.seen.add(info.addr)
        item = h5py.h5o.open(group, raw)
        if isinstance(item, h5py.h5d.DatasetID):
            self._dataset(item, name)
        elif self.is_own and not isinstance(item, h5py.h5g.GroupID):
            raise self._error(f"'{name}' is a type", "groups and arrays")
        self._attributes(item, name)
        return item

    def _dataset(self, item: Any, name: str) -> None:
        import h5py

        made = item.get_create_plist()
        if made.get_layout() == h5py.h5d.VIRTUAL or made.get_external_count():
            raise self._error(
                f"the values of '{name}' lie in other files",
                "all of it in one file",
                "write a copy that holds them (h5repack)",
            )
        kind = item.get_type()
        self._type(kind, name)
        filters = [made.get_filter(place)[0] for place in range(made.get_nfilters())]
        foreign = sorted(set(filters) - BUILT_IN_FILTERS)
        if foreign or len(set(filters)) < len(filters):
            what = f"filter {foreign[0]}" if foreign else "one filter several times"
            raise self._error(
                f"'{name}' is packed by {what}, which neurohm does not unpack",
                "filters that come with HDF5, such as gzip",
                "pack it anew: h5repack -f GZIP=4 IN OUT",
            )
        self._sizes(item, made, kind, name)
        if made.get_layout() == h5py.h5d.CHUNKED:
            full = math.prod(made.get_chunk()) * (stored_size(kind) or 0)
            self._chunks(item, filters, full, name)

    def _sizes(self, item: Any, made: Any, kind: Any, name: str) -> None:
        """Refuse what would take far more memory than there can be values in the file."""
        import h5py

        is_chunked, bytes_each = made.get_layout() == h5py.h5d.CHUNKED, kind.get_size()
        stored = min(item.get_storage_size(), self.size)
        limit = largest_size(stored, compressed=is_chunked)
        claims = {"": math.prod(item.shape or ()) if item.shape is not None else 0}
        # What was never written is zeros; what was, HDF5 reads on behind its end.
        if stored and not is_chunked and (exact := stored_size(kind)):
            limit, bytes_each = stored, exact
        if is_chunked:
            claims["a chunk of "] = math.prod(made.get_chunk())
        for part, values in claims.items():
            if values * bytes_each > limit:
                claim = f"{values * bytes_each:.3g} bytes in a file of {self.size}"
                raise self._error(
                    f"{part}'{name}' claims {claim}",
                    "no more values than there are in the file",
                    "the file is damaged, or made to harm",
                )

    def _chunks(self, item: Any, filters: list[int], full: int, name: str) -> None:
        """Refuse chunks outside the file, and those shorter than what HDF5 reads of them.

        A chunk that no filter has packed has all its bytes, and a checksum has four.
        """
        wrong: list[Any] = []

        def look(chunk: Any) -> None:
            is_inside = 0 <= chunk.byte_offset <= chunk.byte_offset + chunk.size <= self.size
            used = [kind for i, kind in enumerate(filters) if not chunk.filter_mask >> i & 1]
            least = (_CHECKSUM_BYTES + 1 if _CHECKSUM in used else 1) if used else full
            if not is_inside or chunk.size < least:
                wrong.append(chunk)

        if hasattr(item, "chunk_iter"):  # HDF5 from 1.14 on
            item.chunk_iter(look)
        if wrong:
            size, place = wrong[0].size, wrong[0].byte_offset
            raise self._error(
                f"a chunk of '{name}' of {size} bytes at {place} is damaged",
                "chunks that lie in the file",
                "copy or write it again",
            )

    def _attributes(self, item: Any, name: str) -> None:
        """Look at the types and sizes of the attributes of an object; none is read."""
        import h5py

        for place in range(h5py.h5a.get_num_attrs(item)):
            attribute = h5py.h5a.open(item, index=place)
            what = f"{name} (attribute {attribute.name.decode('utf-8', 'replace')})"
            kind = attribute.get_type()
            self._type(kind, what)
            if kind.get_class() != h5py.h5t.VLEN and holds_lists(kind):
                raise self._error(f"'{what}' holds lists or texts in records", "numbers or text")
            n_values = attribute.get_space().get_simple_extent_npoints()
            if not n_values:
                continue  # no value, whose size h5py takes for an error
            claimed = attribute.get_storage_size()
            if varies(kind) and self.texts is not None:
                each = kind.get_super().get_size() if kind.get_class() == h5py.h5t.VLEN else 1
                address = h5py.h5o.get_info(item).addr
                claimed = each * self.texts.claimed(address, attribute.name, n_values)
            if claimed > largest_size(self.size, compressed=False):
                raise self._error(f"'{what}' claims more bytes than the file has", "a whole file")

    def _type(self, kind: Any, name: str, depth: int = 0) -> None:
        """Refuse Python objects and damage; in files of our own, all but numbers and text."""
        import h5py

        h5t, what = h5py.h5t, kind.get_class()
        if is_damaged(kind):
            raise self._error(f"the type of '{name}' is damaged", "a whole file")
        if self.is_own and what not in (h5t.INTEGER, h5t.FLOAT, h5t.ENUM, h5t.STRING):
            raise self._error(f"'{name}' holds neither numbers nor text", "numbers or text")
        if what == h5t.OPAQUE:
            tag = kind.get_tag()
            if tag.startswith(b"PYTHON") or (tag.startswith(b"NUMPY") and kind.dtype.kind == "O"):
                raise self._error(f"'{name}' holds Python objects", "numbers or text")
        if depth > DEEPEST:
            raise self._error(f"'{name}' has a type of more than {DEEPEST} levels", "a plain one")
        for part in inner_types(kind):
            self._type(part, name, depth + 1)

    def _linked(self, name: str, is_soft: bool) -> FileFormatError:
        if is_soft:
            return self._error(f"'{name}' is a soft link, which neurohm never writes", "a tree")
        return self._error(
            f"'{name}' is a link to another file",
            "all of it in one file",
            "remove the link, or write a copy that holds what it leads to",
        )

    def _error(self, found: str, expected: str, mend: str = "") -> FileFormatError:
        return FileFormatError(f"'{self.path}': {found}", expected, mend)
