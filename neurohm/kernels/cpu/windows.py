"""Compiled gathering of samples; the equations stand in `kernels.reference.windows`."""

from __future__ import annotations

import numpy as np
from numba import njit

from neurohm.backend import Activations, Array, SparseRows
from neurohm.kernels.cpu.instruction import Issue, parts
from neurohm.kernels.cpu.operation import matrix, operation, pointer, vector, whole
from neurohm.kernels.cpu.scalar import EXACT


class Windows:
    """See `neurohm.kernels.reference.windows`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue) -> None:
        self._issue = issue

    def rows_of(self, data: Array, indices: Array, out: Array) -> None:
        """Write rows of a matrix by their index."""
        self._issue(_rows_of, out.dtype, (data, indices), (out,), (), 0.2 * out.size)

    def compressed_rows_of(
        self, indptr: Array, columns: Array, values: Array, indices: Array, out: Activations
    ) -> None:
        """Write rows of a compressed matrix by their index."""
        dense = not isinstance(out, SparseRows)
        operation = _compressed_to_dense if dense else _compressed_to_compressed
        cost = 50 * indices.size + (0.1 * indices.size * out.shape[1] if dense else 0)
        reads = (indptr, columns, values, indices)
        self._issue(operation, out.dtype, reads, parts(out), (), cost)

    def gather(
        self, indptr: Array, unit: Array, count: Array, starts: Array, lags: int, out: Activations
    ) -> None:
        """Write windows of binned spikes."""
        if unit.dtype not in (np.uint16, np.int32) or count.dtype not in (np.uint8, np.int32):
            raise TypeError(f"units of {unit.dtype} and counts of {count.dtype}")
        dense = not isinstance(out, SparseRows)
        if indptr.dtype not in (np.int32, np.int64):
            raise TypeError(f"bins begin at places of {indptr.dtype}")
        numbers = (lags, unit.itemsize, count.itemsize, indptr.itemsize)
        cost = 100 * starts.size + (0.1 * starts.size * out.shape[1] if dense else 0)
        operation = _gather_dense if dense else _gather_sparse
        reads = (indptr, unit, count, starts)
        self._issue(operation, out.dtype, reads, parts(out), numbers, cost)


@operation
def _rows_of(words, real):  # type: ignore[no-untyped-def]
    data, indices = matrix(words, 0, real), vector(words, 1, np.int64)
    out = matrix(words, 2, real)
    for row in range(out.shape[0]):
        source, target = data[indices[row]], out[row]
        for j in range(out.shape[1]):
            target[j] = source[j]


@operation
def _compressed_to_dense(words, real):  # type: ignore[no-untyped-def]
    indptr, columns = vector(words, 0, np.int64), vector(words, 1, np.int32)
    values, indices = vector(words, 2, real), vector(words, 3, np.int64)
    out = matrix(words, 4, real)
    zero = out.dtype.type(0.0)
    for row in range(out.shape[0]):
        target, source = out[row], indices[row]
        for j in range(out.shape[1]):
            target[j] = zero
        for entry in range(indptr[source], indptr[source + 1]):
            target[columns[entry]] = values[entry]


@operation
def _compressed_to_compressed(words, real):  # type: ignore[no-untyped-def]
    indptr, columns = vector(words, 0, np.int64), vector(words, 1, np.int32)
    values, indices = vector(words, 2, real), vector(words, 3, np.int64)
    ends, out_columns = vector(words, 4, np.int64), vector(words, 5, np.int32)
    out_values = vector(words, 6, real)
    ends[0] = 0
    for row in range(indices.size):
        begin, source = ends[row], indices[row]
        first, length = indptr[source], indptr[source + 1] - indptr[source]
        for i in range(length):
            out_columns[begin + i] = columns[first + i]
            out_values[begin + i] = values[first + i]
        ends[row + 1] = begin + length


@operation
def _gather_dense(words, real):  # type: ignore[no-untyped-def]
    starts, out = vector(words, 3, np.int64), matrix(words, 4, real)
    zero, kind, lags = out.dtype.type(0.0), out.dtype.type, whole(words, 5)
    two_bytes, one_byte = whole(words, 6) == 2, whole(words, 7) == 1
    unit, count = pointer(words, 1, np.uint16), pointer(words, 2, np.uint8)
    wide_unit, wide_count = pointer(words, 1, np.int32), pointer(words, 2, np.int32)
    for row in range(out.shape[0]):
        window = out[row]
        for j in range(out.shape[1]):
            window[j] = zero
        for lag in range(lags):
            first = starts[row] + lag
            for entry in range(_begin(words, 8, first), _begin(words, 8, first + 1)):
                source = np.int64(unit[entry]) if two_bytes else np.int64(wide_unit[entry])
                fired = np.int64(count[entry]) if one_byte else np.int64(wide_count[entry])
                window[source * lags + lag] = kind(fired)


@operation
def _gather_sparse(words, real):  # type: ignore[no-untyped-def]
    starts = vector(words, 3, np.int64)
    ends, columns = vector(words, 4, np.int64), vector(words, 5, np.int32)
    values, lags = vector(words, 6, real), whole(words, 7)
    two_bytes, one_byte = whole(words, 8) == 2, whole(words, 9) == 1
    unit, count = pointer(words, 1, np.uint16), pointer(words, 2, np.uint8)
    wide_unit, wide_count = pointer(words, 1, np.int32), pointer(words, 2, np.int32)
    kind, place = values.dtype.type, 0
    ends[0] = 0
    for row in range(starts.size):
        for lag in range(lags):
            first = starts[row] + lag
            for entry in range(_begin(words, 10, first), _begin(words, 10, first + 1)):
                source = np.int64(unit[entry]) if two_bytes else np.int64(wide_unit[entry])
                fired = np.int64(count[entry]) if one_byte else np.int64(wide_count[entry])
                columns[place] = source * lags + lag
                values[place] = kind(fired)
                place += 1
        ends[row + 1] = place


@njit(**EXACT)
def _begin(words, size, first):  # type: ignore[no-untyped-def]
    """Return where the entries of a bin begin, kept in four or in eight bytes."""
    if whole(words, size) == 4:
        return np.int64(pointer(words, 0, np.int32)[first])
    return pointer(words, 0, np.int64)[first]
