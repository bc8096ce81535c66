"""Damaged heaps are refused: HDF5 does not come back from some of them."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from neurohm.exceptions import FileFormatError
from neurohm.files import open_hdf5
from neurohm.hdf5_heaps import require_whole_heaps, search_heaps
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
    search_heaps(path)
    require_whole_heaps(path, [path.read_bytes().index(b"GCOL")])
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
    with pytest.raises(FileFormatError, match="heap"), open_hdf5(path):
        pass
    with pytest.raises(FileFormatError, match="heap"):
        require_whole_heaps(path, [heap])


def test_no_heap_is_damage(path: Path) -> None:
    with pytest.raises(FileFormatError, match="heap"):
        require_whole_heaps(path, [100])


def test_in_large_files_the_heaps_of_lists_are_looked_at(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("hdf5_hazards", "hdf5_lists"):
        monkeypatch.setattr(f"neurohm.{module}.LARGEST_SEARCHED", 100)
    with open_hdf5(path) as file:
        assert len(read_lists(file["lists"])) == 20
    content = path.read_bytes()
    path.write_bytes(content.replace(b"GCOL", b"NONE"))
    with pytest.raises(FileFormatError), open_hdf5(path) as file:
        read_lists(file["lists"])
