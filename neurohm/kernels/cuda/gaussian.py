"""Passes over real numbers; the equations stand in `kernels.reference.gaussian`."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array, Draws
from neurohm.backend.random import BLOCK, LANE
from neurohm.kernels.cuda.call import MOST_THREADS, Issue, Launch, rowwise, run_at_once
from neurohm.kernels.cuda.units import drive_of, random_of


class GaussianUnits:
    """See `neurohm.kernels.reference.gaussian`. One block serves a row.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue = run_at_once) -> None:
        self._issue = issue

    def mean(self, drive: Array, bias: Array, out: Array) -> None:
        """Write the means."""
        rows, units = out.shape
        arguments = (*drive_of(drive, bias, rows), np.int32(units), out)
        self._issue(rowwise("gaussian_mean", rows, units, bias, *arguments))

    def draw(
        self,
        drive: Array,
        bias: Array,
        log_deviation: Array,
        draws: Draws,
        out: Array,
        total: Array | None = None,
    ) -> None:
        """Write normal draws; add their log-probability to the totals."""
        rows, units = out.shape
        given = (*drive_of(drive, bias, rows), log_deviation, *random_of(draws, rows))
        arguments = (*given, np.int32(units), out, total)
        counters = -(-units // BLOCK) * LANE
        self._issue(rowwise("gaussian_draw", rows, counters, bias, *arguments))

    def error(
        self,
        drive: Array,
        bias: Array,
        log_deviation: Array,
        values: Array,
        out: Array,
        total: Array | None = None,
    ) -> None:
        """Write the error; add the log-probability of the values to the totals."""
        self._compare(drive, bias, log_deviation, values, out, total, out.shape[0])

    def log_probability(
        self, drive: Array, bias: Array, log_deviation: Array, values: Array, total: Array
    ) -> None:
        """Add the log-probability of the values to the totals."""
        self._compare(drive, bias, log_deviation, values, None, total, total.shape[0])

    def deviation_gradient(
        self, error: Array, log_deviation: Array, gain: Array, scale: float, out: Array
    ) -> None:
        """Write the gradient in the log-deviations."""
        rows, units = error.shape
        weights = (gain, np.int32(rows // gain.size), float(scale))
        arguments = (error, log_deviation, *weights, np.int32(rows), np.int32(units), out)
        blocks = -(-units // MOST_THREADS)
        self._issue(Launch("deviation_gradient", blocks, MOST_THREADS, out, arguments))

    def _compare(
        self,
        drive: Array,
        bias: Array,
        log_deviation: Array,
        values: Array,
        out: Array | None,
        total: Array | None,
        rows: int,
    ) -> None:
        units, repeat = bias.shape[0], np.int32(rows // values.shape[0])
        known = (*drive_of(drive, bias, rows), log_deviation, values, repeat, np.int32(units))
        self._issue(rowwise("gaussian_error", rows, units, bias, *known, out, total))
