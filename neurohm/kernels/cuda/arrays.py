"""Passes over any arrays; the equations stand in `kernels.reference.arrays`."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array
from neurohm.kernels.cuda.call import (
    MOST_THREADS,
    Issue,
    Launch,
    elementwise,
    rowwise,
    run_at_once,
)


class Arrays:
    """See `neurohm.kernels.reference.arrays`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue = run_at_once) -> None:
        self._issue = issue

    def fill(self, out: Array, value: float) -> None:
        """Write one value everywhere."""
        self._issue(elementwise("fill", out, out, float(value)))

    def add(self, values: Array, out: Array) -> None:
        """Add values."""
        self._issue(elementwise("add", out, values, out))

    def keep_upper(self, out: Array) -> None:
        """Set a matrix to zero on and below its diagonal."""
        self._issue(elementwise("keep_upper", out, np.int32(out.shape[0]), out))

    def accumulate(self, values: Array, out: Array) -> None:
        """Add the sum of values."""
        self._issue(Launch("accumulate", 1, MOST_THREADS, out, (values, values.size, out)))

    def scale(self, out: Array, factor: float) -> None:
        """Multiply by a factor, in place."""
        self._issue(elementwise("scale", out, out, float(factor)))

    def take_rows(self, chosen: Array, values: Array, out: Array) -> None:
        """Write those rows of values that are chosen."""
        rows, units = out.shape
        self._issue(rowwise("take_rows", rows, units, out, chosen, values, np.int32(units), out))
