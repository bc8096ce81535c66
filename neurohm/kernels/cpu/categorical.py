"""Compiled passes over one-hot groups; the equations stand in `kernels.reference.categorical`."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from neurohm.backend import Array, Draws
from neurohm.backend.numpy_ import CPU
from neurohm.kernels.cpu.instruction import Issue, drawn
from neurohm.kernels.cpu.operation import matrix, operation, vector, whole
from neurohm.kernels.cpu.philox import fill_row, row_buffer
from neurohm.kernels.cpu.scalar import FAST, exp_clamped


class CategoricalUnits:
    """See `neurohm.kernels.reference.categorical`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue) -> None:
        self._issue = issue

    def mean(self, drive: Array, bias: Array, categories: int, out: Array) -> None:
        """Write the probabilities."""
        self._issue(_mean, bias.dtype, (drive, bias), (out,), (categories,), out.size)

    def draw(
        self,
        drive: Array,
        bias: Array,
        categories: int,
        draws: Draws,
        out: Array,
        total: Array | None = None,
    ) -> None:
        """Write draws; add their log-probability to the totals."""
        arrays, numbers = drawn(draws)
        groups = bias.size // categories
        written = (out, CPU.empty((categories,), bias.dtype), row_buffer(groups))
        given = (categories, *numbers)
        self._issue(_draw, bias.dtype, (drive, bias, *arrays), written, given, out.size)
        if total is not None:
            self.log_probability(drive, bias, categories, out, total)

    def error(
        self,
        drive: Array,
        bias: Array,
        categories: int,
        values: Array,
        out: Array,
        total: Array | None = None,
    ) -> None:
        """Write the error; add the log-probability of the values to the totals."""
        reads = (drive, bias, values)
        if total is None:
            self._issue(_error, bias.dtype, reads, (out,), (categories,), out.size)
        else:
            self._issue(_error_scored, bias.dtype, reads, (out, total), (categories,), out.size)

    def log_probability(
        self, drive: Array, bias: Array, categories: int, values: Array, total: Array
    ) -> None:
        """Add the log-probability of the values to the totals."""
        reads, cost = (drive, bias, values), total.size * bias.size
        written = (CPU.empty((categories,), bias.dtype), total)
        self._issue(_log_probability, bias.dtype, reads, written, (categories,), cost)


@operation
def _mean(words, real):  # type: ignore[no-untyped-def]
    drive, bias, out = matrix(words, 0, real), vector(words, 1, real), matrix(words, 2, real)
    categories, one = whole(words, 3), out.dtype.type(1.0)
    share = out.shape[0] // drive.shape[0]
    for row in range(out.shape[0]):
        a, p = drive[row // share], out[row]
        for first in range(0, bias.size, categories):
            group = p[first : first + categories]
            _, total = _odds(a, bias, first, group)
            inverse = one / out.dtype.type(total)
            for c in range(categories):
                group[c] *= inverse


@operation
def _draw(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    keys, clock = matrix(words, 2, np.uint32), vector(words, 3, np.uint32)
    out, odds, bits = matrix(words, 4, real), vector(words, 5, real), vector(words, 6, np.uint32)
    categories, rows_per_key, site = whole(words, 7), whole(words, 8), whole(words, 9)
    zero, one = out.dtype.type(0.0), out.dtype.type(1.0)
    share = out.shape[0] // drive.shape[0]
    for row in range(out.shape[0]):
        a, s = drive[row // share], out[row]
        fill_row(bits, row, keys, rows_per_key, site, clock)
        for first in range(0, bias.size, categories):
            _, total = _odds(a, bias, first, odds)
            for c in range(categories):
                s[first + c] = zero
            s[first + _chosen(odds, total, bits[first // categories])] = one


@operation
def _error(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    values, out, categories = matrix(words, 2, real), matrix(words, 3, real), whole(words, 4)
    one = out.dtype.type(1.0)
    share, repeat = out.shape[0] // drive.shape[0], out.shape[0] // values.shape[0]
    for row in range(out.shape[0]):
        a, s, e = drive[row // share], values[row // repeat], out[row]
        for first in range(0, bias.size, categories):
            group = e[first : first + categories]
            _, total = _odds(a, bias, first, group)
            inverse = one / out.dtype.type(total)
            for c in range(categories):
                group[c] = s[first + c] - group[c] * inverse


@operation
def _error_scored(words, real):  # type: ignore[no-untyped-def]
    drive, bias, values = matrix(words, 0, real), vector(words, 1, real), matrix(words, 2, real)
    out, scores, categories = matrix(words, 3, real), vector(words, 4, np.float64), whole(words, 5)
    one = out.dtype.type(1.0)
    share, repeat = out.shape[0] // drive.shape[0], out.shape[0] // values.shape[0]
    for row in range(out.shape[0]):
        a, s, e = drive[row // share], values[row // repeat], out[row]
        part = 0.0
        for first in range(0, bias.size, categories):
            group = e[first : first + categories]
            largest, total = _odds(a, bias, first, group)
            inverse = one / out.dtype.type(total)
            for c in range(categories):
                group[c] = s[first + c] - group[c] * inverse
            part += _log_odds(a, bias, s, first, categories, largest) - math.log(total)
        scores[row] += part


@operation
def _log_probability(words, real):  # type: ignore[no-untyped-def]
    drive, bias, values = matrix(words, 0, real), vector(words, 1, real), matrix(words, 2, real)
    odds, scores, categories = vector(words, 3, real), vector(words, 4, np.float64), whole(words, 5)
    share, repeat = scores.size // drive.shape[0], scores.size // values.shape[0]
    for row in range(scores.size):
        a, s = drive[row // share], values[row // repeat]
        part = 0.0
        for first in range(0, bias.size, categories):
            largest, total = _odds(a, bias, first, odds)
            part += _log_odds(a, bias, s, first, categories, largest) - math.log(total)
        scores[row] += part


@njit(inline="always", **FAST)
def _odds(drive, bias, first, out):  # type: ignore[no-untyped-def]
    """Write exp(logit - largest) of a group; return the largest logit, and the sum."""
    largest = drive[first] + bias[first]
    for c in range(1, out.size):
        largest = max(largest, drive[first + c] + bias[first + c])
    for c in range(out.size):
        out[c] = exp_clamped(drive[first + c] + bias[first + c] - largest)
    total = 0.0
    for c in range(out.size):
        total += np.float64(out[c])
    return largest, total


@njit(inline="always", **FAST)
def _log_odds(drive, bias, values, first, categories, largest):  # type: ignore[no-untyped-def]
    """Return the logit of the active unit of a group, less the largest."""
    part = 0.0
    for c in range(first, first + categories):
        part += np.float64(values[c] * (drive[c] + bias[c] - largest))
    return part


@njit(inline="always", **FAST)
def _chosen(odds, total, word):  # type: ignore[no-untyped-def]
    """Return the first category whose cumulative odds exceed a word's share of the total."""
    sought = (np.float64(word) + 0.5) * 2.0**-32 * total
    chosen, cumulative = 0, np.float64(odds[0])
    while chosen < odds.size - 1 and sought >= cumulative:
        chosen += 1
        cumulative += np.float64(odds[chosen])
    return chosen
