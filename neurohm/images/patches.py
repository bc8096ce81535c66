"""Patches of photographs, whitened: what simple cells are said to have adapted to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError, MissingExtraError
from neurohm.images.binarising import check_seed

PHOTOGRAPHS = ("china.jpg", "flower.jpg")
_LUMINANCE = (0.299, 0.587, 0.114)


@dataclass(frozen=True, eq=False, repr=False)
class Patches:
    """Whitened patches, as rows of real numbers with a mean square of 1.

    Parameters
    ----------
    train, test : ndarray of float32, (n_patches, pixels)
    shape : (int, int)
        Height and width.
    whitening : ndarray of float64, (pixels, pixels)
        A patch less its own mean, times it, is a row.
    source : str

    Examples
    --------
    >>> patches = natural_patches(200, 8)
    >>> patches
    Patches(180 of 8 × 8 pixels, 20 test, from china.jpg, flower.jpg)
    """

    train: npt.NDArray[np.float32]
    test: npt.NDArray[np.float32]
    shape: tuple[int, int]
    whitening: npt.NDArray[np.float64]
    source: str

    def as_light(self, rows: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return what whitened patches, or features, look like in the photographs.

        Parameters
        ----------
        rows : array_like, (n, pixels)

        Returns
        -------
        ndarray of float64, (n, pixels)
        """
        return np.asarray(rows, dtype=np.float64) @ np.linalg.pinv(self.whitening, rcond=1e-6)

    def to_dict(self) -> dict[str, Any]:
        """Return what there is to know of the patches, without their pixels."""
        return {
            "source": self.source,
            "shape": list(self.shape),
            "patches": {"train": len(self.train), "test": len(self.test)},
        }

    def __repr__(self) -> str:
        height, width = self.shape
        return (
            f"Patches({len(self.train):,} of {height} × {width} pixels, {len(self.test):,} test, "
            f"from {self.source})"
        )


def natural_patches(
    number: int = 20_000,
    size: int = 12,
    *,
    photographs: Sequence[npt.ArrayLike] | None = None,
    coarser: int = 2,
    kept: float = 0.5,
    noise: float = 1.0,
    test: float = 0.1,
    seed: int = 0,
) -> Patches:
    """Cut whitened patches out of photographs.

    From each patch its mean is taken, and its contrast is evened out; then patches are decorrelated
    (by zero-phase whitening: a pixel stays where it is), but for components of little variance,
    most of which is noise.

    Parameters
    ----------
    number : int
        Patches, from random places.
    size : int
        Height and width, pixels.
    photographs : sequence of array_like, (height, width) or (height, width, 3), optional
        By default the two that come with scikit-learn.
    coarser : int
        So many pixels of a photograph, in either direction, are averaged to one before.
    kept : float
        Share of the patches, those with the most contrast, that is kept; the others are of sky
        and the like.
    noise : float
        Variance, over the mean one of all components, at which a component is passed on with half
        the gain that would decorrelate it.
    test : float
        Share of the patches to set apart.
    seed : int
        The same gives the same patches.

    Returns
    -------
    Patches

    Raises
    ------
    InputError, ArgumentTypeError
        If photographs are smaller than a patch, show nothing, or an argument cannot be used.
    MissingExtraError
        If the photographs of scikit-learn cannot be read.

    References
    ----------
    Bell, Sejnowski (1997). The "independent components" of natural scenes are edge filters. Vision
    Research 37:3327. (Zero-phase whitening.)

    Examples
    --------
    >>> patches = natural_patches(500, 6)
    >>> patches.train.shape, round(float((patches.train**2).mean()), 1)
    ((450, 36), 1.0)
    """
    number, size = whole_number("number", number, 2), whole_number("size", size, 2)
    noise = real_number("noise", noise, above=0)
    held = round(real_number("test share", test, least=0, below=1) * number)
    if held == number:
        raise InputError(f"test share {test:g} of {number} patches", "some left to learn from")
    kept = real_number("kept", kept, above=0, most=1)
    pictures, source = _grey(photographs)
    pictures = [_coarser(picture, whole_number("coarser", coarser)) for picture in pictures]
    if any(min(picture.shape) < size for picture in pictures):
        raise InputError(f"patches of {size} x {size} pixels", "photographs at least as large")
    generator = np.random.Generator(np.random.Philox(key=[check_seed(seed), size]))
    drawn = np.stack([_patch(pictures, size, generator) for _ in range(round(number / kept))])
    spread = drawn.std(axis=1)
    chosen = np.sort(np.argsort(-spread, kind="stable")[:number])
    rows, spread = drawn[chosen], spread[chosen, None]
    if not np.median(spread):
        raise InputError(
            "patches most of which show nothing",
            "contrast",
            "give other photographs, or keep fewer",
        )
    rows = rows / np.sqrt(spread**2 + np.median(spread) ** 2)
    whitening = _whitening(rows[held:], noise)
    white = rows @ whitening
    scale = 1 / np.sqrt((white[held:] ** 2).mean())
    white = (white * scale).astype(np.float32)
    return Patches(white[held:], white[:held], (size, size), whitening * scale, source)


def _grey(
    photographs: Sequence[npt.ArrayLike] | None,
) -> tuple[list[npt.NDArray[np.float64]], str]:
    """Return photographs as grey levels with a deviation of 1, and where they are from."""
    if photographs is None:
        source, given = ", ".join(PHOTOGRAPHS), _shipped()
    else:
        source = f"{len(photographs)} photographs"
        given = [np.asarray(photograph, np.float64) for photograph in photographs]
    if not given:
        raise InputError("no photographs", "one at least")
    pictures = []
    for picture in given:
        if picture.ndim == 3 and picture.shape[2] in (3, 4):
            picture = picture[..., :3] @ np.array(_LUMINANCE)
        if picture.ndim != 2 or not np.isfinite(picture).all() or picture.std() == 0:
            raise InputError(
                f"a photograph of shape {picture.shape}", "(height, width[, 3]), of several levels"
            )
        pictures.append(picture / picture.std())
    return pictures, source


def _shipped() -> list[npt.NDArray[np.float64]]:
    from sklearn.datasets import load_sample_image

    try:
        return [np.asarray(load_sample_image(name), np.float64) for name in PHOTOGRAPHS]
    except ImportError as error:
        raise MissingExtraError(
            "the photographs of scikit-learn", "Pillow", "pip install pillow"
        ) from error


def _coarser(picture: npt.NDArray[np.float64], factor: int) -> npt.NDArray[np.float64]:
    """Return the means of squares of so many pixels."""
    height, width = (side // factor for side in picture.shape)
    cut = picture[: height * factor, : width * factor]
    return np.asarray(cut.reshape(height, factor, width, factor).mean(axis=(1, 3)))


def _patch(
    pictures: list[npt.NDArray[np.float64]], size: int, generator: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return a patch less its mean, from a random place."""
    picture = pictures[int(generator.integers(len(pictures)))]
    top, left = (int(generator.integers(side - size + 1)) for side in picture.shape)
    patch = picture[top : top + size, left : left + size].ravel()
    return np.asarray(patch - patch.mean())


def _whitening(rows: npt.NDArray[np.float64], noise: float) -> npt.NDArray[np.float64]:
    """Return the symmetric matrix that decorrelates rows, components below the noise less so."""
    variance, components = np.linalg.eigh(rows.T @ rows / len(rows))
    variance = np.maximum(variance, 0)
    floor = noise * variance.mean()
    gain = np.sqrt(variance) / (variance + floor)
    return np.asarray((components * gain) @ components.T)
