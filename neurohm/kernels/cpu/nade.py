"""Compiled passes over NADE; the equations stand in `neurohm.kernels.reference.nade`.

Inner units change only where a unit fires, and most do not: a sigmoid serves a whole stretch, the
units up to one that fires. Known activity is scored as that of Bernoulli units, once what the inner
units add to their drive is known. Where synapses learn, several rows go through the units together.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from neurohm.backend import Array, Draws
from neurohm.backend.numpy_ import CPU
from neurohm.kernels.cpu.bernoulli import BernoulliUnits, fires
from neurohm.kernels.cpu.instruction import Issue, drawn
from neurohm.kernels.cpu.operation import matrix, number, operation, vector, whole
from neurohm.kernels.cpu.philox import fill_row, row_buffer
from neurohm.kernels.cpu.scalar import FAST, exp_clamped
from neurohm.kernels.reference.nade import NadeChange, NadeInput

_TOGETHER = 4  # rows that share their synapses while these are near


class Nade:
    """See `neurohm.kernels.reference.nade`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue) -> None:
        self._issue = issue
        self._bernoulli = BernoulliUnits(issue)

    def mean(self, given: NadeInput, out: Array) -> None:
        """Write the mean activity in mean field."""
        written, cost = (out, *_room(given, 2)), 3.0 * out.size * given.inner_bias.size
        self._issue(_mean, out.dtype, given, written, (), cost)

    def draw(self, given: NadeInput, draws: Draws, out: Array, total: Array | None = None) -> None:
        """Write drawn activity; add its log-probability to the totals."""
        arrays, numbers = drawn(draws)
        drive, room = CPU.empty(out.shape, out.dtype), _room(given, 2)
        written = (out, drive, *room, row_buffer(given.bias.size))
        self._issue(_draw, out.dtype, (*given, *arrays), written, numbers, _cost(given, out))
        if total is not None:
            self._bernoulli.log_probability(drive, given.bias, out, total)

    def error(
        self, given: NadeInput, values: Array, out: Array, total: Array | None = None
    ) -> None:
        """Write values minus their prediction; add their log-probability to the totals."""
        drive = self._whole_drive(given, values, out.shape[0])
        if total is None:
            self._bernoulli.error(drive, given.bias, values, out)
        else:
            self._bernoulli.error_with_log_probability(drive, given.bias, values, out, total)

    def log_probability(self, given: NadeInput, values: Array, total: Array) -> None:
        """Add the log-probability of the values to the totals."""
        drive = self._whole_drive(given, values, total.shape[0])
        self._bernoulli.log_probability(drive, given.bias, values, total)

    def change(
        self,
        given: NadeInput,
        values: Array,
        error: Array,
        gain: Array,
        scale: float,
        out: NadeChange,
    ) -> None:
        """Write what a batch asks of the second compartment."""
        (units, inner), dtype = given.readout.shape, error.dtype
        gates = CPU.empty((_TOGETHER * (units + 1), inner), dtype)
        back, stretch = CPU.empty((_TOGETHER, inner), dtype), CPU.empty((_TOGETHER,), np.int64)
        reads, written = (*given, values, error, gain), (*out, gates, back, *_room(given, 1))
        cost = 2 * _cost(given, error)
        self._issue(_change, dtype, reads, (*written, stretch), (float(scale),), cost)

    def _whole_drive(self, given: NadeInput, values: Array, rows: int) -> Array:
        """Return the drive of known activity, what inner units add to it included."""
        drive = CPU.empty((rows, given.bias.size), given.bias.dtype)
        written = (drive, *_room(given, 2))
        self._issue(_whole_drive, drive.dtype, (*given, values), written, (), _cost(given, drive))
        return drive


def _room(given: NadeInput, count: int) -> tuple[Array, ...]:
    return tuple(CPU.empty(given.inner_bias.shape, given.bias.dtype) for _ in range(count))


def _cost(given: NadeInput, activity: Array) -> float:
    return 0.1 * activity.size * given.inner_bias.size


