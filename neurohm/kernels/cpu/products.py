"""Compiled products of activity and weights; see `kernels.reference.products`."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Activations, Array, SparseRows
from neurohm.kernels.cpu import blas
from neurohm.kernels.cpu.instruction import Issue, parts
from neurohm.kernels.cpu.operation import (
    matrix,
    operation,
    row_operation,
    row_range,
    vector,
    whole,
)


class Products:
    """See `neurohm.kernels.reference.products`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue) -> None:
        self._issue = issue

    def product(self, left: Activations, right: Array, out: Array) -> None:
        """See `neurohm.kernels.reference.products.product`."""
        _check_sizes(left.shape[1], right.shape[0])
        if isinstance(left, SparseRows):
            cost = left.shape[0] * right.size / 350
            self._issue(_gather, out.dtype, (*parts(left), right), (out,), (), cost)
        else:
            self._dense(left, right, out, False)

    def transposed_product(
        self, left: Activations, right: Array, out: Array, add: bool = False
    ) -> None:
        """See `neurohm.kernels.reference.products.transposed_product`."""
        _check_sizes(left.shape[0], right.shape[0])
        if isinstance(left, SparseRows):
            cost = right.shape[0] * out.size / 300
            self._issue(_scatter, out.dtype, (*parts(left), right), (out,), (int(add),), cost)
        else:
            self._dense(left, right, out, True, add)

    def add_shared(self, part: Array, out: Array) -> None:
        """See `neurohm.kernels.reference.products.add_shared`."""
        self._issue(_add_shared, out.dtype, (part,), (out,), (), out.size)

    def _dense(self, left: Array, right: Array, out: Array, flip: bool, add: bool = False) -> None:
        address, wide = blas.gemm(out.dtype.char)
        numbers, cost = (int(add),), out.size * right.shape[0] / 30
        if address:
            operation = _dense_transposed_product if flip else _dense_product
            numbers += (int(wide), address)
        else:
            operation = _slow_transposed_product if flip else _slow_product
        self._issue(operation, out.dtype, (left, right), (out,), numbers, cost)


def _check_sizes(left: int, right: int) -> None:
    if left != right:
        raise ValueError(f"a product over {left} and {right} entries")


@row_operation(0, 2)
def _dense_product(words, real):  # type: ignore[no-untyped-def]
    left, right, out = matrix(words, 0, real), matrix(words, 1, real), matrix(words, 2, real)
    add, wide, address = whole(words, 3) != 0, whole(words, 4) != 0, whole(words, 5)
    first, end = row_range(words, 6)
    rows, columns, inner, size = end - first, right.shape[1], left.shape[1], out.itemsize
    left_at, right_at = whole(words, 0) + first * inner * size, whole(words, 1)
    out_at = whole(words, 2) + first * columns * size
    sizes, places = (rows, columns, inner, inner), (left_at, right_at, out_at)
    blas.call_gemm(address, wide, False, add, sizes, places, real)


# cut by presynaptic units, so that each sum over rows is taken as a whole
@row_operation(2)
def _dense_transposed_product(words, real):  # type: ignore[no-untyped-def]
    left, right, out = matrix(words, 0, real), matrix(words, 1, real), matrix(words, 2, real)
    add, wide, address = whole(words, 3) != 0, whole(words, 4) != 0, whole(words, 5)
    first, end = row_range(words, 6)
    rows, columns, inner, size = end - first, out.shape[1], right.shape[0], out.itemsize
    left_at, right_at = whole(words, 0) + first * size, whole(words, 1)
    out_at = whole(words, 2) + first * columns * size
    sizes, places = (rows, columns, inner, left.shape[1]), (left_at, right_at, out_at)
    blas.call_gemm(address, wide, True, add, sizes, places, real)


@operation
def _slow_product(words, real):  # type: ignore[no-untyped-def]
    np.dot(matrix(words, 0, real), matrix(words, 1, real), matrix(words, 2, real))


@operation
def _slow_transposed_product(words, real):  # type: ignore[no-untyped-def]
    left, right, out = matrix(words, 0, real), matrix(words, 1, real), matrix(words, 2, real)
    if whole(words, 3) != 0:
        out += np.dot(left.T, right)
    else:
        np.dot(left.T, right, out)


@row_operation(4)
def _gather(words, real):  # type: ignore[no-untyped-def]
    indptr, columns = vector(words, 0, np.int64), vector(words, 1, np.int32)
    values, right, out = vector(words, 2, real), matrix(words, 3, real), matrix(words, 4, real)
    first, end = row_range(words, 5)
    units = out.shape[1]
    for row in range(first, end):
        sums = out[row]
        for j in range(units):
            sums[j] = 0.0
        entry, last = indptr[row], indptr[row + 1]
        # four rows of weights at a time: the sums are read and written a quarter as often
        while entry + 4 <= last:
            s0, w0 = values[entry], right[columns[entry]]
            s1, w1 = values[entry + 1], right[columns[entry + 1]]
            s2, w2 = values[entry + 2], right[columns[entry + 2]]
            s3, w3 = values[entry + 3], right[columns[entry + 3]]
            for j in range(units):
                sums[j] += (s0 * w0[j] + s1 * w1[j]) + (s2 * w2[j] + s3 * w3[j])
            entry += 4
        while entry < last:
            s, weights = values[entry], right[columns[entry]]
            for j in range(units):
                sums[j] += s * weights[j]
            entry += 1


@operation
def _scatter(words, real):  # type: ignore[no-untyped-def]
    indptr, columns = vector(words, 0, np.int64), vector(words, 1, np.int32)
    values, right, out = vector(words, 2, real), matrix(words, 3, real), matrix(words, 4, real)
    units = out.shape[1]
    if whole(words, 5) == 0:
        for i in range(out.shape[0]):
            for j in range(units):
                out[i, j] = 0.0
    for row in range(right.shape[0]):
        error = right[row]
        for entry in range(indptr[row], indptr[row + 1]):
            s, sums = values[entry], out[columns[entry]]
            for j in range(units):
                sums[j] += s * error[j]


@row_operation(0, 1)
def _add_shared(words, real):  # type: ignore[no-untyped-def]
    part, out = matrix(words, 0, real), matrix(words, 1, real)
    first, end = row_range(words, 2)
    share = out.shape[0] // part.shape[0]
    for row in range(first, end):
        added, sums = part[row // share], out[row]
        for j in range(out.shape[1]):
            sums[j] += added[j]
