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


def scale(out: Array, factor: float) -> None:
    """Multiply by a factor, in place."""
    out *= out.dtype.type(factor)


def take_rows(chosen: Array, values: Array, out: Array) -> None:
    """Write those rows of values, ``(rows, units)``, that are chosen, and leave the others.

    Parameters
    ----------
    chosen : ndarray, (rows, 1)
        Not zero where a row is taken.
    values : ndarray, (rows, units)
    out : ndarray, (rows, units)
    """
    out[...] = np.where(chosen != 0, values, out)
