"""Gathering the samples of a batch."""

from __future__ import annotations

from neurohm.backend import Array


def rows_of(data: Array, indices: Array, out: Array) -> None:
    """Write rows of a matrix by their index.

    Parameters
    ----------
    data : ndarray, (samples, units)
    indices : ndarray of int64, (rows,)
    out : ndarray, (rows, units)
    """
    out[...] = data[indices]
