"""Pictures as files."""

from __future__ import annotations

import os
from typing import Any

import numpy.typing as npt
from matplotlib.axes import Axes

from neurohm.exceptions import InputError
from neurohm.files import atomic_path, check_writable
from neurohm.plots.canvas import figure_of

FORMATS = {".png": "Software", ".pdf": "CreationDate", ".svg": "Date"}
"""Endings, with what is left out of such files so that the same picture is the same file."""


def save(drawn: Axes | npt.NDArray[Any], path: str | os.PathLike[str], *, dpi: float = 300) -> None:
    """Write the figure that something was drawn into to a file; all or nothing.

    Parameters
    ----------
    drawn : Axes or ndarray of Axes
        What the functions of `neurohm.plots` return.
    path : path
        Ends in ``.png``, ``.pdf`` or ``.svg``. An existing file is replaced.
    dpi : float
        Pixels of an inch.

    Raises
    ------
    InputError
        If the name ends in something else.
    MissingFileError
        If the folder is missing or read-only.

    Examples
    --------
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([60, 10, 4])
    >>> nh.plots.save(nh.plots.weights(machine), "weights.pdf")
    """
    path = check_writable(path)
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise InputError(f"picture file {path}", "a name that ends in " + ", ".join(FORMATS))
    with atomic_path(path) as temporary:
        figure_of(drawn).savefig(
            temporary, format=suffix[1:], dpi=dpi, metadata={FORMATS[suffix]: None}
        )
