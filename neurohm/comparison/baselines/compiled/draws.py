"""Uniform numbers inside the compiled chains: those of Philox, of 32 bits."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from neurohm.backend.random import BLOCK
from neurohm.kernels.cpu.philox import fill_block
from neurohm.kernels.cpu.scalar import EXACT

_HALF, _SMALLEST = 0.5, 2.0**-32
_CELL_BITS = 10
_SHIFT = 32 - _CELL_BITS


def _edges() -> npt.NDArray[np.float64]:
    """Return the log-odds between which uniform numbers of equal leading bits lie."""
    inner = np.arange(1, 2**_CELL_BITS) / 2**_CELL_BITS
    return np.concatenate([[-np.inf], np.log(inner) - np.log1p(-inner), [np.inf]])


_MARGIN = 1e-9  # nats: more than rounding errors
_OFF, _ON = _edges()[:-1] - _MARGIN, _edges()[1:] + _MARGIN


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
    """Return whether a unit of that log-odds is active: a uniform number below sigmoid(drive).

    The leading bits of the number nearly always say it already, without an exponential.
    """
    cell = bits >> _SHIFT
    if drive <= _OFF[cell]:
        return False
    if drive >= _ON[cell]:
        return True
    return (bits + _HALF) * _SMALLEST * (1.0 + math.exp(-drive)) < 1.0
