"""What the passes over any kind of units have in common: their launches."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from neurohm.backend import Activations, Array, Draws, SparseRows
from neurohm.backend.random import BLOCK, LANE
from neurohm.kernels.cuda.call import MOST_THREADS, Issue, Launch, activity, rowwise, run_at_once

_FOUR_EACH = 64  # threads that compress a row, four columns each at a time


class Units:
    """The passes over one kind of units; see `neurohm.kernels.reference.bernoulli`.

    One block serves a row, so that what a row gives depends on no other. A dense draw or an error,
    with its log-probability or without, is one launch; a draw in compressed form is three: the
    number of entries of each row, where they end, and the entries, drawn again.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.

    Attributes
    ----------
    kind : str
        What the names of the kernels begin with.
    """

    kind: ClassVar[str]

    def __init__(self, issue: Issue = run_at_once) -> None:
        self._issue = issue

    def mean(self, drive: Array, bias: Array, out: Array) -> None:
        """Write the mean activity."""
        rows, units = out.shape
        arguments = (*drive_of(drive, bias, rows), np.int32(units), out)
        self._issue(rowwise(f"{self.kind}_mean", rows, units, bias, *arguments))

    def draw(self, drive: Array, bias: Array, draws: Draws, out: Activations) -> None:
        """Write drawn activity."""
        self._draw(drive, bias, draws, out, None)

    def draw_with_log_probability(
        self, drive: Array, bias: Array, draws: Draws, out: Activations, total: Array
    ) -> None:
        """Write drawn activity, add its log-probability to the totals."""
        self._draw(drive, bias, draws, out, total)

    def error(self, drive: Array, bias: Array, values: Activations, out: Array) -> None:
        """Write values minus their prediction."""
        self._error(drive, bias, values, out, None, out.shape[0])

    def error_with_log_probability(
        self, drive: Array, bias: Array, values: Activations, out: Array, total: Array
    ) -> None:
        """Write the error, add the log-probability of the values to the totals."""
        self._error(drive, bias, values, out, total, out.shape[0])

    def log_probability(self, drive: Array, bias: Array, values: Activations, total: Array) -> None:
        """Add the log-probability of the values to the totals."""
        self._error(drive, bias, values, None, total, total.shape[0])

    def _draw(
        self, drive: Array, bias: Array, draws: Draws, out: Activations, total: Array | None
    ) -> None:
        rows, units = out.shape
        counters = -(-units // BLOCK) * LANE
        drawn = (*drive_of(drive, bias, rows), *random_of(draws, rows), np.int32(units))
        if not isinstance(out, SparseRows):
            arguments = (*drawn, out, None, total)
            self._issue(rowwise(f"{self.kind}_draw", rows, counters, bias, *arguments))
            return
        arguments = (*drawn, None, out.indptr, total)
        self._issue(rowwise(f"{self.kind}_draw", rows, counters, bias, *arguments))
        ends = (out.indptr, np.int32(rows))
        self._issue(Launch("ends_of_rows", 1, MOST_THREADS, bias, ends))
        entries = (*drawn, out.indptr, out.columns, out.values)
        self._issue(Launch(f"{self.kind}_entries", rows, _FOUR_EACH, bias, entries))

    def _error(
        self,
        drive: Array,
        bias: Array,
        values: Activations,
        out: Array | None,
        total: Array | None,
        rows: int,
    ) -> None:
        units = bias.shape[0]
        repeat = np.int32(rows // values.shape[0])
        known = (*drive_of(drive, bias, rows), *activity(values), repeat, np.int32(units))
        self._issue(rowwise(f"{self.kind}_error", rows, units, bias, *known, out, total))


def drive_of(drive: Array, bias: Array, rows: int) -> tuple[Any, ...]:
    """Return the arguments that say what drives each of so many rows."""
    return drive, np.int32(rows // drive.shape[0]), bias


def random_of(draws: Draws, rows: int) -> tuple[Any, ...]:
    """Return the arguments that say where the random numbers of so many rows lie."""
    rows_per_key = min(draws.rows_per_key, rows)  # the same within these rows, and 32 bits wide
    return draws.keys, np.int32(rows_per_key), draws.clock, np.int32(draws.site)
