"""Compiled passes over Poisson counts; the equations stand in `kernels.reference.poisson`."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from neurohm.backend import Array, Draws
from neurohm.backend.random import UNIT
from neurohm.kernels.cpu.philox import fill_row, row_buffer
from neurohm.kernels.cpu.scalar import FAST, exp_clamped, log_factorial
from neurohm.kernels.reference.poisson import LOG_RATE_LIMIT


def draw(drive: Array, bias: Array, draws: Draws, out: Array) -> None:
    """See `neurohm.kernels.reference.poisson.draw`."""
    _draw(drive, bias, draws.keys, draws.rows_per_key, draws.first_row, draws.site, draws.step, out)


def draw_with_log_probability(
    drive: Array, bias: Array, draws: Draws, out: Array, total: Array
) -> None:
    """See `neurohm.kernels.reference.poisson.draw_with_log_probability`."""
    draw(drive, bias, draws, out)
    log_probability(drive, bias, out, total)


def error_with_log_probability(
    drive: Array, bias: Array, values: Array, out: Array, total: Array
) -> None:
    """See `neurohm.kernels.reference.poisson.error_with_log_probability`."""
    _subtract_log_factorials(values, total)
    _error_with_log_probability(drive, bias, values, out, total)


def log_probability(drive: Array, bias: Array, values: Array, total: Array) -> None:
    """See `neurohm.kernels.reference.poisson.log_probability`."""
    _subtract_log_factorials(values, total)
    _log_probability(drive, bias, values, total)


@njit(**FAST)
def mean(drive, bias, out):  # type: ignore[no-untyped-def]
    """See `neurohm.kernels.reference.poisson.mean`."""
    rows, units = out.shape
    limit = out.dtype.type(LOG_RATE_LIMIT)
    share = rows // drive.shape[0]
    for row in range(rows):
        a = drive[row // share]
        for j in range(units):
            out[row, j] = exp_clamped(min(a[j] + bias[j], limit))


@njit(**FAST)
def error(drive, bias, values, out):  # type: ignore[no-untyped-def]
    """See `neurohm.kernels.reference.poisson.error`."""
    rows, units = out.shape
    limit = out.dtype.type(LOG_RATE_LIMIT)
    share, repeat = rows // drive.shape[0], rows // values.shape[0]
    for row in range(rows):
        a, s = drive[row // share], values[row // repeat]
        for j in range(units):
            out[row, j] = s[j] - exp_clamped(min(a[j] + bias[j], limit))


@njit(**FAST)
def _error_with_log_probability(drive, bias, values, out, total):  # type: ignore[no-untyped-def]
    rows, units = out.shape
    limit = out.dtype.type(LOG_RATE_LIMIT)
    share, repeat = rows // drive.shape[0], rows // values.shape[0]
    for row in range(rows):
        a, s = drive[row // share], values[row // repeat]
        part = 0.0
        for j in range(units):
            v = min(a[j] + bias[j], limit)
            rate = exp_clamped(v)
            out[row, j] = s[j] - rate
            part += np.float64(s[j] * v - rate)
        total[row] += part


@njit(**FAST)
def _log_probability(drive, bias, values, total):  # type: ignore[no-untyped-def]
    rows, units = total.shape[0], values.shape[1]
    limit = values.dtype.type(LOG_RATE_LIMIT)
    share, repeat = rows // drive.shape[0], rows // values.shape[0]
    for row in range(rows):
        a, s = drive[row // share], values[row // repeat]
        part = 0.0
        for j in range(units):
            v = min(a[j] + bias[j], limit)
            part += np.float64(s[j] * v - exp_clamped(v))
        total[row] += part


@njit(**FAST)
def _subtract_log_factorials(values, total):  # type: ignore[no-untyped-def]
    repeat = total.shape[0] // values.shape[0]
    for row in range(values.shape[0]):
        part = 0.0
        for j in range(values.shape[1]):
            if values[row, j] > 1.0:
                part += log_factorial(np.float64(values[row, j]))
        for particle in range(row * repeat, (row + 1) * repeat):
            total[particle] -= part


@njit(**FAST)
def _draw(drive, bias, keys, rows_per_key, first_row, site, step, out):  # type: ignore[no-untyped-def]
    rows, units = out.shape
    real = out.dtype.type
    zero, unit, limit = real(0.0), real(UNIT), real(LOG_RATE_LIMIT)
    share = rows // drive.shape[0]
    bits = row_buffer(units)
    for row in range(rows):
        a = drive[row // share]
        key = keys[row // rows_per_key]
        fill_row(bits, first_row + row % rows_per_key, site, step, key)
        # most counts are zero: this pass vectorises, and leaves the rate where a search is due
        for j in range(units):
            rate = exp_clamped(min(a[j] + bias[j], limit))
            u = real(np.int32(bits[j] >> np.uint32(8))) * unit
            out[row, j] = zero if u < exp_clamped(-rate) else rate
        for j in range(units):
            if out[row, j] > zero:
                out[row, j] = _positive_count(np.float64(out[row, j]), bits[j])


@njit(**FAST)
def _positive_count(rate, word):  # type: ignore[no-untyped-def]
    u = (np.float64(word) + 0.5) * 2.0**-32
    probability = math.exp(-rate) * rate
    cumulative = math.exp(-rate) + probability
    count = 1.0
    while u >= cumulative and probability > 1e-300:
        count += 1.0
        probability *= rate / count
        cumulative += probability
    return count
