"""What attributes claim is read from the bytes of the file, before HDF5 reads them."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from neurohm.exceptions import FileFormatError
from neurohm.files import open_hdf5
from neurohm.hdf5_attributes import stored_attributes

VALUES = {
    "text": "some text",
    "texts": np.array(["one", "two", "three"], dtype=object),
    "fixed": np.bytes_("fixed"),
    "rate": 30_000.0,
    "numbers": np.arange(12),
    "empty": "",
}


def written(path: Path, n_attributes: int = 0, **how) -> Path:
    """Write a file with attributes at the root, a group and a dataset."""
    with h5py.File(path, "w", **how) as file:
        file["a/b"] = [1.0, 2.0]
        for item in (file, file["a"], file["a/b"]):
            for name, value in VALUES.items():
                item.attrs[name] = value
            for place in range(n_attributes):
                item.attrs[f"number {place}"] = f"text {place}"
    return path


@pytest.mark.parametrize("n_attributes", [0, 50], ids=["few", "many"])
@pytest.mark.parametrize("userblock", [0, 1024])
@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_all_attributes_are_found_as_they_are(
    tmp_path: Path, libver: str, userblock: int, n_attributes: int
) -> None:
    path = written(tmp_path / "a.h5", n_attributes, libver=libver, userblock_size=userblock)
    data = path.read_bytes()
    with open_hdf5(path) as file:
        for item in (file, file["a"], file["a/b"]):
            found = stored_attributes(data, h5py.h5o.get_info(item.id).addr, userblock)
            if libver == "latest" and n_attributes:
                assert not found  # in a heap of their own
                continue
            assert found.keys() == {name.encode() for name in item.attrs}
            assert found[b"rate"][:8] == np.float64(30_000.0).tobytes()
            assert found[b"numbers"][: 12 * 8] == np.arange(12).tobytes()
            assert found[b"fixed"].startswith(b"fixed")
            assert found[b"texts"][::16][:3] == bytes([3, 3, 5])


@pytest.mark.parametrize("place", ["/", "a", "a/b"])
def test_a_text_that_claims_gigabytes_is_refused(tmp_path: Path, place: str) -> None:
    path = written(tmp_path / "a.h5")
    content = bytearray(path.read_bytes())
    with h5py.File(path) as file:
        entry = stored_attributes(path.read_bytes(), h5py.h5o.get_info(file[place].id).addr)[
            b"text"
        ][:16]
    first = content.index(entry)
    content[first + 3] ^= 0x80  # two gigabytes more
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=r"attribute text.*claims"), open_hdf5(path):
        pass


@pytest.mark.parametrize("place", ["/", "a/b"])
def test_a_text_whose_heap_is_none_is_refused(tmp_path: Path, place: str) -> None:
    path = written(tmp_path / "a.h5")
    content = bytearray(path.read_bytes())
    with h5py.File(path) as file:
        entry = stored_attributes(path.read_bytes(), h5py.h5o.get_info(file[place].id).addr)[
            b"text"
        ][:16]
    first = content.index(entry)
    content[first + 4] ^= 8
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match="heap"), open_hdf5(path):
        pass


@pytest.mark.parametrize("what", ["attribute", "dataset"])
def test_a_type_at_which_hdf5_crashes_is_refused(tmp_path: Path, what: str) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        if what == "attribute":
            file.attrs["text"] = "some text"
        else:
            file["a"] = ["some text"]
    content = path.read_bytes()
    text = bytes([0x19, 1, 1, 0, 16, 0, 0, 0])  # varying length, as text, UTF-8, 16 bytes
    assert content.count(text) == 1
    path.write_bytes(content.replace(text, bytes([0x19, 3]) + text[2:]))
    with pytest.raises(FileFormatError, match="type of .* is damaged"), open_hdf5(path):
        pass


def test_texts_in_records_of_an_attribute_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        kind = np.dtype([("name", h5py.string_dtype())])
        file.attrs.create("records", np.array([("x",)], dtype=kind))
    with pytest.raises(FileFormatError, match="texts in records"), open_hdf5(path):
        pass


@pytest.mark.parametrize("cut", range(0, 700, 50))
def test_what_makes_no_sense_ends(tmp_path: Path, cut: int) -> None:
    content = bytearray(written(tmp_path / "a.h5").read_bytes())
    random = np.random.default_rng(cut)
    for address in range(0, 900, 4):
        assert isinstance(stored_attributes(bytes(content[:cut]), address), dict)
        content[int(random.integers(1000))] ^= 255
        assert isinstance(stored_attributes(bytes(content), address), dict)
