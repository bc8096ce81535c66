"""Compiled passes over real numbers; the equations stand in `kernels.reference.gaussian`."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from neurohm.backend import Array, Draws
from neurohm.backend.numpy_ import CPU
from neurohm.kernels.cpu.instruction import Issue, drawn
from neurohm.kernels.cpu.normal import central_normal, is_central, outer_normal
from neurohm.kernels.cpu.operation import matrix, number, operation, vector, whole
from neurohm.kernels.cpu.philox import fill_row, row_buffer
from neurohm.kernels.cpu.scalar import FAST
from neurohm.kernels.reference.gaussian import LEAST_LOG_DEVIATION, LOG_ROOT_TWO_PI


class GaussianUnits:
    """See `neurohm.kernels.reference.gaussian`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue) -> None:
        self._issue = issue

    def mean(self, drive: Array, bias: Array, out: Array) -> None:
        """Write the means."""
        self._issue(_mean, bias.dtype, (drive, bias), (out,), (), 0.1 * out.size)

    def draw(
        self,
        drive: Array,
        bias: Array,
        log_deviation: Array,
        draws: Draws,
        out: Array,
        total: Array | None = None,
    ) -> None:
        """Write normal draws; add their log-probability to the totals."""
        arrays, numbers = drawn(draws)
        reads = (drive, bias, log_deviation, *arrays)
        written = (out, CPU.empty(bias.shape, bias.dtype), row_buffer(bias.size))
        self._issue(_draw, bias.dtype, reads, written, numbers, 3 * out.size)
        if total is not None:
            self.log_probability(drive, bias, log_deviation, out, total)

    def error(
        self,
        drive: Array,
        bias: Array,
        log_deviation: Array,
        values: Array,
        out: Array,
        total: Array | None = None,
    ) -> None:
        """Write the error; add the log-probability of the values to the totals."""
        reads, cost = (drive, bias, log_deviation, values), 0.2 * out.size
        written = (out, CPU.empty(bias.shape, bias.dtype))
        if total is None:
            self._issue(_error, bias.dtype, reads, written, (), cost)
        else:
            self._issue(_error_scored, bias.dtype, reads, (*written, total), (), cost)

    def log_probability(
        self, drive: Array, bias: Array, log_deviation: Array, values: Array, total: Array
    ) -> None:
        """Add the log-probability of the values to the totals."""
        reads, cost = (drive, bias, log_deviation, values), 0.2 * total.size * bias.size
        written = (CPU.empty(bias.shape, bias.dtype), total)
        self._issue(_log_probability, bias.dtype, reads, written, (), cost)

    def deviation_gradient(
        self, error: Array, log_deviation: Array, gain: Array, scale: float, out: Array
    ) -> None:
        """Write the gradient in the log-deviations."""
        reads, written = (error, log_deviation, gain), (out, CPU.empty(out.shape, out.dtype))
        self._issue(_gradient, out.dtype, reads, written, (float(scale),), 0.2 * error.size)


