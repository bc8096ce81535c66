"""Passes over autoregressive units; see `neurohm.kernels.reference.autoregressive`."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array, Draws
from neurohm.kernels.cuda.call import Issue, rowwise, run_at_once
from neurohm.kernels.cuda.units import drive_of, random_of


class Autoregressive:
    """See `neurohm.kernels.reference.autoregressive`. One block serves a row, unit by unit.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue = run_at_once) -> None:
        self._issue = issue

    def mean(self, drive: Array, bias: Array, lateral: Array, out: Array) -> None:
        """Write the mean activity in mean field."""
        rows, units = out.shape
        logit = out.copy()  # memory beside the result
        arguments = (*drive_of(drive, bias, rows), lateral, np.int32(units), out, logit)
        self._issue(rowwise("autoregressive_mean", rows, units, bias, *arguments))

    def draw(
        self,
        drive: Array,
        bias: Array,
        lateral: Array,
        draws: Draws,
        out: Array,
        total: Array | None = None,
    ) -> None:
        """Write drawn activity; add its log-probability to the totals."""
        rows, units = out.shape
        logit = out.copy()  # memory beside the result
        given = (*drive_of(drive, bias, rows), lateral, *random_of(draws, rows))
        arguments = (*given, np.int32(units), out, logit, total)
        self._issue(rowwise("autoregressive_draw", rows, units, bias, *arguments))
