"""Philox 4x32 inside a compiled kernel: the bits of one row."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from neurohm.backend.numpy_ import CPU
from neurohm.backend.random import BLOCK, LANE, MULTIPLIERS, ROUNDS, WEYL
from neurohm.kernels.cpu.scalar import EXACT

_M0, _M1 = np.uint64(MULTIPLIERS[0]), np.uint64(MULTIPLIERS[1])
_W0, _W1 = np.uint64(WEYL[0]), np.uint64(WEYL[1])
_MASK, _SHIFT = np.uint64(0xFFFFFFFF), np.uint64(32)


@njit(**EXACT)
def fill_block(bits, block, row, site, step, key0, key1):  # type: ignore[no-untyped-def]
    """Write the 64 words of a block; words are kept in 64 bits so that the loop vectorises."""
    first = np.uint64(block * LANE)
    for i in range(LANE):
        x0, x1 = first + np.uint64(i), np.uint64(row)
        x2, x3 = np.uint64(site), np.uint64(step)
        k0, k1 = np.uint64(key0), np.uint64(key1)
        for _ in range(ROUNDS):
            p0, p1 = _M0 * (x0 & _MASK), _M1 * (x2 & _MASK)
            x0, x2 = (p1 >> _SHIFT) ^ x1 ^ k0, (p0 >> _SHIFT) ^ x3 ^ k1
            x1, x3 = p1 & _MASK, p0 & _MASK
            k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
        bits[i] = np.uint32(x0)
        bits[i + LANE] = np.uint32(x1)
        bits[i + 2 * LANE] = np.uint32(x2)
        bits[i + 3 * LANE] = np.uint32(x3)


def row_buffer(columns: int) -> npt.NDArray[np.uint32]:
    """Return room for the bits of a row, whole blocks."""
    room: npt.NDArray[np.uint32] = CPU.empty((-(-columns // BLOCK) * BLOCK,), np.uint32)
    return room


@njit(**EXACT)
def fill_row(bits, row, keys, rows_per_key, site, clock):  # type: ignore[no-untyped-def]
    """Write the bits of a row, block after block; see `neurohm.backend.random.Draws`."""
    key = keys[row // rows_per_key]
    counter = np.int64(clock[1]) + row % rows_per_key
    for block in range(bits.size // BLOCK):
        part = bits[block * BLOCK : (block + 1) * BLOCK]
        fill_block(part, block, counter, site, clock[0], key[0], key[1])
