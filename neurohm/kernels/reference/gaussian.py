"""Passes over real numbers, x ~ N(a + b, deviation^2), with a deviation for each unit.

``log_deviation`` is ``(units,)``. The deviation is held to at least `LEAST_DEVIATION` in every pass
alike, so that draws, log-probabilities and errors speak of one distribution, whose density is
bounded. The other shapes are those of `neurohm.kernels.reference.bernoulli`.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtri

from neurohm.backend import Array, Draws, random_bits
from neurohm.kernels.reference.rows import spread

LEAST_DEVIATION = 1e-3
LEAST_LOG_DEVIATION = math.log(LEAST_DEVIATION)
LOG_ROOT_TWO_PI = math.log(2 * math.pi) / 2


def mean(drive: Array, bias: Array, out: Array) -> None:
    """Write the means a + b."""
    out[...] = spread(drive, out.shape[0]) + bias


def draw(
    drive: Array,
    bias: Array,
    log_deviation: Array,
    draws: Draws,
    out: Array,
    total: Array | None = None,
) -> None:
    """Write normal draws, each of one 32-bit word through the inverse distribution function.

    The log-probability (nats) of each row is added to its total, where there is one.
    """
    u = (random_bits(draws, *out.shape) + 0.5) * 2.0**-32
    noise = np.exp(_held(log_deviation)) * ndtri(u).astype(bias.dtype)
    out[...] = spread(drive, out.shape[0]) + bias + noise
    if total is not None:
        log_probability(drive, bias, log_deviation, out, total)


def error(
    drive: Array,
    bias: Array,
    log_deviation: Array,
    values: Array,
    out: Array,
    total: Array | None = None,
) -> None:
    """Write (x - (a + b)) / deviation^2; add the log-probability (nats) to the total, if any."""
    rows = out.shape[0]
    surprise = spread(values, rows) - (spread(drive, rows) + bias)
    out[...] = surprise * np.exp(-2 * _held(log_deviation))
    if total is not None:
        log_probability(drive, bias, log_deviation, values, total)


def log_probability(
    drive: Array, bias: Array, log_deviation: Array, values: Array, total: Array
) -> None:
    """Add the log-density sum_j -z_j^2 / 2 - log deviation_j - log(2 pi) / 2 to each total."""
    rows, held = total.shape[0], _held(log_deviation)
    z = (spread(values, rows) - (spread(drive, rows) + bias)) * np.exp(-held)
    total -= 0.5 * (z * z).sum(axis=1, dtype=np.float64)
    total -= held.sum(dtype=np.float64) + LOG_ROOT_TWO_PI * bias.size


def deviation_gradient(
    error: Array, log_deviation: Array, gain: Array, scale: float, out: Array
) -> None:
    """Write the gradient of the log-density in each log-deviation, z^2 - 1, weighed over rows.

    A deviation at its least only learns to grow.

    Parameters
    ----------
    error : ndarray, (rows, units)
        As `error` wrote it: z / deviation.
    log_deviation : ndarray, (units,)
    gain : ndarray, (rows,) or (1,)
        The third factor of each row.
    scale : float
        A factor of all rows.
    out : ndarray, (units,)
        Receives scale * sum_rows gain (z^2 - 1).
    """
    z = error * np.exp(_held(log_deviation))
    out[...] = (error.dtype.type(scale) * gain[:, None] * (z * z - 1)).sum(axis=0)
    np.maximum(out, 0, out=out, where=log_deviation <= LEAST_LOG_DEVIATION)


def _held(log_deviation: Array) -> Array:
    held: Array = np.maximum(log_deviation, log_deviation.dtype.type(LEAST_LOG_DEVIATION))
    return held
