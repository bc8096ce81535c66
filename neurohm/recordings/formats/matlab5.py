"""MATLAB 5 files (``save`` without ``-v7.3``): read as the HDF5 that MATLAB 7.3 would write."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.recording import Recording

__all__ = ["Matlab5File"]

_BEGINS = b"MATLAB 5.0"
_VERSION = slice(124, 128)
_VERSIONS = (b"\x00\x01IM", b"\x01\x00MI")  # little and big endian
_NAME = re.compile(r"[A-Za-z]\w{0,62}")  # of variables and fields
_REFERENCES = "#refs#"
_DEEPEST = 64
_LARGEST_SPARSE = 2**27  # values of a sparse matrix that is written out
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
        import h5py

        from neurohm.recordings.layouts.choose import read_hdf5

        variables = _variables(path)
        with h5py.File(f"{path} (variables)", "w", driver="core", backing_store=False) as file:
            image = _Image(file.create_group(_REFERENCES), str(path))
            for name, value in variables.items():
                if _NAME.fullmatch(name):
                    image.write(file, name, value)
            return read_hdf5(file, options, str(path))


def _variables(path: Path) -> dict[str, Any]:
    """All variables; objects and functions come as data that nobody calls."""
    from scipy.io import loadmat

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of names that occur twice, of complex numbers
            return loadmat(path, appendmat=False, mat_dtype=True)
    except Exception as error:  # SciPy has no error of its own for damage
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileFormatError(
            f"'{path}' is damaged or cut off ({text})",
            "a complete MATLAB 5 file",
            "copy or write it again",
        ) from error


class _Image:
    """Variables as MATLAB 7.3 stores them; what a cell refers to lies in a group of its own."""

    def __init__(self, place: Any, source: str) -> None:
        self.place, self.source, self.n_cells, self.depth = place, source, 0, 0

    def write(self, group: Any, name: str, value: Any) -> Any:
        """Write a variable, a field or a cell; what holds no data is left out."""
        if self.depth > _DEEPEST:
            raise FileFormatError(
                f"'{self.source}': variables in each other more than {_DEEPEST} deep",
                "a recording",
            )
        array = np.asarray(_dense(value, self.source) if hasattr(value, "toarray") else value)
        if array.dtype.kind == "O" and array.ndim:
            return self._references(group, name, array, "cell")
        if array.dtype.names is not None:
            return self._structs(group, name, array)
        if array.dtype.kind in "US":
            return _write_text(group, name, array)
        if array.dtype.kind not in "biuf":
            return None
        if not array.size:
            return _write_empty(group, name, array.shape, _class(array))
        # MATLAB's axes are stored in reverse.
        dataset = group.create_dataset(name, data=np.ascontiguousarray(array.T))
        return _of_class(dataset, _class(array))

    def _references(self, group: Any, name: str, array: NDArray[Any], of: str) -> Any:
        """Write a cell array, or one field of an array of structs."""
        import h5py

        if not array.size:
            return _write_empty(group, name, array.shape, of)
        self.depth += 1
        references = np.empty(array.size, dtype=h5py.ref_dtype)
        for place, value in enumerate(array.ravel(order="F").tolist()):
            self.n_cells += 1
            target = self.write(self.place, str(self.n_cells), value)
            references[place] = h5py.Reference() if target is None else target.ref
        self.depth -= 1
        stored = references.reshape(array.shape, order="F").T
        dataset = group.create_dataset(name, data=stored, dtype=h5py.ref_dtype)
        return _of_class(dataset, of) if of else dataset

    def _structs(self, group: Any, name: str, array: NDArray[Any]) -> Any:
        if not array.size:
            return _write_empty(group, name, array.shape, "struct")
        struct = _of_class(group.create_group(name), "struct")
        self.depth += 1
        for key in filter(_NAME.fullmatch, array.dtype.names or ()):
            if array.size == 1:
                self.write(struct, key, array[key].item())
            else:
                self._references(struct, key, array[key], "")
        self.depth -= 1
        return struct


def _of_class(item: Any, name: str) -> Any:
    item.attrs["MATLAB_class"] = np.bytes_(name.encode())
    return item


def _class(array: NDArray[Any]) -> str:
    return _CLASSES.get(array.dtype.str[1:], array.dtype.name)


def _dense(value: Any, source: str) -> NDArray[Any]:
    if value.shape[0] * value.shape[1] > _LARGEST_SPARSE:
        raise FileFormatError(
            f"'{source}': a sparse matrix of {value.shape[0]} x {value.shape[1]}",
            f"at most {_LARGEST_SPARSE} values",
            "load it with SciPy and use Recording.from_counts",
        )
    return np.asarray(value.toarray())


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
