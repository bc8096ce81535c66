"""Products of activity and weights; the equations stand in `kernels.reference.products`."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Activations, Array, SparseRows
from neurohm.kernels.cuda.call import Issue, Multiplication, rowwise, run_at_once


class Products:
    """See `neurohm.kernels.reference.products`.

    Dense products are cuBLAS's. Compressed activity is never made dense: a kernel gathers the rows
    that it names, or, transposed, looks for each unit in all rows; sums have a fixed order.

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
        if not isinstance(left, SparseRows):
            self._issue(Multiplication(left, right, out, True, add, self._precision))
            return
        units, columns = out.shape
        entries = (left.values, left.indptr, left.columns)
        sizes = (np.int32(right.shape[0]), np.int32(units))
        arguments = (*entries, *sizes, right, np.int32(columns), np.int32(add), out)
        self._issue(rowwise("scatter_product", units, columns, out, *arguments))

    def add_shared(self, part: Array, out: Array) -> None:
        """Add each row of a part to the rows that share it."""
        rows, units = out.shape
        arguments = (part, np.int32(rows // part.shape[0]), np.int32(units), out)
        self._issue(rowwise("add_shared", rows, units, out, *arguments))
