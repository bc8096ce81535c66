"""Passes over NADE; the equations stand in `neurohm.kernels.reference.nade`."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurohm.backend import Array, Draws, cupy_
from neurohm.kernels.cuda.bernoulli import BernoulliUnits
from neurohm.kernels.cuda.call import (
    MOST_THREADS,
    WARP,
    Issue,
    Launch,
    elementwise,
    run_at_once,
)
from neurohm.kernels.cuda.units import drive_of, random_of
from neurohm.kernels.reference.nade import NadeChange, NadeInput

_GROUPS = 32  # of rows, whose changes of the synapses lie side by side until they are summed


class Nade:
    """See `neurohm.kernels.reference.nade`.

    Activity, known or drawn, goes row by row, a block each, and is scored by the passes over
    Bernoulli units. What synapses learn is summed in an order that never changes.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue = run_at_once) -> None:
        self._issue = issue
        self._bernoulli = BernoulliUnits(issue)

    def mean(self, given: NadeInput, out: Array) -> None:
        """Write the mean activity in mean field."""
        rows = out.shape[0]
        soma = drive_of(given.drive, given.bias, rows)
        arguments = (*soma, *_inner_of(given, rows), *_sizes(given), out, *_room(given, rows))
        self._issue(Launch("nade_mean", rows, MOST_THREADS, out, arguments))

    def draw(self, given: NadeInput, draws: Draws, out: Array, total: Array | None = None) -> None:
        """Write drawn activity; add its log-probability to the totals."""
        rows = out.shape[0]
        drive = cupy_.empty_like(out, out.shape, out.dtype)
        known = (*drive_of(given.drive, given.bias, rows), *_inner_of(given, rows))
        written = (out, drive, *_room(given, rows))
        arguments = (*known, *random_of(draws, rows), *_sizes(given), *written)
        self._issue(Launch("nade_draw", rows, MOST_THREADS, out, arguments))
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
        rows, (units, inner) = error.shape[0], given.readout.shape
        groups = min(rows, _GROUPS)
        parts = [
            cupy_.empty_like(error, (groups, places, inner), error.dtype)
            for places in (units, units, units + 1)
        ]
        repeat, rows_per_gain = np.int32(rows // values.shape[0]), np.int32(rows // gain.size)
        taught = (values, repeat, error, gain, rows_per_gain, float(scale))
        sizes = (np.int32(rows), np.int32(groups), *_sizes(given))
        arguments = (*_inner_of(given, rows), *taught, *sizes, out.inner_error, *parts)
        blocks = groups * -(-inner // WARP)
        self._issue(Launch("nade_change", blocks, WARP, error, arguments))
        for change, part in ((out.recurrent, parts[0]), (out.readout, parts[1])):
            self._issue(elementwise("sum_of_parts", change, part, np.int32(groups), change))
        bias = out.inner_bias
        self._issue(elementwise("sum_of_parts", bias, out.inner_error, np.int32(rows), bias))

    def _whole_drive(self, given: NadeInput, values: Array, rows: int) -> Array:
        """Return the drive of known activity, what inner units add to it included."""
        drive = cupy_.empty_like(given.bias, (rows, given.bias.size), given.bias.dtype)
        known = (given.drive, np.int32(rows // given.drive.shape[0]), *_inner_of(given, rows))
        repeat = np.int32(rows // values.shape[0])
        arguments = (*known, values, repeat, *_sizes(given), drive, *_room(given, rows))
        self._issue(Launch("nade_drive", rows, MOST_THREADS, drive, arguments))
        return drive


def _inner_of(given: NadeInput, rows: int) -> tuple[Any, ...]:
    """Return the arguments that say what drives the inner units of so many rows, and what next."""
    inner = drive_of(given.inner, given.inner_bias, rows)
    return (*inner, given.recurrent, given.readout)


def _sizes(given: NadeInput) -> tuple[Any, ...]:
    units, inner = given.readout.shape
    return np.int32(units), np.int32(inner)


def _room(given: NadeInput, rows: int) -> tuple[Array, ...]:
    """Return memory for what the inner units of each row are, and for what drives them."""
    shape = (rows, given.inner_bias.size)
    return tuple(cupy_.empty_like(given.bias, shape, given.bias.dtype) for _ in range(2))
