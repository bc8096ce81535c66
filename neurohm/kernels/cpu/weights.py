"""Compiled passes over particles and rows; the equations stand in `kernels.reference.weights`."""

from __future__ import annotations

import math

from numba import njit

from neurohm.kernels.cpu.scalar import EXACT, FAST


@njit(**EXACT)
def importance_weights(log_weights, weights, log_mean, effective):  # type: ignore[no-untyped-def]
    """See `neurohm.kernels.reference.weights.importance_weights`."""
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


@njit(**FAST)
def weigh_rows(error, gain, scale, out, total):  # type: ignore[no-untyped-def]
    """See `neurohm.kernels.reference.weights.weigh_rows`."""
    rows, units = out.shape
    zero, factor = out.dtype.type(0.0), out.dtype.type(scale)
    share = error.shape[0] // rows
    for j in range(units):
        total[j] = zero
    for row in range(rows):
        for j in range(units):
            out[row, j] = zero
        for k in range(row * share, (row + 1) * share):
            g = factor * gain[k % gain.shape[0]]
            for j in range(units):
                out[row, j] += g * error[k, j]
        for j in range(units):
            total[j] += out[row, j]