@operation
def _mean(words, real):  # type: ignore[no-untyped-def]
    drive, bias, out = matrix(words, 0, real), vector(words, 1, real), matrix(words, 2, real)
    share = out.shape[0] // drive.shape[0]
    for row in range(out.shape[0]):
        a, mean = drive[row // share], out[row]
        for j in range(out.shape[1]):
            mean[j] = a[j] + bias[j]


@operation
def _draw(words, real):  # type: ignore[no-untyped-def]
    drive, bias, log_deviation = (
        matrix(words, 0, real),
        vector(words, 1, real),
        vector(words, 2, real),
    )
    keys, clock = matrix(words, 3, np.uint32), vector(words, 4, np.uint32)
    out, deviation = matrix(words, 5, real), vector(words, 6, real)
    bits, rows_per_key, site = vector(words, 7, np.uint32), whole(words, 8), whole(words, 9)
    narrow = out.dtype.type
    _power(log_deviation, 1.0, deviation)
    share = out.shape[0] // drive.shape[0]
    for row in range(out.shape[0]):
        a, x = drive[row // share], out[row]
        fill_row(bits, row, keys, rows_per_key, site, clock)
        for j in range(bias.size):  # vectorises; the few words further out come after
            x[j] = a[j] + bias[j] + deviation[j] * narrow(central_normal(bits[j]))
        for j in range(bias.size):
            if not is_central(bits[j]):
                x[j] = a[j] + bias[j] + deviation[j] * narrow(outer_normal(bits[j]))


@operation
def _error(words, real):  # type: ignore[no-untyped-def]
    drive, bias, log_deviation = (
        matrix(words, 0, real),
        vector(words, 1, real),
        vector(words, 2, real),
    )
    values, out, precision = matrix(words, 3, real), matrix(words, 4, real), vector(words, 5, real)
    _power(log_deviation, -2.0, precision)
    share, repeat = out.shape[0] // drive.shape[0], out.shape[0] // values.shape[0]
    for row in range(out.shape[0]):
        a, x, e = drive[row // share], values[row // repeat], out[row]
        for j in range(out.shape[1]):
            e[j] = (x[j] - (a[j] + bias[j])) * precision[j]


@operation
def _error_scored(words, real):  # type: ignore[no-untyped-def]
    drive, bias, log_deviation = (
        matrix(words, 0, real),
        vector(words, 1, real),
        vector(words, 2, real),
    )
    values, out, precision = matrix(words, 3, real), matrix(words, 4, real), vector(words, 5, real)
    total, zero, half = vector(words, 6, np.float64), out.dtype.type(0.0), out.dtype.type(0.5)
    _power(log_deviation, -2.0, precision)
    constant = _log_normaliser(log_deviation)
    share, repeat = out.shape[0] // drive.shape[0], out.shape[0] // values.shape[0]
    for row in range(out.shape[0]):
        a, x, e = drive[row // share], values[row // repeat], out[row]
        part = zero
        for j in range(out.shape[1]):
            surprise = x[j] - (a[j] + bias[j])
            e[j] = surprise * precision[j]
            part += half * surprise * e[j]
        total[row] -= np.float64(part) + constant


@operation
def _log_probability(words, real):  # type: ignore[no-untyped-def]
    drive, bias, log_deviation = (
        matrix(words, 0, real),
        vector(words, 1, real),
        vector(words, 2, real),
    )
    values, precision = matrix(words, 3, real), vector(words, 4, real)
    total, zero, half = vector(words, 5, np.float64), bias.dtype.type(0.0), bias.dtype.type(0.5)
    _power(log_deviation, -2.0, precision)
    constant = _log_normaliser(log_deviation)
    share, repeat = total.size // drive.shape[0], total.size // values.shape[0]
    for row in range(total.size):
        a, x = drive[row // share], values[row // repeat]
        part = zero
        for j in range(bias.size):
            surprise = x[j] - (a[j] + bias[j])
            part += half * surprise * surprise * precision[j]
        total[row] -= np.float64(part) + constant


@operation
def _gradient(words, real):  # type: ignore[no-untyped-def]
    error, log_deviation = matrix(words, 0, real), vector(words, 1, real)
    gain, out, variance = vector(words, 2, real), vector(words, 3, real), vector(words, 4, real)
    zero, one, factor = out.dtype.type(0.0), out.dtype.type(1.0), out.dtype.type(number(words, 5))
    least = out.dtype.type(LEAST_LOG_DEVIATION)
    _power(log_deviation, 2.0, variance)
    for j in range(out.size):
        out[j] = zero
    for row in range(error.shape[0]):
        g, e = factor * gain[row % gain.size], error[row]
        for j in range(out.size):
            out[j] += g * (e[j] * e[j] * variance[j] - one)
    for j in range(out.size):
        if log_deviation[j] <= least:
            out[j] = max(out[j], zero)


@njit(**FAST)
def _power(log_deviation, exponent, out):  # type: ignore[no-untyped-def]
    """Write a power of the deviations, held to the least."""
    for j in range(out.size):
        held = max(np.float64(log_deviation[j]), LEAST_LOG_DEVIATION)
        out[j] = math.exp(exponent * held)


@njit(**FAST)
def _log_normaliser(log_deviation):  # type: ignore[no-untyped-def]
    """Return what the log-density is less by, whatever the values."""
    total = LOG_ROOT_TWO_PI * log_deviation.size
    for j in range(log_deviation.size):
        total += max(np.float64(log_deviation[j]), LEAST_LOG_DEVIATION)
    return total
