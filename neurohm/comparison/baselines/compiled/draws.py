"""Uniform numbers inside the compiled chains: those of Philox, of 32 bits."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from neurohm.backend.random import BLOCK
from neurohm.kernels.cpu.philox import fill_block
from neurohm.kernels.cpu.scalar import EXACT

_HALF, _SMALLEST = 0.5, 2.0**-32


@njit(**EXACT)
def room_for(columns):  # type: ignore[no-untyped-def]
    """Return room for the bits of a row, whole blocks of them."""
    return np.empty(-(-columns // BLOCK) * BLOCK, np.uint32)


@njit(**EXACT)
def fill(bits, row, site, step, key):  # type: ignore[no-untyped-def]
    """Write the bits of a row at a step."""
    for block in range(bits.size // BLOCK):
        part = bits[block * BLOCK : (block + 1) * BLOCK]
        fill_block(part, block, row, site, step, key[0], key[1])


@njit(**EXACT)
def turns_on(bits, drive):  # type: ignore[no-untyped-def]
    """Return whether a unit of that log-odds is active: a uniform number below sigmoid(drive)."""
    return (bits + _HALF) * _SMALLEST * (1.0 + math.exp(-drive)) < 1.0


@njit(**EXACT)
def softplus(drive):  # type: ignore[no-untyped-def]
    """Return log(1 + exp(drive))."""
    return max(drive, 0.0) + math.log1p(math.exp(-abs(drive)))
