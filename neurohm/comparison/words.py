"""Matrices of words or counts in files of NumPy's."""

from __future__ import annotations

import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import FileFormatError
from neurohm.files import check_readable

ENDINGS = (".npy", ".npz")
_COUNT = "n_vars"  # columns of rows that are packed to bits


@dataclass(frozen=True, eq=False)
class Words:
    """Rows to learn from, and rows to test on where the file has such.

    Parameters
    ----------
    train : ndarray, (n_samples, n_units)
    test : ndarray, (n_samples, n_units), or None
    source : str
    """

    train: npt.NDArray[Any]
    test: npt.NDArray[Any] | None = None
    source: str = ""


def load_words(path: str | os.PathLike[str]) -> Words:
    """Load a matrix, a row a bin, from an npy file or an npz file.

    Parameters
    ----------
    path : path
        An npz file holds one array, or arrays called ``train`` and ``test`` (``valid`` is learned
        from, too); with ``n_vars``, the number of columns, they are packed to bits.

    Returns
    -------
    Words

    Raises
    ------
    MissingFileError, FileFormatError
        If the file is not there, damaged, or holds no such arrays.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "words.npz"
    >>> np.savez(path, train=np.eye(3), test=np.eye(3)[:1])
    >>> words = load_words(path)
    >>> words.train.shape, words.test.shape
    ((3, 3), (1, 3))
    """
    path = check_readable(path)
    try:
        with path.open("rb") as content:
            loaded = np.load(content, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                return Words(_matrix(loaded, path), source=str(path))
            arrays = {name: loaded[name] for name in loaded.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, KeyError) as error:
        if isinstance(error, FileFormatError):
            raise
        raise FileFormatError(
            f"{path} is no whole file of NumPy's", "an npy or npz file without objects"
        ) from error
    return _among(arrays, path)


def _among(arrays: dict[str, npt.NDArray[Any]], path: Path) -> Words:
    """Return the parts among named arrays, or the only array."""
    columns = arrays.pop(_COUNT, None)
    if "train" not in arrays:
        matrices = [name for name, array in arrays.items() if array.ndim == 2]
        if len(matrices) != 1:
            found = ", ".join(f"{name!r} {array.shape}" for name, array in arrays.items())
            raise FileFormatError(
                f"{path} holds {found or 'nothing'}", "arrays called 'train' and 'test', or one"
            )
        arrays = {"train": arrays[matrices[0]]}
    parts = {
        name: _matrix(arrays[name], path) for name in ("train", "valid", "test") if name in arrays
    }
    if columns is not None:
        parts = {name: _unpacked(part, columns, path) for name, part in parts.items()}
    if len({part.shape[1] for part in parts.values()}) > 1:
        shapes = ", ".join(f"{name!r} {part.shape}" for name, part in parts.items())
        raise FileFormatError(f"{path} holds {shapes}", "as many columns in each")
    learned = [parts[name] for name in ("train", "valid") if name in parts]
    return Words(np.concatenate(learned), parts.get("test"), str(path))


def _unpacked(
    packed: npt.NDArray[Any], columns: npt.NDArray[Any], path: Path
) -> npt.NDArray[np.uint8]:
    """Return the bits of rows of bytes, as many as there are columns."""
    number = int(columns) if columns.size == 1 and columns.dtype.kind in "iu" else 0
    if packed.dtype != np.uint8 or not 0 < number <= 8 * packed.shape[1]:
        raise FileFormatError(
            f"{path} holds {_COUNT!r} {columns.tolist()} and rows of {packed.dtype}, shape "
            f"{packed.shape}",
            "rows of that many bits in bytes (uint8)",
        )
    return np.unpackbits(packed, axis=1)[:, :number]


def _matrix(array: npt.NDArray[Any], path: Path) -> npt.NDArray[Any]:
    if array.ndim != 2 or 0 in array.shape or array.dtype.kind not in "biuf":
        raise FileFormatError(
            f"{path} holds an array of {array.dtype}, shape {array.shape}",
            "a matrix of words or counts, (n_bins, n_units)",
        )
    return array
