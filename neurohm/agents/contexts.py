"""Context expansions: from goal, situation and memory to the activity that drives the machine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import prod
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from neurohm.backend import Activations, Array, RandomStream, Site, SparseRows
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine, Workspace

Parts = Sequence[Array]


class Expansion(ABC):
    """A fixed map from the parts of a context to its activity; only what follows it learns.

    Parameters
    ----------
    widths : sequence of int
        Units of each part: goal, situation, memory, those that there are.
    """

    name: ClassVar[str]
    sparse: ClassVar[bool]

    def __init__(self, widths: Sequence[int]) -> None:
        self.widths = tuple(whole_number("width of a context", width) for width in widths)

    @property
    @abstractmethod
    def units(self) -> int:
        """Units of the context."""

    @abstractmethod
    def write(self, parts: Parts, out: Activations) -> None:
        """Write the context of each row, ``(rows, units)``."""

    def room(self, rows: int, machine: HelmholtzMachine) -> Activations:
        """Return memory for so many contexts."""
        return machine.backend.zeros((rows, self.units), machine.dtype)

    def __call__(self, parts: Parts, machine: HelmholtzMachine) -> Activations:
        """Return the contexts of rows."""
        out = self.room(len(parts[0]), machine)
        self.write(parts, out)
        return out


class Linear(Expansion):
    """The parts side by side: their effects on the machine add up.

    What to do here given a goal cannot be said by a sum; it takes a conjunction.

    Examples
    --------
    >>> Linear([40, 3]).units
    43
    """

    name: ClassVar[str] = "linear"
    sparse: ClassVar[bool] = False

    @property
    def units(self) -> int:
        """Units of the context: the sum of the widths."""
        return sum(self.widths)

    def write(self, parts: Parts, out: Activations) -> None:
        """Write the parts side by side."""
        assert not isinstance(out, SparseRows)
        np.concatenate(parts, axis=1, out=out)


class Conjunctive(Expansion):
    """One unit for each combination of one-hot parts.

    Examples
    --------
    >>> Conjunctive([40, 3]).units
    120
    """

    name: ClassVar[str] = "conjunctive"
    sparse: ClassVar[bool] = True

    @property
    def units(self) -> int:
        """Units of the context: the product of the widths."""
        return prod(self.widths)

    def room(self, rows: int, machine: HelmholtzMachine) -> Activations:
        """Return memory for so many contexts, one active unit each."""
        return one_size(rows, self.units, 1, machine)

    def write(self, parts: Parts, out: Activations) -> None:
        """Write the unit of each combination.

        Raises
        ------
        InputError
            If a part is not one-hot.
        """
        assert isinstance(out, SparseRows)
        index: npt.NDArray[np.int64] = np.zeros(len(parts[0]), np.int64)
        for part, width in zip(parts, self.widths, strict=True):
            if (np.count_nonzero(part, axis=1) != 1).any():
                raise InputError(
                    "a context with more, or less, than one active unit in a part",
                    "one-hot parts, which conjunctions are made of",
                    "set context='random' or 'linear'",
                )
            index = index * width + part.argmax(axis=1)
        out.columns[: len(index)] = index


class RandomWinners(Expansion):
    """The most driven units of a fixed random projection, as granule cells make of their input.

    Parameters
    ----------
    widths : sequence of int
    size : int
        Units of the context.
    share : float
        Of the units that are active, in (0, 1).
    seed : int

    Examples
    --------
    >>> RandomWinners([40, 3], size=400).winners
    20
    """

    name: ClassVar[str] = "random"
    sparse: ClassVar[bool] = True

    def __init__(
        self, widths: Sequence[int], size: int = 1000, share: float = 0.05, seed: int = 0
    ) -> None:
        super().__init__(widths)
        self._size = whole_number("units of a context", size, 2)
        share = real_number("share of active units", share, above=0, below=1)
        self.winners = max(1, round(share * self._size))
        rng = RandomStream(seed).generator(Site.INITIAL.of(1))
        self._projection = rng.standard_normal((sum(self.widths), self._size))

    @property
    def units(self) -> int:
        """Units of the context."""
        return self._size

    def room(self, rows: int, machine: HelmholtzMachine) -> Activations:
        """Return memory for so many contexts."""
        return one_size(rows, self.units, self.winners, machine)

    def write(self, parts: Parts, out: Activations) -> None:
        """Write the most driven units of each row."""
        assert isinstance(out, SparseRows)
        driven = np.concatenate(parts, axis=1).astype(np.float64) @ self._projection
        most = np.sort(np.argpartition(-driven, self.winners - 1, axis=1)[:, : self.winners])
        out.columns[: most.size] = most.reshape(-1)


EXPANSIONS: dict[str, type[Expansion]] = {
    kind.name: kind for kind in (Linear, Conjunctive, RandomWinners)
}


def one_size(rows: int, units: int, active: int, machine: HelmholtzMachine) -> SparseRows:
    """Return compressed rows of ones with as many active units each; the columns are to be set."""
    work = Workspace(machine.backend)
    result = SparseRows(
        work.array("indptr", (rows + 1,), "int64"),
        work.array("columns", (rows * active,), "int32"),
        work.array("values", (rows * active,), machine.dtype),
        (rows, units),
    )
    result.indptr[...] = active * np.arange(rows + 1)
    result.columns[...] = np.tile(np.arange(active), rows)
    result.values[...] = 1
    return result


def expansion(name: str, widths: Sequence[int], **settings: Any) -> Expansion | None:
    """Return an expansion by its name; None for ``"constant"``, or where there are no parts.

    Raises
    ------
    InputError
        If the name is unknown.
    """
    if name == "constant" or not widths:
        return None
    if name not in EXPANSIONS:
        raise InputError(f"context {name!r}", "'constant', " + ", ".join(map(repr, EXPANSIONS)))
    return EXPANSIONS[name](widths, **settings)
