"""Compiled operations that share one signature, so that a program can hold any of them.

An operation is a function of a row of words: three for each argument, an address and a shape, or
a number. It is compiled once for each precision and called by its address, without Python: at once
by `call`, or as part of a program that two threads work through (`neurohm.kernels.cpu.replay`).
"""

# mypy: disable-error-code="call-arg, no-untyped-call, attr-defined"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import carray, cfunc, njit, types
from numba.extending import intrinsic, overload

from neurohm.backend import Array
from neurohm.kernels.cpu.scalar import EXACT, FAST

WORDS = 3
_WORDS_TYPE = types.CPointer(types.int64)
_REAL = {np.dtype(np.float32): types.float32, np.dtype(np.float64): types.float64}


class Operation:
    """A function of words and a precision, compiled when its address is first asked for.

    Parameters
    ----------
    function : callable
        Of the words and of a pointer whose type tells the precision; it reads its arguments by
        `matrix`, `vector`, `whole` and `number`.
    options : dict
        Of the compiler.
    """

    def __init__(self, function: Callable[[Any, Any], None], options: dict[str, Any]) -> None:
        self.name = function.__name__
        self._function = function
        self._options = {name: value for name, value in options.items() if name != "nogil"}
        self._compiled: dict[np.dtype[Any], Any] = {}

    def address(self, dtype: np.dtype[Any]) -> int:
        """Return where the compiled code for a precision begins."""
        if dtype not in self._compiled:
            signature = types.void(_WORDS_TYPE, types.CPointer(_REAL[dtype]))
            self._compiled[dtype] = cfunc(signature, **self._options)(self._function)
        return int(self._compiled[dtype].address)


def operation(function: Callable[[Any, Any], None]) -> Operation:
    """Make an operation whose sums may be taken in any order (a fixed one on one machine)."""
    return Operation(function, FAST)


def exact_operation(function: Callable[[Any, Any], None]) -> Operation:
    """Make an operation that follows IEEE arithmetic to the letter."""
    return Operation(function, EXACT)


def words_of(arguments: tuple[Any, ...]) -> npt.NDArray[np.int64]:
    """Return the words of arguments: address and shape of an array, or a number.

    Raises
    ------
    ValueError
        If an array is not C-contiguous.
    """
    words: list[int] = []
    for value in arguments:
        if isinstance(value, np.ndarray):
            if not value.flags.c_contiguous:
                raise ValueError("kernels take C-contiguous arrays only")
            shape = value.shape if value.ndim == 2 else (value.size, 1)
            words += (value.__array_interface__["data"][0], *shape)
        elif isinstance(value, float):
            words += (int(np.float64(value).view(np.int64)), 0, 0)
        else:
            words += (int(value), 0, 0)
    return np.array(words, dtype=np.int64)


def matrix(words: Any, argument: int, dtype: Any) -> Array:
    """Return an argument as a matrix; in compiled code only."""
    raise NotImplementedError


def vector(words: Any, argument: int, dtype: Any) -> Array:
    """Return an argument as a flat array; in compiled code only."""
    raise NotImplementedError


def pointer(words: Any, argument: int, dtype: Any) -> Any:
    """Return the address of an argument's elements, typed; in compiled code only."""
    raise NotImplementedError


def whole(words: Any, argument: int) -> int:
    """Return an argument as a whole number; in compiled code only."""
    raise NotImplementedError


def number(words: Any, argument: int) -> float:
    """Return an argument as a floating-point number; in compiled code only."""
    raise NotImplementedError


@overload(matrix)
def _matrix(words, argument, dtype):  # type: ignore[no-untyped-def]
    def read(words, argument, dtype):  # type: ignore[no-untyped-def]
        first = WORDS * argument
        return carray(_pointer(words[first], dtype), (words[first + 1], words[first + 2]))

    return read


@overload(vector)
def _vector(words, argument, dtype):  # type: ignore[no-untyped-def]
    def read(words, argument, dtype):  # type: ignore[no-untyped-def]
        first = WORDS * argument
        return carray(_pointer(words[first], dtype), (words[first + 1] * words[first + 2],))

    return read


@overload(pointer)
def _pointer_of(words, argument, dtype):  # type: ignore[no-untyped-def]
    return lambda words, argument, dtype: _pointer(words[WORDS * argument], dtype)


@overload(whole)
def _whole(words, argument):  # type: ignore[no-untyped-def]
    return lambda words, argument: words[WORDS * argument]


@overload(number)
def _number(words, argument):  # type: ignore[no-untyped-def]
    return lambda words, argument: _as_float(words[WORDS * argument])


@intrinsic
def _pointer(context, word, dtype):  # type: ignore[no-untyped-def]
    """Return a word as a pointer to elements of a type."""
    signature = types.CPointer(dtype.dtype)(word, dtype)

    def generate(target, builder, signature, values):  # type: ignore[no-untyped-def]
        return builder.inttoptr(values[0], target.get_value_type(signature.return_type))

    return signature, generate


@intrinsic
def _as_float(context, word):  # type: ignore[no-untyped-def]
    """Return the bits of a word as a number in double precision."""

    def generate(target, builder, signature, values):  # type: ignore[no-untyped-def]
        return builder.bitcast(values[0], ir.DoubleType())

    return types.float64(word), generate


@njit(**EXACT)
def integers(address, size):  # type: ignore[no-untyped-def]
    """Return whole numbers at an address as an array."""
    return carray(_pointer(address, np.int64), (size,))


@intrinsic
def invoke(context, address, words):  # type: ignore[no-untyped-def]
    """Call the operation at an address with the words at another."""

    def generate(target, builder, signature, values):  # type: ignore[no-untyped-def]
        pointer = target.get_value_type(_WORDS_TYPE)
        function = ir.FunctionType(ir.VoidType(), [pointer, pointer]).as_pointer()
        given = builder.inttoptr(values[1], pointer)
        builder.call(builder.inttoptr(values[0], function), [given, given])
        return target.get_dummy_value()

    return types.void(address, words), generate


@njit(**EXACT)
def call(address, words):  # type: ignore[no-untyped-def]
    """Carry out one operation."""
    invoke(address, words)
