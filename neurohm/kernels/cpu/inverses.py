"""Compiled metrics by matrices of each unit; the equations: `kernels.reference.inverses`.

Pivots are held to the damping, below which they cannot fall but by rounding: no matrix is singular
in any precision.
"""

from __future__ import annotations

import numpy as np
from numba import njit

# numba's products call this library: loaded here, it is there when its threads are limited
from scipy.linalg import cython_blas  # noqa: F401

from neurohm.backend import Array
from neurohm.backend.numpy_ import CPU
from neurohm.kernels.cpu.instruction import Issue
from neurohm.kernels.cpu.operation import matrix, number, operation, vector, whole
from neurohm.kernels.cpu.scalar import FAST


class Inverses:
    """See `neurohm.kernels.reference.inverses`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue) -> None:
        self._issue = issue

    def over_rows(
        self,
        activity: Array,
        weight: Array,
        right: Array,
        anew: Array,
        damping: float,
        lateral: int,
        factors: Array,
        out: Array,
    ) -> None:
        """Solve systems as large as there are rows."""
        rows, units = weight.shape
        own = [activity.shape, (rows, rows), (rows,), (rows,)]
        room = [CPU.empty(shape, out.dtype) for shape in own]
        reads, writes = (activity, weight, right, anew), (factors, out, *room)
        cost = units * rows**3 / 18
        self._issue(_over_rows, out.dtype, reads, writes, (float(damping), int(lateral)), cost)

    def over_inputs(
        self,
        activity: Array,
        weight: Array,
        gradient: Array,
        anew: Array,
        damping: float,
        lateral: int,
        factors: Array,
        out: Array,
    ) -> None:
        """Solve systems as large as there are inputs."""
        (rows, inputs), units = activity.shape, weight.shape[1]
        own = [activity.shape, (inputs, inputs), (inputs,)]
        room = [CPU.empty(shape, out.dtype) for shape in own]
        reads, writes = (activity, weight, gradient, anew), (factors, out, *room)
        cost = units * (rows * inputs**2 / 30 + inputs**3 / 18)
        self._issue(_over_inputs, out.dtype, reads, writes, (float(damping), int(lateral)), cost)

    def follow(
        self,
        activity: Array,
        weight: Array,
        events: Array,
        damping: float,
        forgetting: float,
        lateral: int,
        inverses: Array,
    ) -> None:
        """Let the inverses follow activity, row by row."""
        inputs = activity.shape[1]
        room = [CPU.empty((inputs,), inverses.dtype) for _ in range(2)]
        reads, writes = (activity, weight, events), (inverses, *room)
        numbers = (float(damping), float(forgetting), int(lateral))
        self._issue(
            _follow, inverses.dtype, reads, writes, numbers, len(activity) * inverses.size / 2
        )

    def turn(self, inverses: Array, gradient: Array, damping: float, out: Array) -> None:
        """Write the product of each unit's matrix with its gradient."""
        column = CPU.empty((len(gradient),), out.dtype)
        reads, writes, cost = (inverses, gradient), (out, column), inverses.size / 3
        self._issue(_turn, out.dtype, reads, writes, (float(damping),), cost)


@operation
def _over_rows(words, real):  # type: ignore[no-untyped-def]
    activity, weight = matrix(words, 0, real), matrix(words, 1, real)
    right, anew = matrix(words, 2, real), vector(words, 3, real)
    factors, out = matrix(words, 4, real), matrix(words, 5, real)
    seen, gram = matrix(words, 6, real), matrix(words, 7, real)
    s, y = vector(words, 8, real), vector(words, 9, real)
    lateral, (rows, units) = whole(words, 11), weight.shape
    kept = factors.shape[0] == units
    fresh = anew[0] != anew.dtype.type(0.0) or not kept
    ridge = gram.dtype.type(rows * number(words, 10))
    if fresh:
        _copy_seen(activity, units, 0, lateral, seen)
        np.dot(seen, seen.T, gram)
    for unit in range(units):
        factor = factors[unit if kept else 0]
        for i in range(rows):
            s[i] = np.sqrt(weight[i, unit])
            y[i] = s[i] * right[i, unit]
        if fresh:
            if lateral >= 0 and unit > 0:
                _add_input(activity, lateral + unit - 1, gram)
            for i in range(rows):
                scale, row, source = s[i], factor[i * rows : (i + 1) * rows], gram[i]
                for j in range(i + 1):
                    row[j] = scale * source[j] * s[j]
                row[i] += ridge
            _decompose(factor, rows, ridge)
        _back(factor, y)
        for i in range(rows):
            out[i, unit] = s[i] * y[i]


@operation
def _over_inputs(words, real):  # type: ignore[no-untyped-def]
    activity, weight = matrix(words, 0, real), matrix(words, 1, real)
    gradient, anew = matrix(words, 2, real), vector(words, 3, real)
    factors, out = matrix(words, 4, real), matrix(words, 5, real)
    scaled, system, y = matrix(words, 6, real), matrix(words, 7, real), vector(words, 8, real)
    lateral, (rows, inputs), units = whole(words, 10), activity.shape, weight.shape[1]
    kept = factors.shape[0] == units
    fresh = anew[0] != anew.dtype.type(0.0) or not kept
    kind = system.dtype.type
    damping, above = kind(number(words, 9)), kind(1.0 + number(words, 9))
    for unit in range(units):
        factor = factors[unit if kept else 0]
        if fresh:
            _copy_seen(activity, units, unit, lateral, scaled)
            for i in range(rows):
                scale, row = np.sqrt(weight[i, unit] / kind(rows)), scaled[i]
                for j in range(inputs):
                    row[j] *= scale
            np.dot(scaled.T, scaled, system)
            for i in range(inputs):
                row = factor[i * inputs : (i + 1) * inputs]
                for j in range(i + 1):
                    row[j] = system[i, j]
                row[i] += damping
            _decompose(factor, inputs, damping)
        for i in range(inputs):
            y[i] = gradient[i, unit]
        _back(factor, y)
        for i in range(inputs):
            out[i, unit] = above * y[i]


