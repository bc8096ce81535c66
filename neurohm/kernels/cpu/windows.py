"""Compiled gathering of samples; the equations stand in `kernels.reference.windows`."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array
from neurohm.kernels.cpu.instruction import Issue
from neurohm.kernels.cpu.operation import matrix, operation, vector


class Windows:
    """See `neurohm.kernels.reference.windows`.

    Parameters
    ----------
    issue : Issue
        Carries a call out, or records it.
    """

    def __init__(self, issue: Issue) -> None:
        self._issue = issue

    def rows_of(self, data: Array, indices: Array, out: Array) -> None:
        """Write rows of a matrix by their index."""
        self._issue(_rows_of, out.dtype, (data, indices), (out,), (), 0.2 * out.size)


@operation
def _rows_of(words, real):  # type: ignore[no-untyped-def]
    data, indices = matrix(words, 0, real), vector(words, 1, np.int64)
    out = matrix(words, 2, real)
    for row in range(out.shape[0]):
        source, target = data[indices[row]], out[row]
        for j in range(out.shape[1]):
            target[j] = source[j]
