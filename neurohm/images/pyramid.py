"""Images at several resolutions at once: what is seen of them from farther and farther away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import InputError

__all__ = ["POOLS", "Pyramid"]

Array = npt.NDArray[np.float64]
POOLS = ("area", "max", "stride", "bilinear", "gaussian")
_BLUR = 0.5  # standard deviation of the Gaussian, in pixels of the coarser grid


@dataclass(frozen=True)
class Pyramid:
    """Grids of pixels, each coarser than the one before, and how they are made from an image.

    Parameters
    ----------
    shape : tuple of int
        Height and width of the images.
    grids : sequence of tuple of int
        Height and width of each level.
    pool : {"area", "max", "stride", "bilinear", "gaussian"}
        A pixel of a level is the mean over the area that it covers, fractions of pixels included;
        the largest value in that area; the pixel at its centre; the value there, interpolated; or
        the mean around it with Gaussian weights of half its size.
    groups : sequence of (sequence of int, or None), optional
        For each level, into which of its rows each row of the image goes, for rows that have no
        neighbours, such as those of recorded units; None for neighbours.

    Raises
    ------
    InputError
        If a grid is finer than the images, the pooling is unknown, or groups are not of all rows.

    Examples
    --------
    >>> pyramid = Pyramid((4, 4), [(2, 2), (1, 1)])
    >>> image = np.arange(16.0)
    >>> [level[0].tolist() for level in pyramid.levels(image[None])]
    [[2.5, 4.5, 10.5, 12.5], [7.5]]
    """

    shape: tuple[int, int]
    grids: Sequence[tuple[int, int]]
    pool: str = "area"
    groups: Sequence[Sequence[int] | None] | None = None

    def __post_init__(self) -> None:
        if self.pool not in POOLS:
            raise InputError(f"pool {self.pool!r}", "one of " + ", ".join(map(repr, POOLS)))
        for grid in self.grids:
            if len(grid) != 2 or not all(
                1 <= g <= s for g, s in zip(grid, self.shape, strict=True)
            ):
                raise InputError(
                    f"a level of {grid}",
                    f"height and width of 1 to {self.shape[0]}, {self.shape[1]}",
                )
        if len(self._groups) != len(self.grids):
            raise InputError(f"groups for {len(self._groups)} levels", f"{len(self.grids)}")
        for grid, rows in zip(self.grids, self._groups, strict=True):
            if rows is not None and (
                len(rows) != self.shape[0] or set(rows) != set(range(grid[0]))
            ):
                raise InputError(
                    f"groups {sorted(set(rows))} of {len(rows)} rows for a level of {grid}",
                    f"numbers from 0 to {grid[0] - 1}, all of them, for {self.shape[0]} rows",
                )

    @property
    def _groups(self) -> Sequence[Sequence[int] | None]:
        return self.groups or [None] * len(self.grids)

    @property
    def matrices(self) -> list[Array]:
        """What makes each level of an image, (pixels of the level, pixels); not for ``"max"``.

        Examples
        --------
        >>> Pyramid((1, 4), [(1, 2)]).matrices[0].tolist()
        [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]]
        """
        if self.pool == "max":
            raise InputError("pool 'max' as a matrix", "another pool")
        return self.shares

    @property
    def shares(self) -> list[Array]:
        """How much each pixel of a level sees of each pixel of the image.

        The same as `matrices`; for ``"max"`` what is not zero says what the largest is taken of.
        """
        return [np.asarray(np.kron(down, across), dtype=np.float64) for down, across in self._sides]

    def levels(self, images: npt.ArrayLike) -> list[Array]:
        """Return images at each level.

        Parameters
        ----------
        images : array_like, (n_images, height * width)

        Returns
        -------
        list of ndarray of float64, (n_images, height * width of the level)

        Raises
        ------
        InputError
            If the images are of another size.
        """
        given = np.asarray(images, dtype=np.float64)
        height, width = self.shape
        if given.ndim != 2 or given.shape[1] != height * width:
            raise InputError(
                f"images of shape {given.shape}",
                f"(n_images, {height * width}), {height} x {width}",
            )
        pictures = given.reshape(-1, height, width)
        return [self._level(pictures, down, across) for down, across in self._sides]

    @cached_property
    def _sides(self) -> list[tuple[Array, Array]]:
        """What each level does to columns and to rows, (coarse pixels, fine pixels)."""
        make = {"stride": _stride, "bilinear": _bilinear, "gaussian": _gaussian}.get(
            self.pool, _area
        )
        return [
            (
                make(self.shape[0], grid[0]) if rows is None else _grouped(rows, grid[0]),
                make(self.shape[1], grid[1]),
            )
            for grid, rows in zip(self.grids, self._groups, strict=True)
        ]

    def _level(self, pictures: Array, down: Array, across: Array) -> Array:
        if self.pool != "max":
            return np.asarray(down @ pictures @ across.T).reshape(len(pictures), -1)
        rows = [pictures[:, covered > 0].max(axis=1) for covered in down]
        by_row = np.stack(rows, axis=1)
        columns = [by_row[:, :, covered > 0].max(axis=2) for covered in across]
        return np.stack(columns, axis=2).reshape(len(pictures), -1)


def _area(fine: int, coarse: int) -> Array:
    """Return the share of each coarse pixel that each fine one covers; rows sum to one."""
    edges = np.arange(coarse + 1) * fine / coarse
    begin, end = edges[:-1, None], edges[1:, None]
    pixel = np.arange(fine)
    covered = np.minimum(end, pixel + 1) - np.maximum(begin, pixel)
    return np.asarray(np.maximum(covered, 0.0) * coarse / fine)


def _grouped(rows: Sequence[int], coarse: int) -> Array:
    """Return the share of each group that each row has."""
    member = np.asarray(rows) == np.arange(coarse)[:, None]
    return np.asarray(member / member.sum(axis=1, keepdims=True))


def _centres(fine: int, coarse: int) -> Array:
    """Return where the centres of coarse pixels lie, in coordinates of fine ones."""
    return np.asarray((np.arange(coarse) + 0.5) * fine / coarse - 0.5)


def _stride(fine: int, coarse: int) -> Array:
    nearest = np.floor(_centres(fine, coarse) + 0.5).astype(int)
    return np.asarray(np.eye(fine)[nearest])


def _bilinear(fine: int, coarse: int) -> Array:
    distance = np.abs(_centres(fine, coarse)[:, None] - np.arange(fine))
    return np.asarray(np.maximum(1.0 - distance, 0.0))


def _gaussian(fine: int, coarse: int) -> Array:
    spread = _BLUR * fine / coarse
    distance = (_centres(fine, coarse)[:, None] - np.arange(fine)) / spread
    weight: Any = np.exp(-0.5 * distance**2)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))
