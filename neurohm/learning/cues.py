"""Cues: what hidden layers are told of an image at coarser resolutions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import Activations, Array
from neurohm.checks import real_number
from neurohm.exceptions import InputError
from neurohm.images.pyramid import Pyramid
from neurohm.machine import HelmholtzMachine, Workspace

Grid = tuple[int, int]
STATES = ("threshold", "level")


@dataclass(frozen=True, eq=False)
class Cue:
    """What some units of a hidden layer are told.

    Parameters
    ----------
    units : ndarray of int64, (pixels,)
        Which units.
    level : ndarray of float64, (images, pixels)
        How probably the cue has each of them fire.
    """

    units: Array
    level: Array


@dataclass(frozen=True, eq=False)
class Cover:
    """What the pixels of a coarse image cover; see `neurohm.kernels.reference.cues.coarsen`."""

    ends: npt.NDArray[np.int64]
    seen: npt.NDArray[np.int32]
    share: npt.NDArray[np.float64]

    @classmethod
    def of(cls, shares: npt.NDArray[np.float64]) -> Cover:
        """Return the entries of a matrix, (pixels, pixels of the image)."""
        pixel, seen = np.nonzero(shares)
        ends = np.searchsorted(pixel, np.arange(len(shares) + 1))
        return cls(ends.astype(np.int64), seen.astype(np.int32), shares[pixel, seen])


@dataclass(frozen=True)
class Cues:
    """What hidden layers are told of an image.

    Parameters
    ----------
    shape, grids, pool, state, threshold, doubt, contrast, units, groups, shuffled
        See `MultiLevel`.

    Raises
    ------
    InputError, ArgumentTypeError
        If a setting is out of range.
    """

    shape: Grid
    grids: tuple[Grid | None, ...]
    pool: str = "area"
    state: str = "threshold"
    threshold: float = 0.3
    doubt: float = 0.01
    contrast: float = 1.0
    units: tuple[tuple[int, ...] | None, ...] | None = None
    groups: tuple[tuple[int, ...] | None, ...] | None = None
    shuffled: bool = False

    def __post_init__(self) -> None:
        fixed: dict[str, Any] = {
            "shape": _grid(self.shape),
            "grids": tuple(None if grid is None else _grid(grid) for grid in self.grids),
            "threshold": real_number("threshold", self.threshold, least=0),
            "doubt": real_number("doubt", self.doubt, above=0, below=0.5, mend="e.g. 0.01"),
            "contrast": real_number("contrast", self.contrast, least=1),
            "units": _by_layer("units", self.units, len(self.grids)),
            "groups": _by_layer("groups", self.groups, len(self.grids)),
            "shuffled": bool(self.shuffled),
        }
        for name, value in fixed.items():
            object.__setattr__(self, name, value)
        if self.state not in STATES:
            raise InputError(f"cue state {self.state!r}", " or ".join(map(repr, STATES)))
        if not any(self.grids):
            raise InputError("grids without a cue", "height and width for a layer at least")
        for target, (height, width) in self.given.items():
            chosen = self.units and self.units[target - 1]
            if chosen and (len(chosen) != height * width or len(set(chosen)) < len(chosen)):
                found = len(set(chosen))
                raise InputError(
                    f"{found} units of hidden layer {target} for {height * width} pixels",
                    "a unit for each pixel of the cue",
                )
        assert self.pyramid

    @property
    def given(self) -> dict[int, Grid]:
        """Height and width of each cue, by the population that it is for."""
        return {level + 1: grid for level, grid in enumerate(self.grids) if grid is not None}

    @cached_property
    def pyramid(self) -> Pyramid:
        """The levels that are cues."""
        groups = None
        if self.groups is not None:
            groups = tuple(self.groups[target - 1] for target in self.given)
        return Pyramid(self.shape, list(self.given.values()), self.pool, groups)

    @cached_property
    def covers(self) -> dict[int, Cover]:
        """What the pixels of each cue cover, by the population that it is for."""
        return dict(zip(self.given, map(Cover.of, self.pyramid.shares), strict=True))

    def of(
        self, machine: HelmholtzMachine, x: Activations, work: Workspace | None = None
    ) -> dict[int, Cue]:
        """Return what each hidden layer with a cue is told of images.

        Parameters
        ----------
        machine : HelmholtzMachine
        x : ndarray or SparseRows, (images, visible units)
        work : Workspace, optional

        Returns
        -------
        dict of int to Cue
            By the index of the population.

        Raises
        ------
        InputError
            If a layer has fewer units than its cue has pixels, or units that are not Bernoulli;
            if images are of another size.
        """
        (images, size), (height, width) = x.shape, self.shape
        if size != height * width:
            raise InputError(
                f"images of shape {x.shape}", f"(n_images, {height * width}), {height} x {width}"
            )
        work = work or Workspace(machine.backend)
        units = {target: self.units_of(machine, target) for target in self.given}
        told = {}
        for target, own in units.items():
            level = work.array(("cue", target), (images, len(own)), "float64")
            self._tell(machine, x, self.covers[target], level)
            told[target] = Cue(machine.backend.asarray(own, "int64"), level)
        return told

    def units_of(self, machine: HelmholtzMachine, target: int) -> npt.NDArray[np.int64]:
        """Return which units of a layer are cued: those chosen, or the first ones."""
        height, width = self.given[target]
        chosen = self.units and self.units[target - 1]
        own = np.array(chosen if chosen else range(height * width), dtype=np.int64)
        there = machine.sizes[target] if target < len(machine.sizes) else 0
        kind = machine.recognition.populations[target].kind if there else ""
        if own.max() >= there or kind != "bernoulli":
            raise InputError(
                f"a cue of {height} x {width} pixels for hidden layer {target}"
                + (f" of {there} {kind} units" if there else ", which there is not"),
                f"a layer of at least {own.max() + 1} Bernoulli units",
            )
        return own

    def _tell(self, machine: HelmholtzMachine, x: Activations, cover: Cover, level: Array) -> None:
        """Write the probability with which a cue has units fire."""
        kernels, place = machine.kernels.cues, machine.backend.asarray
        parts = (
            place(cover.ends, "int64"),
            place(cover.seen, "int32"),
            place(cover.share, "float64"),
        )
        # batches come in another order in each epoch, and so do the neighbours whose cue it is
        kernels.coarsen(x, *parts, self.pool == "max", int(self.shuffled), level)
        if self.state == "threshold":
            kernels.decide(level, self.threshold, self.doubt)
        else:
            kernels.stretch(level, self.contrast, self.doubt)


def _grid(given: Sequence[int]) -> Grid:
    return int(given[0]), int(given[1])


def _by_layer(
    name: str, given: Sequence[Sequence[int] | None] | None, layers: int
) -> tuple[tuple[int, ...] | None, ...] | None:
    """Return whole numbers for each layer as plain tuples."""
    if given is None:
        return None
    if len(given) != layers:
        raise InputError(f"{name} for {len(given)} layers", f"{layers}, one for each of grids")
    return tuple(None if each is None else tuple(map(int, each)) for each in given)
