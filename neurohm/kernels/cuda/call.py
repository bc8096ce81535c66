"""One thing that a kernel asks of the GPU: what is carried out at once, or recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from neurohm.backend import Activations, Array, SparseRows, cupy_
from neurohm.kernels.cuda import cublas
from neurohm.kernels.cuda.source import REALS, TYPES, options, parameters, source

WARP = 32
MOST_THREADS = 256
MOST_BLOCKS = 4096


@dataclass(frozen=True, eq=False)
class Launch:
    """A kernel with its arguments.

    Parameters
    ----------
    name : str
    blocks, threads : int
        Blocks, and threads of each: a power of two.
    like : ndarray
        An array on the device in use. If it is real, its type is that of the kernel.
    arguments : tuple
        Arrays, None for no array, ``int32``, Python's ``int`` for 64 bits, ``float``.

    Raises
    ------
    TypeError
        If an argument is not what the source declares: a GPU would read or write elsewhere.
    """

    name: str
    blocks: int
    threads: int
    like: Array
    arguments: tuple[Any, ...]

    def __post_init__(self) -> None:
        real = REALS.get(self.like.dtype.name, "")
        pairs = zip(parameters()[self.name], self.arguments, strict=True)
        for place, (kind, argument) in enumerate(pairs):
            expected = TYPES[kind.removeprefix("const ").replace("real", real)]
            if not (
                _fits(argument, expected) if kind.endswith("*") else type(argument) is expected
            ):
                raise TypeError(f"argument {place} of kernel {self.name!r} is no {kind}")

    @property
    def reads(self) -> tuple[Array, ...]:
        """The arrays that the kernel does not write to."""
        return self._arrays(constant=True)

    @property
    def writes(self) -> tuple[Array, ...]:
        """The arrays that the kernel writes to; what is added to counts as written."""
        return self._arrays(constant=False)

    def load(self) -> None:
        """Have the kernel ready on the current device."""
        cupy_.make_ready(self._compiled())

    def run(self) -> None:
        """Start the kernel on the current stream."""
        if self.blocks:
            with cupy_.device_of(self.like):
                self._compiled()((self.blocks,), (self.threads,), self.arguments)

    def _compiled(self) -> Any:
        return cupy_.compiled(source(), options(self.like.dtype), self.name)

    def _arrays(self, *, constant: bool) -> tuple[Array, ...]:
        pairs = zip(parameters()[self.name], self.arguments, strict=True)
        return tuple(
            argument
            for kind, argument in pairs
            if kind.endswith("*") and argument is not None and kind.startswith("const") == constant
        )


@dataclass(frozen=True, eq=False)
class Multiplication:
    """A product of dense matrices, left @ right or left.T @ right, written or added by cuBLAS.

    Parameters
    ----------
    left, right, out : ndarray
    transposed : bool
        Whether the left one is transposed.
    add : bool
        Whether to add to what ``out`` holds.
    precision : {"full", "fast", "bf16"}
        What factors in single precision are rounded to: not at all, TF32, bfloat16.
    """

    left: Array
    right: Array
    out: Array
    transposed: bool = False
    add: bool = False
    precision: str = "full"

    def __post_init__(self) -> None:
        for array in (self.left, self.right, self.out):
            if not _fits(array, self.out.dtype):
                raise TypeError("products take C-contiguous matrices of one type")

    @property
    def like(self) -> Array:
        """An array on the device in use."""
        return self.out

    @property
    def reads(self) -> tuple[Array, ...]:
        """The factors."""
        return self.left, self.right

    @property
    def writes(self) -> tuple[Array, ...]:
        """The product."""
        return (self.out,)

    def run(self) -> None:
        """Multiply on the current stream."""
        with cupy_.device_of(self.out):
            self.run_by(cublas.of_current_stream())

    def run_by(self, handle: cublas.Cublas) -> None:
        """Multiply by a handle of cuBLAS."""
        handle.multiply(
            self.left,
            self.right,
            self.out,
            transposed=self.transposed,
            add=self.add,
            precision=self.precision,
        )


def _fits(argument: Any, dtype: Any) -> bool:
    """Return whether an argument is no array, or an array that a kernel can read."""
    return argument is None or (argument.dtype == dtype and argument.flags.c_contiguous)


Call: TypeAlias = Launch | Multiplication
Issue: TypeAlias = Callable[[Call], None]
"""Carries a call out, or records it."""


def run_at_once(call: Call) -> None:
    """Carry out a call on the current stream."""
    call.run()


def rowwise(name: str, rows: int, work: int, like: Array, *arguments: Any) -> Launch:
    """Return a launch of a block for each row.

    The number of threads depends on the work in a row alone, so that the order of a sum does not
    change with the other rows.

    Examples
    --------
    >>> import numpy as np
    >>> total = np.zeros(1)
    >>> [rowwise("rectify", 5, work, total, total, 1).threads for work in (1, 33, 208, 10000)]
    [32, 64, 256, 256]
    """
    threads = min(MOST_THREADS, max(WARP, 1 << (work - 1).bit_length()))
    return Launch(name, rows, threads, like, arguments)


def elementwise(name: str, like: Array, *arguments: Any) -> Launch:
    """Return a launch over the elements of an array, whose size is the last argument."""
    blocks = min(MOST_BLOCKS, -(-like.size // MOST_THREADS))
    return Launch(name, blocks, MOST_THREADS, like, (*arguments, like.size))


def activity(values: Activations) -> tuple[Any, Any, Any]:
    """Return values, ends of rows and columns; dense activity has neither of the latter."""
    if isinstance(values, SparseRows):
        return values.values, values.indptr, values.columns
    return values, None, None