@operation
def _mean(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    inner, inner_bias = matrix(words, 2, real), vector(words, 3, real)
    recurrent, readout = matrix(words, 4, real), matrix(words, 5, real)
    out, alpha, gate = matrix(words, 6, real), vector(words, 7, real), vector(words, 8, real)
    one = out.dtype.type(1.0)
    share, inner_share = out.shape[0] // drive.shape[0], out.shape[0] // inner.shape[0]
    for row in range(out.shape[0]):
        a, p = drive[row // share], out[row]
        _begin(inner[row // inner_share], inner_bias, alpha)
        for i in range(bias.size):
            _sigmoid(alpha, gate)
            logit = a[i] + bias[i] + _dot(gate, readout[i])
            p[i] = one / (one + exp_clamped(-logit))
            _add(p[i], recurrent[i], alpha)


@operation
def _draw(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    inner, inner_bias = matrix(words, 2, real), vector(words, 3, real)
    recurrent, readout = matrix(words, 4, real), matrix(words, 5, real)
    keys, clock = matrix(words, 6, np.uint32), vector(words, 7, np.uint32)
    out, whole_drive = matrix(words, 8, real), matrix(words, 9, real)
    alpha, gate = vector(words, 10, real), vector(words, 11, real)
    bits, rows_per_key, site = vector(words, 12, np.uint32), whole(words, 13), whole(words, 14)
    zero, one = out.dtype.type(0.0), out.dtype.type(1.0)
    share, inner_share = out.shape[0] // drive.shape[0], out.shape[0] // inner.shape[0]
    for row in range(out.shape[0]):
        a, s, v = drive[row // share], out[row], whole_drive[row]
        fill_row(bits, row, keys, rows_per_key, site, clock)
        _begin(inner[row // inner_share], inner_bias, alpha)
        _sigmoid(alpha, gate)
        for i in range(bias.size):
            v[i] = a[i] + _dot(gate, readout[i])
            s[i] = zero
            if fires(v[i] + bias[i], bits[i]):
                s[i] = one
                _add(one, recurrent[i], alpha)
                _sigmoid(alpha, gate)


@operation
def _whole_drive(words, real):  # type: ignore[no-untyped-def]
    drive, bias = matrix(words, 0, real), vector(words, 1, real)
    inner, inner_bias = matrix(words, 2, real), vector(words, 3, real)
    recurrent, readout = matrix(words, 4, real), matrix(words, 5, real)
    values, out = matrix(words, 6, real), matrix(words, 7, real)
    alpha, gate = vector(words, 8, real), vector(words, 9, real)
    zero, repeat = out.dtype.type(0.0), out.shape[0] // values.shape[0]
    share, inner_share = out.shape[0] // drive.shape[0], out.shape[0] // inner.shape[0]
    for row in range(out.shape[0]):
        a, s, v = drive[row // share], values[row // repeat], out[row]
        _begin(inner[row // inner_share], inner_bias, alpha)
        _sigmoid(alpha, gate)
        for i in range(bias.size):
            v[i] = a[i] + _dot(gate, readout[i])
            if s[i] != zero:
                _add(s[i], recurrent[i], alpha)
                _sigmoid(alpha, gate)


@operation
def _change(words, real):  # type: ignore[no-untyped-def]
    given = matrix(words, 2, real), vector(words, 3, real), matrix(words, 4, real)
    readout = matrix(words, 5, real)
    values, error, gain = matrix(words, 6, real), matrix(words, 7, real), vector(words, 8, real)
    inner_error, inner_bias_change = matrix(words, 9, real), vector(words, 10, real)
    recurrent_change, readout_change = matrix(words, 11, real), matrix(words, 12, real)
    gates, back, alpha = matrix(words, 13, real), matrix(words, 14, real), vector(words, 15, real)
    stretch, scale = vector(words, 16, np.int64), error.dtype.type(number(words, 17))
    zero, one, (rows, units) = error.dtype.type(0.0), error.dtype.type(1.0), error.shape
    repeat, share = rows // values.shape[0], rows // given[0].shape[0]
    inner_error[:], recurrent_change[:], readout_change[:] = zero, zero, zero
    for first in range(0, rows, stretch.size):
        end, back[:] = min(first + stretch.size, rows), zero
        for row in range(first, end):
            s, begin = values[row // repeat], (row - first) * (units + 1)
            stretch[row - first] = _open(s, row // share, given, alpha, gates, begin)
        for i in range(units - 1, -1, -1):
            for row in range(first, end):
                k, s = row - first, values[row // repeat, i]
                if s != zero:
                    _close(back[k], gates[stretch[k]], inner_error[row])
                    _add(s, inner_error[row], recurrent_change[i])
                    stretch[k] -= 1
                weighed = scale * gain[row % gain.size] * error[row, i]
                _add(weighed, readout[i], back[k])
                _add(weighed, gates[stretch[k]], readout_change[i])
        for k in range(end - first):
            _close(back[k], gates[stretch[k]], inner_error[first + k])
    inner_bias_change[:] = zero
    for row in range(rows):
        _add(one, inner_error[row], inner_bias_change)


@njit(**FAST)
def _open(s, row, given, alpha, gates, place):  # type: ignore[no-untyped-def]
    """Write what the inner units are in each stretch, from a place on; return that of the last."""
    inner, bias, recurrent = given
    _begin(inner[row], bias, alpha)
    _sigmoid(alpha, gates[place])
    for i in range(s.size):
        if s[i] != s.dtype.type(0.0):
            _add(s[i], recurrent[i], alpha)
            place += 1
            _sigmoid(alpha, gates[place])
    return place


@njit(inline="always", **FAST)
def _close(back, gate, delta):  # type: ignore[no-untyped-def]
    """Take what came back through the readout in a stretch through the sigmoid; begin anew."""
    zero, one = back.dtype.type(0.0), back.dtype.type(1.0)
    for h in range(back.size):
        delta[h] += back[h] * gate[h] * (one - gate[h])
        back[h] = zero


@njit(inline="always", **FAST)
def _begin(drive, bias, alpha):  # type: ignore[no-untyped-def]
    """Write what drives the inner units before any unit has fired."""
    for h in range(alpha.size):
        alpha[h] = drive[h] + bias[h]


@njit(inline="always", **FAST)
def _sigmoid(alpha, gate):  # type: ignore[no-untyped-def]
    """Write what the inner units are."""
    one = alpha.dtype.type(1.0)
    for h in range(alpha.size):
        gate[h] = one / (one + exp_clamped(-alpha[h]))


@njit(inline="always", **FAST)
def _dot(gate, weights):  # type: ignore[no-untyped-def]
    """Return what the inner units bring to a unit."""
    total = gate.dtype.type(0.0)
    for h in range(gate.size):
        total += gate[h] * weights[h]
    return total


@njit(inline="always", **FAST)
def _add(factor, values, out):  # type: ignore[no-untyped-def]
    """Add a multiple of values."""
    for h in range(out.size):
        out[h] += factor * values[h]
