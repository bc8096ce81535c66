"""Trees of plain values in HDF5: what goes in comes out, and the checksum sees every change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from neurohm.storage import read_tree, write_tree
from neurohm.storage.tree import checksum

names = st.text(
    st.characters(exclude_characters="/.\0", exclude_categories=("Cs",)), min_size=1, max_size=8
)
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
arrays = npst.arrays(
    st.sampled_from(["f4", "f8", "i8", "u4", "i1", "?"]),
    npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
) | npst.arrays(
    "U4",
    npst.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=3),
    elements=st.text(
        st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=4
    ),
)
trees = st.recursive(
    st.dictionaries(names, plain | arrays, max_size=4),
    lambda inner: st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture
def group() -> Iterator[h5py.Group]:
    with h5py.File("memory", "w", driver="core", backing_store=False) as file:
        yield file.create_group("tree")


def assert_equal(got: Any, expected: Any) -> None:
    if isinstance(expected, dict):
        assert got.keys() == expected.keys()
        for name, value in expected.items():
            assert_equal(got[name], value)
    elif isinstance(expected, np.ndarray):
        assert np.shape(got) == expected.shape
        assert expected.dtype.kind == "U" or got.dtype == expected.dtype
        np.testing.assert_array_equal(got, expected)
    else:
        assert got == expected
        assert type(got) is type(expected)


@given(trees)
def test_a_tree_comes_back_as_it_was(tree: dict[str, Any]) -> None:
    with h5py.File("memory", "w", driver="core", backing_store=False) as file:
        write_tree(file.create_group("tree"), tree)
        before = checksum(file["tree"])
        assert_equal(read_tree(file["tree"]), tree)
        assert checksum(file["tree"]) == before


def test_scalars_of_numpy_and_infinite_numbers_come_back(group: h5py.Group) -> None:
    tree = {"a": np.float32(0.1), "b": np.int64(3), "c": np.bool_(True), "d": -np.inf, "e": np.nan}
    write_tree(group, {**tree, "f": np.str_("text")})
    got = read_tree(group)
    assert got["a"] == tree["a"]
    assert got["a"].dtype == np.float32
    assert got["b"] == 3
    assert bool(got["c"]) is True
    assert got["d"] == -np.inf
    assert np.isnan(got["e"])
    assert str(got["f"]) == "text"


def test_a_slash_in_the_name_of_an_array_opens_a_branch(group: h5py.Group) -> None:
    write_tree(group, {"generative/visible": np.zeros(2), "generative": {"hidden": np.ones(1)}})
    got = read_tree(group)
    assert_equal(got, {"generative": {"visible": np.zeros(2), "hidden": np.ones(1)}})


def change_array(group: h5py.Group) -> None:
    group["a/x"][1] = 5


def change_text(group: h5py.Group) -> None:
    group["t"][0] = "other"


def change_branch_attribute(group: h5py.Group) -> None:
    group["a"].attrs["n"] = "4"


def change_top_attribute(group: h5py.Group) -> None:
    group.attrs["top"] = '"changed"'


def add_dataset(group: h5py.Group) -> None:
    group["b"] = np.zeros(1)


def remove_attribute(group: h5py.Group) -> None:
    del group.attrs["top"]


def reshape(group: h5py.Group) -> None:
    values = group["a/x"][()]
    del group["a/x"]
    group["a/x"] = values[None]


def retype(group: h5py.Group) -> None:
    values = group["a/x"][()]
    del group["a/x"]
    group["a/x"] = values.view("i8")


def rename(group: h5py.Group) -> None:
    group.move("a/x", "a/y")


@pytest.mark.parametrize(
    "change",
    [
        change_array,
        change_text,
        change_branch_attribute,
        change_top_attribute,
        add_dataset,
        remove_attribute,
        reshape,
        retype,
        rename,
    ],
)
def test_the_checksum_sees_every_change(group: h5py.Group, change) -> None:
    write_tree(
        group, {"a": {"x": np.arange(3.0), "n": 3}, "t": np.array(["one", "two"]), "top": "kept"}
    )
    before = checksum(group)
    change(group)
    assert checksum(group) != before
