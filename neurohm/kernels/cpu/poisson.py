"""Compiled passes over Poisson counts; the equations stand in `kernels.reference.poisson`."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from neurohm.backend.random import UNIT
from neurohm.kernels.cpu.operation import matrix, operation, row_operation, row_range, vector, whole
from neurohm.kernels.cpu.philox import fill_row
from neurohm.kernels.cpu.scalar import EXACT, FAST, exp_clamped, log_factorial
from neurohm.kernels.cpu.silence import append_row
from neurohm.kernels.cpu.units import Errors, Passes, Units
from neurohm.kernels.reference.poisson import LOG_RATE_LIMIT


@row_operation(0, 2)
def _mean(words, real):  # type: ignore[no-untyped-def]
    drive, bias, out = matrix(words, 0, real), vector(words, 1, real), matrix(words, 2, real)
    limit = out.dtype.type(LOG_RATE_LIMIT)
    first, end = row_range(words, 3)
    share = out.shape[0] // drive.shape[0]
    for row in range(first, end):
        a, rate = drive[row // share], out[row]
        for j in range(out.shape[1]):
            rate[j] = exp_clamped(min(a[j] + bias[j], limit))


@row_operation(0, 4, own=(5,))
def _draw(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    keys, clock = matrix(words, 2, np.uint32), vector(words, 3, np.uint32)
    out, bits = matrix(words, 4, real), vector(words, 5, np.uint32)
    rows_per_key, site = whole(words, 6), whole(words, 7)
    zero, limit = out.dtype.type(0.0), out.dtype.type(LOG_RATE_LIMIT)
    first, end = row_range(words, 8)
    share = out.shape[0] // drive.shape[0]
    for row in range(first, end):
        a, s = drive[row // share], out[row]
        fill_row(bits, row, keys, rows_per_key, site, clock)
        # most counts are zero: this pass vectorises, and leaves the rate where a search is due
        for j in range(out.shape[1]):
            rate = exp_clamped(min(a[j] + bias[j], limit))
            s[j] = rate if _is_positive(rate, bits[j]) else zero
        for j in range(out.shape[1]):
            if s[j] > zero:
                s[j] = _positive_count(np.float64(s[j]), bits[j])


@operation
def _draw_sparse(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    keys, clock = matrix(words, 2, np.uint32), vector(words, 3, np.uint32)
    indptr, columns = vector(words, 4, np.int64), vector(words, 5, np.int32)
    values, bits = vector(words, 6, real), vector(words, 7, np.uint32)
    flags, together = vector(words, 8, np.uint8), vector(words, 9, np.uint64)
    rows_per_key, site = whole(words, 10), whole(words, 11)
    rows, units = indptr.size - 1, bias.size
    limit = values.dtype.type(LOG_RATE_LIMIT)
    share = rows // drive.shape[0]
    indptr[0] = 0
    for row in range(rows):
        a = drive[row // share]
        fill_row(bits, row, keys, rows_per_key, site, clock)
        for j in range(units):
            rate = exp_clamped(min(a[j] + bias[j], limit))
            flags[j] = np.uint8(1) if _is_positive(rate, bits[j]) else np.uint8(0)
        first, end = indptr[row], append_row(together, columns, indptr[row])
        for entry in range(first, end):
            j = columns[entry]
            rate = exp_clamped(min(a[j] + bias[j], limit))
            values[entry] = _positive_count(np.float64(rate), bits[j])
        indptr[row + 1] = end


@row_operation(0, 2, 3)
def _error(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    values, out = matrix(words, 2, real), matrix(words, 3, real)
    limit = out.dtype.type(LOG_RATE_LIMIT)
    first, end = row_range(words, 4)
    share, repeat = out.shape[0] // drive.shape[0], out.shape[0] // values.shape[0]
    for row in range(first, end):
        a, s, error = drive[row // share], values[row // repeat], out[row]
        for j in range(out.shape[1]):
            error[j] = s[j] - exp_clamped(min(a[j] + bias[j], limit))


@row_operation(0, 2, 3, 4)
def _error_with_log_probability(words, real):  # type: ignore[no-untyped-def]
    drive, bias, values = matrix(words, 0, real), vector(words, 1, real), matrix(words, 2, real)
    out, total = matrix(words, 3, real), vector(words, 4, np.float64)
    limit = out.dtype.type(LOG_RATE_LIMIT)
    first, end = row_range(words, 5)
    _subtract_log_factorials(values, total, first, end)
    share, repeat = out.shape[0] // drive.shape[0], out.shape[0] // values.shape[0]
    for row in range(first, end):
        a, s, error = drive[row // share], values[row // repeat], out[row]
        part = bias.dtype.type(0.0)
        for j in range(out.shape[1]):
            v = min(a[j] + bias[j], limit)
            rate = exp_clamped(v)
            error[j] = s[j] - rate
            part += s[j] * v - rate
        total[row] += np.float64(part)


@row_operation(0, 2, 3)
def _log_probability(words, real):  # type: ignore[no-untyped-def]
    drive, bias, values = matrix(words, 0, real), vector(words, 1, real), matrix(words, 2, real)
    total = vector(words, 3, np.float64)
    limit = values.dtype.type(LOG_RATE_LIMIT)
    first, end = row_range(words, 4)
    _subtract_log_factorials(values, total, first, end)
    share, repeat = total.size // drive.shape[0], total.size // values.shape[0]
    for row in range(first, end):
        a, s = drive[row // share], values[row // repeat]
        part = bias.dtype.type(0.0)
        for j in range(bias.size):
            v = min(a[j] + bias[j], limit)
            part += s[j] * v - exp_clamped(v)
        total[row] += np.float64(part)


@row_operation(0, 5)
def _sparse_error(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    indptr, columns = vector(words, 2, np.int64), vector(words, 3, np.int32)
    values, out = vector(words, 4, real), matrix(words, 5, real)
    limit = out.dtype.type(LOG_RATE_LIMIT)
    first, end = row_range(words, 6)
    share, repeat = out.shape[0] // drive.shape[0], out.shape[0] // (indptr.size - 1)
    for row in range(first, end):
        a, error, sample = drive[row // share], out[row], row // repeat
        for j in range(out.shape[1]):
            error[j] = -exp_clamped(min(a[j] + bias[j], limit))
        for entry in range(indptr[sample], indptr[sample + 1]):
            error[columns[entry]] += values[entry]


@row_operation(0, 5, 6)
def _sparse_error_with_log_probability(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    indptr, columns = vector(words, 2, np.int64), vector(words, 3, np.int32)
    values, out = vector(words, 4, real), matrix(words, 5, real)
    total = vector(words, 6, np.float64)
    limit = out.dtype.type(LOG_RATE_LIMIT)
    first, end = row_range(words, 7)
    share, repeat = out.shape[0] // drive.shape[0], out.shape[0] // (indptr.size - 1)
    for row in range(first, end):
        a, error, sample = drive[row // share], out[row], row // repeat
        part, counted = bias.dtype.type(0.0), 0.0
        for j in range(out.shape[1]):
            rate = exp_clamped(min(a[j] + bias[j], limit))
            error[j] = -rate
            part -= rate
        for entry in range(indptr[sample], indptr[sample + 1]):
            j, s = columns[entry], values[entry]
            error[j] += s
            counted += _entry_log_probability(s, min(a[j] + bias[j], limit))
        total[row] += np.float64(part) + counted


@row_operation(0, 5)
def _sparse_log_probability(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    indptr, columns = vector(words, 2, np.int64), vector(words, 3, np.int32)
    values, total = vector(words, 4, real), vector(words, 5, np.float64)
    limit = values.dtype.type(LOG_RATE_LIMIT)
    first, end = row_range(words, 6)
    share, repeat = total.size // drive.shape[0], total.size // (indptr.size - 1)
    for row in range(first, end):
        a, sample = drive[row // share], row // repeat
        part, counted = bias.dtype.type(0.0), 0.0
        for j in range(bias.size):
            part -= exp_clamped(min(a[j] + bias[j], limit))
        for entry in range(indptr[sample], indptr[sample + 1]):
            j = columns[entry]
            counted += _entry_log_probability(values[entry], min(a[j] + bias[j], limit))
        total[row] += np.float64(part) + counted


@njit(**FAST)
def _entry_log_probability(count, log_rate):  # type: ignore[no-untyped-def]
    """Return what a positive count adds to the log-probability, its rate apart."""
    return np.float64(count * log_rate) - log_factorial(np.float64(count))


@njit(**FAST)
def _subtract_log_factorials(values, total, first, end):  # type: ignore[no-untyped-def]
    repeat = total.shape[0] // values.shape[0]
    for row in range(first // repeat, -(-end // repeat)):
        part = 0.0
        for j in range(values.shape[1]):
            if values[row, j] > 1.0:
                part += log_factorial(np.float64(values[row, j]))
        for particle in range(max(first, row * repeat), min(end, (row + 1) * repeat)):
            total[particle] -= part


@njit(inline="always", **FAST)
def _is_positive(rate, word):  # type: ignore[no-untyped-def]
    """Return whether a count is at least one."""
    real = type(rate)
    u = real(np.int32(word >> np.uint32(8))) * real(UNIT)
    return u >= exp_clamped(-rate)


@njit(**EXACT)
def _positive_count(rate, word):  # type: ignore[no-untyped-def]
    """Return the count, at least one, whose cumulative probability exceeds a uniform number."""
    u = (np.float64(word) + 0.5) * 2.0**-32
    probability = math.exp(-rate) * rate
    cumulative = math.exp(-rate) + probability
    count = 1.0
    while u >= cumulative and probability > 1e-300:
        count += 1.0
        probability *= rate / count
        cumulative += probability
    return count


class PoissonUnits(Units):
    """See `neurohm.kernels.reference.poisson`."""

    passes = Passes(
        mean=_mean,
        draw=_draw,
        draw_sparse=_draw_sparse,
        error=Errors(_error, _error_with_log_probability, _log_probability),
        sparse_error=Errors(
            _sparse_error, _sparse_error_with_log_probability, _sparse_log_probability
        ),
    )
