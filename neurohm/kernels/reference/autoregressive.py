"""Passes over binary units that see those before them: logit_j = a_j + b_j + sum_(i<j) s_i R_ij.

Only drawing is here, and means; where activity is known, lateral synapses are part of the drive,
and the passes are those of Bernoulli units. ``lateral`` R is ``(units, units)``, zero on and below
the diagonal; the other shapes are those of `neurohm.kernels.reference.bernoulli`.
"""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array, Draws, uniform
from neurohm.kernels.reference import bernoulli
from neurohm.kernels.reference.rows import spread


def mean(drive: Array, bias: Array, lateral: Array, out: Array) -> None:
    """Write the probability of each unit if those before it are at theirs, (rows, units)."""
    logit = spread(drive, out.shape[0]) + bias
    for j in range(bias.size):
        small = np.exp(-np.abs(logit[:, j]))
        out[:, j] = np.where(logit[:, j] >= 0, 1, small) / (1 + small)
        logit[:, j + 1 :] += out[:, [j]] * lateral[j, j + 1 :]


def draw(
    drive: Array,
    bias: Array,
    lateral: Array,
    draws: Draws,
    out: Array,
    total: Array | None = None,
) -> None:
    """Write binary draws, unit by unit; add the log-probability (nats) of each row to its total."""
    logit = spread(drive, out.shape[0]) + bias
    u = uniform(draws, *out.shape).astype(bias.dtype)
    for j in range(bias.size):
        small = np.exp(-np.abs(logit[:, j]))
        out[:, j] = u[:, j] * (1 + small) < np.where(logit[:, j] >= 0, 1, small)
        logit[:, j + 1 :] += out[:, [j]] * lateral[j, j + 1 :]
    if total is not None:
        bernoulli.log_probability(logit, np.zeros_like(bias), out, total)
