"""Finding the few that fired in a row that is mostly silent."""

from __future__ import annotations

import numpy as np
from numba import njit

from neurohm.kernels.cpu.scalar import EXACT

_TOGETHER = 8


@njit(**EXACT)
def silent_flags(units):  # type: ignore[no-untyped-def]
    """Return a flag for each unit, down, in whole words of eight."""
    return np.zeros((units + _TOGETHER - 1) // _TOGETHER * _TOGETHER, np.uint8)


@njit(**EXACT)
def append_row(flags, columns, end):  # type: ignore[no-untyped-def]
    """Append the places of raised flags to the columns, and return where they end now."""
    together = flags.view(np.uint64)
    for word in range(together.size):
        if together[word]:
            for j in range(_TOGETHER * word, _TOGETHER * (word + 1)):
                if flags[j]:
                    columns[end] = j
                    end += 1
    return end
