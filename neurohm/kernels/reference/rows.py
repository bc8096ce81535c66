"""Rows that serve several rows, and rows in compressed form."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Activations, Array, SparseRows


def dense(values: Activations) -> Array:
    """Return activity as a matrix."""
    return values.toarray() if isinstance(values, SparseRows) else values


def spread(values: Activations, rows: int) -> Array:
    """Let each row serve as many consecutive rows as there are particles."""
    matrix = dense(values)
    share = rows // matrix.shape[0]
    return matrix if share == 1 else np.repeat(matrix, share, axis=0)


def put(values: Array, out: Activations) -> None:
    """Write a matrix into activity of either form."""
    if isinstance(out, SparseRows):
        out.set_dense(values)
    else:
        out[...] = values
