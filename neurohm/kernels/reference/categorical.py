"""Passes over groups of units of which exactly one is active, with probability softmax(a + b).

``categories`` consecutive units are a group. The shapes are those of
`neurohm.kernels.reference.bernoulli`.
"""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array, Draws, random_bits
from neurohm.kernels.reference.rows import spread


def mean(drive: Array, bias: Array, categories: int, out: Array) -> None:
    """Write the probabilities: the softmax of each group."""
    _, odds = _odds(drive, bias, categories, out.shape[0])
    out[...] = (odds / odds.sum(axis=2, keepdims=True)).reshape(out.shape)


def draw(
    drive: Array,
    bias: Array,
    categories: int,
    draws: Draws,
    out: Array,
    total: Array | None = None,
) -> None:
    """Write draws, one 32-bit word a group: the first whose cumulative probability exceeds it.

    The log-probability (nats) of each row is added to its total, where there is one.
    """
    rows = out.shape[0]
    _, odds = _odds(drive, bias, categories, rows)
    cumulative = odds.cumsum(axis=2, dtype=np.float64)
    u = (random_bits(draws, rows, odds.shape[1]) + 0.5) * 2.0**-32
    passed = u[:, :, None] * cumulative[:, :, -1:] >= cumulative[:, :, :-1]
    active = np.arange(categories) == passed.sum(axis=2)[:, :, None]
    out[...] = active.reshape(out.shape)
    if total is not None:
        log_probability(drive, bias, categories, out, total)


def error(
    drive: Array,
    bias: Array,
    categories: int,
    values: Array,
    out: Array,
    total: Array | None = None,
) -> None:
    """Write s - softmax(a + b); add the log-probability (nats) to the total, where there is one."""
    mean(drive, bias, categories, out)
    out[...] = spread(values, out.shape[0]) - out
    if total is not None:
        log_probability(drive, bias, categories, values, total)


def log_probability(
    drive: Array, bias: Array, categories: int, values: Array, total: Array
) -> None:
    """Add sum_j s_j a_j - log sum_j exp(a_j) of each group to the total of its row (nats)."""
    rows = total.shape[0]
    logit, odds = _odds(drive, bias, categories, rows)
    total += (spread(values, rows).reshape(logit.shape) * logit).sum(axis=(1, 2), dtype=np.float64)
    total -= np.log(odds.sum(axis=2, dtype=np.float64)).sum(axis=1)


def _odds(drive: Array, bias: Array, categories: int, rows: int) -> tuple[Array, Array]:
    """Return logits less the largest of their group, ``(rows, groups, categories)``, and exp."""
    logit: Array = (spread(drive, rows) + bias).reshape(rows, -1, categories)
    logit = logit - logit.max(axis=2, keepdims=True)
    odds: Array = np.exp(logit)
    return logit, odds
