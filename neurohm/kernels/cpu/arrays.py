"""Compiled passes over any arrays; the equations stand in `kernels.reference.arrays`."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array
from neurohm.kernels.cpu.instruction import Issue
from neurohm.kernels.cpu.operation import exact_operation, matrix, number, operation, vector


class Arrays:
    """See `neurohm.kernels.reference.arrays`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue) -> None:
        self._issue = issue

    def fill(self, out: Array, value: float) -> None:
        """Write one value everywhere."""
        self._issue(_fill, out.dtype, (), (out,), (float(value),), 0.1 * out.size)

    def add(self, values: Array, out: Array) -> None:
        """Add values."""
        self._issue(_add, out.dtype, (values,), (out,), (), 0.2 * out.size)

    def keep_upper(self, out: Array) -> None:
        """Set a matrix to zero on and below its diagonal."""
        self._issue(_keep_upper, out.dtype, (), (out,), (), 0.05 * out.size)

    def accumulate(self, values: Array, out: Array) -> None:
        """Add the sum of values."""
        self._issue(_accumulate, out.dtype, (values,), (out,), (), values.size)

    def scale(self, out: Array, factor: float) -> None:
        """Multiply by a factor, in place."""
        self._issue(_scale, out.dtype, (), (out,), (float(factor),), 0.1 * out.size)

    def take_rows(self, chosen: Array, values: Array, out: Array) -> None:
        """Write those rows of values that are chosen."""
        self._issue(_take_rows, out.dtype, (chosen, values), (out,), (), 0.1 * out.size)


@operation
def _fill(words, real):  # type: ignore[no-untyped-def]
    out = vector(words, 0, real)
    value = out.dtype.type(number(words, 1))
    for i in range(out.size):
        out[i] = value


@operation
def _add(words, real):  # type: ignore[no-untyped-def]
    values, out = vector(words, 0, real), vector(words, 1, real)
    for i in range(out.size):
        out[i] += values[i]


@operation
def _keep_upper(words, real):  # type: ignore[no-untyped-def]
    out = matrix(words, 0, real)
    for i in range(out.shape[0]):
        row = out[i]
        for j in range(i + 1):
            row[j] = 0.0


@exact_operation
def _accumulate(words, real):  # type: ignore[no-untyped-def]
    values, out = vector(words, 0, real), vector(words, 1, real)
    total = np.float64(0.0)
    for i in range(values.size):
        total += values[i]
    out[0] += total


@operation
def _scale(words, real):  # type: ignore[no-untyped-def]
    out = vector(words, 0, real)
    factor = out.dtype.type(number(words, 1))
    for i in range(out.size):
        out[i] *= factor


@operation
def _take_rows(words, real):  # type: ignore[no-untyped-def]
    chosen, values = vector(words, 0, real), matrix(words, 1, real)
    out = matrix(words, 2, real)
    zero = out.dtype.type(0.0)
    for row in range(out.shape[0]):
        if chosen[row] != zero:
            source, target = values[row], out[row]
            for j in range(out.shape[1]):
                target[j] = source[j]
