"""Shapes in places: images in which what and where are independent."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError

SIDE = 3
STROKES: dict[str, tuple[int | slice, int | slice]] = {
    "top": (0, slice(None)),
    "bottom": (2, slice(None)),
    "left": (slice(None), 0),
    "right": (slice(None), 2),
    "middle": (1, slice(None)),
}

Images = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


class ShapeWorld:
    """Every pair of strokes is a shape of 3 x 3 pixels; an image has one shape in one place.

    Parameters
    ----------
    strokes : int
        4 (6 shapes) or 5 (10 shapes).
    across : int
        Places in a row, at least 2; there are as many rows.

    Attributes
    ----------
    patches : ndarray, (n_shapes, 9)
    slots : ndarray of int, (n_places, 9)
        Pixels of each place.

    Examples
    --------
    >>> world = ShapeWorld()
    >>> world.n_shapes, world.n_places, world.n_pixels
    (6, 4, 36)
    """

    def __init__(self, strokes: int = 4, across: int = 2) -> None:
        if strokes not in (4, 5):
            raise InputError(f"{strokes} strokes", "4 or 5")
        self.across = across = whole_number("places across", across, 2)
        drawn = []
        for names in combinations(list(STROKES)[:strokes], 2):
            patch = np.zeros((SIDE, SIDE), np.float32)
            for name in names:
                patch[STROKES[name]] = 1
            drawn.append(patch.ravel())
        self.patches = np.array(drawn)
        pixels = np.arange((SIDE * across) ** 2).reshape(SIDE * across, -1)
        self.slots = np.array(
            [
                pixels[SIDE * r : SIDE * (r + 1), SIDE * c : SIDE * (c + 1)].ravel()
                for r in range(across)
                for c in range(across)
            ]
        )

    @property
    def n_shapes(self) -> int:
        """Number of shapes."""
        return len(self.patches)

    @property
    def n_places(self) -> int:
        """Number of places."""
        return len(self.slots)

    @property
    def n_pixels(self) -> int:
        """Number of pixels of an image."""
        return int(self.slots.size)

    def draw(self, what: npt.ArrayLike, where: npt.ArrayLike) -> Images:
        """Return images of shapes in places, ``(rows, n_pixels)``."""
        shapes, places = np.asarray(what), np.asarray(where)
        images = np.zeros((len(shapes), self.n_pixels), np.float32)
        images[np.arange(len(shapes))[:, None], self.slots[places]] = self.patches[shapes]
        return images

    def combinations(self, held_out: bool | None = None) -> Numbers:
        """Return all pairs (what, where), those held out, or those that are not.

        Held out is one place of each shape: place ``what mod n_places``.
        """
        pairs = np.array([(a, b) for a in range(self.n_shapes) for b in range(self.n_places)])
        out = pairs[:, 1] == pairs[:, 0] % self.n_places
        return pairs if held_out is None else pairs[out == held_out]

    def examples(self, count: int, *, flips: float = 0.02, seed: int = 0) -> tuple[Images, Numbers]:
        """Draw images of combinations that are not held out, with a share of pixels flipped.

        Returns
        -------
        x : ndarray, (count, n_pixels)
        goals : ndarray of int, (count, 2)
            What and where.
        """
        rng = np.random.default_rng(seed)
        seen = self.combinations(held_out=False)
        goals = seen[rng.integers(0, len(seen), whole_number("examples", count))]
        flipped = rng.random((count, self.n_pixels)) < real_number("flips", flips, least=0, most=1)
        return np.abs(self.draw(*goals.T) - flipped).astype(np.float32), goals

    def nearest(self, images: npt.ArrayLike) -> tuple[Numbers, Numbers]:
        """Return which combination each image is nearest to, and in how many pixels it differs."""
        pairs = self.combinations()
        prototypes = self.draw(*pairs.T)
        x = np.asarray(images, dtype=np.float32) > 0.5
        apart = (x[:, None] != (prototypes > 0.5)[None]).sum(axis=2)
        best = apart.argmin(axis=1)
        return pairs[best], apart[np.arange(len(best)), best]
