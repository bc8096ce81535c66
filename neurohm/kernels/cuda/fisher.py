"""Natural gradients; the equations stand in `kernels.reference.fisher`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array, cupy_
from neurohm.kernels.cuda.call import Issue, Multiplication, rowwise, run_at_once


class Fisher:
    """See `neurohm.kernels.reference.fisher`.

    All steps up to the limit are issued, since the host does not wait to see which units are done;
    a step of a unit that is done is empty.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue = run_at_once) -> None:
        self._issue = issue

    def conjugate_gradients(
        self,
        activity: Array,
        weight: Array,
        error: Array,
        setting: Array,
        limit: int,
        out: Array,
        spent: Array,
    ) -> None:
        """Write the natural gradients of all units of a population."""
        (rows, units), inputs = error.shape, activity.shape[1]

        def room(*shape: int, dtype: npt.DTypeLike = error.dtype) -> Array:
            return cupy_.empty_like(error, shape, dtype)

        turned, gram, mean = room(inputs, rows), room(rows, rows), room(rows)
        d, residual, image, solution, p, kp = (room(units, rows) for _ in range(6))
        energy, inverse, before = (room(units, dtype=np.float64) for _ in range(3))
        for values, target in ((activity, turned), (weight, d), (error, residual)):
            self._transpose(values, target)
        self._issue(Multiplication(turned, turned, gram, transposed=True))
        self._issue(rowwise("sums_of_rows", rows, rows, gram, gram, np.int32(rows), mean))
        size, moved = np.int32(rows), (residual, solution, p, kp, energy)
        start = (d, mean, setting, size, *moved, inverse, before, spent)
        self._issue(rowwise("fisher_start", units, rows, out, *start))
        for step in range(limit):
            self._issue(Multiplication(residual, gram, image))
            given = (d, mean, image, setting, inverse, size, np.int32(step))
            self._issue(rowwise("fisher_step", units, rows, out, *given, *moved, before, spent))
        result = room(units, inputs)
        self._issue(Multiplication(solution, activity, result))
        self._transpose(result, out)

    def _transpose(self, values: Array, out: Array) -> None:
        rows, columns = values.shape
        sizes = (np.int32(rows), np.int32(columns))
        self._issue(rowwise("transpose", columns, rows, out, values, *sizes, out))
