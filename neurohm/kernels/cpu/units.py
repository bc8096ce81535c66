"""What the compiled passes over any kind of units have in common: choosing and issuing them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neurohm.backend import Activations, Array, Draws, SparseRows
from neurohm.kernels.cpu.instruction import Issue, drawn, parts
from neurohm.kernels.cpu.operation import Operation
from neurohm.kernels.cpu.philox import row_buffer
from neurohm.kernels.cpu.silence import silent_flags


@dataclass(frozen=True)
class Errors:
    """Operations that compare values with their prediction.

    Parameters
    ----------
    plain : Operation
        The error.
    scored : Operation
        The error, and the log-probability.
    log_probability : Operation
        That alone.
    """

    plain: Operation
    scored: Operation
    log_probability: Operation


@dataclass(frozen=True)
class Passes:
    """The operations of one kind of units, for dense and for compressed activity."""

    mean: Operation
    draw: Operation
    draw_sparse: Operation
    error: Errors
    sparse_error: Errors
    draw_with_log_probability: Operation | None = None


class Units:
    """The passes over one kind of units; see `neurohm.kernels.reference.bernoulli`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    passes: ClassVar[Passes]

    def __init__(self, issue: Issue) -> None:
        self._issue = issue

    def mean(self, drive: Array, bias: Array, out: Array) -> None:
        """Write the mean activity."""
        reads = (drive, bias)
        self._issue(self.passes.mean, bias.dtype, reads, (out,), (), 0.5 * out.size)

    def draw(self, drive: Array, bias: Array, draws: Draws, out: Activations) -> None:
        """Write drawn activity."""
        arrays, numbers = drawn(draws)
        reads, cost = (drive, bias, *arrays), out.shape[0] * out.shape[1]
        draw, written = self.passes.draw, (*parts(out), row_buffer(bias.size))
        if isinstance(out, SparseRows):
            flags = silent_flags(bias.size)
            draw, written = self.passes.draw_sparse, (*written, flags, flags.view(np.uint64))
        self._issue(draw, bias.dtype, reads, written, numbers, cost)

    def draw_with_log_probability(
        self, drive: Array, bias: Array, draws: Draws, out: Activations, total: Array
    ) -> None:
        """Write drawn activity, add its log-probability to the totals."""
        scored = self.passes.draw_with_log_probability
        if scored is None or isinstance(out, SparseRows):
            self.draw(drive, bias, draws, out)
            self.log_probability(drive, bias, out, total)
            return
        arrays, numbers = drawn(draws)
        reads, cost = (drive, bias, *arrays), 1.2 * out.size
        written = (out, total, row_buffer(bias.size))
        self._issue(scored, bias.dtype, reads, written, numbers, cost)

    def error(self, drive: Array, bias: Array, values: Activations, out: Array) -> None:
        """Write values minus their prediction."""
        reads, cost = (drive, bias, *parts(values)), 0.5 * out.size
        self._issue(self._errors(values).plain, bias.dtype, reads, (out,), (), cost)

    def error_with_log_probability(
        self, drive: Array, bias: Array, values: Activations, out: Array, total: Array
    ) -> None:
        """Write the error, add the log-probability of the values to the totals."""
        reads, cost = (drive, bias, *parts(values)), 0.8 * out.size
        self._issue(self._errors(values).scored, bias.dtype, reads, (out, total), (), cost)

    def log_probability(self, drive: Array, bias: Array, values: Activations, total: Array) -> None:
        """Add the log-probability of the values to the totals."""
        reads, cost = (drive, bias, *parts(values)), 0.7 * total.size * bias.size
        self._issue(self._errors(values).log_probability, bias.dtype, reads, (total,), (), cost)

    def _errors(self, values: Activations) -> Errors:
        return self.passes.sparse_error if isinstance(values, SparseRows) else self.passes.error
