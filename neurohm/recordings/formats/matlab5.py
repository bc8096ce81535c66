"""MATLAB 5 files (``save`` without ``-v7.3``): read as the HDF5 that MATLAB 7.3 would write."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import InputError
from neurohm.mat5_elements import Cells, Structs, Value, variables_in
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.recording import Recording

__all__ = ["Matlab5File"]

_BEGINS = b"MATLAB 5.0"
_VERSION = slice(124, 128)
_VERSIONS = (b"\x00\x01IM", b"\x01\x00MI")  # little and big endian
_NAME = re.compile(r"[A-Za-z]\w{0,62}", re.ASCII)  # of variables and fields
_REFERENCES = "#refs#"
_CLASSES = {"f8": "double", "f4": "single", "b1": "logical"}


class Matlab5File:
    """MATLAB 5."""

    name = "a MATLAB 5 file"

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether the header is that of MATLAB, or of Octave or SciPy, who write the same."""
        return start.startswith(_BEGINS) or start[_VERSION] in _VERSIONS

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Read the recording in whichever layout the variables have it.

        Cells, structs and matrices are laid out in memory as MATLAB 7.3 does in its HDF5 files, so
        that these and those are understood alike.
        """
        if options.lazy:
            raise InputError(
                f"lazy=True for '{path}', a MATLAB 5 file, which is compressed and read whole",
                "an HDF5 file",
                "save it with -v7.3, or let 'neurohm convert' write one; or leave out lazy=",
            )
        import h5py

        from neurohm.recordings.layouts.choose import read_hdf5

        with h5py.File(f"{path} (variables)", "w", driver="core", backing_store=False) as file:
            image = _Image(file.create_group(_REFERENCES))
            for name, value in variables_in(path):
                # Of two variables of one name, which MATLAB never writes, the first is taken.
                if _NAME.fullmatch(name) and name not in file:
                    image.write(file, name, value)
            return read_hdf5(file, options, str(path))


class _Image:
    """Variables as MATLAB 7.3 stores them; what a cell refers to lies in a group of its own."""

    def __init__(self, place: Any) -> None:
        self.place, self.n_cells = place, 0

    def write(self, group: Any, name: str, value: Value) -> Any:
        """Write a variable, a field or a cell; what holds no data is left out."""
        if value is None:
            return None
        if isinstance(value, Cells):
            return self._references(group, name, value.items, value.shape, "cell")
        if isinstance(value, Structs):
            return self._structs(group, name, value)
        if value.dtype.kind == "U":
            return _write_text(group, name, value)
        if not value.size:
            return _write_empty(group, name, value.shape, _class(value))
        # MATLAB's axes are stored in reverse.
        dataset = group.create_dataset(name, data=np.ascontiguousarray(value.T))
        return _of_class(dataset, _class(value))

    def _references(
        self, group: Any, name: str, values: list[Value], shape: tuple[int, ...], of: str
    ) -> Any:
        """Write a cell array, or one field of an array of structs."""
        import h5py

        if not values:
            return _write_empty(group, name, shape, of)
        references = np.empty(len(values), dtype=h5py.ref_dtype)
        for place, value in enumerate(values):
            self.n_cells += 1
            target = self.write(self.place, str(self.n_cells), value)
            references[place] = h5py.Reference() if target is None else target.ref
        stored = references.reshape(shape, order="F").T
        dataset = group.create_dataset(name, data=stored, dtype=h5py.ref_dtype)
        return _of_class(dataset, of) if of else dataset

    def _structs(self, group: Any, name: str, structs: Structs) -> Any:
        if not any(structs.fields.values()):
            return _write_empty(group, name, structs.shape, "struct")
        struct = _of_class(group.create_group(name), "struct")
        for key, values in structs.fields.items():
            if not _NAME.fullmatch(key):
                continue
            if len(values) == 1:
                self.write(struct, key, values[0])
            else:
                self._references(struct, key, values, structs.shape, "")
        return struct


def _of_class(item: Any, name: str) -> Any:
    item.attrs["MATLAB_class"] = np.bytes_(name.encode())
    return item


def _class(array: NDArray[Any]) -> str:
    return _CLASSES.get(array.dtype.str[1:], array.dtype.name)


def _write_text(group: Any, name: str, array: NDArray[Any]) -> Any:
    rows = np.ravel(array).astype(np.str_).tolist()
    if not any(rows):
        return _write_empty(group, name, (0, 0), "char")
    width = max(map(len, rows))
    codes = np.array([[ord(letter) for letter in row.ljust(width)] for row in rows])
    dataset = group.create_dataset(name, data=np.minimum(codes, 0xFFFF).astype(np.uint16).T)
    return _of_class(dataset, "char")


def _write_empty(group: Any, name: str, shape: tuple[int, ...], of: str) -> Any:
    dataset = group.create_dataset(name, data=np.array(shape or (0, 0), dtype=np.uint64))
    dataset.attrs["MATLAB_empty"] = np.uint8(1)
    return _of_class(dataset, of)
