"""Passes over Poisson counts, s in {0, 1, 2, ...}, with the log-rate a + b.

The rate is held below `RATE_LIMIT` spikes a bin in every pass alike, so that draws,
log-probabilities and errors speak of one distribution. Shapes as in
`neurohm.kernels.reference.bernoulli`.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import gammaln

from neurohm.backend import Activations, Array, Draws, random_bits
from neurohm.backend.random import UNIT
from neurohm.kernels.reference.rows import put, spread

RATE_LIMIT = 500.0
LOG_RATE_LIMIT = math.log(RATE_LIMIT)


def mean(drive: Array, bias: Array, out: Array) -> None:
    """Write the rates exp(a + b), in counts a bin."""
    out[...] = np.exp(_log_rate(drive, bias, out.shape[0]))


def draw(drive: Array, bias: Array, draws: Draws, out: Activations) -> None:
    """Write counts: the first whose cumulative probability exceeds a uniform number."""
    real = bias.dtype.type
    rate = np.exp(_log_rate(drive, bias, out.shape[0]))
    bits = random_bits(draws, *out.shape)
    coarse = (bits >> np.uint32(8)).astype(real) * real(UNIT)
    counts = (coarse >= np.exp(-np.minimum(rate, 87 if real is np.float32 else 700))).astype(real)
    _search(counts, rate.astype(np.float64), (bits + 0.5) * 2.0**-32)
    put(counts, out)


def draw_with_log_probability(
    drive: Array, bias: Array, draws: Draws, out: Activations, total: Array
) -> None:
    """Write counts and add the log-probability (nats) of each row to its total."""
    draw(drive, bias, draws, out)
    log_probability(drive, bias, out, total)


def error(drive: Array, bias: Array, values: Activations, out: Array) -> None:
    """Write what the units did minus what their input predicted, s - exp(a + b)."""
    rows = out.shape[0]
    out[...] = spread(values, rows) - np.exp(_log_rate(drive, bias, rows))


def error_with_log_probability(
    drive: Array, bias: Array, values: Activations, out: Array, total: Array
) -> None:
    """Write the error and add the log-probability (nats) of each row to its total."""
    error(drive, bias, values, out)
    log_probability(drive, bias, values, total)


def log_probability(drive: Array, bias: Array, values: Activations, total: Array) -> None:
    """Add sum_j s_j a_j - exp(a_j) - log s_j! of each row to its total (nats)."""
    rows = total.shape[0]
    log_rate, counts = _log_rate(drive, bias, rows), spread(values, rows)
    total += (counts * log_rate - np.exp(log_rate)).sum(axis=1, dtype=np.float64)
    total -= gammaln(counts.astype(np.float64) + 1).sum(axis=1)


def _search(counts: Array, rate: Array, u: Array) -> None:
    """Raise the counts that are at least one until their cumulative probability exceeds u."""
    open_ = counts > 0
    probability = np.exp(-rate) * rate
    cumulative = np.exp(-rate) + probability
    while (open_ := open_ & (u >= cumulative) & (probability > 1e-300)).any():
        counts[open_] += 1
        probability[open_] *= rate[open_] / counts[open_]
        cumulative[open_] += probability[open_]


def _log_rate(drive: Array, bias: Array, rows: int) -> Array:
    log_rate: Array = np.minimum(spread(drive, rows) + bias, LOG_RATE_LIMIT)
    return log_rate.astype(bias.dtype, copy=False)
