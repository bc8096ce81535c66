"""What an HDF5 file may hold that hurts is refused before it is read; all else is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from neurohm.exceptions import FileFormatError
from neurohm.files import open_hdf5
from neurohm.hdf5_hazards import MOST_EXPANDED, SMALLEST_LIMIT, largest_size
from neurohm.hdf5_lists import read_lists, read_texts
from neurohm.storage import read_model, write_model

SECRET = "secret.txt"


def external_link(file: h5py.File) -> None:
    file["group/there"] = h5py.ExternalLink(SECRET, "/")


def external_storage(file: h5py.File) -> None:
    file.create_dataset("there", (10,), "u1", external=[(SECRET, 0, 10)])


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((10,), "u1")
    layout[:] = h5py.VirtualSource("other.h5", "x", (10,))
    file.create_virtual_dataset("there", layout)


def circle(file: h5py.File) -> None:
    inner = file.create_group("a/b")
    inner["c"] = file["a"]


def two_names_for_a_group(file: h5py.File) -> None:
    file["b"] = file.create_group("a")


def deep(file: h5py.File) -> None:
    file.create_group("/".join("d" * 100))


def petabyte(file: h5py.File) -> None:
    file.create_dataset("there", (10**15,), "u1", chunks=(2**20,), compression="gzip")


def claims_beyond_the_file(file: h5py.File) -> None:
    made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    made.set_alloc_time(h5py.h5d.ALLOC_TIME_LATE)
    space = h5py.h5s.create_simple((2**26,))
    h5py.h5d.create(file.id, b"there", h5py.h5t.NATIVE_DOUBLE, space, made)


def huge_chunk(file: h5py.File) -> None:
    file.create_dataset("there", (10,), "f8", maxshape=(None,), chunks=(2**28,))


def filter_of_a_plugin(file: h5py.File) -> None:
    made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    made.set_chunk((10,))
    made.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, ())
    space = h5py.h5s.create_simple((10,))
    h5py.h5d.create(file.id, b"there", h5py.h5t.NATIVE_INT32, space, made)


def packed_twice(file: h5py.File) -> None:
    made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    made.set_chunk((10,))
    made.set_deflate(9)
    made.set_deflate(9)
    space = h5py.h5s.create_simple((10,))
    h5py.h5d.create(file.id, b"there", h5py.h5t.NATIVE_INT32, space, made)


def python_objects(file: h5py.File) -> None:
    kind = h5py.h5t.create(h5py.h5t.OPAQUE, 8)
    kind.set_tag(b"NUMPY:O")
    h5py.h5d.create(file.id, b"there", kind, h5py.h5s.create_simple((1,)))


def python_objects_inside(file: h5py.File) -> None:
    opaque = h5py.h5t.create(h5py.h5t.OPAQUE, 8)
    opaque.set_tag(b"PYTHON:OBJECT")
    kind = h5py.h5t.create(h5py.h5t.COMPOUND, 8)
    kind.insert(b"a", 0, opaque)
    h5py.h5d.create(file.id, b"there", kind, h5py.h5s.create_simple((1,)))


HAZARDS = {
    external_link: "'group/there' is a link to another file",
    external_storage: "lie in other files",
    virtual: "lie in other files",
    circle: "leads in a circle",
    two_names_for_a_group: "has another name, too",
    deep: "65 groups deep",
    petabyte: r"claims 1e\+15 bytes in a file of",
    claims_beyond_the_file: "claims",
    huge_chunk: "a chunk of 'there' claims",
    filter_of_a_plugin: "packed by filter 32015",
    packed_twice: "packed by one filter several times",
    python_objects: "holds Python objects",
    python_objects_inside: "holds Python objects",
}


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.__name__)
def test_a_hazard_is_refused_by_name(tmp_path: Path, hazard: Callable[[h5py.File], None]) -> None:
    (tmp_path / SECRET).write_text("not to be read")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        hazard(file)
    with (
        pytest.raises(FileFormatError, match=HAZARDS[hazard]),
        open_hdf5(tmp_path / "a.h5") as opened,
    ):
        pytest.fail(f"{list(opened)} was opened")


def soft_link(file: h5py.File) -> None:
    file["soft"] = h5py.SoftLink("/a")


def dangling_link(file: h5py.File) -> None:
    file["soft"] = h5py.SoftLink("/nowhere")


def two_names(file: h5py.File) -> None:
    file["a"] = [1, 2]
    file["b"] = file["a"]


def references(file: h5py.File) -> None:
    file["a"] = [1, 2]
    file.create_dataset("r", data=[file["a"].ref], dtype=h5py.ref_dtype)


def zeros_packed_well(file: h5py.File) -> None:
    file.create_dataset("a", data=np.zeros(2**23, np.uint8), compression="gzip")


def never_written(file: h5py.File) -> None:
    file.create_dataset("a", (10**6,), "f8", chunks=(1000,))


def all_built_in_filters(file: h5py.File) -> None:
    data = np.arange(1000)
    file.create_dataset("a", data=data, compression="gzip", shuffle=True, fletcher32=True)
    file.create_dataset("b", data=data, compression="lzf")
    file.create_dataset("c", data=data, scaleoffset=0)


def dates(file: h5py.File) -> None:
    days = np.array(["2020-01-01"], "M8[s]")
    file.create_dataset("a", data=days.astype(h5py.opaque_dtype(days.dtype)))


def types(file: h5py.File) -> None:
    file["kind"] = np.dtype([("a", "f8"), ("b", "S3")])
    file["empty"] = h5py.Empty("f8")


HONEST = (
    soft_link,
    dangling_link,
    two_names,
    references,
    zeros_packed_well,
    never_written,
    all_built_in_filters,
    dates,
    types,
)


@pytest.mark.parametrize("fill", HONEST, ids=lambda fill: fill.__name__)
def test_what_honest_files_hold_is_not_refused(tmp_path: Path, fill) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        fill(file)
    with open_hdf5(tmp_path / "a.h5") as file:
        assert isinstance(file, h5py.File)


@pytest.mark.parametrize("fill", [*HAZARDS, soft_link, two_names, references, dates])
def test_in_a_file_of_our_own_nothing_but_a_tree_of_numbers_and_text_is_believed(
    tmp_path: Path, fill
) -> None:
    path = tmp_path / "m.h5"
    write_model(path, "Test", {"x": np.arange(5.0), "names": np.array(["a", "b"]), "n": 3})
    assert read_model(path)[1]["n"] == 3
    with h5py.File(path, "a") as file:
        fill(file)
    with pytest.raises(FileFormatError):
        read_model(path)


@pytest.mark.parametrize("wrong", [(0, 0), (3, 0), (93, 2**40)], ids=["none", "short", "outside"])
def test_a_chunk_at_which_hdf5_crashes_is_refused(tmp_path: Path, wrong) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("a", data=np.arange(100), chunks=(10,), fletcher32=True)
        chunk = dataset.id.get_chunk_info(4)
    content, size, place = bytearray(path.read_bytes()), *wrong
    address = chunk.byte_offset.to_bytes(8, "little")
    if place:
        first = content.index(address)
        content[first : first + 8] = place.to_bytes(8, "little")
    else:  # the size and the mask come first, then the place, in two dimensions
        stated = chunk.size.to_bytes(4, "little") + bytes(4) + (40).to_bytes(8, "little")
        first = content.index(stated)
        content[first : first + 4] = size.to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match="a chunk of 'a'"), open_hdf5(path):
        pass


def test_texts_that_go_on_behind_their_end_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["a"] = 37 * ["text"]
    content = bytearray(path.read_bytes())
    shape = 2 * (37).to_bytes(8, "little")  # and the most that it may grow to
    first = content.index(shape)
    content[first] = content[first + 8] = 38
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match="'a' claims"), open_hdf5(path):
        pass


def test_chunks_of_which_only_a_part_is_there_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("a", data=np.zeros(1000), chunks=(100,), compression="gzip")
    content = path.read_bytes()
    name = content.index(b"deflate")
    pipeline = content.rindex(bytes([0x0B, 0]), 0, name)  # the message of all filters
    path.write_bytes(content[:pipeline] + bytes([0x4B]) + content[pipeline + 1 :])
    with h5py.File(path) as file:
        assert file["a"].compression is None
    with pytest.raises(FileFormatError, match="a chunk of 'a'"), open_hdf5(path):
        pass


def shared(path: Path, kind, value, count: int = 5000, **how) -> None:
    """Write many entries that refer to one place."""
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("a", (count,), kind, chunks=(count,))
        dataset[0] = value
        mask, raw = dataset.id.read_direct_chunk((0,))
        dataset.id.write_direct_chunk((0,), raw[:16] * count, mask)


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        (h5py.string_dtype(), "x" * 50_000, read_texts),
        (h5py.vlen_dtype(np.float64), np.zeros(50_000), read_lists),
    ],
)
def test_entries_that_share_one_place_are_counted_each(tmp_path: Path, kind, value, read) -> None:
    shared(tmp_path / "a.h5", kind, value)
    with (
        pytest.raises(FileFormatError, match="longer than the file"),
        open_hdf5(tmp_path / "a.h5") as file,
    ):
        read(file["a"])


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"chunks": (2,)},
        {"chunks": (2,), "compression": "gzip", "shuffle": True},
    ],
)
def test_lists_and_texts_are_read_however_they_are_packed(tmp_path: Path, how) -> None:
    lists, texts = [np.arange(float(n)) for n in (3, 0, 70_000)], ["one", "", "x" * 9000]
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("lists", (3,), h5py.vlen_dtype(np.float64), **how)
        file.create_dataset("texts", data=texts, dtype=h5py.string_dtype(), **how)
        for place, values in enumerate(lists):
            file["lists"][place] = values
    with open_hdf5(tmp_path / "a.h5") as file:
        for got, values in zip(read_lists(file["lists"]), lists, strict=True):
            np.testing.assert_array_equal(got, values)
        assert read_texts(file["texts"]).tolist() == texts


def test_what_a_dataset_may_claim_grows_with_what_it_takes_up() -> None:
    assert largest_size(100) == SMALLEST_LIMIT + 100 * MOST_EXPANDED
    assert largest_size(100, compressed=False) == SMALLEST_LIMIT + 100
