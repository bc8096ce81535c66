"""Passes over particles and rows."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array


def log_ratio(numerator: Array, denominator: Array, out: Array) -> None:
    """Write the difference of two logarithms, float64, ``(rows,)`` each."""
    np.subtract(numerator, denominator, out=out)


def log_mixture(log_probability: Array, share: float, other: float, out: Array) -> None:
    """Write the log-probability under a mixture with a second, constant component.

    Parameters
    ----------
    log_probability : ndarray of float64, (rows,)
        log q under the first component, nats.
    share : float
        Of the second component, in (0, 1).
    other : float
        Log-probability under the second component, that of every row (nats).
    out : ndarray of float64, (rows,)
        Receives log ((1 - share) q + share exp(other)).
    """
    out[...] = np.logaddexp(log_probability + np.log1p(-share), other + np.log(share))


def importance_weights(
    log_weights: Array, weights: Array, log_mean: Array, effective: Array
) -> None:
    """Normalise the importance weights of each sample over its particles.

    Parameters
    ----------
    log_weights : ndarray of float64, (samples, particles)
        log w_k = log p(x, h_k) - log q(h_k | x), nats.
    weights : ndarray, (samples, particles)
        Receives w_k / sum_j w_j.
    log_mean : ndarray of float64, (samples,)
        Receives log (1/K) sum_k w_k.
    effective : ndarray of float64, (samples,)
        Receives the effective sample size, (sum_k w_k)^2 / sum_k w_k^2.
    """
    largest = log_weights.max(axis=1, keepdims=True)
    w = np.exp(log_weights - largest)
    total = w.sum(axis=1, keepdims=True)
    weights[...] = w / total
    log_mean[...] = (largest + np.log(total / w.shape[1]))[:, 0]
    effective[...] = total[:, 0] ** 2 / (w * w).sum(axis=1)


def advantage(weights: Array, baseline: float, out: Array) -> None:
    """Write weights minus a baseline, of the same shape."""
    out[...] = weights - weights.dtype.type(baseline)


def look_up(bits: Array, table: Array, out: Array) -> None:
    """Write what a table says of each row of bits, read as a number, the first bit the highest.

    Parameters
    ----------
    bits : ndarray, (rows, units)
        0 and 1.
    table : ndarray, (2**units,)
    out : ndarray, (rows,)
    """
    codes = (bits != 0) @ (1 << np.arange(bits.shape[1])[::-1])
    out[...] = table[codes]


def weigh_rows(error: Array, gain: Array, scale: float, out: Array, total: Array) -> None:
    """Weigh the rows of an error and add up those that share a presynaptic row.

    Parameters
    ----------
    error : ndarray, (rows * share, units)
    gain : ndarray, (rows * share,) or (1,)
        The third factor of each row.
    scale : float
        A factor of all rows.
    out : ndarray, (rows, units)
        Receives scale * sum_k gain_k error_k over each group of ``share`` rows.
    total : ndarray, (units,)
        Receives the sum of ``out`` over its rows: the change of a bias.
    """
    share = error.shape[0] // out.shape[0]
    weighed = error * (error.dtype.type(scale) * gain)[:, None]
    out[...] = weighed.reshape(out.shape[0], share, -1).sum(axis=1)
    total[...] = out.sum(axis=0)


def weigh_units(error: Array, share: Array, out: Array) -> None:
    """Write an error times the share of each unit, ``(units,)``."""
    out[...] = error * share
