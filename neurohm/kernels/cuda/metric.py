"""Passes around a metric; the equations stand in `kernels.reference.metric`."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Activations, Array
from neurohm.kernels.cuda.call import Issue, activity, elementwise, rowwise, run_at_once


class Metric:
    """See `neurohm.kernels.reference.metric`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue = run_at_once) -> None:
        self._issue = issue

    def place(self, presynaptic: Activations, first: int, out: Array) -> None:
        """Write presynaptic activity beside that of other afferents."""
        rows, inputs = out.shape
        given, units = presynaptic.shape
        numbers = map(np.int32, (units, rows // given, inputs, first))
        self._issue(
            rowwise("place_activity", rows, units, out, *activity(presynaptic), *numbers, out)
        )

    def variance(self, out: Array) -> None:
        """Turn probabilities into variances, in place."""
        self._issue(elementwise("variances", out, out))

    def precision(self, log_deviation: Array, out: Array) -> None:
        """Write one over the variance of each unit into every row."""
        units = np.int32(log_deviation.size)
        self._issue(elementwise("precisions", out, log_deviation, units, out))

    def multiply(self, values: Array, out: Array) -> None:
        """Multiply by values of the same shape, in place."""
        self._issue(elementwise("multiply_by", out, values, out))

    def copy(self, values: Array, out: Array) -> None:
        """Write values of as many elements."""
        self._issue(elementwise("copy_values", out, values, out))

    def squares(self, values: Array, out: Array) -> None:
        """Write the squares."""
        self._issue(elementwise("squares", out, values, out))

    def step(self, gradient: Array, explained: Array, damping: float, out: Array) -> None:
        """Write the step of the part of a gradient that a metric explains."""
        self._issue(elementwise("metric_step", out, gradient, explained, float(damping), out))

    def diagonal_step(
        self, gradient: Array, information: Array, damping: float, rows: int, out: Array
    ) -> None:
        """Write the gradient over the damped Fisher information."""
        numbers = (float(damping), 1.0 / rows)
        self._issue(elementwise("diagonal_step", out, gradient, information, *numbers, out))
