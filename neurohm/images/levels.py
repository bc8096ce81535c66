"""From numbers in a file to rows of grey levels from 0 to 1."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import InputError, NeurohmWarning

BRIGHTEST = 255
_KNOWN_SHAPES = {784: (28, 28)}
_MEND = "divide the levels by the brightest one"


@dataclass(frozen=True, eq=False)
class Raw:
    """What a reader found: images in their parts, as they are in the file.

    Parameters
    ----------
    parts : mapping of str to ndarray, (n_images, height, width) or (n_images, n_pixels)
        By the name of the part: "train", "valid" or "test".
    labels : mapping of str to ndarray of int64, (n_images,)
    shape : (int, int), optional
        Height and width, where rows do not have them.
    levels : int, optional
        The brightest level, where it is known.
    """

    parts: Mapping[str, npt.NDArray[Any]]
    labels: Mapping[str, npt.NDArray[np.int64]]
    shape: tuple[int, int] | None = None
    levels: int | None = None


def rows_of(
    images: npt.NDArray[Any], name: str, shape: tuple[int, int] | None
) -> tuple[npt.NDArray[Any], tuple[int, int] | None]:
    """Return images as rows of pixels, and their height and width where these are known.

    Raises
    ------
    InputError
        If they are no images, or of another shape than stated.
    """
    if images.dtype.kind not in "biuf":
        raise InputError(f"{name} with values of type {images.dtype}", "numbers")
    if images.ndim not in (2, 3) or 0 in images.shape:
        raise InputError(
            f"{name} of shape {images.shape}",
            "(images, height, width) or (images, pixels), none of them 0",
        )
    if images.ndim == 3:
        if shape is not None and shape != images.shape[1:]:
            raise InputError(f"shape {shape}", f"{images.shape[1:]}, as {name} has it")
        return images.reshape(len(images), -1), (images.shape[1], images.shape[2])
    shape = _KNOWN_SHAPES.get(images.shape[1]) if shape is None else shape
    if shape is not None and shape[0] * shape[1] != images.shape[1]:
        raise InputError(
            f"shape {shape} for images of {images.shape[1]} pixels", "height × width = pixels"
        )
    return images, shape


def brightest(parts: Mapping[str, npt.NDArray[Any]], name: str) -> int:
    """Return by what levels have to be divided to lie from 0 to 1: by 1 or by 255.

    Raises
    ------
    InputError
        If a level is neither from 0 to 1 nor a whole number from 0 to 255.
    """
    low = min(float(rows.min()) for rows in parts.values())
    high = max(float(rows.max()) for rows in parts.values())
    if not np.isfinite([low, high]).all():
        raise InputError(f"{name} with a pixel that is NaN or infinite", "finite levels")
    if low >= 0 and high <= 1:
        return 1
    whole = all(_is_whole(rows) for rows in parts.values())
    if low < 0 or high > BRIGHTEST or not whole:
        odd = low if low < 0 else high
        raise InputError(
            f"{name} with a pixel of {odd:g}",
            f"levels from 0 to 1, or whole numbers from 0 to {BRIGHTEST}",
            _MEND,
        )
    if any(rows.dtype.kind == "f" for rows in parts.values()):
        warnings.warn(
            f"{name} holds whole numbers up to {high:g}: taken for levels from 0 to {BRIGHTEST} "
            f"and divided by {BRIGHTEST}",
            NeurohmWarning,
            stacklevel=4,
        )
    return BRIGHTEST


def scaled(rows: npt.NDArray[Any], levels: int) -> npt.NDArray[np.float32]:
    """Return levels from 0 to 1 in memory of their own."""
    result = np.array(rows, dtype=np.float32, order="C")
    if levels != 1:
        result /= np.float32(levels)
    return result


def _is_whole(rows: npt.NDArray[Any]) -> bool:
    return rows.dtype.kind in "biu" or bool((rows == np.floor(rows)).all())
