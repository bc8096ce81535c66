"""Finding the few that fired in a row that is mostly silent."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from neurohm.backend.numpy_ import CPU
from neurohm.kernels.cpu.scalar import EXACT

_TOGETHER = 8


def silent_flags(units: int) -> npt.NDArray[np.uint8]:
    """Return a flag for each unit, down, in whole words of eight."""
    flags: npt.NDArray[np.uint8] = CPU.zeros((-(-units // _TOGETHER) * _TOGETHER,), np.uint8)
    return flags


@njit(**EXACT)
def append_row(words, columns, end):  # type: ignore[no-untyped-def]
    """Append the places of raised flags to the columns, and return where they end now.

    Most words of eight flags are empty; in the others the lowest flag is found and taken away,
    so that hardly a branch goes another way than the one before.
    """
    for i in range(words.size):
        word = words[i]
        while word != np.uint64(0):
            columns[end] = _TOGETHER * i + (_lowest_bit(word) >> 3)
            end += 1
            word &= word - np.uint64(1)
    return end


@intrinsic
def _lowest_bit(context, word):  # type: ignore[no-untyped-def]
    """Return the place of the lowest bit that is set."""

    def generate(target, builder, signature, values):  # type: ignore[no-untyped-def]
        return builder.cttz(values[0], ir.IntType(1)(1))

    return types.int64(word), generate
