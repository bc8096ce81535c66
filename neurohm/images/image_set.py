"""Images, in their parts: to learn from, to stop by, to score on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.checks import real_number
from neurohm.exceptions import InputError
from neurohm.images.binarising import binarise, check_mode, check_seed

PARTS = ("train", "valid", "test")


@dataclass(frozen=True, eq=False, repr=False)
class Images:
    """Images as rows of pixels.

    Parameters
    ----------
    train : ndarray of float32, (n_images, n_pixels)
        Grey levels from 0 to 1, row by row of an image.
    valid, test : ndarray of float32, (n_images, n_pixels), or None
    shape : (int, int) or None
        Height and width; None where rows are of no picture.
    labels : mapping of str to ndarray of int64, (n_images,)
        By the name of the part, where they are known.
    source : str
        Name of the data set or of the file.
    levels : int
        By which the levels were divided to lie from 0 to 1.
    binarise : str or None
        How grey levels were made binary; ``"stochastic"``: the training images are grey, to be
        drawn anew in each epoch.

    Examples
    --------
    >>> images = Images(np.eye(4, dtype=np.float32), shape=(2, 2))
    >>> images
    Images(4 of 2 × 2 pixels, binary)
    >>> images.split(test=0.25)
    Images(3 of 2 × 2 pixels, 1 test, binary)
    """

    train: npt.NDArray[np.float32]
    valid: npt.NDArray[np.float32] | None = None
    test: npt.NDArray[np.float32] | None = None
    shape: tuple[int, int] | None = None
    labels: Mapping[str, npt.NDArray[np.int64]] = field(default_factory=dict)
    source: str = ""
    levels: int = 1
    binarise: str | None = None

    @property
    def n_pixels(self) -> int:
        """Pixels of an image."""
        return int(self.train.shape[1])

    @cached_property
    def binary(self) -> bool:
        """Whether every pixel of the training images is 0 or 1."""
        return is_binary(self.train)

    @property
    def parts(self) -> dict[str, npt.NDArray[np.float32]]:
        """The parts that there are, by name."""
        return {name: rows for name in PARTS if (rows := getattr(self, name)) is not None}

    def split(self, *, valid: float = 0.0, test: float = 0.0, seed: int = 0) -> Images:
        """Set images apart, drawn at random, where the source has no such part.

        Parameters
        ----------
        valid, test : float
            Shares of the training images, from 0 to below 1; what the source has stays as it is.
        seed : int
            The same gives the same parts.

        Returns
        -------
        Images

        Raises
        ------
        InputError
            If no image is left to learn from, or a share gives none.
        """
        shares = {"test": test, "valid": valid}
        wanted = {
            name: real_number(f"{name} share", share, least=0, below=1)
            for name, share in shares.items()
            if getattr(self, name) is None
        }
        order = np.random.Generator(np.random.Philox(key=[check_seed(seed), len(PARTS)]))
        left, found = order.permutation(len(self.train)), {}
        for name, share in wanted.items():
            if share > 0:
                number = round(share * len(self.train))
                if number == 0:
                    raise InputError(f"{name} share {share:g} of {len(self.train)} images", "one")
                found[name], left = np.sort(left[:number]), left[number:]
        if not len(left):
            raise InputError(f"no image of {len(self.train)} left to learn from", "smaller shares")
        return self._divided(np.sort(left), found) if found else self

    def binarised(self, how: str | None = "fixed", *, seed: int = 0) -> Images:
        """Return binary images, made of these grey ones.

        Parameters
        ----------
        how : str or None
            ``"fixed"``: each pixel drawn once with its level as probability. ``"stochastic"``:
            the training images stay grey, to be drawn anew in each epoch; the others are drawn
            once. ``"threshold"``: 1 above one half. None: as they are. Binary images stay as
            they are.
        seed : int
            Of the draws.

        Returns
        -------
        Images

        Raises
        ------
        InputError
            If there is no such way, or the images have been drawn already.

        Examples
        --------
        >>> grey = Images(np.full((100, 1), 0.3, dtype=np.float32))
        >>> grey.binarised("fixed").train[:5, 0].tolist()
        [1.0, 1.0, 0.0, 1.0, 0.0]
        >>> grey.binarised("threshold").train.max()
        np.float32(0.0)
        """
        if check_mode(how) is None or (self.binary and self.binarise is None):
            return self
        if self.binarise is not None:
            raise InputError(f"images that are binarised already ({self.binarise})", "grey ones")
        held: dict[str, Any] = {
            name: binarise(rows, _once(str(how)), seed=seed, part=PARTS.index(name))
            for name, rows in self.parts.items()
            if not (name == "train" and how == "stochastic")
        }
        return replace(self, **held, binarise=how)

    def to_dict(self) -> dict[str, Any]:
        """Return what there is to know of the images, without their pixels."""
        return {
            "source": self.source,
            "shape": None if self.shape is None else list(self.shape),
            "pixels": self.n_pixels,
            "images": {name: len(rows) for name, rows in self.parts.items()},
            "levels": self.levels,
            "binary": self.binary,
            "binarise": self.binarise,
            "mean": {name: float(rows.mean()) for name, rows in self.parts.items()},
            "classes": sorted({int(v) for each in self.labels.values() for v in np.unique(each)}),
        }

    def __repr__(self) -> str:
        return f"Images({', '.join(self._described())})"

    def _described(self) -> Iterator[str]:
        yield f"{len(self.train):,} of {size_text(self.shape, self.n_pixels)}"
        yield from (f"{len(rows):,} {name}" for name, rows in self.parts.items() if name != "train")
        if self.binary:
            yield "binary"
        else:
            yield f"grey levels 0 to {self.levels}" if self.levels > 1 else "grey"
        if self.binarise is not None:
            yield f"binarise {self.binarise!r}"
        if self.source:
            yield f"from {self.source}"

    def _divided(
        self, left: npt.NDArray[np.int64], found: Mapping[str, npt.NDArray[np.int64]]
    ) -> Images:
        """Return images of which some training images are held out."""
        rows: dict[str, Any] = {name: self.train[chosen] for name, chosen in found.items()}
        if self.binarise == "stochastic":
            rows = {n: binarise(grey, part=PARTS.index(n)) for n, grey in rows.items()}
        labels = dict(self.labels)
        if "train" in labels:
            labels |= {name: self.labels["train"][chosen] for name, chosen in found.items()}
            labels["train"] = self.labels["train"][left]
        return replace(self, train=self.train[left], labels=labels, **rows)


def is_binary(rows: npt.NDArray[np.float32]) -> bool:
    """Return whether every pixel is 0 or 1."""
    return bool(((rows == 0) | (rows == 1)).all())


def size_text(shape: tuple[int, int] | None, pixels: int) -> str:
    """Return the size of an image.

    Examples
    --------
    >>> size_text((28, 28), 784), size_text(None, 180)
    ('28 × 28 pixels', '180 pixels')
    """
    return f"{pixels} pixels" if shape is None else f"{shape[0]} × {shape[1]} pixels"


def _once(how: str) -> str:
    return "fixed" if how == "stochastic" else how
