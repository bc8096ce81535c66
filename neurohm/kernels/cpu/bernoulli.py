"""Compiled passes over Bernoulli activity; the equations stand in `kernels.reference.bernoulli`.

The log-probability of a row is summed over its units in the precision at hand, as many sums at a
time as there are vector lanes, and over populations in double precision.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from neurohm.backend.random import UNIT
from neurohm.kernels.cpu.operation import matrix, operation, row_operation, row_range, vector, whole
from neurohm.kernels.cpu.philox import fill_row
from neurohm.kernels.cpu.scalar import FAST, exp_clamped, log1p_unit
from neurohm.kernels.cpu.silence import append_row
from neurohm.kernels.cpu.units import Errors, Passes, Units


@row_operation(0, 2)
def _mean(words, real):  # type: ignore[no-untyped-def]
    drive, bias, out = matrix(words, 0, real), vector(words, 1, real), matrix(words, 2, real)
    one = out.dtype.type(1.0)
    first, end = row_range(words, 3)
    share = out.shape[0] // drive.shape[0]
    for row in range(first, end):
        a, p = drive[row // share], out[row]
        for j in range(out.shape[1]):
            p[j] = one / (one + exp_clamped(-(a[j] + bias[j])))


@row_operation(0, 4, own=(5,))
def _draw(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    keys, clock = matrix(words, 2, np.uint32), vector(words, 3, np.uint32)
    out, bits = matrix(words, 4, real), vector(words, 5, np.uint32)
    rows_per_key, site = whole(words, 6), whole(words, 7)
    zero, one = out.dtype.type(0.0), out.dtype.type(1.0)
    first, end = row_range(words, 8)
    share = out.shape[0] // drive.shape[0]
    for row in range(first, end):
        a, s = drive[row // share], out[row]
        fill_row(bits, row, keys, rows_per_key, site, clock)
        for j in range(out.shape[1]):
            s[j] = one if fires(a[j] + bias[j], bits[j]) else zero


@row_operation(0, 4, 5, own=(6,))
def _draw_with_log_probability(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    keys, clock = matrix(words, 2, np.uint32), vector(words, 3, np.uint32)
    out, total = matrix(words, 4, real), vector(words, 5, np.float64)
    bits, rows_per_key, site = vector(words, 6, np.uint32), whole(words, 7), whole(words, 8)
    zero, one = out.dtype.type(0.0), out.dtype.type(1.0)
    first, end = row_range(words, 9)
    share = out.shape[0] // drive.shape[0]
    for row in range(first, end):
        a, s = drive[row // share], out[row]
        fill_row(bits, row, keys, rows_per_key, site, clock)
        part = bias.dtype.type(0.0)
        for j in range(out.shape[1]):
            v = a[j] + bias[j]
            s[j] = one if fires(v, bits[j]) else zero
            part += s[j] * v - softplus(v)
        total[row] += np.float64(part)


@operation
def _draw_sparse(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    keys, clock = matrix(words, 2, np.uint32), vector(words, 3, np.uint32)
    indptr, columns = vector(words, 4, np.int64), vector(words, 5, np.int32)
    values, bits = vector(words, 6, real), vector(words, 7, np.uint32)
    flags, together = vector(words, 8, np.uint8), vector(words, 9, np.uint64)
    rows_per_key, site = whole(words, 10), whole(words, 11)
    rows, units = indptr.size - 1, bias.size
    one = values.dtype.type(1.0)
    share = rows // drive.shape[0]
    indptr[0] = 0
    for row in range(rows):
        a = drive[row // share]
        fill_row(bits, row, keys, rows_per_key, site, clock)
        for j in range(units):
            flags[j] = np.uint8(1) if fires(a[j] + bias[j], bits[j]) else np.uint8(0)
        first, end = indptr[row], append_row(together, columns, indptr[row])
        for entry in range(first, end):
            values[entry] = one
        indptr[row + 1] = end


@row_operation(0, 2, 3)
def _error(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    values, out = matrix(words, 2, real), matrix(words, 3, real)
    one = out.dtype.type(1.0)
    first, end = row_range(words, 4)
    share, repeat = out.shape[0] // drive.shape[0], out.shape[0] // values.shape[0]
    for row in range(first, end):
        a, s, e = drive[row // share], values[row // repeat], out[row]
        for j in range(out.shape[1]):
            e[j] = s[j] - one / (one + exp_clamped(-(a[j] + bias[j])))


@row_operation(0, 2, 3, 4)
def _error_with_log_probability(words, real):  # type: ignore[no-untyped-def]
    drive, bias, values = matrix(words, 0, real), vector(words, 1, real), matrix(words, 2, real)
    out, total = matrix(words, 3, real), vector(words, 4, np.float64)
    zero, one = out.dtype.type(0.0), out.dtype.type(1.0)
    first, end = row_range(words, 5)
    share, repeat = out.shape[0] // drive.shape[0], out.shape[0] // values.shape[0]
    for row in range(first, end):
        a, s, error = drive[row // share], values[row // repeat], out[row]
        part = bias.dtype.type(0.0)
        for j in range(out.shape[1]):
            v = a[j] + bias[j]
            e = exp_clamped(-abs(v))
            error[j] = s[j] - (one if v >= zero else e) / (one + e)
            part += s[j] * v - max(v, zero) - log1p_unit(e)
        total[row] += np.float64(part)


@row_operation(0, 2, 3)
def _log_probability(words, real):  # type: ignore[no-untyped-def]
    drive, bias, values = matrix(words, 0, real), vector(words, 1, real), matrix(words, 2, real)
    total = vector(words, 3, np.float64)
    first, end = row_range(words, 4)
    share, repeat = total.size // drive.shape[0], total.size // values.shape[0]
    for row in range(first, end):
        a, s = drive[row // share], values[row // repeat]
        part = bias.dtype.type(0.0)
        for j in range(bias.size):
            v = a[j] + bias[j]
            part += s[j] * v - softplus(v)
        total[row] += np.float64(part)


@row_operation(0, 5)
def _sparse_error(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    indptr, columns = vector(words, 2, np.int64), vector(words, 3, np.int32)
    values, out = vector(words, 4, real), matrix(words, 5, real)
    one = out.dtype.type(1.0)
    first, end = row_range(words, 6)
    share, repeat = out.shape[0] // drive.shape[0], out.shape[0] // (indptr.size - 1)
    for row in range(first, end):
        a, error, sample = drive[row // share], out[row], row // repeat
        for j in range(out.shape[1]):
            error[j] = -one / (one + exp_clamped(-(a[j] + bias[j])))
        for entry in range(indptr[sample], indptr[sample + 1]):
            error[columns[entry]] += values[entry]


@row_operation(0, 5, 6)
def _sparse_error_with_log_probability(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    indptr, columns = vector(words, 2, np.int64), vector(words, 3, np.int32)
    values, out = vector(words, 4, real), matrix(words, 5, real)
    total = vector(words, 6, np.float64)
    zero, one = out.dtype.type(0.0), out.dtype.type(1.0)
    first, end = row_range(words, 7)
    share, repeat = out.shape[0] // drive.shape[0], out.shape[0] // (indptr.size - 1)
    for row in range(first, end):
        a, error, sample = drive[row // share], out[row], row // repeat
        part = bias.dtype.type(0.0)
        for j in range(out.shape[1]):
            v = a[j] + bias[j]
            e = exp_clamped(-abs(v))
            error[j] = -(one if v >= zero else e) / (one + e)
            part -= max(v, zero) + log1p_unit(e)
        for entry in range(indptr[sample], indptr[sample + 1]):
            j, s = columns[entry], values[entry]
            error[j] += s
            part += s * (a[j] + bias[j])
        total[row] += np.float64(part)


@row_operation(0, 5)
def _sparse_log_probability(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    indptr, columns = vector(words, 2, np.int64), vector(words, 3, np.int32)
    values, total = vector(words, 4, real), vector(words, 5, np.float64)
    first, end = row_range(words, 6)
    share, repeat = total.size // drive.shape[0], total.size // (indptr.size - 1)
    for row in range(first, end):
        a, sample = drive[row // share], row // repeat
        part = bias.dtype.type(0.0)
        for j in range(bias.size):
            part -= softplus(a[j] + bias[j])
        for entry in range(indptr[sample], indptr[sample + 1]):
            j = columns[entry]
            part += values[entry] * (a[j] + bias[j])
        total[row] += np.float64(part)


@njit(inline="always", **FAST)
def fires(logit, word):  # type: ignore[no-untyped-def]
    """Return whether a uniform number is below the probability, without a division."""
    real = type(logit)
    zero, one, unit = real(0.0), real(1.0), real(UNIT)
    e = exp_clamped(-abs(logit))
    u = real(np.int32(word >> np.uint32(8))) * unit
    return u * (one + e) < (one if logit >= zero else e)


@njit(inline="always", **FAST)
def softplus(logit):  # type: ignore[no-untyped-def]
    """Return log(1 + exp(logit))."""
    return max(logit, type(logit)(0.0)) + log1p_unit(exp_clamped(-abs(logit)))


class BernoulliUnits(Units):
    """See `neurohm.kernels.reference.bernoulli`."""

    passes = Passes(
        mean=_mean,
        draw=_draw,
        draw_sparse=_draw_sparse,
        draw_with_log_probability=_draw_with_log_probability,
        error=Errors(_error, _error_with_log_probability, _log_probability),
        sparse_error=Errors(
            _sparse_error, _sparse_error_with_log_probability, _sparse_log_probability
        ),
    )
