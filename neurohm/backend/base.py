"""The backend: an array library and the place where its arrays lie."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
"""An array of the backend in use; on a GPU it is duck-typed."""

GUARD = 512
"""Bytes kept free on either side of an array: more than a compiled loop reads in one go."""


@dataclass(frozen=True)
class Backend:
    """An array library and a device, passed along explicitly and never held globally.

    Parameters
    ----------
    name : str
        ``"cpu"``, ``"cuda"`` or ``"cuda:1"``.
    xp : module
        The array library, with NumPy's names.

    Examples
    --------
    >>> from neurohm.backend import get_backend
    >>> get_backend("cpu").zeros((2, 3), "float32").shape
    (2, 3)
    """

    name: str
    xp: Any

    def activate(self) -> AbstractContextManager[Any]:
        """Return a context in which the array library computes on this device."""
        return nullcontext()

    def asarray(self, values: Any, dtype: npt.DTypeLike) -> Array:
        """Return values as a C-contiguous array of this backend, without a copy if they are one."""
        array: Array = self.xp.ascontiguousarray(values, dtype=dtype)
        return array

    def empty(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
        """Return an uninitialised array of this backend, `GUARD` bytes from any other.

        A compiled loop whose result lies close to its input takes a scalar path, with other last
        bits: without the guard a result would depend on where the allocator puts small arrays.
        """
        guard, size = GUARD // np.dtype(dtype).itemsize, prod(shape)
        memory: Array = self.xp.empty((size + 2 * guard,), dtype=dtype)
        return memory[guard : guard + size].reshape(shape)

    def zeros(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
        """Return an array of zeros of this backend, `GUARD` bytes from any other."""
        array = self.empty(shape, dtype)
        array[...] = 0
        return array

    def write(self, array: Array, values: npt.NDArray[Any]) -> None:
        """Copy values from the host into an array, in the order of the work that uses it."""
        array[...] = values

    def to_host(self, array: Array) -> npt.NDArray[Any]:
        """Return the array as NumPy's, copied from the device only where it lies on one."""
        return np.asarray(array)
