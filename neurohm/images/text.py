"""Reader of text files with one image a line: the binarised MNIST (``.amat``), CSV."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from neurohm.exceptions import FileFormatError
from neurohm.files import HDF5_SIGNATURE
from neurohm.images.archives import read_hdf5, read_mat
from neurohm.images.levels import Raw

_SEPARATOR = re.compile(r"\s*[,;]\s*|\s+")
_LABELS = ("label", "labels", "class", "classes", "target", "y", "digit")


def read_text(path: Path) -> Raw:
    r"""Return the images in a text file: an image a line, numbers apart by blanks, commas or tabs.

    The first line may have headings; a column called ``label``, ``class`` or the like holds labels.
    MATLAB files that are called so are read as such.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Raw

    Raises
    ------
    FileFormatError
        If lines differ in length, or hold something else.

    Examples
    --------
    >>> path = Path("two.amat")
    >>> _ = path.write_text("0 1 0 1\n1 1 0 0\n")
    >>> read_text(path).parts["train"].shape
    (2, 4)
    """
    with path.open("rb") as file:
        head = file.read(520)
    if head.startswith(b"MATLAB 5.0"):
        return read_mat(path)
    if HDF5_SIGNATURE in (head[:8], head[512:520]):
        return read_hdf5(path)
    return _matrix(path)


def _matrix(path: Path) -> Raw:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        lines = [line.strip() for line in lines if line.strip()]
        headings = _headings(lines[0]) if len(lines) > 1 else []
        rows = [np.array(_SEPARATOR.split(line), np.float32) for line in lines[bool(headings) :]]
    except (UnicodeDecodeError, ValueError) as error:
        raise FileFormatError(f"{path} is no text file of numbers", "an image a line") from error
    if not rows:
        raise FileFormatError(f"{path} is empty", "an image a line")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise FileFormatError(
                f"image {number} of {path} has {len(row)} pixels", f"{len(rows[0])}, as the first"
            )
    matrix = np.stack(rows)
    of_labels = [place for place, name in enumerate(headings) if name.lower() in _LABELS]
    if len(of_labels) != 1 or len(headings) != matrix.shape[1]:
        return Raw({"train": matrix}, {})
    labels = matrix[:, of_labels[0]].astype(np.int64)
    return Raw({"train": np.delete(matrix, of_labels[0], axis=1)}, {"train": labels})


def _headings(line: str) -> list[str]:
    """The fields of a line; none if one of them is a number."""
    fields = [field.strip('"') for field in _SEPARATOR.split(line)]
    return [] if any(map(_is_number, fields)) else fields


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
