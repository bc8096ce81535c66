"""The files of a checkpoint: the last one, and the one before it."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

from neurohm.exceptions import FileFormatError, InputError, NeurohmWarning
from neurohm.storage import read_model

KIND = "checkpoint"


def previous_of(path: str | os.PathLike[str]) -> Path:
    """Return where the checkpoint before the last is.

    Examples
    --------
    >>> previous_of("fit.h5.checkpoint").name
    'fit.h5.checkpoint.previous'
    """
    path = Path(path)
    return path.with_name(f"{path.name}.previous")


def remove_checkpoint(path: str | os.PathLike[str]) -> None:
    """Remove a checkpoint and the one before it."""
    for file in (previous_of(path), Path(path)):
        file.unlink(missing_ok=True)


def latest_checkpoint(path: str | os.PathLike[str]) -> Path | None:
    """Return the file to resume from: the checkpoint, or the one before it if it is damaged.

    Parameters
    ----------
    path : path
        Of the checkpoint.

    Returns
    -------
    Path or None
        None if neither is there.

    Raises
    ------
    FileFormatError
        If none of those that are there is whole.

    Warns
    -----
    NeurohmWarning
        If it is the one before.
    """
    path = Path(path)
    there = [file for file in (path, previous_of(path)) if file.exists()]
    troubles: list[FileFormatError] = []
    for file in there:
        try:
            read_model(file)
        except FileFormatError as error:
            troubles.append(error)
            continue
        if file != path:
            found = troubles[0].found if troubles else f"{path} is missing"
            warnings.warn(
                f"{found}; going on from the one before, {file.name}", NeurohmWarning, stacklevel=2
            )
        return file
    if troubles:
        raise troubles[0]
    return None


def read_checkpoint(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the tree of a checkpoint.

    Raises
    ------
    InputError
        If the file is another kind of model file.
    """
    kind, tree = read_model(path)
    if kind != KIND:
        raise InputError(f"{path} holds a finished {kind}", "a checkpoint to resume from")
    return tree
