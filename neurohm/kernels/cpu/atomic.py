"""Words of memory that several threads read and change, by their address; compiled code only."""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_WORD = ir.IntType(64)
_BYTES = 8
_ORDER = "seq_cst"


@intrinsic
def load(context, address):  # type: ignore[no-untyped-def]
    """Return the word at an address."""

    def generate(target, builder, signature, values):  # type: ignore[no-untyped-def]
        return builder.load_atomic(_at(builder, values[0]), _ORDER, _BYTES)

    return types.int64(address), generate


@intrinsic
def read(context, address, place):  # type: ignore[no-untyped-def]
    """Return a word of a table at an address that no thread changes."""

    def generate(target, builder, signature, values):  # type: ignore[no-untyped-def]
        table, place = values
        where = builder.add(table, builder.mul(place, place.type(_BYTES)))
        return builder.load(_at(builder, where))

    return types.int64(address, place), generate


@intrinsic
def store(context, address, value):  # type: ignore[no-untyped-def]
    """Write a word."""

    def generate(target, builder, signature, values):  # type: ignore[no-untyped-def]
        builder.store_atomic(values[1], _at(builder, values[0]), _ORDER, _BYTES)
        return target.get_dummy_value()

    return types.void(address, value), generate


@intrinsic
def add(context, address, value):  # type: ignore[no-untyped-def]
    """Add to a word, and return what it was."""

    def generate(target, builder, signature, values):  # type: ignore[no-untyped-def]
        return builder.atomic_rmw("add", _at(builder, values[0]), values[1], _ORDER)

    return types.int64(address, value), generate


@intrinsic
def exchange(context, address, expected, value):  # type: ignore[no-untyped-def]
    """Write a word if it is as expected, and return whether it was."""

    def generate(target, builder, signature, values):  # type: ignore[no-untyped-def]
        where, expected, value = values
        pair = builder.cmpxchg(_at(builder, where), expected, value, _ORDER, _ORDER)
        return builder.extract_value(pair, 1)

    return types.boolean(address, expected, value), generate


def _at(builder, address):  # type: ignore[no-untyped-def]
    return builder.inttoptr(address, _WORD.as_pointer())
