"""Lists and texts of variable length in HDF5, read only if the file can hold what they claim.

Each entry of such a dataset states its length and where it lies. HDF5 takes that memory before it
looks there, and entries may share one place: a few bytes could ask for any amount of memory. So the
stated lengths are looked at first, in the bytes of the file.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError
from neurohm.hdf5_hazards import largest_size
from neurohm.hdf5_heaps import mapped, require_whole_heaps

if TYPE_CHECKING:
    import h5py

__all__ = ["read_lists", "read_texts"]

_DEFLATE, _SHUFFLE = 1, 2
_BYTES_A_CHARACTER = 4  # in NumPy's arrays of text, every entry as long as the longest


def read_texts(dataset: h5py.Dataset) -> Any:
    """Read text, of variable or fixed length.

    Parameters
    ----------
    dataset : h5py.Dataset

    Returns
    -------
    ndarray of object, or str

    Raises
    ------
    FileFormatError
        If it claims to be longer than the file.

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["a"] = ["one", "two"]
    ...     read_texts(file["a"]).tolist()
    ['one', 'two']
    """
    import h5py

    stated = h5py.check_string_dtype(dataset.dtype)
    if stated is not None and stated.length is None and dataset.size:
        lengths = _require_room(dataset, 1)
        if lengths.size and dataset.size * int(lengths.max()) * _BYTES_A_CHARACTER > _room(dataset):
            raise _claims_too_much(dataset)
    return dataset.asstr(errors="replace")[()]


def read_lists(dataset: h5py.Dataset) -> Any:
    """Read a dataset whose entries are arrays of numbers.

    Parameters
    ----------
    dataset : h5py.Dataset

    Returns
    -------
    ndarray of object

    Raises
    ------
    FileFormatError
        If they claim to be longer than the file.
    """
    _require_room(dataset, dataset.id.get_type().get_super().get_size())
    return dataset[()]


def _require_room(dataset: h5py.Dataset, bytes_each: int) -> NDArray[np.uint32]:
    """Return the stated lengths of all entries, if there is as much in the file."""
    file = dataset.file
    if file.driver == "core":  # in memory, and our own
        return np.zeros(0, np.uint32)
    entry = np.dtype([("length", "<u4"), ("heap", "<u8"), ("index", "<u4")])
    parts = [
        np.frombuffer(raw[: len(raw) // entry.itemsize * entry.itemsize], entry)
        for raw in _stored_bytes(dataset, entry.itemsize)
    ]
    entries = np.concatenate([np.zeros(0, entry), *parts])
    lengths: NDArray[np.uint32] = entries["length"]
    if int(lengths.sum(dtype=np.uint64)) * bytes_each > _room(dataset):
        raise _claims_too_much(dataset)
    base = file.userblock_size
    heaps = np.unique(entries["heap"][lengths > 0]).tolist()
    with mapped(file.filename) as data:
        require_whole_heaps(data, (base + heap for heap in heaps), file.filename)
    return lengths


def _stored_bytes(dataset: h5py.Dataset, bytes_each: int) -> list[bytes]:
    """Return the bytes of a dataset as they are in the file, unpacked."""
    import h5py

    made, parts = dataset.id.get_create_plist(), []
    with Path(dataset.file.filename).open("rb") as file:
        if made.get_layout() != h5py.h5d.CHUNKED:
            offset = dataset.id.get_offset()
            if offset is not None:
                file.seek(offset)
                parts.append(file.read(dataset.id.get_storage_size()))
            return parts
        filters = [made.get_filter(place)[0] for place in range(made.get_nfilters())]
        largest = int(np.prod(made.get_chunk())) * bytes_each
        for place in range(dataset.id.get_num_chunks()):
            chunk = dataset.id.get_chunk_info(place)
            # Filters that could do nothing for a chunk were left out, which its mask says.
            used = [kind for i, kind in enumerate(filters) if not chunk.filter_mask >> i & 1]
            file.seek(chunk.byte_offset)
            parts.append(_unpacked(file.read(chunk.size), used, bytes_each, largest, dataset))
    return parts


def _unpacked(
    raw: bytes, filters: list[int], bytes_each: int, largest: int, dataset: h5py.Dataset
) -> bytes:
    for kind in reversed(filters):
        if kind == _DEFLATE:
            try:
                raw = zlib.decompressobj().decompress(raw, largest)
            except zlib.error as error:
                raise FileFormatError(
                    f"'{dataset.file.filename}': '{dataset.name}' is damaged ({error})",
                    "a whole file",
                ) from error
        elif kind == _SHUFFLE:
            whole = len(raw) // bytes_each * bytes_each
            raw = np.frombuffer(raw[:whole], np.uint8).reshape(bytes_each, -1).T.tobytes()
        else:
            raise FileFormatError(
                f"'{dataset.file.filename}': '{dataset.name}', lists packed by filter {kind}",
                "lists that are not packed, or by gzip",
                "pack them anew: h5repack -f GZIP=4 IN OUT",
            )
    return raw


def _room(dataset: h5py.Dataset) -> int:
    return largest_size(dataset.file.id.get_filesize(), compressed=False)


def _claims_too_much(dataset: h5py.Dataset) -> FileFormatError:
    return FileFormatError(
        f"'{dataset.file.filename}': the entries of '{dataset.name}' are longer than the file",
        "no more than there is in the file",
        "the file is damaged, or made to harm",
    )
