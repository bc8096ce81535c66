"""Model files: machines come back to the bit, and a file that was changed is not believed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

import neurohm
from neurohm.exceptions import FileFormatError, MissingFileError, NeurohmError
from neurohm.machine import HelmholtzMachine
from neurohm.populations import Bernoulli, Poisson
from neurohm.storage import machine_from_tree, machine_to_tree, read_model, write_model

TREE = {"a": {"x": np.arange(40.0), "n": 3}, "names": np.array(["one", "two"]), "top": "kept"}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.h5"
    write_model(path, "Test", TREE)
    return path


@pytest.mark.parametrize(
    ("populations", "edges"),
    [
        ([5, 3, 2], None),
        ([Poisson(5, "spikes"), Bernoulli(3, "a/b"), 2], None),
        ([4, 2, 2], (((1, 0), (2, 0), (2, 1)), ((0, 1), (0, 2), (1, 2)))),
        ([4], None),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_machine_comes_back_to_the_bit(tmp_path: Path, populations, edges, dtype: str) -> None:
    machine = HelmholtzMachine(populations, edges=edges, seed=3, dtype=dtype)
    write_model(tmp_path / "m.h5", "machine", machine_to_tree(machine))
    kind, tree = read_model(tmp_path / "m.h5")
    twin = machine_from_tree(tree)
    assert kind == "machine"
    assert twin.populations == machine.populations
    assert twin.edges == machine.edges
    assert twin.dtype == machine.dtype
    assert twin.parameters().keys() == machine.parameters().keys()
    for key, array in machine.parameters().items():
        np.testing.assert_array_equal(twin.parameters()[key], array)


def test_a_machine_of_unknown_populations_is_refused() -> None:
    tree = machine_to_tree(HelmholtzMachine([3, 2]))
    tree["populations"][1]["kind"] = "quantum"
    with pytest.raises(FileFormatError, match="quantum"):
        machine_from_tree(tree)


def test_a_model_file_says_what_it_is(model: Path) -> None:
    with h5py.File(model) as file:
        attributes = dict(file.attrs)
    assert attributes["format"] == "neurohm-model"
    assert attributes["version"] == 1
    assert attributes["kind"] == "Test"
    assert attributes["neurohm_version"] == neurohm.__version__


def another_version(path: Path) -> None:
    with h5py.File(path, "a") as file:
        file.attrs["version"] = 2


def no_version(path: Path) -> None:
    with h5py.File(path, "a") as file:
        del file.attrs["version"]


def another_format(path: Path) -> None:
    with h5py.File(path, "a") as file:
        file.attrs["format"] = "neurohm-recording"


def numbers_for_a_format(path: Path) -> None:
    with h5py.File(path, "a") as file:
        file.attrs["format"] = [1, 2]


def another_kind(path: Path) -> None:
    with h5py.File(path, "a") as file:
        for key in list(file.attrs):
            del file.attrs[key]


def no_model(path: Path) -> None:
    with h5py.File(path, "a") as file:
        del file["model"]


def a_value_changed(path: Path) -> None:
    with h5py.File(path, "a") as file:
        file["model/a/x"][7] = 7.000001


def a_setting_changed(path: Path) -> None:
    with h5py.File(path, "a") as file:
        file["model"].attrs["top"] = '"changed"'


def a_setting_that_is_no_json(path: Path) -> None:
    with h5py.File(path, "a") as file:
        file["model/a"].attrs["n"] = "{"


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def cut_to_the_signature(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:8])


def text(path: Path) -> None:
    path.write_text("not a model")


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (another_version, "model version 2"),
        (no_version, "model version None"),
        (another_format, "is neurohm-recording"),
        (numbers_for_a_format, "neurohm-model"),
        (another_kind, "HDF5 file of another kind"),
        (no_model, "damaged"),
        (a_value_changed, "checksum"),
        (a_setting_changed, "checksum"),
        (a_setting_that_is_no_json, "checksum"),
        (cut, "damaged"),
        (cut_to_the_signature, "damaged"),
        (text, "a text file"),
        (empty, "is empty"),
    ],
)
def test_what_is_no_whole_model_file_is_refused(
    model: Path, change: Callable[[Path], None], message: str
) -> None:
    change(model)
    with pytest.raises(FileFormatError, match=message):
        read_model(model)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="does not exist"):
        read_model(tmp_path / "none.h5")
    with pytest.raises(MissingFileError, match="is a folder"):
        read_model(tmp_path)


def test_every_changed_byte_of_the_data_is_detected(model: Path) -> None:
    content = model.read_bytes()
    with h5py.File(model) as file:
        first, size = file["model/a/x"].id.get_offset(), file["model/a/x"].id.get_storage_size()
    for position in range(first, first + size):
        changed = bytearray(content)
        changed[position] ^= 1
        model.write_bytes(changed)
        with pytest.raises(FileFormatError, match="checksum"):
            read_model(model)


def test_a_file_cut_anywhere_is_refused(model: Path) -> None:
    content = model.read_bytes()
    for length in range(1, len(content), max(1, len(content) // 60)):
        model.write_bytes(content[:length])
        with pytest.raises(NeurohmError):
            read_model(model)
