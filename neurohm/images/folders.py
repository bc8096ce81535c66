"""Reader of a folder of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import FileFormatError, InputError
from neurohm.images.levels import BRIGHTEST, Raw

_FINER = 257  # levels of 16 bits to one of 8: 65535 over 255
ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".pgm", ".pbm", ".webp")


def pictures_in(folder: Path) -> list[Path]:
    """Return the pictures of a folder, by name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)


def read_folder(folder: Path) -> Raw:
    """Return the pictures of a folder in the order of their names, colours as grey levels.

    Levels of 16 bits come as fractions of those of 8.

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
        If one is damaged, or has more than 16 bits a pixel.
    """
    from PIL import Image, UnidentifiedImageError

    paths = pictures_in(folder)
    if not paths:
        raise InputError(f"folder {folder} has no picture", "files ending in " + ", ".join(ENDINGS))
    pictures = []
    for path in paths:
        try:
            with Image.open(path) as picture:
                pictures.append(_levels(picture, path))
        except FileFormatError:
            raise
        except Image.DecompressionBombError as error:
            raise InputError(f"{path}: {error}", "a picture that is not that large") from error
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


def _levels(picture: Any, path: Path) -> npt.NDArray[Any]:
    """Return grey levels from 0 to 255."""
    if not picture.mode.startswith(("I", "F")):
        return np.asarray(picture.convert("L"))
    fine = np.asarray(picture, dtype=np.float64)  # Pillow would cut what is above 255
    if picture.mode == "F" or fine.min() < 0 or fine.max() > BRIGHTEST * _FINER:
        raise FileFormatError(
            f"{path} has levels of 32 bits", "8 or 16 bits a pixel", "save it anew with these"
        )
    return fine / _FINER
