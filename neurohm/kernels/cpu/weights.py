"""Compiled passes over particles and rows; the equations stand in `kernels.reference.weights`."""

from __future__ import annotations

import math

import numpy as np

from neurohm.backend import Array
from neurohm.kernels.cpu.instruction import Issue
from neurohm.kernels.cpu.operation import (
    exact_operation,
    matrix,
    number,
    operation,
    vector,
)


class Weights:
    """See `neurohm.kernels.reference.weights`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue) -> None:
        self._issue = issue

    def log_ratio(self, numerator: Array, denominator: Array, out: Array) -> None:
        """Write the difference of logarithms."""
        self._issue(_log_ratio, out.dtype, (numerator, denominator), (out,), (), out.size)

    def log_mixture(self, log_probability: Array, share: float, other: float, out: Array) -> None:
        """Write the log-probability under a mixture with a second, constant component."""
        first, second = math.log1p(-share), other + math.log(share)
        self._issue(
            _log_mixture, out.dtype, (log_probability,), (out,), (first, second), 10 * out.size
        )

    def importance_weights(
        self, log_weights: Array, weights: Array, log_mean: Array, effective: Array
    ) -> None:
        """Normalise importance weights over particles."""
        written = (weights, log_mean, effective)
        cost = 20 * weights.size
        self._issue(_importance_weights, weights.dtype, (log_weights,), written, (), cost)

    def advantage(self, weights: Array, baseline: float, out: Array) -> None:
        """Write weights minus a baseline."""
        self._issue(_advantage, out.dtype, (weights,), (out,), (float(baseline),), out.size)

    def look_up(self, bits: Array, table: Array, out: Array) -> None:
        """Write what a table says of rows of bits."""
        self._issue(_look_up, out.dtype, (bits, table), (out,), (), 0.5 * bits.size)

    def weigh_rows(self, error: Array, gain: Array, scale: float, out: Array, total: Array) -> None:
        """Weigh the rows of an error and gather them."""
        reads, written = (error, gain), (out, total)
        self._issue(_weigh_rows, out.dtype, reads, written, (float(scale),), 0.3 * error.size)

    def weigh_units(self, error: Array, share: Array, out: Array) -> None:
        """Write an error times the share of each unit."""
        self._issue(_weigh_units, out.dtype, (error, share), (out,), (), 0.2 * out.size)


@operation
def _log_ratio(words, real):  # type: ignore[no-untyped-def]
    numerator, denominator = vector(words, 0, real), vector(words, 1, real)
    out = vector(words, 2, real)
    for i in range(out.size):
        out[i] = numerator[i] - denominator[i]


@exact_operation
def _log_mixture(words, real):  # type: ignore[no-untyped-def]
    log_probability, out = vector(words, 0, real), vector(words, 1, real)
    shift, second = number(words, 2), number(words, 3)
    for i in range(out.size):
        first = log_probability[i] + shift
        out[i] = max(first, second) + math.log1p(math.exp(-abs(first - second)))


@exact_operation
def _importance_weights(words, real):  # type: ignore[no-untyped-def]
    log_weights, weights = matrix(words, 0, np.float64), matrix(words, 1, real)
    log_mean, effective = vector(words, 2, np.float64), vector(words, 3, np.float64)
    samples, particles = log_weights.shape
    for i in range(samples):
        largest = log_weights[i, 0]
        for k in range(1, particles):
            largest = max(largest, log_weights[i, k])
        total, squares = 0.0, 0.0
        for k in range(particles):
            w = math.exp(log_weights[i, k] - largest)
            total += w
            squares += w * w
        for k in range(particles):
            weights[i, k] = math.exp(log_weights[i, k] - largest) / total
        log_mean[i] = largest + math.log(total / particles)
        effective[i] = total * total / squares


@operation
def _advantage(words, real):  # type: ignore[no-untyped-def]
    weights, out = vector(words, 0, real), vector(words, 1, real)
    baseline = out.dtype.type(number(words, 2))
    for i in range(out.size):
        out[i] = weights[i] - baseline


@operation
def _look_up(words, real):  # type: ignore[no-untyped-def]
    bits, table = matrix(words, 0, real), vector(words, 1, real)
    out = vector(words, 2, real)
    zero = out.dtype.type(0.0)
    for row in range(out.size):
        code, own = 0, bits[row]
        for j in range(bits.shape[1]):
            code = 2 * code + (1 if own[j] != zero else 0)
        out[row] = table[code]


@operation
def _weigh_rows(words, real):  # type: ignore[no-untyped-def]
    error, gain = matrix(words, 0, real), vector(words, 1, real)
    out, total = matrix(words, 2, real), vector(words, 3, real)
    zero, factor = out.dtype.type(0.0), out.dtype.type(number(words, 4))
    rows, units = out.shape
    share = error.shape[0] // rows
    for j in range(units):
        total[j] = zero
    for row in range(rows):
        sums, k = out[row], row * share
        g, e = factor * gain[k % gain.shape[0]], error[k]
        for j in range(units):
            sums[j] = g * e[j]
        for k in range(row * share + 1, (row + 1) * share):
            g, e = factor * gain[k % gain.shape[0]], error[k]
            for j in range(units):
                sums[j] += g * e[j]
        for j in range(units):
            total[j] += sums[j]


@operation
def _weigh_units(words, real):  # type: ignore[no-untyped-def]
    error, share, out = matrix(words, 0, real), vector(words, 1, real), matrix(words, 2, real)
    for row in range(out.shape[0]):
        e, weighed = error[row], out[row]
        for j in range(out.shape[1]):
            weighed[j] = e[j] * share[j]
