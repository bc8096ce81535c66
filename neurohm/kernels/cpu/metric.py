"""Compiled passes around a metric; the equations stand in `kernels.reference.metric`."""

from __future__ import annotations

import math

import numpy as np

from neurohm.backend import Activations, Array, SparseRows
from neurohm.kernels.cpu.instruction import Issue, parts
from neurohm.kernels.cpu.operation import matrix, number, operation, vector, whole
from neurohm.kernels.reference.gaussian import LEAST_LOG_DEVIATION


class Metric:
    """See `neurohm.kernels.reference.metric`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue) -> None:
        self._issue = issue

    def place(self, presynaptic: Activations, first: int, out: Array) -> None:
        """Write presynaptic activity beside that of other afferents."""
        reads, numbers = parts(presynaptic), (int(first),)
        if isinstance(presynaptic, SparseRows):
            rows, units = presynaptic.shape
            self._issue(_place_sparse, out.dtype, reads, (out,), (*numbers, rows, units), out.size)
        else:
            self._issue(_place, out.dtype, reads, (out,), numbers, 0.2 * out.size)

    def variance(self, out: Array) -> None:
        """Turn probabilities into variances, in place."""
        self._issue(_variance, out.dtype, (), (out,), (), 0.2 * out.size)

    def precision(self, log_deviation: Array, out: Array) -> None:
        """Write one over the variance of each unit into every row."""
        self._issue(_precision, out.dtype, (log_deviation,), (out,), (), 0.2 * out.size)

    def multiply(self, values: Array, out: Array) -> None:
        """Multiply by values of the same shape, in place."""
        self._issue(_multiply, out.dtype, (values,), (out,), (), 0.2 * out.size)

    def copy(self, values: Array, out: Array) -> None:
        """Write values of as many elements."""
        self._issue(_copy, out.dtype, (values,), (out,), (), 0.1 * out.size)

    def squares(self, values: Array, out: Array) -> None:
        """Write the squares."""
        self._issue(_squares, out.dtype, (values,), (out,), (), 0.1 * out.size)

    def step(self, gradient: Array, explained: Array, damping: float, out: Array) -> None:
        """Write the step of the part of a gradient that a metric explains."""
        reads, cost = (gradient, explained), 0.2 * out.size
        self._issue(_step, out.dtype, reads, (out,), (float(damping),), cost)

    def diagonal_step(
        self, gradient: Array, information: Array, damping: float, rows: int, out: Array
    ) -> None:
        """Write the gradient over the damped Fisher information."""
        reads, numbers = (gradient, information), (float(damping), 1.0 / rows)
        self._issue(_diagonal_step, out.dtype, reads, (out,), numbers, 0.4 * out.size)


@operation
def _place(words, real):  # type: ignore[no-untyped-def]
    values, out = matrix(words, 0, real), matrix(words, 1, real)
    first, share = whole(words, 2), out.shape[0] // values.shape[0]
    for row in range(out.shape[0]):
        source, target = values[row // share], out[row]
        for j in range(values.shape[1]):
            target[first + j] = source[j]


@operation
def _place_sparse(words, real):  # type: ignore[no-untyped-def]
    indptr, columns = vector(words, 0, np.int64), vector(words, 1, np.int32)
    values, out = vector(words, 2, real), matrix(words, 3, real)
    first, share, units = whole(words, 4), out.shape[0] // whole(words, 5), whole(words, 6)
    for row in range(out.shape[0]):
        target, source = out[row], row // share
        for j in range(first, first + units):
            target[j] = 0.0
        for entry in range(indptr[source], indptr[source + 1]):
            target[first + columns[entry]] = values[entry]


@operation
def _variance(words, real):  # type: ignore[no-untyped-def]
    out = vector(words, 0, real)
    one = out.dtype.type(1.0)
    for i in range(out.size):
        out[i] *= one - out[i]


@operation
def _precision(words, real):  # type: ignore[no-untyped-def]
    log_deviation, out = vector(words, 0, real), matrix(words, 1, real)
    for j in range(out.shape[1]):
        value = math.exp(-2.0 * max(np.float64(log_deviation[j]), LEAST_LOG_DEVIATION))
        for row in range(out.shape[0]):
            out[row, j] = out.dtype.type(value)


@operation
def _multiply(words, real):  # type: ignore[no-untyped-def]
    values, out = vector(words, 0, real), vector(words, 1, real)
    for i in range(out.size):
        out[i] *= values[i]


@operation
def _copy(words, real):  # type: ignore[no-untyped-def]
    values, out = vector(words, 0, real), vector(words, 1, real)
    for i in range(out.size):
        out[i] = values[i]


@operation
def _squares(words, real):  # type: ignore[no-untyped-def]
    values, out = vector(words, 0, real), vector(words, 1, real)
    for i in range(out.size):
        out[i] = values[i] * values[i]


@operation
def _step(words, real):  # type: ignore[no-untyped-def]
    gradient, explained = vector(words, 0, real), vector(words, 1, real)
    out, damping = vector(words, 2, real), number(words, 3)
    factor = out.dtype.type((1.0 + damping) / damping)
    for i in range(out.size):
        out[i] = factor * (gradient[i] - explained[i])


@operation
def _diagonal_step(words, real):  # type: ignore[no-untyped-def]
    gradient, information = vector(words, 0, real), vector(words, 1, real)
    out = vector(words, 2, real)
    kind = out.dtype.type
    above, least = kind(1.0 + number(words, 3)), kind(number(words, 3))
    share = kind(number(words, 4))
    for i in range(out.size):
        out[i] = above * gradient[i] / (information[i] * share + least)
