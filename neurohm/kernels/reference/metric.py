"""Passes that make a metric of activity, and steps of gradients, around those of `fisher`."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Activations, Array, SparseRows
from neurohm.kernels.reference.gaussian import LEAST_LOG_DEVIATION


def place(presynaptic: Activations, first: int, out: Array) -> None:
    """Write presynaptic activity beside that of other afferents.

    Parameters
    ----------
    presynaptic : ndarray or SparseRows, (rows, source units)
        With fewer rows than ``out``, a row serves as many consecutive ones.
    first : int
        Column of ``out`` where it begins.
    out : ndarray, (rows, inputs)
    """
    dense = presynaptic.toarray() if isinstance(presynaptic, SparseRows) else presynaptic
    rows, units = dense.shape
    out[:, first : first + units] = dense.repeat(out.shape[0] // rows, axis=0)


def variance(out: Array) -> None:
    """Turn probabilities p into variances p (1 - p), in place."""
    out *= 1 - out


def precision(log_deviation: Array, out: Array) -> None:
    """Write one over the variance of each unit, ``(units,)``, into every row."""
    out[...] = np.exp(-2 * np.maximum(log_deviation, LEAST_LOG_DEVIATION))


def multiply(values: Array, out: Array) -> None:
    """Multiply by values of the same shape, in place."""
    out *= values


def copy(values: Array, out: Array) -> None:
    """Write values of as many elements."""
    out.reshape(-1)[...] = values.reshape(-1)


def squares(values: Array, out: Array) -> None:
    """Write the squares."""
    out[...] = np.square(values)


def step(gradient: Array, explained: Array, damping: float, out: Array) -> None:
    """Write (1 + a) / a (g - e): the step, of the part of a gradient that a metric explains."""
    out[...] = out.dtype.type((1 + damping) / damping) * (gradient - explained)


def diagonal_step(
    gradient: Array, information: Array, damping: float, rows: int, out: Array
) -> None:
    """Write (1 + a) g / (F + a), of the Fisher information F summed over so many rows."""
    kind = out.dtype.type
    out[...] = kind(1 + damping) * gradient / (information * kind(1 / rows) + kind(damping))
