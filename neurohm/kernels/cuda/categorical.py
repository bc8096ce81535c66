"""Passes over one-hot groups; the equations stand in `kernels.reference.categorical`."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array, Draws
from neurohm.backend.random import BLOCK, LANE
from neurohm.kernels.cuda.call import Issue, rowwise, run_at_once
from neurohm.kernels.cuda.units import drive_of, random_of


class CategoricalUnits:
    """See `neurohm.kernels.reference.categorical`. One block serves a row, a thread a group.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue = run_at_once) -> None:
        self._issue = issue

    def mean(self, drive: Array, bias: Array, categories: int, out: Array) -> None:
        """Write the probabilities."""
        rows, units = out.shape
        groups = units // categories
        arguments = (*drive_of(drive, bias, rows), np.int32(groups), np.int32(categories), out)
        self._issue(rowwise("categorical_mean", rows, groups, bias, *arguments))

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
        rows, units = out.shape
        groups = units // categories
        given = (*drive_of(drive, bias, rows), *random_of(draws, rows))
        arguments = (*given, np.int32(groups), np.int32(categories), out, total)
        counters = -(-groups // BLOCK) * LANE
        self._issue(rowwise("categorical_draw", rows, counters, bias, *arguments))

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
        self._compare(drive, bias, categories, values, out, total, out.shape[0])

    def log_probability(
        self, drive: Array, bias: Array, categories: int, values: Array, total: Array
    ) -> None:
        """Add the log-probability of the values to the totals."""
        self._compare(drive, bias, categories, values, None, total, total.shape[0])

    def _compare(
        self,
        drive: Array,
        bias: Array,
        categories: int,
        values: Array,
        out: Array | None,
        total: Array | None,
        rows: int,
    ) -> None:
        groups, repeat = bias.shape[0] // categories, np.int32(rows // values.shape[0])
        sizes = (repeat, np.int32(groups), np.int32(categories))
        known = (*drive_of(drive, bias, rows), values, *sizes)
        self._issue(rowwise("categorical_error", rows, groups, bias, *known, out, total))
