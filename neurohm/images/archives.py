"""Readers of files with several arrays: npz, HDF5 and MATLAB."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import FileFormatError, InputError
from neurohm.files import DAMAGE, open_hdf5
from neurohm.images.levels import Raw
from neurohm.mat5_elements import variables_in

_DAMAGE = (*DAMAGE, EOFError, SyntaxError, TokenError, zipfile.BadZipFile, zlib.error)
_TRAIN = ("train", "x_train", "train_images", "train_x", "images_train")
_VALID = ("valid", "x_valid", "validation", "valid_images", "val", "x_val")
_TEST = ("test", "x_test", "test_images", "test_x", "images_test")
_ALONE = ("images", "x", "data", "arr_0")
_LABELS = {
    "train": ("y_train", "train_labels", "train_y", "labels_train", "labels", "y"),
    "valid": ("y_valid", "valid_labels", "y_val"),
    "test": ("y_test", "test_labels", "test_y", "labels_test"),
}
_PACKED = 98  # bytes of 784 bits
_COUNT = "n_vars"
_LARGEST_WHOLE = 2.0**53  # of doubles that hold all whole numbers up to them


def read_npz(path: Path) -> Raw:
    """Return the images in an npz file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Raw

    Raises
    ------
    FileFormatError
        If it is damaged, or holds no images.
    """
    try:
        with path.open("rb") as content, np.load(content, allow_pickle=False) as file:
            arrays = {n: a for n in file.files if isinstance(a := file[n], np.ndarray)}
    except _DAMAGE as error:
        raise _unreadable(path, "npz", error) from error
    return images_among(arrays, path)


def read_npy(path: Path) -> Raw:
    """Return the images in an npy file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Raw

    Raises
    ------
    FileFormatError
        If it is damaged.
    """
    try:
        with path.open("rb") as content:
            return Raw({"train": np.load(content, allow_pickle=False)}, {})
    except _DAMAGE as error:
        raise _unreadable(path, "npy", error) from error


def _unreadable(path: Path, kind: str, error: Exception) -> FileFormatError:
    if "Object arrays" in str(error):
        return FileFormatError(
            f"{path} holds Python objects, reading which would run code from the file",
            "arrays of numbers",
            "save it anew as one",
        )
    found = f"{path} is a damaged {kind} file, perhaps cut short"
    return FileFormatError(found, "a whole one", "copy it again")


def read_hdf5(path: Path) -> Raw:
    """Return the images in the root of an HDF5 file, or of a MATLAB file of version 7.3.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Raw

    Raises
    ------
    FileFormatError
        If it is damaged, or holds no images.
    """
    import h5py

    with open_hdf5(path) as file:
        try:
            arrays = {n: _stored(i) for n, i in file.items() if isinstance(i, h5py.Dataset)}
        except OSError as error:
            raise FileFormatError(f"{path} is a damaged HDF5 file", "a whole one") from error
        return images_among(arrays, path)


def _stored(dataset: Any) -> npt.NDArray[Any]:
    """Return an array of an HDF5 file; MATLAB writes the axes in reverse."""
    array = np.asarray(dataset[()])
    return _whole(array.T) if "MATLAB_class" in dataset.attrs else array


def read_mat(path: Path) -> Raw:
    """Return the images in a MATLAB file, of the versions before 7.3.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Raw

    Raises
    ------
    FileFormatError
        If it is damaged, or holds no images.
    """
    found = {n: _whole(a) for n, a in variables_in(path) if isinstance(a, np.ndarray)}
    return images_among(found, path)


def _whole(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return whole numbers as such, which MATLAB has as doubles unless it is told otherwise."""
    if array.dtype.kind != "f" or not (np.abs(array) < _LARGEST_WHOLE).all():
        return array
    numbers = array.astype(np.int64)
    return numbers if (numbers == array).all() else array


def images_among(arrays: Mapping[str, npt.NDArray[Any]], path: Path) -> Raw:
    """Return the images among named arrays: parts by their usual names, or the only array.

    Parameters
    ----------
    arrays : mapping of str to ndarray
    path : Path
        For the message.

    Returns
    -------
    Raw

    Raises
    ------
    FileFormatError
        If there are none.

    Examples
    --------
    >>> raw = images_among({"x_train": np.zeros((3, 4)), "y_train": np.arange(3)}, Path("a.npz"))
    >>> list(raw.parts), raw.labels["train"].tolist()
    (['train'], [0, 1, 2])
    """
    lower = {name.lower(): array for name, array in arrays.items()}
    named = {"train": _TRAIN, "valid": _VALID, "test": _TEST}
    parts = {
        part: array for part, names in named.items() if (array := _of(lower, names)) is not None
    }
    if "train" not in parts:
        several = {n: a for n, a in lower.items() if a.ndim in (2, 3) and a.dtype.kind in "biuf"}
        array = _of(several, _ALONE)
        if array is None and len(several) == 1:
            array = next(iter(several.values()))
        if array is None:
            found = ", ".join(f"{name!r} {array.shape}" for name, array in arrays.items())
            raise FileFormatError(
                f"{path} holds {found or 'nothing'}",
                "arrays called 'train', 'valid' and 'test', or 'images'",
            )
        parts["train"] = array
    labels = {
        part: array.ravel().astype(np.int64)
        for part, names in _LABELS.items()
        if part in parts and (array := _of(lower, names)) is not None and array.dtype.kind in "biu"
    }
    return Raw(_unpacked(parts, lower.get(_COUNT), path), labels)


def _of(arrays: Mapping[str, npt.NDArray[Any]], names: tuple[str, ...]) -> npt.NDArray[Any] | None:
    return next((arrays[name] for name in names if name in arrays), None)


def _unpacked(
    parts: dict[str, npt.NDArray[Any]], count: npt.NDArray[Any] | None, path: Path
) -> dict[str, npt.NDArray[Any]]:
    """Return parts with their bits as pixels, if they are packed: with a count, or as MNIST's."""
    packed = all(array.dtype == np.uint8 and array.ndim == 2 for array in parts.values())
    if count is None:
        if not packed or any(array.shape[1] != _PACKED for array in parts.values()):
            return parts
        bits = 8 * _PACKED
    else:
        if count.size != 1 or count.dtype.kind not in "iuf":
            raise InputError(f"{path} with {_COUNT!r} of shape {count.shape}", "a number")
        bits = int(count.item())
        if not packed or any(array.shape[1] != -(-bits // 8) for array in parts.values()):
            raise InputError(
                f"{path} states {bits} bits a row in {_COUNT!r}",
                f"rows of {-(-bits // 8)} bytes of uint8",
            )
    return {name: np.unpackbits(array, axis=1)[:, :bits] for name, array in parts.items()}
