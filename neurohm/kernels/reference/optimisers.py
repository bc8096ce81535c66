"""Steps of the optimisers, uphill along a gradient, over flat arrays in place."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array


def momentum(parameter: Array, gradient: Array, velocity: Array, rate: float, decay: float) -> None:
    """Step with heavy-ball momentum: v <- decay v + g, parameter <- parameter + rate v."""
    velocity *= velocity.dtype.type(decay)
    velocity += gradient
    parameter += parameter.dtype.type(rate) * velocity


def adam(
    parameter: Array,
    gradient: Array,
    first: Array,
    second: Array,
    rate: float,
    decays: tuple[float, float],
    epsilon: float,
) -> None:
    """Step with Adam; the caller has put the bias correction into the rate and epsilon.

    m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2,
    parameter <- parameter + rate m / (sqrt v + e).

    References
    ----------
    Kingma, Ba (2015). Adam: a method for stochastic optimization. ICLR, section 2.
    """
    real = parameter.dtype.type
    first *= real(decays[0])
    first += real(1 - decays[0]) * gradient
    second *= real(decays[1])
    second += real(1 - decays[1]) * gradient * gradient
    parameter += real(rate) * first / (np.sqrt(second) + real(epsilon))
