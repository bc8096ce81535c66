"""Compiled operations that share one signature, so that a program can hold any of them.

An operation is a function of a row of words: three for each argument, an address and a shape, a
range of rows, or a number. It is compiled once for each precision and called by its address,
without Python: at once by `call`, or as part of a program that two threads work through
(`neurohm.kernels.cpu.replay`).
"""

from __future__ import annotations

import ast
import inspect
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import cfunc, njit, types
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

from neurohm.backend import Array
from neurohm.kernels.cpu.division import Division
from neurohm.kernels.cpu.scalar import EXACT, FAST

Function: TypeAlias = Callable[[Any, Any], None]

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
    division : Division, optional
        Along what it may be cut; its last argument then is the `row_range` that is due.

    Attributes
    ----------
    kinds : dict of int to dtype or None
        The type of elements that the code takes each array argument to be of; None for the
        precision that it is compiled for.
    """

    def __init__(
        self, function: Function, options: dict[str, Any], division: Division | None = None
    ) -> None:
        self.name = function.__name__
        self.division = division
        self.kinds = _kinds_of(function)
        self._function = function
        self._options = {name: value for name, value in options.items() if name != "nogil"}
        self._compiled: dict[np.dtype[Any], Any] = {}
        self._compiling = threading.Lock()

    def address(self, dtype: np.dtype[Any]) -> int:
        """Return where the compiled code for a precision begins."""
        with self._compiling:  # threads that score side by side would each compile it
            if dtype not in self._compiled:
                signature = types.void(_WORDS_TYPE, types.CPointer(_REAL[dtype]))
                self._compiled[dtype] = cfunc(signature, **self._options)(self._function)
        return int(self._compiled[dtype].address)


def operation(function: Function) -> Operation:
    """Make an operation whose sums may be taken in any order (a fixed one on one machine)."""
    return Operation(function, FAST)


def row_operation(*along: int, own: tuple[int, ...] = ()) -> Callable[[Function], Operation]:
    """Make an operation as `operation` does, one that may be cut by rows; see `Division`."""
    return lambda function: Operation(function, FAST, Division(along, own))


def exact_operation(function: Function) -> Operation:
    """Make an operation that follows IEEE arithmetic to the letter."""
    return Operation(function, EXACT)


def words_of(arguments: Sequence[Any]) -> npt.NDArray[np.int64]:
    """Return the words of arguments: address and shape of an array, a part of rows, or a number."""
    words: list[int] = []
    for value in arguments:
        if isinstance(value, np.ndarray):
            shape = value.shape if value.ndim == 2 else (value.size, 1)
            words += (value.__array_interface__["data"][0], *shape)
        elif isinstance(value, tuple):
            words += (*value, 0)
        elif isinstance(value, float | np.floating):
            words += (int(np.float64(value).view(np.int64)), 0, 0)
        else:
            words += (int(value), 0, 0)
    return np.array(words, dtype=np.int64)


def check_arrays(
    operation: Operation, dtype: np.dtype[Any], arrays: Sequence[Array], first: int = 0
) -> None:
    """Refuse arrays that compiled code would read, or write, as what they are not.

    Raises
    ------
    TypeError
        If an array is of another type than the operation takes it to be of.
    ValueError
        If an array is not C-contiguous.
    """
    for place, array in enumerate(arrays, first):
        kind = operation.kinds.get(place, array.dtype) or dtype
        if array.dtype != kind:
            raise TypeError(f"argument {place} of {operation.name}: {array.dtype}, not {kind}")
        if not array.flags.c_contiguous:
            raise ValueError(f"argument {place} of {operation.name}: not a C-contiguous array")


def fitting(operation: Operation, dtype: np.dtype[Any], arrays: Sequence[Array]) -> list[Array]:
    """Return arrays to be read, copied where their type or order do not fit."""
    kinds = operation.kinds
    return [
        np.ascontiguousarray(array, dtype=kinds.get(place, array.dtype) or dtype)
        for place, array in enumerate(arrays)
    ]


def _kinds_of(function: Function) -> dict[int, np.dtype[Any] | None]:
    """Return what a function reads its arguments as, by its source."""
    kinds: dict[int, np.dtype[Any] | None] = {}
    for node in ast.walk(ast.parse(inspect.getsource(function))):
        match node:
            case ast.Call(
                func=ast.Name(id="matrix" | "vector"),
                args=[_, ast.Constant(value=int(place)), kind],
            ):
                named = isinstance(kind, ast.Attribute)
                kinds[place] = np.dtype(kind.attr) if named else None
    return kinds


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
def row_range(context, words, argument):  # type: ignore[no-untyped-def]
    """Return the first row that is due, and the one after the last."""

    def generate(target, builder, signature, values):  # type: ignore[no-untyped-def]
        ends = [_word(builder, *values, word) for word in range(2)]
        return target.make_tuple(builder, signature.return_type, ends)

    return types.UniTuple(types.int64, 2)(words, argument), generate


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
