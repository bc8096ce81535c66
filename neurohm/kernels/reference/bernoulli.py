"""Passes over Bernoulli activity, s in {0, 1}, with the logit a + b.

Shapes, here and in every file of kernels: ``drive`` a is ``(drive_rows, units)``, ``bias`` b is
``(units,)``, ``values`` s is ``(value_rows, units)``, ``out`` is ``(rows, units)`` and ``total``
is ``(rows,)`` in float64, added to. A drive or value with fewer rows than the result serves
``rows / its_rows`` consecutive rows each: one sample serves its K particles, and a drive of one
row serves all. Values, and what is drawn, may be compressed (`SparseRows`).
"""

from __future__ import annotations

import numpy as np

from neurohm.backend import Activations, Array, Draws, uniform
from neurohm.kernels.reference.rows import put, spread


def mean(drive: Array, bias: Array, out: Array) -> None:
    """Write the probabilities 1 / (1 + exp(-(a + b)))."""
    logit = _logit(drive, bias, out.shape[0])
    out[...] = _up(logit) / (1 + np.exp(-np.abs(logit)))


def draw(drive: Array, bias: Array, draws: Draws, out: Activations) -> None:
    """Write binary draws: 1 where a uniform number is below the probability."""
    logit = _logit(drive, bias, out.shape[0])
    u = uniform(draws, *out.shape).astype(bias.dtype)
    put(u * (1 + np.exp(-np.abs(logit))) < _up(logit), out)


def draw_with_log_probability(
    drive: Array, bias: Array, draws: Draws, out: Activations, total: Array
) -> None:
    """Write binary draws and add the log-probability (nats) of each row to its total."""
    draw(drive, bias, draws, out)
    log_probability(drive, bias, out, total)


def error(drive: Array, bias: Array, values: Activations, out: Array) -> None:
    """Write what the units did minus what their input predicted, s - sigmoid(a + b)."""
    logit = _logit(drive, bias, out.shape[0])
    out[...] = spread(values, out.shape[0]) - _up(logit) / (1 + np.exp(-np.abs(logit)))


def error_with_log_probability(
    drive: Array, bias: Array, values: Activations, out: Array, total: Array
) -> None:
    """Write the error and add the log-probability (nats) of each row to its total."""
    error(drive, bias, values, out)
    log_probability(drive, bias, values, total)


def log_probability(drive: Array, bias: Array, values: Activations, total: Array) -> None:
    """Add sum_j s_j a_j - softplus(a_j) of each row to its total (nats)."""
    logit = _logit(drive, bias, total.shape[0])
    softplus = np.maximum(logit, 0) + np.log1p(np.exp(-np.abs(logit)))
    terms = spread(values, total.shape[0]) * logit - softplus
    total += terms.sum(axis=1, dtype=np.float64)


def _up(logit: Array) -> Array:
    """Return the numerator of a sigmoid that never overflows, over 1 + exp(-|logit|)."""
    up: Array = np.where(logit >= 0, logit.dtype.type(1), np.exp(-np.abs(logit)))
    return up


def _logit(drive: Array, bias: Array, rows: int) -> Array:
    logit: Array = spread(drive, rows) + bias
    return logit
