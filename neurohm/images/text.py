"""Reader of text files with one image a line, as the binarised MNIST came (``.amat``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import FileFormatError
from neurohm.files import HDF5_SIGNATURE
from neurohm.images.archives import read_hdf5, read_mat
from neurohm.images.levels import Raw


def read_text(path: Path) -> Raw:
    r"""Return the images in a text file: numbers apart by white space, an image a line.

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
    return Raw({"train": _matrix(path)}, {})


def _matrix(path: Path) -> npt.NDArray[Any]:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
        rows = [np.array(line.split(), dtype=np.float32) for line in lines if line.strip()]
    except (UnicodeDecodeError, ValueError) as error:
        raise FileFormatError(f"{path} is no text file of numbers", "an image a line") from error
    if not rows:
        raise FileFormatError(f"{path} is empty", "an image a line")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise FileFormatError(
                f"image {number} of {path} has {len(row)} pixels", f"{len(rows[0])}, as the first"
            )
    return np.stack(rows)
