"""Compiled passes over autoregressive units; see `kernels.reference.autoregressive`.

A unit that fires adds its row of lateral weights to the logits of those after it; most do not.
"""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array, Draws
from neurohm.backend.numpy_ import CPU
from neurohm.kernels.cpu.bernoulli import fires, softplus
from neurohm.kernels.cpu.instruction import Issue, drawn
from neurohm.kernels.cpu.operation import matrix, operation, vector, whole
from neurohm.kernels.cpu.philox import fill_row, row_buffer
from neurohm.kernels.cpu.scalar import exp_clamped


class Autoregressive:
    """See `neurohm.kernels.reference.autoregressive`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue) -> None:
        self._issue = issue

    def mean(self, drive: Array, bias: Array, lateral: Array, out: Array) -> None:
        """Write the mean activity in mean field."""
        reads, written = (drive, bias, lateral), (out, CPU.empty(bias.shape, bias.dtype))
        self._issue(_mean, bias.dtype, reads, written, (), 0.1 * out.size * bias.size)

    def draw(
        self,
        drive: Array,
        bias: Array,
        lateral: Array,
        draws: Draws,
        out: Array,
        total: Array | None = None,
    ) -> None:
        """Write drawn activity; add its log-probability to the totals."""
        arrays, numbers = drawn(draws)
        reads, cost = (drive, bias, lateral, *arrays), out.size * (1 + 0.02 * bias.size)
        written = (out, CPU.empty(bias.shape, bias.dtype), row_buffer(bias.size))
        if total is None:
            self._issue(_draw, bias.dtype, reads, written, numbers, cost)
        else:
            self._issue(_draw_scored, bias.dtype, reads, (*written, total), numbers, cost)


@operation
def _mean(words, real):  # type: ignore[no-untyped-def]
    drive, bias, lateral = matrix(words, 0, real), vector(words, 1, real), matrix(words, 2, real)
    out, logit = matrix(words, 3, real), vector(words, 4, real)
    one, units = out.dtype.type(1.0), bias.size
    share = out.shape[0] // drive.shape[0]
    for row in range(out.shape[0]):
        a, p = drive[row // share], out[row]
        for j in range(units):
            logit[j] = a[j] + bias[j]
        for j in range(units):
            p[j] = one / (one + exp_clamped(-logit[j]))
            weights, probability = lateral[j], p[j]
            for i in range(j + 1, units):
                logit[i] += probability * weights[i]


@operation
def _draw(words, real):  # type: ignore[no-untyped-def]
    drive, bias, lateral = matrix(words, 0, real), vector(words, 1, real), matrix(words, 2, real)
    keys, clock = matrix(words, 3, np.uint32), vector(words, 4, np.uint32)
    out, logit, bits = matrix(words, 5, real), vector(words, 6, real), vector(words, 7, np.uint32)
    rows_per_key, site = whole(words, 8), whole(words, 9)
    zero, one, units = out.dtype.type(0.0), out.dtype.type(1.0), bias.size
    share = out.shape[0] // drive.shape[0]
    for row in range(out.shape[0]):
        a, s = drive[row // share], out[row]
        fill_row(bits, row, keys, rows_per_key, site, clock)
        for j in range(units):
            logit[j] = a[j] + bias[j]
        for j in range(units):
            s[j] = zero
            if fires(logit[j], bits[j]):
                s[j] = one
                weights = lateral[j]
                for i in range(j + 1, units):
                    logit[i] += weights[i]


@operation
def _draw_scored(words, real):  # type: ignore[no-untyped-def]
    drive, bias, lateral = matrix(words, 0, real), vector(words, 1, real), matrix(words, 2, real)
    keys, clock = matrix(words, 3, np.uint32), vector(words, 4, np.uint32)
    out, logit, bits = matrix(words, 5, real), vector(words, 6, real), vector(words, 7, np.uint32)
    total = vector(words, 8, np.float64)
    rows_per_key, site = whole(words, 9), whole(words, 10)
    zero, one, units = out.dtype.type(0.0), out.dtype.type(1.0), bias.size
    share = out.shape[0] // drive.shape[0]
    for row in range(out.shape[0]):
        a, s = drive[row // share], out[row]
        fill_row(bits, row, keys, rows_per_key, site, clock)
        for j in range(units):
            logit[j] = a[j] + bias[j]
        for j in range(units):
            s[j] = zero
            if fires(logit[j], bits[j]):
                s[j] = one
                weights = lateral[j]
                for i in range(j + 1, units):
                    logit[i] += weights[i]
        part = zero
        for j in range(units):
            part += s[j] * logit[j] - softplus(logit[j])
        total[row] += np.float64(part)
