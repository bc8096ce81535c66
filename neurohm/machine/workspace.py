"""Buffers that are allocated once and used again at every step."""

from __future__ import annotations

from collections.abc import Hashable
from math import prod

import numpy.typing as npt

from neurohm.backend import Array, Backend, SparseRows


class Workspace:
    """Arrays by label. A label asked for again gives the same memory, whatever is in it.

    Parameters
    ----------
    backend : Backend

    Examples
    --------
    >>> from neurohm.backend import get_backend
    >>> work = Workspace(get_backend("cpu"))
    >>> first = work.array("error", (10, 4), "float32")
    >>> work.array("error", (8, 4), "float32").base is first.base
    True
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._memory: dict[Hashable, Array] = {}
        self._views: dict[Hashable, Array] = {}

    def array(self, label: Hashable, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
        """Return a C-contiguous array of that shape; its content is arbitrary."""
        view = self._views.get((label, shape))
        if view is None or view.dtype != dtype:
            size = prod(shape)
            memory = self._memory.get(label)
            if memory is None or memory.size < size or memory.dtype != dtype:
                memory = self._memory[label] = self.backend.empty((size,), dtype)
                self._views = {k: v for k, v in self._views.items() if k[0] != label}  # type: ignore[index]
            view = self._views[label, shape] = memory[:size].reshape(shape)
        return view

    def sparse(self, label: Hashable, shape: tuple[int, int], dtype: npt.DTypeLike) -> SparseRows:
        """Return compressed rows of that shape; their content is arbitrary."""
        rows, units = shape
        return SparseRows(
            self.array((label, "indptr"), (rows + 1,), "int64"),
            self.array((label, "columns"), (rows * units,), "int32"),
            self.array((label, "values"), (rows * units,), dtype),
            shape,
        )

    def zeros(self, label: Hashable, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
        """Return an array that is set to zero now, and not again when a step is replayed."""
        array = self.array(label, shape, dtype)
        array[...] = 0
        return array
