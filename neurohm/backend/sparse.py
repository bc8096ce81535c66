"""Activity that is mostly silence, kept as the entries that are not zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from neurohm.backend.base import Array, Backend


@dataclass(frozen=True, eq=False)
class SparseRows:
    """Rows of activity in compressed form, in memory that is allocated once.

    The entries of row ``r`` are those from ``indptr[r]`` to ``indptr[r + 1]``, in any order. There
    is room for a full matrix, of which an operating system hands out only what is written.

    Parameters
    ----------
    indptr : ndarray of int64, (rows + 1,)
    columns : ndarray of int32, (capacity,)
    values : ndarray, (capacity,)
    shape : tuple of int
        (rows, units).

    Examples
    --------
    >>> from neurohm.backend import get_backend
    >>> rows = SparseRows.room(get_backend("cpu"), (2, 3), "float32")
    >>> rows.set_dense(np.array([[0, 2, 0], [1, 0, 1]]))
    >>> rows.columns[: rows.indptr[-1]]
    array([1, 0, 2], dtype=int32)
    >>> rows.toarray()
    array([[0., 2., 0.],
           [1., 0., 1.]], dtype=float32)
    """

    indptr: Array
    columns: Array
    values: Array
    shape: tuple[int, int]

    @classmethod
    def room(
        cls,
        backend: Backend,
        shape: tuple[int, int],
        dtype: npt.DTypeLike,
    ) -> SparseRows:
        """Return empty rows with room for a full matrix of that shape."""
        rows, units = shape
        return cls(
            backend.zeros((rows + 1,), np.int64),
            backend.empty((rows * units,), np.int32),
            backend.empty((rows * units,), dtype),
            shape,
        )

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Type of the values."""
        return self.values.dtype

    def set_dense(self, matrix: npt.ArrayLike) -> None:
        """Take over a dense matrix of the same shape, on the host."""
        dense = np.asarray(matrix)
        row, column = np.nonzero(dense)
        self.indptr[0] = 0
        np.cumsum(np.bincount(row, minlength=self.shape[0]), out=self.indptr[1:])
        self.columns[: len(column)] = column
        self.values[: len(column)] = dense[row, column]

    def toarray(self) -> Array:
        """Return the rows as a dense matrix, on the host."""
        dense = np.zeros(self.shape, self.dtype)
        rows = np.repeat(np.arange(self.shape[0]), np.diff(self.indptr))
        dense[rows, self.columns[: len(rows)]] = self.values[: len(rows)]
        return dense


Activations: TypeAlias = Array | SparseRows
"""Activity of a population, dense or compressed: ``(rows, units)``."""
