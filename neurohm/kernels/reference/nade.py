"""Passes over the neural autoregressive distribution estimator (NADE), s in {0, 1}.

Units are gone through in their order. Between them stands a second compartment of inner units,
deterministic and graded, that remembers what the units before unit i did:

- alpha_0 = a' + c, of each row, with the inner drive a' and the inner bias c,
- g_i = sigmoid(alpha_i),
- logit_i = a_i + b_i + g_i . V_i, with the drive a, the bias b and the readout V,
- alpha_(i+1) = alpha_i + s_i W_i, with the recurrent weights W.

As everywhere, a drive, inner drive or value with fewer rows than the result serves several
consecutive rows each.

Larochelle, Murray (2011). The neural autoregressive distribution estimator. AISTATS; driven by
other populations as in Bornschein, Bengio (2015).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from neurohm.backend import Array, Draws, uniform
from neurohm.kernels.reference import bernoulli
from neurohm.kernels.reference.rows import spread


class NadeInput(NamedTuple):
    """All that decides how the units act.

    Parameters
    ----------
    drive : ndarray, (drive rows, units)
    bias : ndarray, (units,)
    inner : ndarray, (inner rows, inner units)
        What drives the inner units.
    inner_bias : ndarray, (inner units,)
    recurrent : ndarray, (units, inner units)
        W, from the units onto the inner ones.
    readout : ndarray, (units, inner units)
        V, from the inner units onto the others; a row lists what reaches one unit.
    """

    drive: Array
    bias: Array
    inner: Array
    inner_bias: Array
    recurrent: Array
    readout: Array


class NadeChange(NamedTuple):
    """What a batch asks of the second compartment: gradients, to be written.

    Parameters
    ----------
    inner_error : ndarray, (rows, inner units)
        By the inner drive of each row, times its third factor and the scale.
    inner_bias : ndarray, (inner units,)
    recurrent, readout : ndarray, (units, inner units)
    """

    inner_error: Array
    inner_bias: Array
    recurrent: Array
    readout: Array


def mean(given: NadeInput, out: Array) -> None:
    """Write the probability of each unit if those before it are at theirs, (rows, units)."""
    alpha, drive = _start(given, out.shape[0])
    for i, bias in enumerate(given.bias):
        out[:, i] = _sigmoid(drive[:, i] + bias + _sigmoid(alpha) @ given.readout[i])
        alpha += out[:, [i]] * given.recurrent[i]


def draw(given: NadeInput, draws: Draws, out: Array, total: Array | None = None) -> None:
    """Write binary draws, unit by unit; add the log-probability (nats) of each row to its total."""
    alpha, drive = _start(given, out.shape[0])
    u = uniform(draws, *out.shape).astype(drive.dtype)
    for i, bias in enumerate(given.bias):
        drive[:, i] += _sigmoid(alpha) @ given.readout[i]
        logit = drive[:, i] + bias
        small = np.exp(-np.abs(logit))
        out[:, i] = u[:, i] * (1 + small) < np.where(logit >= 0, 1, small)
        alpha += out[:, [i]] * given.recurrent[i]
    if total is not None:
        bernoulli.log_probability(drive, given.bias, out, total)


def error(given: NadeInput, values: Array, out: Array, total: Array | None = None) -> None:
    """Write what the units did minus what was predicted; add their log-probability (nats)."""
    drive = _whole_drive(given, values, out.shape[0])
    bernoulli.error(drive, given.bias, values, out)
    if total is not None:
        bernoulli.log_probability(drive, given.bias, values, total)


def log_probability(given: NadeInput, values: Array, total: Array) -> None:
    """Add the log-probability (nats) of each row to its total."""
    drive = _whole_drive(given, values, total.shape[0])
    bernoulli.log_probability(drive, given.bias, values, total)


def change(
    given: NadeInput, values: Array, error: Array, gain: Array, scale: float, out: NadeChange
) -> None:
    """Write the gradients of the weighed log-probability, one step of backpropagation back.

    With e_i the error of a unit times third factor and scale, summed over rows:
    dV_i = e_i g_i, delta_i = e_i V_i g_i (1 - g_i), dW_i = s_i sum_(m>i) delta_m, and
    da' = dc = sum_i delta_i.

    Parameters
    ----------
    given : NadeInput
    values : ndarray, (value rows, units)
    error : ndarray, (rows, units)
    gain : ndarray, (rows,) or (1,)
        The third factor of each row.
    scale : float
        A factor of all rows.
    out : NadeChange
    """
    rows = error.shape[0]
    s = spread(values, rows)
    e = error * (error.dtype.type(scale) * gain)[:, None]
    delta = out.inner_error
    delta[...] = 0
    gates = _gates(given, s, rows)
    for i in reversed(range(given.bias.size)):
        g = gates[i]
        out.recurrent[i] = s[:, i] @ delta
        out.readout[i] = e[:, i] @ g
        delta += e[:, [i]] * given.readout[i] * g * (1 - g)
    out.inner_bias[...] = delta.sum(axis=0)


def _start(given: NadeInput, rows: int) -> tuple[Array, Array]:
    """Return copies of what drives the inner units, bias and all, and of what drives the others."""
    alpha: Array = spread(given.inner, rows) + given.inner_bias
    return alpha, np.array(spread(given.drive, rows))


def _gates(given: NadeInput, values: Array, rows: int) -> list[Array]:
    """Return what the inner units are as each unit reads them, (rows, inner units)."""
    alpha, _ = _start(given, rows)
    gates = []
    for i in range(given.bias.size):
        gates.append(_sigmoid(alpha))
        alpha += values[:, [i]] * given.recurrent[i]
    return gates


def _whole_drive(given: NadeInput, values: Array, rows: int) -> Array:
    """Return the drive of known activity, what inner units add to it included."""
    _, drive = _start(given, rows)
    for i, g in enumerate(_gates(given, spread(values, rows), rows)):
        drive[:, i] += g @ given.readout[i]
    return drive


def _sigmoid(logit: Array) -> Array:
    small = np.exp(-np.abs(logit))
    result: Array = np.where(logit >= 0, 1, small) / (1 + small)
    return result
