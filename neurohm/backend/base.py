"""The backend: an array library and the place where its arrays lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
"""An array of the backend in use; on a GPU it is duck-typed."""


@dataclass(frozen=True)
class Backend:
    """An array library and a device, passed along explicitly and never held globally.

    Parameters
    ----------
    name : str
        ``"cpu"``, later ``"cuda"`` or ``"cuda:1"``.
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

    def asarray(self, values: Any, dtype: npt.DTypeLike) -> Array:
        """Return values as a C-contiguous array of this backend, without a copy if they are one."""
        array: Array = self.xp.ascontiguousarray(values, dtype=dtype)
        return array

    def empty(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
        """Return an uninitialised array of this backend."""
        array: Array = self.xp.empty(shape, dtype=dtype)
        return array

    def zeros(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
        """Return an array of zeros of this backend."""
        array: Array = self.xp.zeros(shape, dtype=dtype)
        return array

    def to_host(self, array: Array) -> npt.NDArray[Any]:
        """Return the array as NumPy's, copied from the device only where it lies on one."""
        return np.asarray(array)
