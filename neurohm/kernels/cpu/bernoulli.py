"""Compiled passes over Bernoulli activity; the equations stand in `kernels.reference.bernoulli`."""

from __future__ import annotations

import numpy as np
from numba import njit

from neurohm.backend import Array, Draws
from neurohm.backend.random import UNIT
from neurohm.kernels.cpu.philox import fill_row, row_buffer
from neurohm.kernels.cpu.scalar import FAST, exp_clamped, log1p_unit


def draw(drive: Array, bias: Array, draws: Draws, out: Array) -> None:
    """See `neurohm.kernels.reference.bernoulli.draw`."""
    _draw(drive, bias, draws.keys, draws.rows_per_key, draws.first_row, draws.site, draws.step, out)


def draw_with_log_probability(
    drive: Array, bias: Array, draws: Draws, out: Array, total: Array
) -> None:
    """See `neurohm.kernels.reference.bernoulli.draw_with_log_probability`."""
    _draw_with_log_probability(
        drive,
        bias,
        draws.keys,
        draws.rows_per_key,
        draws.first_row,
        draws.site,
        draws.step,
        out,
        total,
    )


@njit(**FAST)
def mean(drive, bias, out):  # type: ignore[no-untyped-def]
    """See `neurohm.kernels.reference.bernoulli.mean`."""
    rows, units = out.shape
    one = out.dtype.type(1.0)
    share = rows // drive.shape[0]
    for row in range(rows):
        a = drive[row // share]
        for j in range(units):
            out[row, j] = one / (one + exp_clamped(-(a[j] + bias[j])))


@njit(**FAST)
def error(drive, bias, values, out):  # type: ignore[no-untyped-def]
    """See `neurohm.kernels.reference.bernoulli.error`."""
    rows, units = out.shape
    one = out.dtype.type(1.0)
    share, repeat = rows // drive.shape[0], rows // values.shape[0]
    for row in range(rows):
        a, s = drive[row // share], values[row // repeat]
        for j in range(units):
            out[row, j] = s[j] - one / (one + exp_clamped(-(a[j] + bias[j])))


@njit(**FAST)
def error_with_log_probability(drive, bias, values, out, total):  # type: ignore[no-untyped-def]
    """See `neurohm.kernels.reference.bernoulli.error_with_log_probability`."""
    rows, units = out.shape
    zero, one = out.dtype.type(0.0), out.dtype.type(1.0)
    share, repeat = rows // drive.shape[0], rows // values.shape[0]
    for row in range(rows):
        a, s = drive[row // share], values[row // repeat]
        part = 0.0
        for j in range(units):
            v = a[j] + bias[j]
            e = exp_clamped(-abs(v))
            up = one if v >= zero else e
            out[row, j] = s[j] - up / (one + e)
            part += np.float64(s[j] * v - max(v, zero) - log1p_unit(e))
        total[row] += part


@njit(**FAST)
def log_probability(drive, bias, values, total):  # type: ignore[no-untyped-def]
    """See `neurohm.kernels.reference.bernoulli.log_probability`."""
    rows, units = total.shape[0], values.shape[1]
    zero = values.dtype.type(0.0)
    share, repeat = rows // drive.shape[0], rows // values.shape[0]
    for row in range(rows):
        a, s = drive[row // share], values[row // repeat]
        part = 0.0
        for j in range(units):
            v = a[j] + bias[j]
            part += np.float64(s[j] * v - max(v, zero) - log1p_unit(exp_clamped(-abs(v))))
        total[row] += part


@njit(**FAST)
def _draw(drive, bias, keys, rows_per_key, first_row, site, step, out):  # type: ignore[no-untyped-def]
    rows, units = out.shape
    real = out.dtype.type
    zero, one, unit = real(0.0), real(1.0), real(UNIT)
    share = rows // drive.shape[0]
    bits = row_buffer(units)
    for row in range(rows):
        a = drive[row // share]
        key = keys[row // rows_per_key]
        fill_row(bits, first_row + row % rows_per_key, site, step, key)
        for j in range(units):
            v = a[j] + bias[j]
            e = exp_clamped(-abs(v))
            u = real(np.int32(bits[j] >> np.uint32(8))) * unit
            up = one if v >= zero else e
            out[row, j] = one if u * (one + e) < up else zero


@njit(**FAST)
def _draw_with_log_probability(  # type: ignore[no-untyped-def]
    drive, bias, keys, rows_per_key, first_row, site, step, out, total
):
    rows, units = out.shape
    real = out.dtype.type
    zero, one, unit = real(0.0), real(1.0), real(UNIT)
    share = rows // drive.shape[0]
    bits = row_buffer(units)
    for row in range(rows):
        a = drive[row // share]
        key = keys[row // rows_per_key]
        fill_row(bits, first_row + row % rows_per_key, site, step, key)
        part = 0.0
        for j in range(units):
            v = a[j] + bias[j]
            e = exp_clamped(-abs(v))
            u = real(np.int32(bits[j] >> np.uint32(8))) * unit
            up = one if v >= zero else e
            s = one if u * (one + e) < up else zero
            out[row, j] = s
            part += np.float64(s * v - max(v, zero) - log1p_unit(e))
        total[row] += part
