"""Reader of a folder of pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from neurohm.exceptions import FileFormatError, InputError
from neurohm.images.levels import BRIGHTEST, Raw

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".pgm", ".pbm", ".webp")


def pictures_in(folder: Path) -> list[Path]:
    """Return the pictures of a folder, by name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)


def read_folder(folder: Path) -> Raw:
    """Return the pictures of a folder in the order of their names, colours as grey levels.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Raw

    Raises
    ------
    InputError
        If there is none, or they are of several sizes.
    FileFormatError
        If one is damaged.
    """
    from PIL import Image, UnidentifiedImageError

    paths = pictures_in(folder)
    if not paths:
        raise InputError(f"folder {folder} has no picture", "files ending in " + ", ".join(ENDINGS))
    pictures = []
    for path in paths:
        try:
            with Image.open(path) as picture:
                pictures.append(np.asarray(picture.convert("L")))
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
            raise FileFormatError(f"{path} is a damaged picture", "a whole one") from error
        first, this = pictures[0].shape, pictures[-1].shape
        if this != first:
            raise InputError(
                f"{paths[0].name} of {first[0]} × {first[1]} and {path.name} of "
                f"{this[0]} × {this[1]} pixels in {folder}",
                "pictures of one size",
                "cut or scale them to one size",
            )
    return Raw({"train": np.stack(pictures)}, {}, levels=BRIGHTEST)
