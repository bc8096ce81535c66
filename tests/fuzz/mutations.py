"""Damage and malice: each function changes a file, by chance, in one way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Random = np.random.Generator
Mutation = Callable[[Path, Random], None]


# ---- of bytes: any file


def in_bytes(change: Callable[[bytearray, Random], bytes]) -> Mutation:
    """Make a mutation of what changes bytes."""

    def mutate(path: Path, rng: Random) -> None:
        path.write_bytes(change(bytearray(path.read_bytes()), rng))

    mutate.__name__ = change.__name__
    return mutate


def place(content: bytearray, rng: Random) -> int:
    """Draw a place; half of them at the beginning, where most of the structure is."""
    end = len(content) if rng.integers(2) else min(len(content), 2048)
    return int(rng.integers(max(1, end)))


@in_bytes
def flip_bits(content: bytearray, rng: Random) -> bytes:
    for _ in range(int(rng.integers(1, 20))):
        content[place(content, rng)] ^= 1 << int(rng.integers(8))
    return content


@in_bytes
def truncate(content: bytearray, rng: Random) -> bytes:
    return content[: place(content, rng)]


@in_bytes
def overwrite_number(content: bytearray, rng: Random) -> bytes:
    width = int(rng.choice([1, 2, 4, 8]))
    value = rng.choice([0, 1, 2**7, 2**8 - 1, 2**31, 2**32 - 1, 2**40, 2**63, 2**64 - 1])
    first = place(content, rng)
    content[first : first + width] = (int(value) % 2 ** (8 * width)).to_bytes(width, "little")
    return content


@in_bytes
def blank(content: bytearray, rng: Random) -> bytes:
    first, length = place(content, rng), int(rng.integers(1, 512))
    size = len(content[first : first + length])
    content[first : first + length] = bytes([int(rng.choice([0, 255]))]) * size
    return content


@in_bytes
def copy_over(content: bytearray, rng: Random) -> bytes:
    first, second, length = place(content, rng), place(content, rng), int(rng.integers(1, 256))
    size = min(len(content) - max(first, second), length)
    content[first : first + size] = content[second : second + size]
    return content


@in_bytes
def insert(content: bytearray, rng: Random) -> bytes:
    first = place(content, rng)
    return content[:first] + rng.bytes(int(rng.integers(1, 64))) + content[first:]


@in_bytes
def remove(content: bytearray, rng: Random) -> bytes:
    first = place(content, rng)
    del content[first : first + int(rng.integers(1, 64))]
    return content


BYTES: tuple[Mutation, ...] = (
    flip_bits,
    flip_bits,
    flip_bits,
    truncate,
    overwrite_number,
    overwrite_number,
    blank,
    copy_over,
    insert,
    remove,
)


# ---- of structure: HDF5


def in_file(change: Callable[[h5py.File, list[str], Random], None]) -> Mutation:
    """Make a mutation of what changes an open file, given the names of its datasets."""

    def mutate(path: Path, rng: Random) -> None:
        with h5py.File(path, "a") as file:
            names: list[str] = []
            file.visititems(lambda n, x: names.append(n) if isinstance(x, h5py.Dataset) else None)
            change(file, names, rng)

    mutate.__name__ = change.__name__
    return mutate


def put(file: h5py.File, name: str, values: Any, **how: Any) -> None:
    """Put other values in place of a dataset, its attributes kept."""
    kept = dict(file[name].attrs) if name in file else {}
    if name in file:
        del file[name]
    dataset = file.create_dataset(name, data=values, **how)
    for key, value in kept.items():
        dataset.attrs[key] = value


def numbers(file: h5py.File, names: list[str], rng: Random) -> tuple[str, np.ndarray]:
    """Draw a dataset of numbers."""
    able = [name for name in names if file[name].dtype.kind in "iuf"]
    name = str(rng.choice(able))
    return name, file[name][()]


@in_file
def other_type(file: h5py.File, names: list[str], rng: Random) -> None:
    name, values = numbers(file, names, rng)
    kind = str(
        rng.choice(["i1", "u1", "i4", "u8", "f2", "f4", ">f8", ">i4", "?", "S8", "c16", "V5"])
    )
    with np.errstate(all="ignore"):
        put(file, name, np.asarray(values).astype(kind) if kind != "V5" else np.zeros(3, "V5"))


@in_file
def other_shape(file: h5py.File, names: list[str], rng: Random) -> None:
    name, values = numbers(file, names, rng)
    flat = np.ravel(values)
    shapes = [(1, flat.size), (flat.size, 1), (), (0,), (1, 1, flat.size), (flat.size // 2,)]
    shape = shapes[int(rng.integers(len(shapes)))]
    put(file, name, np.resize(flat, shape))


@in_file
def swap(file: h5py.File, names: list[str], rng: Random) -> None:
    first, second = (str(name) for name in rng.choice(names, 2))
    if first != second:
        file.move(first, "aside"), file.move(second, first), file.move("aside", second)


@in_file
def other_values(file: h5py.File, names: list[str], rng: Random) -> None:
    name, values = numbers(file, names, rng)
    values = np.array(values, dtype=np.float64)
    extremes = [np.nan, np.inf, -np.inf, -1.0, 0.5, 1e9, 1e18, 1e300, 2.0**53, 2.0**63]
    for _ in range(int(rng.integers(1, 4))):
        np.ravel(values)[int(rng.integers(max(1, values.size)))] = rng.choice(extremes)
    put(file, name, values)


@in_file
def huge_counts(file: h5py.File, names: list[str], rng: Random) -> None:
    name, values = numbers(file, names, rng)
    values = np.array(values).astype(np.int64)
    flat = values.reshape(-1)
    flat[int(rng.integers(max(1, flat.size)))] = int(rng.choice([10**6, 10**9, 10**12, 2**62]))
    put(file, name, values)


@in_file
def delete(file: h5py.File, names: list[str], rng: Random) -> None:
    del file[str(rng.choice(names))]


@in_file
def other_attribute(file: h5py.File, names: list[str], rng: Random) -> None:
    item = file[str(rng.choice([*names, "/"]))]
    key = str(rng.choice([*item.attrs, "sampling_rate", "unit", "t_start", "t_stop", "bin_width"]))
    values = [np.nan, -1, 0, 1e300, "", "x" * 500, b"\xff\xfe", [1, 2], np.zeros((2, 0)), "ms"]
    item.attrs[key] = values[int(rng.integers(len(values)))]


def flip_in_headers(path: Path, rng: Random) -> None:
    """Flip bits where HDF5 keeps what objects and attributes are."""
    places: list[int] = []
    content = bytearray(path.read_bytes())

    def note(item: h5py.Dataset | h5py.Group) -> None:
        places.append(h5py.h5o.get_info(item.id).addr)
        for name in item.attrs:
            place = content.find(name.encode())
            while place >= 0:
                places.append(place)
                place = content.find(name.encode(), place + 1)

    with h5py.File(path) as file:
        note(file)
        file.visititems(lambda _, item: note(item))
    first = int(rng.choice(places))
    for _ in range(int(rng.integers(1, 4))):
        where = min(first + int(rng.integers(-16, 120)), len(content) - 1)
        content[where] ^= 1 << int(rng.integers(8))
    path.write_bytes(content)


STRUCTURE: tuple[Mutation, ...] = (
    flip_in_headers,
    flip_in_headers,
    other_type,
    other_shape,
    swap,
    other_values,
    huge_counts,
    delete,
    other_attribute,
)


# ---- malice


@in_file
def link_elsewhere(file: h5py.File, names: list[str], rng: Random) -> None:
    name = str(rng.choice(names))
    del file[name]
    file[name] = h5py.ExternalLink("/etc/passwd", "/x")


@in_file
def soft_circle(file: h5py.File, names: list[str], rng: Random) -> None:
    above = str(rng.choice(names)).rpartition("/")[0] or "/"
    file[above]["round"] = h5py.SoftLink(file[above].name)


@in_file
def hard_circle(file: h5py.File, names: list[str], rng: Random) -> None:
    above = str(rng.choice(names)).rpartition("/")[0] or "/"
    file[above]["round"] = file["/"]


@in_file
def many_names(file: h5py.File, names: list[str], rng: Random) -> None:
    group = file.create_group("metadata/doubling" if rng.integers(2) else "doubling")
    for _ in range(int(rng.integers(2, 40))):
        inner = group.create_group("a")
        group["b"] = inner
        group = inner


@in_file
def deep(file: h5py.File, names: list[str], rng: Random) -> None:
    group = file[str(rng.choice(names)).rpartition("/")[0] or "/"]
    for _ in range(int(rng.integers(70, 1500))):
        group = group.create_group("d")


@in_file
def external_storage(file: h5py.File, names: list[str], rng: Random) -> None:
    name = str(rng.choice(names))
    del file[name]
    file.create_dataset(name, (100,), "f8", external=[("/etc/passwd", 0, 800)])


@in_file
def virtual(file: h5py.File, names: list[str], rng: Random) -> None:
    name = str(rng.choice(names))
    del file[name]
    layout = h5py.VirtualLayout((100,), "f8")
    layout[:] = h5py.VirtualSource(str(rng.choice(["/etc/passwd", "."])), "x", (100,))
    file.create_virtual_dataset(name, layout)


@in_file
def petabyte(file: h5py.File, names: list[str], rng: Random) -> None:
    name = str(rng.choice(names))
    shape = (10 ** int(rng.integers(8, 15)),) if rng.integers(2) else (10**6, 10**6)
    del file[name]
    chunks = (2**20,) if len(shape) == 1 else (2**10, 2**10)
    file.create_dataset(name, shape, "f8", chunks=chunks, compression="gzip")


@in_file
def huge_chunk(file: h5py.File, names: list[str], rng: Random) -> None:
    name = str(rng.choice(names))
    del file[name]
    file.create_dataset(
        name, (50,), "f8", maxshape=(None,), chunks=(2**28,), compression=None, fillvalue=1.0
    )


@in_file
def repeated_filter(file: h5py.File, names: list[str], rng: Random) -> None:
    name = str(rng.choice(names))
    del file[name]
    made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    made.set_chunk((2**16,))
    for _ in range(3):
        made.set_deflate(9)
    space = h5py.h5s.create_simple((2**16,))
    dataset = h5py.h5d.create(file.id, b"packed", h5py.h5t.NATIVE_DOUBLE, space, made)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.zeros(2**16))
    file.move("packed", name)


@in_file
def python_objects(file: h5py.File, names: list[str], rng: Random) -> None:
    name = str(rng.choice(names))
    del file[name]
    kind = h5py.h5t.create(h5py.h5t.OPAQUE, 8)
    kind.set_tag(b"NUMPY:O" if rng.integers(2) else b"PYTHON:OBJECT")
    h5py.h5d.create(file.id, b"objects", kind, h5py.h5s.create_simple((3,)))
    file.move("objects", name)


@in_file
def shared_text(file: h5py.File, names: list[str], rng: Random) -> None:
    """Let many entries refer to one long text: the raw reference is copied over."""
    name, count = str(rng.choice(names)), 20_000
    text = "x" * 100_000
    del file[name]
    dataset = file.create_dataset(name, (count,), h5py.string_dtype(), chunks=(count,))
    dataset[0] = text
    mask, raw = dataset.id.read_direct_chunk((0,))
    dataset.id.write_direct_chunk((0,), raw[:16] * count, mask)


MALICE: tuple[Mutation, ...] = (
    link_elsewhere,
    soft_circle,
    hard_circle,
    many_names,
    deep,
    external_storage,
    virtual,
    petabyte,
    huge_chunk,
    repeated_filter,
    python_objects,
    shared_text,
)
