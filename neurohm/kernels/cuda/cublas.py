"""cuBLAS, called directly: CuPy refuses it while a graph is captured.

Each handle serves one stream and has a workspace of its own: then cuBLAS allocates nothing, work on
several streams does not share scratch memory, and repeated runs give the same bits.
"""

from __future__ import annotations

import ctypes
import threading
from typing import Any

from neurohm.backend import Array, cupy_
from neurohm.exceptions import NeurohmError

_PLAIN, _TRANSPOSED = 0, 1  # cublasOperation_t
_TYPES = {"float32": (0, ctypes.c_float), "float64": (1, ctypes.c_double)}  # cudaDataType
_COMPUTE_64F = 70  # cublasComputeType_t
_COMPUTE_32F = {"full": 68, "fast": 77, "bf16": 75}
"""Factors as they are, or rounded to TF32, or to bfloat16 where cuBLAS has a product for that; sums
are in single precision."""
_DEFAULT_ALGORITHM = -1
_of_thread = threading.local()
_MATRIX = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]  # address, type, leading dimension
_ARGUMENTS: dict[str, list[Any]] = {
    "cublasCreate_v2": [ctypes.POINTER(ctypes.c_void_p)],
    "cublasSetStream_v2": [ctypes.c_void_p, ctypes.c_void_p],
    "cublasSetWorkspace_v2": [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t],
    "cublasGemmEx": [
        ctypes.c_void_p,
        *[ctypes.c_int] * 5,
        ctypes.c_void_p,
        *_MATRIX,
        *_MATRIX,
        ctypes.c_void_p,
        *_MATRIX,
        ctypes.c_int,
        ctypes.c_int,
    ],
}


class Cublas:
    """A handle of cuBLAS for one stream.

    Parameters
    ----------
    library : ctypes.CDLL
    stream : int
        Address of the stream.
    workspace : cupy.cuda.MemoryPointer, optional
        Scratch memory, kept with the handle.
    size : int
        Of the scratch memory, bytes.
    """

    def __init__(self, library: Any, stream: int = 0, workspace: Any = None, size: int = 0) -> None:
        self._library, self._handle, self._workspace = library, ctypes.c_void_p(), workspace
        for name, types in _ARGUMENTS.items():
            getattr(library, name).argtypes = types
        self._call("cublasCreate_v2", ctypes.byref(self._handle))
        self._call("cublasSetStream_v2", self._handle, stream)
        if workspace is not None:  # after the stream, which would set it back
            self._call("cublasSetWorkspace_v2", self._handle, workspace.ptr, size)

    def multiply(
        self,
        left: Array,
        right: Array,
        out: Array,
        *,
        transposed: bool,
        add: bool,
        precision: str,
    ) -> None:
        """Write or add left @ right, or left.T @ right, of matrices whose rows are contiguous.

        To cuBLAS, whose columns are contiguous, each of them is its own transpose: it is asked
        for out.T = right.T @ left.T.
        """
        kind, real = _TYPES[out.dtype.name]
        compute = _COMPUTE_64F if real is ctypes.c_double else _COMPUTE_32F[precision]
        one, kept = real(1.0), real(float(add))
        (rows, columns), inner = out.shape, right.shape[0]
        self._call(
            "cublasGemmEx",
            self._handle,
            _PLAIN,
            _TRANSPOSED if transposed else _PLAIN,
            columns,
            rows,
            inner,
            ctypes.byref(one),
            *_matrix(right, kind),
            *_matrix(left, kind),
            ctypes.byref(kept),
            *_matrix(out, kind),
            compute,
            _DEFAULT_ALGORITHM,
        )

    def _call(self, name: str, *arguments: Any) -> None:
        status = getattr(self._library, name)(*arguments)
        if status:
            raise NeurohmError(f"{name} failed with status {status}")


def of_current_stream() -> Cublas:
    """Return the handle of this thread for the current stream, made at the first call."""
    handles: dict[tuple[int, int], Cublas] = _of_thread.__dict__.setdefault("handles", {})
    place = cupy_.current_stream()
    if place not in handles:
        handles[place] = Cublas(cupy_.cublas_library(), place[1], *cupy_.workspace())
    return handles[place]


def _matrix(array: Array, kind: int) -> tuple[int, int, int]:
    return cupy_.address(array), kind, array.shape[1]
