"""Products of activity and weights. Activity may be dense or compressed."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Activations, Array
from neurohm.kernels.reference.rows import dense, spread


def product(left: Activations, right: Array, out: Array) -> None:
    """Write left @ right: the drive of presynaptic activity through weights.

    Parameters
    ----------
    left : ndarray or SparseRows, (rows, sources)
    right : ndarray, (sources, targets)
    out : ndarray, (rows, targets)
    """
    np.matmul(dense(left), right, out=out)


def transposed_product(left: Activations, right: Array, out: Array, add: bool = False) -> None:
    """Write left.T @ right: presynaptic activity times error, summed over rows.

    Parameters
    ----------
    left : ndarray or SparseRows, (rows, sources)
    right : ndarray, (rows, targets)
    out : ndarray, (sources, targets)
    add : bool
        Whether to add to what ``out`` holds.
    """
    if add:
        out += np.matmul(dense(left).T, right)
    else:
        np.matmul(dense(left).T, right, out=out)


def add_shared(part: Array, out: Array) -> None:
    """Add each row of a part to the consecutive rows of ``out`` that share it."""
    out += spread(part, out.shape[0])
