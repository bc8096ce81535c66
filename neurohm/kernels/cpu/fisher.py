"""Compiled natural gradients; the equations stand in `kernels.reference.fisher`.

What belongs to a unit lies in a row, so that a step of a unit stays in the fastest cache. Units
that are done leave the products: the residuals of the others are kept together.
"""

from __future__ import annotations

import numpy as np
from numba import njit

# numba's products call this library: loaded here, it is there when its threads are limited
from scipy.linalg import cython_blas  # noqa: F401

from neurohm.backend import Array
from neurohm.backend.numpy_ import CPU
from neurohm.kernels.cpu.instruction import Issue
from neurohm.kernels.cpu.operation import matrix, operation, vector, whole
from neurohm.kernels.cpu.scalar import FAST

_EXPECTED_STEPS = 10
# a call for each unit and step would cost a third of what it does
_INLINED = {**FAST, "inline": "always"}


class Fisher:
    """See `neurohm.kernels.reference.fisher`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue) -> None:
        self._issue = issue

    def conjugate_gradients(
        self,
        activity: Array,
        weight: Array,
        error: Array,
        setting: Array,
        limit: int,
        out: Array,
        spent: Array,
    ) -> None:
        """See `neurohm.kernels.reference.fisher.conjugate_gradients`."""
        reads = (activity, weight, error, setting)
        writes = (out, spent, *_room(error))
        rows = error.shape[0]
        products = activity.size * rows + _EXPECTED_STEPS * rows * error.size + out.size * rows
        self._issue(_conjugate_gradients, out.dtype, reads, writes, (int(limit),), products / 12)


def _room(error: Array) -> tuple[Array, ...]:
    """Return what a solution needs beside its result."""
    rows, units = error.shape
    own = [(rows, rows), (rows,), *[(units, rows)] * 6, *[(units,)] * 3]
    return (*(CPU.empty(shape, error.dtype) for shape in own), CPU.empty((units,), np.int64))


@operation
def _conjugate_gradients(words, real):  # type: ignore[no-untyped-def]
    activity, out = matrix(words, 0, real), matrix(words, 4, real)
    setting, spent = vector(words, 3, np.float64), vector(words, 5, np.int64)
    gram, mean = matrix(words, 6, real), vector(words, 7, real)
    weight, residual, image = (
        matrix(words, 8, real),
        matrix(words, 9, real),
        matrix(words, 10, real),
    )
    p, kp, solution = matrix(words, 11, real), matrix(words, 12, real), matrix(words, 13, real)
    energy, inverse, before = (
        vector(words, 14, real),
        vector(words, 15, real),
        vector(words, 16, real),
    )
    order = vector(words, 17, np.int64)
    ridge = gram.dtype.type(activity.shape[0] * setting[0])
    goal = gram.dtype.type(activity.shape[0] * setting[0] * setting[1] * setting[1])

    np.dot(activity, activity.T, gram)
    for i in range(mean.size):
        mean[i] = gram[i].sum()
    _transpose(matrix(words, 1, real), weight)
    _transpose(matrix(words, 2, real), residual)
    for unit in range(spent.size):
        spent[unit], order[unit], before[unit] = -1, unit, gram.dtype.type(1.0)
        energy[unit], inverse[unit] = _start(
            residual[unit], solution[unit], p[unit], kp[unit], weight[unit], mean, ridge
        )
    live, step = spent.size, 0
    while live > 0 and step < whole(words, 18):
        np.dot(residual[:live], gram, image[:live])
        state = (residual, image, weight, p, kp, solution, energy, before)
        going = _step(order[:live], state, mean, inverse, ridge, goal)
        spent[order[going:live]] = step
        live, step = going, step + 1
    np.dot(activity.T, solution.T, out)


@njit(**_INLINED)
def _step(order, state, mean, inverse, ridge, goal):  # type: ignore[no-untyped-def]
    """Take a step with each unit that needs one; bring those to the front, return how many."""
    residual, image, weight, p, kp, solution, energy, before = state
    place, live = 0, order.size
    while place < live:
        unit = order[place]
        r, kr, d = residual[place], image[place], weight[unit]
        power, along = _measure(r, kr, d, mean, ridge)
        if power > goal * energy[unit]:
            along, kept = along * inverse[unit], power / before[unit]
            length = power / _turn(r, kr, p[unit], kp[unit], d, mean, along, kept, ridge)
            _move(r, solution[unit], p[unit], kp[unit], d, length, ridge)
            energy[unit] += length * power
            before[unit] = power
            place += 1
        else:
            live -= 1
            order[place], order[live] = order[live], unit
            residual[place], image[place] = residual[live], image[live]
    return live


@njit(**FAST)
def _transpose(values, out):  # type: ignore[no-untyped-def]
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            out[j, i] = values[i, j]


@njit(**_INLINED)
def _start(residual, solution, p, kp, weight, mean, ridge):  # type: ignore[no-untyped-def]
    """Solve in the direction of the mean; return the energy of that, and one over its norm."""
    zero = residual.dtype.type(0.0)
    norm, projection = zero, zero
    for i in range(residual.size):
        norm += (ridge + weight[i] * mean[i]) * mean[i]
        projection += mean[i] * residual[i]
    inverse = residual.dtype.type(1.0) / norm if norm > zero else zero
    start = inverse * projection
    for i in range(residual.size):
        solution[i], p[i], kp[i] = start, zero, zero
        residual[i] -= start * (ridge + weight[i] * mean[i])
    return start * start * norm, inverse


@njit(**_INLINED)
def _measure(residual, image, weight, mean, ridge):  # type: ignore[no-untyped-def]
    """Return the squared residual, and how much of it lies along the mean in the metric."""
    power = residual.dtype.type(0.0)
    along = residual.dtype.type(0.0)
    for i in range(residual.size):
        power += residual[i] * image[i]
        along += (ridge + weight[i] * mean[i]) * image[i]
    return power, along


@njit(**_INLINED)
def _turn(residual, image, p, kp, weight, mean, along, kept, ridge):  # type: ignore[no-untyped-def]
    """Take the next direction, conjugate to all before; return its squared Fisher norm."""
    norm = residual.dtype.type(0.0)
    for i in range(residual.size):
        step = residual[i] - along + kept * p[i]
        step_image = image[i] - along * mean[i] + kept * kp[i]
        p[i], kp[i] = step, step_image
        norm += (ridge * step + weight[i] * step_image) * step_image
    return norm


@njit(**_INLINED)
def _move(residual, solution, p, kp, weight, length, ridge):  # type: ignore[no-untyped-def]
    """Move along the direction."""
    for i in range(residual.size):
        solution[i] += length * p[i]
        residual[i] -= length * (ridge * p[i] + weight[i] * kp[i])
