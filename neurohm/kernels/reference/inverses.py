"""The metric of each unit by matrices of its own: Cholesky factors, and inverses that follow.

H is presynaptic activity, ``(rows, inputs)``, d the Fisher weights, ``(rows, units)``, a the
damping. Where inputs from column ``lateral`` on are the units themselves (autoregressive units;
-1 where there are none), unit j sees the first j of those alone.

Factors stand in a row for each unit and are kept from one call to the next; where there is one row
only, it serves one unit after the other and nothing is kept.
"""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array


def over_rows(
    activity: Array,
    weight: Array,
    right: Array,
    anew: Array,
    damping: float,
    lateral: int,
    factors: Array,
    out: Array,
) -> None:
    """Write x_j = S (n a I + S H_j H_j' S)^-1 S r_j with S = diag(d_j)^1/2.

    Nothing is divided by d_j: units that hardly vary do no harm.

    Parameters
    ----------
    activity : ndarray, (rows, inputs)
    weight : ndarray, (rows, units)
    right : ndarray, (rows, units)
        r: activity times gradients.
    anew : ndarray, (1,)
        Whether to make the factors; they hold those of an earlier call where it is zero.
    damping : float
    lateral : int
    factors : ndarray, (units or 1, rows * rows)
        Lower triangles with one over each pivot on the diagonal.
    out : ndarray, (rows, units)
        x.
    """
    rows, units = weight.shape
    for unit in range(units):
        s = np.sqrt(weight[:, unit])
        seen = activity * _seen(activity.shape[1], units, unit, lateral)
        slot = factors[unit % len(factors)].reshape(rows, rows)
        if anew[0] or len(factors) < units:
            system = s[:, None] * (seen @ seen.T) * s + rows * damping * np.eye(rows)
            slot[...] = _factor(system)
        out[:, unit] = s * _back(slot, s * right[:, unit])


def over_inputs(
    activity: Array,
    weight: Array,
    gradient: Array,
    anew: Array,
    damping: float,
    lateral: int,
    factors: Array,
    out: Array,
) -> None:
    """Write (1 + a) (F_j + a I)^-1 g_j with F_j = H' diag(d_j) H / n, among the inputs seen.

    Parameters
    ----------
    activity, weight, anew, damping, lateral
        See `over_rows`.
    gradient : ndarray, (inputs, units)
        g, zero at inputs that a unit does not see.
    factors : ndarray, (units or 1, inputs * inputs)
    out : ndarray, (inputs, units)
    """
    (rows, units), inputs = weight.shape, activity.shape[1]
    for unit in range(units):
        slot = factors[unit % len(factors)].reshape(inputs, inputs)
        if anew[0] or len(factors) < units:
            seen = activity * _seen(inputs, units, unit, lateral)
            system = (seen.T * weight[:, unit]) @ seen / rows + damping * np.eye(inputs)
            slot[...] = _factor(system)
        out[:, unit] = (1 + damping) * _back(slot, gradient[:, unit])


def follow(
    activity: Array,
    weight: Array,
    events: Array,
    damping: float,
    forgetting: float,
    lateral: int,
    inverses: Array,
) -> None:
    """Let the inverses of the damped Fisher matrices follow activity, row by row.

    With P_j ~ (F_j + a I)^-1, each row u is taken up by

        P_j^-1 <- l P_j^-1 + (1 - l) (d_j u u' + a m e_i e_i'),

    two rank-one changes (Sherman and Morrison). The second one, at one of the m inputs in turn,
    keeps the damping from being forgotten.

    Parameters
    ----------
    activity : ndarray, (rows, inputs)
    weight : ndarray, (rows, units)
    events : ndarray of float64, (1,)
        How many rows were taken up before; they tell whose turn it is.
    damping, forgetting : float
        a and l.
    lateral : int
    inverses : ndarray, (units, inputs * inputs)
        P, changed in place.
    """
    (rows, units), inputs = weight.shape, activity.shape[1]
    for unit in range(units):
        p = inverses[unit].reshape(inputs, inputs)
        for row in range(rows):
            u = activity[row] * _seen(inputs, units, unit, lateral)
            p /= forgetting
            _add_rank_one(p, p @ u, u, (1 - forgetting) * weight[row, unit])
            place = (int(events[0]) + row) % inputs
            pulse = np.eye(inputs)[place]
            _add_rank_one(p, p[place].copy(), pulse, (1 - forgetting) * damping * inputs)


def turn(inverses: Array, gradient: Array, damping: float, out: Array) -> None:
    """Write (1 + a) P_j g_j of each unit, ``(inputs, units)``."""
    inputs, units = gradient.shape
    p = inverses.reshape(units, inputs, inputs)
    out[...] = (1 + damping) * np.einsum("jim,mj->ij", p, gradient)


def _seen(inputs: int, units: int, unit: int, lateral: int) -> Array:
    """Return which inputs a unit has."""
    seen = np.ones(inputs, bool)
    if lateral >= 0:
        seen[lateral + unit : lateral + units] = False
    return seen


def _factor(system: Array) -> Array:
    """Return the Cholesky factor, with one over each pivot on its diagonal."""
    factor: Array = np.linalg.cholesky(system.astype(np.float64))
    factor.flat[:: len(factor) + 1] = 1 / factor.diagonal()
    return factor


def _back(factor: Array, right: Array) -> Array:
    """Return the solution of a system of which the factor is known."""
    from scipy.linalg import cho_solve

    lower = factor.astype(np.float64)
    lower.flat[:: len(lower) + 1] = 1 / lower.diagonal()
    return np.asarray(cho_solve((lower, True), right.astype(np.float64)))


def _add_rank_one(inverse: Array, image: Array, u: Array, weight: float) -> None:
    """Make (P^-1 + w u u')^-1 of P, whose product with u is the image."""
    inverse -= np.outer(image, image) * (weight / (1 + weight * (u @ image)))
