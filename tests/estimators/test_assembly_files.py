"""Files of assemblies: what is loaded is what was saved, or it is said why not."""

from __future__ import annotations

import csv
from pathlib import Path

import h5py
import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from neurohm.estimators.assembly_files import load_assemblies, save_assemblies
from neurohm.exceptions import ArgumentTypeError, FileFormatError, InputError, MissingFileError

FLOATS = st.floats(width=64)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
NUMBERS = ("strength", "log_odds", "rate", "p_value", "z", "stability_seeds", "stability_halves")


@st.composite
def tables(draw):
    """Tables as the search makes them, of any units, and rows of them."""
    ids = draw(st.sampled_from([TEXT, st.integers(-(2**63), 2**63 - 1)]))
    units = draw(st.lists(ids, min_size=2, max_size=6, unique=True))
    names = draw(st.sampled_from([st.integers(0, 99), st.lists(st.integers(0, 9)).map(tuple)]))
    rows = [draw(one_row(units, names)) for _ in range(draw(st.integers(0, 4)))]
    columns = list(row_of(units, [], [], np.empty(0), np.empty((0, 0)), (), np.zeros(7)))
    table = pd.DataFrame(rows, columns=columns, index=pd.RangeIndex(len(rows), name="assembly"))
    table.attrs = {
        "alpha": draw(st.floats(0, 1)),
        "jitter": None,
        "refit": draw(st.booleans()),
        "of": "units",
        "bin_size": 0.02,
        "time_unit": draw(st.sampled_from(["s", "bin"])),
        "unit_ids": units,
        "left_out": {"silent": tuple(draw(st.lists(names)))},
    }
    chosen = draw(st.permutations(range(len(rows))))[: draw(st.integers(0, len(rows)))]
    return table.iloc[chosen] if draw(st.booleans()) else table


def row_of(members, lags, participation, times, field, hidden_units, numbers):
    return {
        "members": tuple(members),
        "lags": tuple(lags),
        "participation": tuple(participation),
        **dict(zip(NUMBERS, map(float, numbers), strict=True)),
        "occurrences": len(times),
        "hidden_units": tuple(hidden_units),
        "times": times,
        "field": field,
    }


@st.composite
def one_row(draw, units, names):
    members = draw(st.lists(st.sampled_from(units), min_size=1, unique=True))
    per_member = st.lists(FLOATS, min_size=len(members), max_size=len(members))
    lags = draw(st.integers(0, 3))
    return row_of(
        members,
        draw(per_member),
        draw(per_member),
        draw(hnp.arrays(np.float64, st.integers(0, 5))),
        draw(hnp.arrays(np.float64, (len(units), lags))),
        draw(st.lists(names, max_size=3)),
        draw(st.lists(FLOATS, min_size=7, max_size=7)),
    )


def assert_same(loaded, table):
    assert loaded.attrs == table.attrs
    assert loaded.index.equals(table.index)
    assert loaded.index.name == table.index.name
    assert loaded.dtypes.equals(table.dtypes)
    arrays = [name for name in ("times", "field") if len(table)]
    for name in table.columns.difference(arrays):
        # of Python's own numbers and text; nan is nan, and -0.0 is not 0.0
        assert [*map(repr, loaded[name])] == [*map(repr, table[name])]
    for name in arrays:
        for ours, theirs in zip(loaded[name], table[name], strict=True):
            assert (ours.dtype, ours.shape) == (np.float64, theirs.shape)
            np.testing.assert_array_equal(ours, theirs)


@given(tables())
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_loaded_is_what_was_saved(tmp_path, table):
    save_assemblies(tmp_path / "a.h5", table)
    assert_same(load_assemblies(tmp_path / "a.h5"), table)


@pytest.fixture
def table():
    """Two assemblies of four units."""
    field = np.zeros((4, 2))
    field[[0, 2], [0, 1]] = 7.5
    times = np.array([1.5, 2.25, 3.0])
    first = (("a", "c"), (0.0, 0.02), (0.5, 0.75), times[:2], field, (3, 1))
    second = (("b", "d 1"), (0.01, 0.0), (1.0, 1.0), times[2:], field[::-1], (2,))
    rows = [row_of(*first, [1.5] * 7), row_of(*second, [np.nan] * 7)]
    table = pd.DataFrame(rows, index=pd.RangeIndex(2, name="assembly"))
    units = ["a", "b", "c", "d 1"]
    table.attrs = {"bin_size": 0.02, "time_unit": "s", "unit_ids": units, "left_out": {}}
    return table


def test_rows_and_columns_of_ones_own(table, tmp_path):
    table["note"] = ["mine", "ours"]
    table["checked"] = [True, False]
    table["rank"] = np.array([2, 1], dtype=np.int16)
    own = table.iloc[[1, 0]].drop(columns=["hidden_units", "participation"])
    own.attrs["of"] = np.float64(0.5)
    save_assemblies(tmp_path / "a.hdf5", own)
    loaded = load_assemblies(tmp_path / "a.hdf5")
    assert_same(loaded, own)
    assert loaded.index.tolist() == [1, 0]


