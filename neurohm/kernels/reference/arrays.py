"""Passes over any arrays."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array


def fill(out: Array, value: float) -> None:
    """Write one value everywhere."""
    out[...] = value


def add(values: Array, out: Array) -> None:
    """Add values, of the same shape."""
    out += values


def keep_upper(out: Array) -> None:
    """Set a square matrix to zero on and below its diagonal."""
    out[...] = np.triu(out, 1)


def accumulate(values: Array, out: Array) -> None:
    """Add the sum of float64 values, ``(n,)``, to ``out``, ``(1,)``."""
    out += np.sum(values)
