"""An operation with its arguments: what is carried out at once, or recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from neurohm.backend import Activations, Array, Draws, SparseRows
from neurohm.kernels.cpu.division import divided
from neurohm.kernels.cpu.operation import (
    Operation,
    call,
    check_arrays,
    fitting,
    words_of,
)


@dataclass(frozen=True, eq=False)
class Instruction:
    """One operation, the arrays that it reads and writes, and what it costs.

    Parameters
    ----------
    name : str
    address : int
        Of the compiled operation.
    words : ndarray of int64
        Its arguments: arrays read, arrays written, numbers, and the rows that are due.
    reads, writes : tuple of ndarray
        What is added to counts as written.
    cost : float
        About how long it takes, in nanoseconds; it orders the work.
    """

    name: str
    address: int
    words: npt.NDArray[np.int64]
    reads: tuple[Array, ...]
    writes: tuple[Array, ...]
    cost: float


class Issue(Protocol):
    """Carries out an operation, or records it."""

    def __call__(
        self,
        operation: Operation,
        dtype: np.dtype[Any],
        reads: tuple[Array, ...],
        writes: tuple[Array, ...],
        numbers: tuple[float, ...] = (),
        cost: float = 1.0,
    ) -> None:
        """Take up an operation; its arguments come in the order read, written, numbers.

        The cost, about nanoseconds, may depend on nothing but shapes: large calls are cut by it.
        """


def run_at_once(
    operation: Operation,
    dtype: np.dtype[Any],
    reads: tuple[Array, ...],
    writes: tuple[Array, ...],
    numbers: tuple[float, ...] = (),
    cost: float = 1.0,
) -> None:
    """Carry out an operation; what it reads is copied where type or order do not fit."""
    check_arrays(operation, dtype, writes, len(reads))
    read = tuple(fitting(operation, dtype, reads))
    for instruction in _instructions(operation, dtype, read, writes, numbers, cost):
        call(instruction.address, instruction.words.__array_interface__["data"][0])


class Tape:
    """Records operations instead of carrying them out."""

    def __init__(self) -> None:
        self.instructions: list[Instruction] = []

    def __call__(
        self,
        operation: Operation,
        dtype: np.dtype[Any],
        reads: tuple[Array, ...],
        writes: tuple[Array, ...],
        numbers: tuple[float, ...] = (),
        cost: float = 1.0,
    ) -> None:
        """Append its instructions; a replay reads the arrays themselves, so they have to fit."""
        check_arrays(operation, dtype, (*reads, *writes))
        self.instructions += _instructions(operation, dtype, reads, writes, numbers, cost)


def _instructions(
    operation: Operation,
    dtype: np.dtype[Any],
    reads: tuple[Array, ...],
    writes: tuple[Array, ...],
    numbers: tuple[float, ...],
    cost: float,
) -> list[Instruction]:
    """Return what carries out an operation: one instruction, or one for each part of it."""
    arrays, given, address = (*reads, *writes), len(reads), operation.address(dtype)
    parts = divided(operation.division, arrays, cost)
    return [
        Instruction(
            operation.name,
            address,
            words_of((*part.arrays, *numbers, part.rows)),
            part.touched[:given],
            part.touched[given:],
            cost / len(parts),
        )
        for part in parts
    ]


def parts(values: Activations) -> tuple[Array, ...]:
    """Return the arrays that activity consists of: one if dense, three if compressed."""
    if isinstance(values, SparseRows):
        return values.indptr, values.columns, values.values
    return (values,)


def drawn(draws: Draws) -> tuple[tuple[Array, Array], tuple[int, int]]:
    """Return the arrays and the numbers that a draw depends on."""
    return (draws.keys, draws.clock), (draws.rows_per_key, draws.site)
