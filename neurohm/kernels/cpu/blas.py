"""Matrix products without Python, by the BLAS that NumPy itself calls.

Numba's own products go to SciPy's BLAS, which is often another build, and a slower one. Where
NumPy's cannot be called by address, SciPy's does.
"""

from __future__ import annotations

import ctypes
import functools

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from threadpoolctl import ThreadpoolController

ROW_MAJOR, AS_IS, TRANSPOSED = 101, 111, 112
_NAMES = {  # as NumPy's wheels, other 64-bit builds and plain ones call them
    "f": ("scipy_cblas_sgemm64_", "cblas_sgemm64_", "scipy_cblas_sgemm", "cblas_sgemm"),
    "d": ("scipy_cblas_dgemm64_", "cblas_dgemm64_", "scipy_cblas_dgemm", "cblas_dgemm"),
}


@functools.cache
def gemm(kind: str) -> tuple[int, bool]:
    """Return the address of a matrix product, and whether it counts in 64 bits.

    Parameters
    ----------
    kind : str
        ``"f"`` for single and ``"d"`` for double precision.

    Returns
    -------
    address : int
        0 where there is none.
    wide : bool
    """
    for path in _libraries():
        library = ctypes.CDLL(path)
        for name in _NAMES[kind]:
            if hasattr(library, name):
                address = ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0
                return address, name.endswith("64_")
    return 0, False


def _libraries() -> list[str]:
    """Return the BLAS libraries that are loaded, NumPy's first."""
    np.dot(np.ones((1, 1), np.float32), np.ones((1, 1), np.float32))
    loaded = [
        pool.filepath for pool in ThreadpoolController().lib_controllers if pool.user_api == "blas"
    ]
    return sorted(loaded, key=lambda path: "numpy" not in path)


@intrinsic
def call_gemm(context, address, wide, flip, add, sizes, places, dtype):  # type: ignore[no-untyped-def]
    """Write left @ right, or left.T @ right where ``flip``, or add it where ``add``.

    ``sizes`` are rows, columns, entries of each sum and the stride of ``left``; ``places`` are the
    addresses of ``left``, ``right`` and what is written, of elements of the type behind ``dtype``.
    """

    def generate(target, builder, signature, values):  # type: ignore[no-untyped-def]
        number = target.get_value_type(dtype.dtype)
        address, wide, flip, add, sizes, places, _ = values
        given = [builder.extract_value(sizes, i) for i in range(4)]
        left, right, out = (
            builder.inttoptr(builder.extract_value(places, i), number.as_pointer())
            for i in range(3)
        )

        def branch(whole):  # type: ignore[no-untyped-def]
            enum, pointer = ir.IntType(32), number.as_pointer()
            kinds = [enum] * 3 + [whole] * 3
            kinds += [number, pointer, whole, pointer, whole, number, pointer, whole]
            function = ir.FunctionType(ir.VoidType(), kinds).as_pointer()
            m, n, k, stride = (
                size if whole.width == 64 else builder.trunc(size, whole) for size in given
            )
            transposed = builder.select(flip, enum(TRANSPOSED), enum(AS_IS))
            kept = builder.select(add, number(1.0), number(0.0))
            builder.call(
                builder.inttoptr(address, function),
                [
                    *(enum(ROW_MAJOR), transposed, enum(AS_IS), m, n, k),
                    *(number(1.0), left, stride, right, n, kept, out, n),
                ],
            )

        with builder.if_else(wide) as (then, otherwise):
            with then:
                branch(ir.IntType(64))
            with otherwise:
                branch(ir.IntType(32))
        return target.get_dummy_value()

    return types.void(address, wide, flip, add, sizes, places, dtype), generate