def test_files_are_the_same_to_the_byte_and_readable_with_h5py(table, tmp_path):
    for name in ("a.h5", "b.h5"):
        save_assemblies(tmp_path / name, table)
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()
    with h5py.File(tmp_path / "a.h5") as file:
        assert file.attrs["format"] == "neurohm-assemblies"
        own = file["assemblies"]
        members, ends = own["members"].asstr()[()], own["members_index"][()]
        assert members[ends[0] : ends[1]].tolist() == ["b", "d 1"]
        assert own["times"][: own["times_index"][0]].tolist() == [1.5, 2.25]
        np.testing.assert_array_equal(own["field/1"], table["field"][1])
        assert own["other/occurrences"][()].tolist() == [2, 1]


def test_spreadsheets(table, tmp_path):
    save_assemblies(tmp_path / "a.CSV", table)
    with (tmp_path / "a.CSV").open(newline="", encoding="utf8") as file:
        first, second = csv.DictReader(file)
    assert "field" not in first
    assert (first["assembly"], first["members"], first["lags"]) == ("0", "a c", "0 0.02")
    assert (first["times"], first["hidden_units"], first["z"]) == ("1.5 2.25", "3 1", "1.5")
    assert (second["members"], second["z"]) == ('b "d 1"', "")
    with pytest.raises(FileFormatError, match=r"for spreadsheets.*\.h5"):
        load_assemblies(tmp_path / "a.CSV")


def test_many_settings_are_no_matter(table, tmp_path):
    # an attribute of an HDF5 file holds 64 KiB at most
    table.attrs["left_out"] = {"silent": tuple(range(50_000))}
    table.attrs["unit_ids"] += [f"unit {i}" for i in range(10_000)]
    table["field"] = [np.zeros((10_004, 1))] * 2
    save_assemblies(tmp_path / "a.h5", table)
    assert load_assemblies(tmp_path / "a.h5").attrs == table.attrs


# ---- what is refused


@pytest.mark.parametrize("name", ["a", "a.xlsx", "a.h5.txt", "a.json"])
def test_other_suffixes(table, tmp_path, name):
    with pytest.raises(InputError, match=r"\.h5, \.hdf5, \.csv"):
        save_assemblies(tmp_path / name, table)
    assert not list(tmp_path.iterdir())


def attrs_without(name):
    def change(table):
        del table.attrs[name]
        return table

    return change


def changed(**columns):
    return lambda table: table.assign(**columns)


TABLES = {
    "no table": (lambda _: [1, 2], "type list"),
    "another table": (lambda _: pd.DataFrame({"x": [1]}), "without 'members'"),
    "no settings": (attrs_without("unit_ids"), "without its settings"),
    "lags": (changed(lags=[(0.0,), (0.0,)]), "as many lags as members"),
    "members": (changed(members=[("a", "x"), ("a", "b")]), "among attrs"),
    "field": (changed(field=[np.zeros((3, 2))] * 2), "4 units x lags"),
    "column": (changed(own=[{}, {}]), "column 'own' of object values"),
    "mixed column": (changed(own=["a", 1]), "column 'own'"),
    "name of a column": (lambda table: table.rename(columns={"z": "a/b"}), "'a/b'"),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_that_are_refused(table, tmp_path, name):
    change, text = TABLES[name]
    with pytest.raises((InputError, ArgumentTypeError), match=text):
        save_assemblies(tmp_path / "a.h5", change(table))
    assert not list(tmp_path.iterdir())


def test_settings_that_no_file_holds(table, tmp_path):
    table.attrs["model"] = object()
    with pytest.raises(ArgumentTypeError, match="setting of type object"):
        save_assemblies(tmp_path / "a.h5", table)


def with_attribute(name, value):
    return lambda file: file.attrs.modify(name, value)


FILES = {
    "another format": (with_attribute("format", "neurohm-model"), "is neurohm-model"),
    "no format": (lambda file: file.attrs.pop("format"), "of another kind"),
    "another version": (with_attribute("version", 2), "version 2"),
    "changed": (lambda file: file["assemblies/times"].__setitem__(0, 9.0), "checksum"),
    "incomplete": (lambda file: file.__delitem__("assemblies"), "damaged"),
    "without a checksum": (lambda file: file.attrs.pop("checksum"), "damaged"),
}


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_refused(table, tmp_path, name):
    change, text = FILES[name]
    save_assemblies(tmp_path / "a.h5", table)
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        change(file)
    with pytest.raises(FileFormatError, match=text):
        load_assemblies(tmp_path / "a.h5")


def test_no_file_part_of_one_and_no_folder(table, tmp_path):
    path = tmp_path / "a.h5"
    with pytest.raises(MissingFileError):
        load_assemblies(path)
    save_assemblies(path, table)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(FileFormatError, match="damaged"):
        load_assemblies(path)
    with pytest.raises(MissingFileError):
        save_assemblies(Path("nowhere") / "a.h5", table)
