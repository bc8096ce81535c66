"""Gathering of samples; the equations stand in `kernels.reference.windows`."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Activations, Array, SparseRows
from neurohm.kernels.cuda.call import MOST_THREADS, WARP, Issue, Launch, rowwise, run_at_once


class Windows:
    """See `neurohm.kernels.reference.windows`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue = run_at_once) -> None:
        self._issue = issue

    def gather(
        self,
        indptr: Array,
        unit: Array,
        count: Array,
        starts: Array,
        lags: int,
        out: Activations,
    ) -> None:
        """Write windows of binned spikes."""
        rows, columns = out.shape
        spikes = (indptr, unit, count, starts, np.int32(lags))
        if not isinstance(out, SparseRows):
            arguments = (*spikes, np.int32(columns), out)
            self._issue(rowwise("dense_windows", rows, columns, out, *arguments))
            return
        self._sizes(indptr, starts, lags, out)
        entries = (*spikes, out.indptr, out.columns, out.values)
        self._issue(Launch("sparse_windows", rows, WARP, out.values, entries))

    def compressed_rows_of(
        self, indptr: Array, columns: Array, values: Array, indices: Array, out: Activations
    ) -> None:
        """Write rows of a compressed matrix by their index."""
        rows, units = out.shape
        matrix = (indptr, columns, values, indices)
        if not isinstance(out, SparseRows):
            arguments = (*matrix, np.int32(units), out)
            self._issue(rowwise("compressed_to_dense", rows, units, out, *arguments))
            return
        self._sizes(indptr, indices, 1, out)
        entries = (*matrix, out.indptr, out.columns, out.values)
        self._issue(Launch("compressed_to_compressed", rows, WARP, out.values, entries))

    def _sizes(self, indptr: Array, starts: Array, length: int, out: SparseRows) -> None:
        """Write where the rows of the result end: each is so many rows of the source together."""
        rows, threads, like = np.int32(out.shape[0]), MOST_THREADS, out.values
        sizes = (indptr, starts, np.int32(length), out.indptr, rows)
        self._issue(Launch("window_sizes", -(-int(rows) // threads), threads, like, sizes))
        self._issue(Launch("ends_of_rows", 1, threads, like, (out.indptr, rows)))

    def rows_of(self, data: Array, indices: Array, out: Array) -> None:
        """Write rows of a matrix by their index."""
        rows, units = out.shape
        arguments = (data, indices, np.int32(units), out)
        self._issue(rowwise("rows_of", rows, units, out, *arguments))
