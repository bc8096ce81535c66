"""Damaged heaps are refused: HDF5 does not come back from some of them."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from neurohm.exceptions import FileFormatError
from neurohm.files import open_hdf5
from neurohm.hdf5_heaps import mapped, require_whole_heaps, search_heaps
from neurohm.hdf5_lists import read_lists


@pytest.fixture(params=[0, 512], ids=["", "behind a user block"])
def path(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A file with lists in a heap, and text in attributes."""
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", userblock_size=request.param) as file:
        dataset = file.create_dataset("lists", (20,), h5py.vlen_dtype(np.float64))
        for place in range(20):
            dataset[place] = np.arange(float(place))
        dataset.attrs["text"] = "some text"
    return path


def test_whole_heaps_are_whole(path: Path) -> None:
    with mapped(path) as data:
        search_heaps(data, path)
        require_whole_heaps(data, [data.find(b"GCOL")], path)
    with open_hdf5(path) as file:
        assert [len(values) for values in read_lists(file["lists"])] == list(range(20))


@pytest.mark.parametrize("size", [0, 2**40])
@pytest.mark.parametrize("number", [0, 3])
def test_an_object_of_no_size_or_beyond_the_heap_is_damage(
    path: Path, size: int, number: int
) -> None:
    content = bytearray(path.read_bytes())
    heap = content.index(b"GCOL")
    place = heap + 16
    for _ in range(number):
        stated = int.from_bytes(content[place + 8 : place + 16], "little")
        place += 16 + (stated + 7) // 8 * 8
    content[place : place + 2] = b"\0\0"  # free space, which ends the heap or goes round for ever
    content[place + 8 : place + 16] = size.to_bytes(8, "little")
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match="heap"), open_hdf5(path) as file:
        read_lists(file["lists"])
    with mapped(path) as data:
        with pytest.raises(FileFormatError, match="heap"):
            require_whole_heaps(data, [heap], path)
        with pytest.raises(FileFormatError, match="heap"):
            search_heaps(data, path)


def test_damage_in_bytes_that_mean_nothing_hides_no_heap(path: Path) -> None:
    content = bytearray(path.read_bytes())
    heap = content.index(b"GCOL")
    content[heap + 6] ^= 128
    path.write_bytes(content)
    with open_hdf5(path) as file:
        assert len(read_lists(file["lists"])) == 20
    content[heap + 16 : heap + 32] = bytes(16)  # goes round for ever
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match="heap"), open_hdf5(path) as file:
        read_lists(file["lists"])


def test_no_heap_is_damage(path: Path) -> None:
    with mapped(path) as data, pytest.raises(FileFormatError, match="heap"):
        require_whole_heaps(data, [100], path)


def test_heaps_that_no_header_tells_of_are_searched_for(path: Path) -> None:
    with h5py.File(path, "w", libver="latest") as file:
        for place in range(40):  # too many for a header
            file.attrs[f"text {place}"] = "some text"
    with open_hdf5(path) as file:
        assert file.attrs["text 7"] == "some text"
    content = bytearray(path.read_bytes())
    heap = content.index(b"GCOL")
    content[heap + 16 : heap + 32] = bytes(16)
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match="heap"), open_hdf5(path):
        pass
