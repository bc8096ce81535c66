"""Compiled operations that share one signature, so that a program can hold any of them.

An operation is a function of a row of words: three for each argument, an address and a shape, or
a number. It is compiled once for each precision and called by its address, without Python: at once
by `call`, or as part of a program that two threads work through (`neurohm.kernels.cpu.replay`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import cfunc, njit, types
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

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


@intrinsic
def matrix(context, words, argument, dtype):  # type: ignore[no-untyped-def]
    """Return an argument as a matrix."""
    return _array_reader(types.Array(dtype.dtype, 2, "C"), words, argument, dtype)


@intrinsic
def vector(context, words, argument, dtype):  # type: ignore[no-untyped-def]
    """Return an argument as a flat array."""
    return _array_reader(types.Array(dtype.dtype, 1, "C"), words, argument, dtype)


@intrinsic
def pointer(context, words, argument, dtype):  # type: ignore[no-untyped-def]
    """Return the address of an argument's elements, typed."""

    def generate(target, builder, signature, values):  # type: ignore[no-untyped-def]
        kind = target.get_value_type(signature.return_type)
        return builder.inttoptr(_word(builder, *values[:2]), kind)

    return types.CPointer(dtype.dtype)(words, argument, dtype), generate


@intrinsic
def whole(context, words, argument):  # type: ignore[no-untyped-def]
    """Return an argument as a whole number."""

    def generate(target, builder, signature, values):  # type: ignore[no-untyped-def]
        return _word(builder, *values)

    return types.int64(words, argument), generate


@intrinsic
def number(context, words, argument):  # type: ignore[no-untyped-def]
    """Return an argument as a number in double precision."""

    def generate(target, builder, signature, values):  # type: ignore[no-untyped-def]
        return builder.bitcast(_word(builder, *values), ir.DoubleType())

    return types.float64(words, argument), generate


def _array_reader(kind, words, argument, dtype):  # type: ignore[no-untyped-def]
    """Return signature and code of what makes an array of address and shape."""

    def generate(target, builder, signature, values):  # type: ignore[no-untyped-def]
        where, rows, columns = (_word(builder, *values[:2], word) for word in range(WORDS))
        size = target.get_abi_sizeof(target.get_data_type(kind.dtype))
        step = ir.IntType(64)(size)
        if kind.ndim == 2:
            shape, strides = (rows, columns), (builder.mul(columns, step), step)
        else:
            shape, strides = (builder.mul(rows, columns),), (step,)
        array = target.make_array(kind)(target, builder)
        populate_array(
            array,
            data=builder.inttoptr(where, array.data.type),
            shape=shape,
            strides=strides,
            itemsize=step,
            meminfo=None,
        )
        return array._getvalue()

    return kind(words, argument, dtype), generate


def _word(builder, words, argument, word=0):  # type: ignore[no-untyped-def]
    """Return one of the words of an argument."""
    place = builder.add(builder.mul(argument, argument.type(WORDS)), argument.type(word))
    return builder.load(builder.gep(words, [place]))


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
