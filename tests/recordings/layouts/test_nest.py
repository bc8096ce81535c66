"""Nests of cells and structs in files as MATLAB 7.3 writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import FileFormatError


class Matlab:
    """Writes variables as MATLAB 7.3 does."""

    def __init__(self, file: h5py.File) -> None:
        self.file, self.references = file, file.create_group("#refs#")

    def numbers(self, values: Any, place: Any = None, name: str = "") -> h5py.Dataset:
        group = self.references if place is None else place
        row = np.atleast_2d(np.asarray(values, dtype=np.float64))
        dataset = group.create_dataset(name or str(len(group)), data=row.T)
        dataset.attrs["MATLAB_class"] = np.bytes_(b"double")
        return dataset

    def struct(self, **fields: Any) -> h5py.Group:
        group = self.references.create_group(str(len(self.references)))
        group.attrs["MATLAB_class"] = np.bytes_(b"struct")
        for name, values in fields.items():
            self.numbers(values, group, name)
        return group

    def cells(self, targets: list[Any], name: str = "") -> h5py.Dataset:
        group = self.file if name else self.references
        stored = np.array([[target.ref] for target in targets], dtype=h5py.ref_dtype)
        dataset = group.create_dataset(name or str(len(group)), data=stored, dtype=h5py.ref_dtype)
        dataset.attrs["MATLAB_class"] = np.bytes_(b"cell")
        return dataset


def test_a_nest(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "nest.mat", "w") as file:
        matlab = Matlab(file)
        units = [matlab.struct(time=[k + 0.5, k + 1.25], meanrate=[float(k)]) for k in range(3)]
        matlab.cells([matlab.cells(units[:2]), matlab.cells(units[2:])], "spikes")
    recording = nh.load_recording(tmp_path / "nest.mat")
    assert recording.unit_ids.tolist() == ["1.1", "1.2", "2.1"]
    assert recording.times(2).tolist() == [2.5, 3.25]
    assert recording.unit_columns["meanrate"].tolist() == [0.0, 1.0, 2.0]


def test_cells_that_hold_themselves_end_in_an_error(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "loop.mat", "w") as file:
        matlab = Matlab(file)
        numbers = matlab.numbers([0.5, 1.5])
        loop = matlab.cells([numbers] * 3, "spikes")
        loop[...] = np.array([[loop.ref], [loop.ref], [numbers.ref]], dtype=h5py.ref_dtype)
    with pytest.raises(FileFormatError, match="more than 16 levels"):
        nh.load_recording(tmp_path / "loop.mat")


def test_one_unit_that_a_thousand_cells_refer_to_is_not_gone_through_forever(
    tmp_path: Path,
) -> None:
    with h5py.File(tmp_path / "many.mat", "w") as file:
        matlab = Matlab(file)
        level: Any = matlab.numbers([0.5, 1.5])
        for _ in range(3):
            level = matlab.cells([level] * 100)
        matlab.cells([level] * 100, "spikes")
    with pytest.raises(FileFormatError, match="20000 cells"):
        nh.load_recording(tmp_path / "many.mat")
