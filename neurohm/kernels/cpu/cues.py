"""Compiled passes around cues; the equations stand in `kernels.reference.cues`.

Sums go through the units in their order, in double precision, so that what lies at a threshold is
decided alike everywhere.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from neurohm.backend import Activations, Array, SparseRows
from neurohm.backend.numpy_ import CPU
from neurohm.kernels.cpu.instruction import Issue, parts
from neurohm.kernels.cpu.operation import exact_operation, matrix, number, vector, whole
from neurohm.kernels.cpu.scalar import EXACT


class Cues:
    """See `neurohm.kernels.reference.cues`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue) -> None:
        self._issue = issue

    def coarsen(
        self,
        x: Activations,
        ends: Array,
        seen: Array,
        share: Array,
        largest: bool,
        shift: int,
        level: Array,
    ) -> None:
        """Write the means, or the largest values, of what coarse pixels cover."""
        reads, numbers = (*parts(x), ends, seen, share), (int(largest), int(shift))
        cost = 0.8 * level.shape[0] * seen.size
        if isinstance(x, SparseRows):
            written = (level, CPU.empty((x.shape[1],), np.float64))
            self._issue(_coarsen_sparse, x.dtype, reads, written, numbers, cost)
        else:
            self._issue(_coarsen, x.dtype, reads, (level,), numbers, cost)

    def decide(self, level: Array, threshold: float, doubt: float) -> None:
        """Turn levels above a threshold into 1 - doubt, others into doubt, in place."""
        numbers = (float(threshold), float(doubt))
        self._issue(_decide, level.dtype, (), (level,), numbers, 0.5 * level.size)

    def stretch(self, level: Array, contrast: float, doubt: float) -> None:
        """Stretch levels about one half and hold them between doubt and 1 - doubt, in place."""
        numbers = (float(contrast), float(doubt))
        self._issue(_stretch, level.dtype, (), (level,), numbers, 0.5 * level.size)

    def mix(
        self,
        drive: Array,
        bias: Array,
        told: Array,
        units: Array,
        strength: float,
        sure: float,
        out: Array,
    ) -> None:
        """Write the log-odds of units that fire with a mixture of probabilities."""
        numbers, cost = (float(strength), float(sure)), 15 * out.shape[0] * units.size
        self._issue(_mix, out.dtype, (drive, bias, told, units), (out,), numbers, cost)

    def mix_log_odds(
        self, drive: Array, bias: Array, told: Array, units: Array, strength: float, out: Array
    ) -> None:
        """Write log-odds mixed in proportion."""
        reads, cost = (drive, bias, told, units), 15 * out.shape[0] * units.size
        self._issue(_mix_log_odds, out.dtype, reads, (out,), (float(strength),), cost)


@exact_operation
def _coarsen(words, real):  # type: ignore[no-untyped-def]
    x, ends, seen = matrix(words, 0, real), vector(words, 1, np.int64), vector(words, 2, np.int32)
    share, out = vector(words, 3, np.float64), matrix(words, 4, np.float64)
    largest, shift, rows = whole(words, 5), whole(words, 6), out.shape[0]
    for row in range(rows):
        _look(x[row], ends, seen, share, largest, out[(row + shift) % rows])


@exact_operation
def _coarsen_sparse(words, real):  # type: ignore[no-untyped-def]
    indptr, columns = vector(words, 0, np.int64), vector(words, 1, np.int32)
    values, ends = vector(words, 2, real), vector(words, 3, np.int64)
    seen, share = vector(words, 4, np.int32), vector(words, 5, np.float64)
    out, image = matrix(words, 6, np.float64), vector(words, 7, np.float64)
    largest, shift, rows = whole(words, 8), whole(words, 9), out.shape[0]
    for j in range(image.size):
        image[j] = 0.0
    for row in range(rows):
        for entry in range(indptr[row], indptr[row + 1]):
            image[columns[entry]] = values[entry]
        _look(image, ends, seen, share, largest, out[(row + shift) % rows])
        for entry in range(indptr[row], indptr[row + 1]):
            image[columns[entry]] = 0.0


@njit(inline="always", **EXACT)
def _look(image, ends, seen, share, largest, level):  # type: ignore[no-untyped-def]
    """Write one image as it is from afar."""
    for p in range(level.size):
        if largest:
            found = -np.inf
            for k in range(ends[p], ends[p + 1]):
                found = max(found, np.float64(image[seen[k]]))
        else:
            found = 0.0
            for k in range(ends[p], ends[p + 1]):
                found += share[k] * np.float64(image[seen[k]])
        level[p] = found


@exact_operation
def _decide(words, real):  # type: ignore[no-untyped-def]
    level = vector(words, 0, np.float64)
    threshold, doubt = number(words, 1), number(words, 2)
    for i in range(level.size):
        level[i] = 1.0 - doubt if level[i] > threshold else doubt


@exact_operation
def _stretch(words, real):  # type: ignore[no-untyped-def]
    level = vector(words, 0, np.float64)
    contrast, doubt = number(words, 1), number(words, 2)
    for i in range(level.size):
        level[i] = min(max((level[i] - 0.5) * contrast + 0.5, doubt), 1.0 - doubt)


@exact_operation
def _mix(words, real):  # type: ignore[no-untyped-def]
    drive, bias, told = matrix(words, 0, real), vector(words, 1, real), matrix(words, 2, np.float64)
    units, out = vector(words, 3, np.int64), matrix(words, 4, real)
    strength, sure = number(words, 5), number(words, 6)
    last, odds = -1.0, 0.0
    for row in range(out.shape[0]):
        own = out[row]
        v = told[row // (out.shape[0] // told.shape[0])]
        _write_own(drive[row // (out.shape[0] // drive.shape[0])], bias, own)
        for i in range(units.size):
            p = strength * v[i]
            if strength < 1.0:
                p += (1.0 - strength) / (1.0 + math.exp(-np.float64(own[units[i]])))
            p = min(max(p, sure), 1.0 - sure)
            if p != last:  # full cues know few probabilities, and a logarithm is slow
                last, odds = p, math.log(p / (1.0 - p))
            own[units[i]] = odds


@exact_operation
def _mix_log_odds(words, real):  # type: ignore[no-untyped-def]
    drive, bias, told = matrix(words, 0, real), vector(words, 1, real), matrix(words, 2, np.float64)
    units, out = vector(words, 3, np.int64), matrix(words, 4, real)
    strength = number(words, 5)
    last, odds = -1.0, 0.0
    for row in range(out.shape[0]):
        own = out[row]
        v = told[row // (out.shape[0] // told.shape[0])]
        _write_own(drive[row // (out.shape[0] // drive.shape[0])], bias, own)
        for i in range(units.size):
            if v[i] != last:
                last, odds = v[i], math.log(v[i] / (1.0 - v[i]))
            own[units[i]] = (1.0 - strength) * np.float64(own[units[i]]) + strength * odds


@njit(inline="always", **EXACT)
def _write_own(drive, bias, out):  # type: ignore[no-untyped-def]
    """Write the log-odds that units have of themselves."""
    for j in range(out.size):
        out[j] = drive[j] + bias[j]
