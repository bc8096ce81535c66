"""Steps of the optimisers, uphill along a gradient, over flat arrays in place.

The ``pace`` is an array of float64, ``(2,)``: the rate, and Adam's epsilon. In an array they can
change from step to step while the step stays the same.
"""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array


def delta(parameter: Array, gradient: Array, pace: Array) -> None:
    """Step along the gradient: parameter <- parameter + rate g."""
    parameter += parameter.dtype.type(pace[0]) * gradient


def momentum(parameter: Array, gradient: Array, velocity: Array, pace: Array, decay: float) -> None:
    """Step with heavy-ball momentum: v <- decay v + g, parameter <- parameter + rate v."""
    velocity *= velocity.dtype.type(decay)
    velocity += gradient
    parameter += parameter.dtype.type(pace[0]) * velocity


def adam(
    parameter: Array,
    gradient: Array,
    first: Array,
    second: Array,
    pace: Array,
    decays: tuple[float, float],
) -> None:
    """Step with Adam; the caller has put the bias correction into the rate and epsilon.

    m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2,
    parameter <- parameter + rate m / (sqrt v + e).

    References
    ----------
    Kingma, Ba (2015). Adam: a method for stochastic optimization. ICLR, section 2.
    """
    real = parameter.dtype.type
    rate, epsilon = real(pace[0]), real(pace[1])
    first *= real(decays[0])
    first += real(1 - decays[0]) * gradient
    second *= real(decays[1])
    second += real(1 - decays[1]) * gradient * gradient
    parameter += rate * first / (np.sqrt(second) + epsilon)


def shrink(parameter: Array, pace: Array, weight_decay: float, sparsity: float) -> None:
    """Shrink by a fraction, rate x weight_decay, then towards zero by rate x sparsity."""
    real = parameter.dtype.type
    parameter *= real(1 - min(pace[0] * weight_decay, 1.0))
    shrunk = np.maximum(np.abs(parameter) - real(pace[0] * sparsity), 0)
    parameter[...] = np.sign(parameter) * shrunk


def rectify(parameter: Array) -> None:
    """Raise negative entries to zero."""
    np.maximum(parameter, 0, out=parameter)
