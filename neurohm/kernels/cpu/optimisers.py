"""Compiled optimiser steps; the equations stand in `kernels.reference.optimisers`."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array
from neurohm.kernels.cpu.instruction import Issue
from neurohm.kernels.cpu.operation import number, operation, vector


class Optimisers:
    """See `neurohm.kernels.reference.optimisers`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue) -> None:
        self._issue = issue

    def delta(self, parameter: Array, gradient: Array, pace: Array) -> None:
        """Step along the gradient."""
        reads, cost = (gradient, pace), 0.2 * parameter.size
        self._issue(_delta, parameter.dtype, reads, (parameter,), (), cost)

    def momentum(
        self, parameter: Array, gradient: Array, velocity: Array, pace: Array, decay: float
    ) -> None:
        """Step with momentum."""
        reads, written = (gradient, pace), (parameter, velocity)
        cost = 0.3 * parameter.size
        self._issue(_momentum, parameter.dtype, reads, written, (float(decay),), cost)

    def adam(
        self,
        parameter: Array,
        gradient: Array,
        first: Array,
        second: Array,
        pace: Array,
        decays: tuple[float, float],
    ) -> None:
        """Step with Adam."""
        reads, written = (gradient, pace), (parameter, first, second)
        self._issue(_adam, parameter.dtype, reads, written, decays, 0.6 * parameter.size)

    def shrink(self, parameter: Array, pace: Array, weight_decay: float, sparsity: float) -> None:
        """Shrink towards zero."""
        numbers = (float(weight_decay), float(sparsity))
        self._issue(_shrink, parameter.dtype, (pace,), (parameter,), numbers, 0.3 * parameter.size)

    def rectify(self, parameter: Array) -> None:
        """Raise negative entries to zero."""
        self._issue(_rectify, parameter.dtype, (), (parameter,), (), 0.2 * parameter.size)


@operation
def _delta(words, real):  # type: ignore[no-untyped-def]
    gradient, pace = vector(words, 0, real), vector(words, 1, np.float64)
    parameter = vector(words, 2, real)
    rate = parameter.dtype.type(pace[0])
    for i in range(parameter.size):
        parameter[i] += rate * gradient[i]


@operation
def _momentum(words, real):  # type: ignore[no-untyped-def]
    gradient, pace = vector(words, 0, real), vector(words, 1, np.float64)
    parameter, velocity = vector(words, 2, real), vector(words, 3, real)
    rate, decay = parameter.dtype.type(pace[0]), parameter.dtype.type(number(words, 4))
    for i in range(parameter.size):
        v = decay * velocity[i] + gradient[i]
        velocity[i] = v
        parameter[i] += rate * v


@operation
def _adam(words, real):  # type: ignore[no-untyped-def]
    gradient, pace = vector(words, 0, real), vector(words, 1, np.float64)
    parameter, first, second = (
        vector(words, 2, real),
        vector(words, 3, real),
        vector(words, 4, real),
    )
    kind = parameter.dtype.type
    rate, epsilon = kind(pace[0]), kind(pace[1])
    b1, b2 = kind(number(words, 5)), kind(number(words, 6))
    c1, c2 = kind(1.0 - number(words, 5)), kind(1.0 - number(words, 6))
    for i in range(parameter.size):
        g = gradient[i]
        m = b1 * first[i] + c1 * g
        v = b2 * second[i] + c2 * g * g
        first[i], second[i] = m, v
        parameter[i] += rate * m / (kind(np.sqrt(v)) + epsilon)


@operation
def _shrink(words, real):  # type: ignore[no-untyped-def]
    pace, parameter = vector(words, 0, np.float64), vector(words, 1, real)
    kind = parameter.dtype.type
    zero = kind(0.0)
    kept = kind(1.0 - min(pace[0] * number(words, 2), 1.0))
    threshold = kind(pace[0] * number(words, 3))
    for i in range(parameter.size):
        w = kept * parameter[i]
        parameter[i] = max(w - threshold, zero) + min(w + threshold, zero)


@operation
def _rectify(words, real):  # type: ignore[no-untyped-def]
    parameter = vector(words, 0, real)
    zero = parameter.dtype.type(0.0)
    for i in range(parameter.size):
        parameter[i] = max(parameter[i], zero)
