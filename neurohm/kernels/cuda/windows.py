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
        like, threads = out.values, MOST_THREADS
        sizes = (indptr, starts, np.int32(lags), out.indptr, np.int32(rows))
        self._issue(Launch("window_sizes", -(-rows // threads), threads, like, sizes))
        self._issue(Launch("ends_of_rows", 1, threads, like, (out.indptr, np.int32(rows))))
        entries = (*spikes, out.indptr, out.columns, out.values)
        self._issue(Launch("sparse_windows", rows, WARP, like, entries))

    def rows_of(self, data: Array, indices: Array, out: Array) -> None:
        """Write rows of a matrix by their index."""
        rows, units = out.shape
        arguments = (data, indices, np.int32(units), out)
        self._issue(rowwise("rows_of", rows, units, out, *arguments))
