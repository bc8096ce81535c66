"""Files to write: checked before any work is done, and never over a file of another kind."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from neurohm.exceptions import InputError
from neurohm.files import check_writable, open_hdf5

MODEL, RECORDING, ASSEMBLIES = "neurohm-model", "neurohm-recording", "neurohm-assemblies"
"""The formats of neurohm's files."""

REPORT_ENDINGS = (".html", ".htm")


def stated_format(path: Path) -> str:
    """Return the format that a file states: HDF5, or an archive of arrays; empty if it does not."""
    from neurohm.recordings.layouts.looks import stated_format as format_of

    if path.suffix.lower() == ".npz" and path.is_file():
        from neurohm.recordings.formats.numpy_file import npz_format

        return npz_format(path)
    try:
        with open_hdf5(path) as file:
            return format_of(file)
    except InputError:
        return ""


def check_output(path: Path, kind: str, *inputs: Path) -> Path:
    """Return the path if a file of that kind may be written there.

    Parameters
    ----------
    path : Path
    kind : str
        `MODEL`, `RECORDING` or `ASSEMBLIES`.
    *inputs : Path
        Files that the command reads.

    Raises
    ------
    InputError
        If the folder is missing or read-only, if the path is one of the inputs, or if what is
        there is of another kind.
    """
    if any(path.exists() and other.exists() and path.samefile(other) for other in inputs):
        raise InputError(f"the output {path} is the input", "another name for the output")
    check_writable(path)
    if path.exists() and stated_format(path) != kind:
        raise InputError(
            f"{path} is there and no {kind} file",
            f"a new name, or a {kind} file to replace",
            "give another name, or remove it",
        )
    return path


def check_plain(path: Path, what: str, endings: Iterable[str], *inputs: Path) -> None:
    """Raise unless a file of another format than HDF5 can be written there, over no input.

    Parameters
    ----------
    path : Path
    what : str
        What it is to be, for the message.
    endings : iterable of str
        Of its name.
    *inputs : Path
        Files that the command reads.

    Raises
    ------
    InputError
    """
    if path.suffix.lower() not in endings:
        raise InputError(f"{what} {path}", "a name that ends in " + ", ".join(endings))
    if any(path.exists() and other.exists() and path.samefile(other) for other in inputs):
        raise InputError(f"the output {path} is the input", "another name for the output")
    check_writable(path)


def check_picture(path: Path, *inputs: Path | None) -> None:
    """Raise unless a picture can be written there, over no input.

    Parameters
    ----------
    path : Path
    *inputs : Path or None
        Files that the command reads, if they were given.

    Raises
    ------
    InputError
    """
    from neurohm.plots.saving import FORMATS

    check_plain(path, "picture file", tuple(FORMATS), *(one for one in inputs if one is not None))
