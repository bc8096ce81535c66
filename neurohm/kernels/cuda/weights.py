"""Passes over particles and rows; the equations stand in `kernels.reference.weights`."""

from __future__ import annotations

import math

import numpy as np

from neurohm.backend import Array
from neurohm.kernels.cuda.call import WARP, Issue, Launch, elementwise, rowwise, run_at_once

_WEIGHERS = 512  # threads that share 32 columns: sixteen groups of rows


class Weights:
    """See `neurohm.kernels.reference.weights`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue = run_at_once) -> None:
        self._issue = issue

    def log_ratio(self, numerator: Array, denominator: Array, out: Array) -> None:
        """Write the difference of logarithms."""
        self._issue(elementwise("log_ratio", out, numerator, denominator, out))

    def log_mixture(self, log_probability: Array, share: float, other: float, out: Array) -> None:
        """Write the log-probability under a mixture with a second, constant component."""
        first, second = math.log1p(-share), other + math.log(share)
        self._issue(elementwise("log_mixture", out, log_probability, first, second, out))

    def importance_weights(
        self, log_weights: Array, weights: Array, log_mean: Array, effective: Array
    ) -> None:
        """Normalise importance weights over particles."""
        samples, particles = log_weights.shape
        arguments = (log_weights, np.int32(particles), weights, log_mean, effective)
        self._issue(rowwise("importance_weights", samples, particles, weights, *arguments))

    def advantage(self, weights: Array, baseline: float, out: Array) -> None:
        """Write weights minus a baseline."""
        self._issue(elementwise("advantage", out, weights, float(baseline), out))

    def look_up(self, bits: Array, table: Array, out: Array) -> None:
        """Write what a table says of rows of bits."""
        units = np.int32(bits.shape[1])
        self._issue(elementwise("look_up", out, bits, table, units, out))

    def weigh_rows(self, error: Array, gain: Array, scale: float, out: Array, total: Array) -> None:
        """Weigh the rows of an error and gather them."""
        rows, units = out.shape
        share, rows_per_gain = error.shape[0] // rows, error.shape[0] // gain.size
        sizes = (np.int32(rows), np.int32(share), np.int32(units))
        arguments = (error, gain, np.int32(rows_per_gain), float(scale), *sizes, out, total)
        self._issue(Launch("weigh_rows", -(-units // WARP), _WEIGHERS, out, arguments))

    def weigh_units(self, error: Array, share: Array, out: Array) -> None:
        """Write an error times the share of each unit."""
        self._issue(elementwise("weigh_units", out, error, share, np.int32(share.size), out))
