"""Loading images: a data set by name, a file, a folder of pictures, or an array."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import FileFormatError, InputError, MissingFileError
from neurohm.files import check_readable, describe_head
from neurohm.images.archives import read_hdf5, read_mat, read_npy, read_npz
from neurohm.images.binarising import check_mode
from neurohm.images.folders import pictures_in, read_folder
from neurohm.images.idx import looks_like_idx, read_idx, read_idx_folder
from neurohm.images.image_set import Images
from neurohm.images.levels import Raw, brightest, rows_of, scaled
from neurohm.images.places import DATASETS, not_found, places_of
from neurohm.images.text import read_text

_READERS: dict[str, Callable[[Path], Raw]] = {
    ".npz": read_npz,
    ".npy": read_npy,
    ".h5": read_hdf5,
    ".hdf5": read_hdf5,
    ".mat": read_text,  # MATLAB 5 or 7.3, by content
    ".amat": read_text,
    ".txt": read_text,
    ".csv": read_text,
    ".tsv": read_text,
}


def load_images(
    source: str | os.PathLike[str] | npt.ArrayLike,
    *,
    path: str | os.PathLike[str] | None = None,
    shape: tuple[int, int] | None = None,
    binarise: str | None = None,
    valid: float = 0.0,
    test: float = 0.0,
    seed: int = 0,
) -> Images:
    """Load images as rows of grey levels from 0 to 1.

    Parameters
    ----------
    source : str, path or array_like
        ``"digits"`` (8 × 8, comes with scikit-learn), ``"mnist"``, ``"fashion-mnist"`` or
        ``"binarized-mnist"``; an ``.npz``, ``.npy``, HDF5, MATLAB, idx or text file; a folder of
        pictures of one size, or of idx files; or an array ``(n_images, height, width)`` or
        ``(n_images, n_pixels)``.
    path : path, optional
        The folder, or the file, with the data set that is named; by default it is looked for in
        ``$NEUROHM_DATA``, ``data`` and where Linux distributions keep data sets.
    shape : (int, int), optional
        Height and width of images that come as rows. Rows of 784 pixels are taken for 28 × 28.
    binarise : str, optional
        ``"fixed"``, ``"stochastic"`` or ``"threshold"``, see `Images.binarised`.
    valid, test : float
        Shares of the images to set apart, where the source has no such part.
    seed : int
        Of the split and of the draws.

    Returns
    -------
    Images

    Raises
    ------
    MissingFileError
        If there is no such data set, file or folder.
    FileFormatError
        If a file is damaged or of an unknown kind.
    InputError
        If levels are neither from 0 to 1 nor whole numbers from 0 to 255, images are of several
        sizes, or an argument cannot be used.

    Examples
    --------
    >>> load_images("digits", binarise="fixed", test=0.2)
    Images(1,438 of 8 × 8 pixels, 359 test, binary, binarise 'fixed', from digits)
    >>> load_images([[[0, 255], [255, 0]]]).train
    array([[0., 1., 1., 0.]], dtype=float32)
    """
    check_mode(binarise)
    if isinstance(source, str | os.PathLike):
        raw, name = _found(os.fspath(source), None if path is None else Path(path))
    else:
        raw, name = Raw({"train": _array(source)}, {}), ""
    images = _as_images(raw, name, None if shape is None else (int(shape[0]), int(shape[1])))
    return images.split(valid=valid, test=test, seed=seed).binarised(binarise, seed=seed)


def is_image_source(source: str | os.PathLike[str]) -> bool:
    """Return whether a name, file or folder is of images by the look of it.

    HDF5 files are not: recordings and models are kept in them, too.

    Examples
    --------
    >>> is_image_source("digits"), is_image_source("session.h5"), is_image_source("a.npz")
    (True, False, True)
    """
    path = Path(source)
    if path.is_dir():
        return True
    if path.suffix.lower() in {".npz", ".npy", ".amat"} or "ubyte" in path.name:
        return True
    return not path.exists() and str(source) in DATASETS


def _found(source: str, path: Path | None) -> tuple[Raw, str]:
    """Return what is in a file or folder, or in the data set of that name, and what it is."""
    if source in DATASETS and not Path(source).exists():
        return _dataset(source, path)
    if path is not None:
        raise InputError(
            f"path {path} beside the file {source}", "it beside the name of a data set"
        )
    if not Path(source).exists():
        known = ", ".join(map(repr, DATASETS))
        raise MissingFileError(
            f"{source} does not exist", f"a file, a folder, or one of the data sets {known}"
        )
    return _read(Path(source)), source


def _dataset(name: str, path: Path | None) -> tuple[Raw, str]:
    if name == "digits":
        from sklearn.datasets import load_digits

        bunch = load_digits()
        return Raw(
            {"train": bunch.images}, {"train": bunch.target.astype(np.int64)}, None, 16
        ), name
    if path is not None and path.is_file():
        return _read(path), str(path)
    for folder in places_of(name, path):
        raw = read_idx_folder(folder) if DATASETS[name].idx else None
        if raw is not None:
            return raw, str(folder)
        for file in DATASETS[name].files:
            if (folder / file).is_file():
                return _read(folder / file), str(folder / file)
    raise not_found(name, path)


def _read(path: Path) -> Raw:
    """Return the images in a file or folder, by what it is."""
    if path.is_dir():
        raw = None if pictures_in(path) else read_idx_folder(path)
        return read_folder(path) if raw is None else raw
    check_readable(path)
    with path.open("rb") as file:
        head = file.read(520)
    if not head:
        raise FileFormatError(f"{path} is empty", "a file of images")
    reader = _READERS.get(path.suffix.lower())
    if reader is not None:
        return reader(path)
    if looks_like_idx(path):
        return Raw({"train": read_idx(path)}, {})
    if head.startswith(b"MATLAB 5.0"):
        return read_mat(path)
    raise FileFormatError(
        f"{path} is {describe_head(head)}",
        "a file of images: " + ", ".join(_READERS) + " or idx; or a folder of pictures",
    )


def _as_images(raw: Raw, name: str, shape: tuple[int, int] | None) -> Images:
    rows: dict[str, npt.NDArray[Any]] = {}
    found = shape or raw.shape
    for part, array in raw.parts.items():
        called = f"{name or 'the array'}" + (f" ({part})" if len(raw.parts) > 1 else "")
        rows[part], own = rows_of(array, called, shape or raw.shape)
        width = next(iter(rows.values())).shape[1]
        if rows[part].shape[1] != width:
            raise InputError(
                f"{called} with {rows[part].shape[1]} pixels an image", f"{width}, as in 'train'"
            )
        found = own
    levels = raw.levels or brightest(rows, name or "the array")
    labels = {part: each for part, each in raw.labels.items() if len(each) == len(rows[part])}
    grey: dict[str, Any] = {part: scaled(array, levels) for part, array in rows.items()}
    return Images(
        **grey,
        shape=found,
        labels=labels,
        source=name,
        levels=levels,
    )


def _array(source: Any) -> npt.NDArray[Any]:
    """Return an array of images.

    Raises
    ------
    InputError
        If they are of several sizes; the first two are named.
    """
    try:
        return np.asarray(source)
    except ValueError as error:
        shapes = [np.shape(image) for image in source]
        odd = next((i for i, each in enumerate(shapes) if each != shapes[0]), None)
        if odd is None:
            raise InputError("images that are no array of numbers", "one") from error
        raise InputError(
            f"image 0 of {_by(shapes[0])} and image {odd} of {_by(shapes[odd])} pixels",
            "images of one size",
            "cut or scale them to one size",
        ) from error


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
