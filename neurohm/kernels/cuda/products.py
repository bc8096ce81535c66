"""Products of activity and weights; the equations stand in `kernels.reference.products`."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Activations, Array, SparseRows
from neurohm.kernels.cuda.call import WARP, Issue, Launch, Multiplication, rowwise, run_at_once

NARROW = 16
"""Units on the left up to which a transposed product is our own: cuBLAS takes 51 microseconds for
10 units on an H200, and 4 for 100."""

_SHARERS = 512  # threads that share 32 columns: sixteen groups of rows


class Products:
    """See `neurohm.kernels.reference.products`.

    Dense products are cuBLAS's, but for transposed ones of a few units. Compressed activity is
    never made dense: a kernel gathers the rows that it names, or, transposed, looks for each unit
    in all rows; sums have a fixed order.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    precision : {"full", "fast", "bf16"}
        What dense products in single precision round their factors to: not at all, TF32 (11 bits)
        or bfloat16 (8 bits).
    """

    def __init__(self, issue: Issue = run_at_once, precision: str = "full") -> None:
        self._issue, self._precision = issue, precision

    def product(self, left: Activations, right: Array, out: Array) -> None:
        """Write left @ right."""
        if not isinstance(left, SparseRows):
            self._issue(Multiplication(left, right, out, precision=self._precision))
            return
        rows, columns = out.shape
        arguments = (left.values, left.indptr, left.columns, right, np.int32(columns), out)
        self._issue(rowwise("gather_product", rows, columns, out, *arguments))

    def transposed_product(
        self, left: Activations, right: Array, out: Array, add: bool = False
    ) -> None:
        """Write left.T @ right, or add it."""
        units, columns = out.shape
        if not isinstance(left, SparseRows):
            if units > NARROW:
                self._issue(Multiplication(left, right, out, True, add, self._precision))
                return
            shape = (np.int32(right.shape[0]), np.int32(units), np.int32(columns), np.int32(add))
            blocks = units * -(-columns // WARP)
            self._issue(Launch("narrow_product", blocks, _SHARERS, out, (left, right, *shape, out)))
            return
        entries = (left.values, left.indptr, left.columns)
        sizes = (np.int32(right.shape[0]), np.int32(units))
        arguments = (*entries, *sizes, right, np.int32(columns), np.int32(add), out)
        self._issue(rowwise("scatter_product", units, columns, out, *arguments))

    def add_shared(self, part: Array, out: Array) -> None:
        """Add each row of a part to the rows that share it."""
        rows, units = out.shape
        arguments = (part, np.int32(rows // part.shape[0]), np.int32(units), out)
        self._issue(rowwise("add_shared", rows, units, out, *arguments))
