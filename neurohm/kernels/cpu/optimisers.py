"""Compiled optimiser steps; the equations stand in `kernels.reference.optimisers`."""

from __future__ import annotations

import numpy as np
from numba import njit

from neurohm.backend import Array
from neurohm.kernels.cpu.scalar import FAST


@njit(**FAST)
def momentum(parameter, gradient, velocity, rate, decay):  # type: ignore[no-untyped-def]
    """See `neurohm.kernels.reference.optimisers.momentum`."""
    real = parameter.dtype.type
    r, d = real(rate), real(decay)
    for i in range(parameter.size):
        velocity[i] = d * velocity[i] + gradient[i]
        parameter[i] += r * velocity[i]


def adam(
    parameter: Array,
    gradient: Array,
    first: Array,
    second: Array,
    rate: float,
    decays: tuple[float, float],
    epsilon: float,
) -> None:
    """See `neurohm.kernels.reference.optimisers.adam`."""
    _adam(parameter, gradient, first, second, rate, decays[0], decays[1], epsilon)


@njit(**FAST)
def _adam(parameter, gradient, first, second, rate, decay1, decay2, epsilon):  # type: ignore[no-untyped-def]
    real = parameter.dtype.type
    r, b1, b2, e = real(rate), real(decay1), real(decay2), real(epsilon)
    c1, c2 = real(1.0 - decay1), real(1.0 - decay2)
    for i in range(parameter.size):
        g = gradient[i]
        m = b1 * first[i] + c1 * g
        v = b2 * second[i] + c2 * g * g
        first[i], second[i] = m, v
        parameter[i] += r * m / (real(np.sqrt(v)) + e)