@operation
def _follow(words, real):  # type: ignore[no-untyped-def]
    activity, weight = matrix(words, 0, real), matrix(words, 1, real)
    events, inverses = vector(words, 2, np.float64), matrix(words, 3, real)
    u, image = vector(words, 4, real), vector(words, 5, real)
    damping, forgetting, lateral = number(words, 6), number(words, 7), whole(words, 8)
    (rows, inputs), units, kind = activity.shape, weight.shape[1], u.dtype.type
    pulse, share = kind((1.0 - forgetting) * damping * inputs), kind(1.0 - forgetting)
    before = np.int64(events[0])
    for unit in range(units):
        p = inverses[unit]
        for row in range(rows):
            for i in range(inputs):
                hidden = lateral >= 0 and lateral + unit <= i < lateral + units
                u[i] = kind(0.0) if hidden else activity[row, i]
            _image_of(p, u, kind(1.0 / forgetting), image)
            _add_rank_one(p, image, _dot(u, image), share * weight[row, unit])
            place = (before + row) % inputs
            own = p[place * inputs : (place + 1) * inputs]
            for i in range(inputs):
                image[i] = own[i]
            _add_rank_one(p, image, image[place], pulse)


@operation
def _turn(words, real):  # type: ignore[no-untyped-def]
    inverses, gradient = matrix(words, 0, real), matrix(words, 1, real)
    out, column = matrix(words, 2, real), vector(words, 3, real)
    above, (inputs, units) = column.dtype.type(1.0 + number(words, 4)), gradient.shape
    for unit in range(units):
        for i in range(inputs):
            column[i] = gradient[i, unit]
        p = inverses[unit]
        for i in range(inputs):
            out[i, unit] = above * _dot(p[i * inputs : (i + 1) * inputs], column)


@njit(**FAST)
def _copy_seen(activity, units, unit, lateral, out):  # type: ignore[no-untyped-def]
    """Write the activity of the inputs that a unit has."""
    zero = out.dtype.type(0.0)
    for row in range(activity.shape[0]):
        for i in range(activity.shape[1]):
            out[row, i] = activity[row, i]
        if lateral >= 0:
            for i in range(lateral + unit, lateral + units):
                out[row, i] = zero


@njit(**FAST)
def _add_input(activity, column, gram):  # type: ignore[no-untyped-def]
    """Add what one more input brings to the Gram matrix."""
    for i in range(gram.shape[0]):
        value, row = activity[i, column], gram[i]
        if value != gram.dtype.type(0.0):
            for j in range(gram.shape[0]):
                row[j] += value * activity[j, column]


@njit(**FAST)
def _decompose(factor, size, least):  # type: ignore[no-untyped-def]
    """Make the Cholesky factor of a lower triangle, one over its pivots on the diagonal."""
    for i in range(size):
        row = factor[i * size : (i + 1) * size]
        for j in range(i):
            other = factor[j * size : (j + 1) * size]
            row[j] = (row[j] - _dot(row[:j], other[:j])) * other[j]
        square = row[i] - _dot(row[:i], row[:i])
        row[i] = factor.dtype.type(1.0) / np.sqrt(max(square, least))


@njit(**FAST)
def _back(factor, y):  # type: ignore[no-untyped-def]
    """Solve a system of which the factor is known, in place."""
    size = y.size
    for i in range(size):
        row = factor[i * size : (i + 1) * size]
        y[i] = (y[i] - _dot(row[:i], y[:i])) * row[i]
    for back in range(size):
        i = size - 1 - back
        row = factor[i * size : (i + 1) * size]
        value = y[i] * row[i]
        y[i] = value
        for j in range(i):
            y[j] -= value * row[j]


@njit(**FAST)
def _image_of(p, u, factor, image):  # type: ignore[no-untyped-def]
    """Scale a symmetric matrix, and write its product with u."""
    size = u.size
    for i in range(size):
        row = p[i * size : (i + 1) * size]
        total = u.dtype.type(0.0)
        for j in range(size):
            row[j] *= factor
            total += row[j] * u[j]
        image[i] = total


@njit(**FAST)
def _add_rank_one(p, image, product, weight):  # type: ignore[no-untyped-def]
    """Make (P^-1 + w u u')^-1 of P, with the image P u and the product u' P u."""
    size = image.size
    factor = weight / (image.dtype.type(1.0) + weight * product)
    for i in range(size):
        row, scaled = p[i * size : (i + 1) * size], factor * image[i]
        for j in range(size):
            row[j] -= scaled * image[j]


@njit(**FAST)
def _dot(left, right):  # type: ignore[no-untyped-def]
    total = left.dtype.type(0.0)
    for i in range(left.size):
        total += left[i] * right[i]
    return total
