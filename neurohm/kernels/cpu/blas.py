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
def call_gemm(context, address, wide, flip, add, rows, columns, inner, left, right, out):  # type: ignore[no-untyped-def]
    """Write left @ right, or left.T @ right where ``flip``, or add it where ``add``."""
    real = out.dtype

    def generate(target, builder, signature, values):  # type: ignore[no-untyped-def]
        number = target.get_value_type(real)
        address, wide, flip, add, rows, columns, inner, left, right, out = values
        pointer = left.type

        def branch(whole):  # type: ignore[no-untyped-def]
            enum = ir.IntType(32)
            kinds = [enum] * 3 + [whole] * 3
            kinds += [number, pointer, whole, pointer, whole, number, pointer, whole]
            function = ir.FunctionType(ir.VoidType(), kinds).as_pointer()

            def size(value):  # type: ignore[no-untyped-def]
                return value if whole.width == 64 else builder.trunc(value, whole)

            transposed = builder.select(flip, enum(TRANSPOSED), enum(AS_IS))
            m, n, k = size(rows), size(columns), size(inner)
            stride = builder.select(flip, m, k)
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

    arguments = (address, wide, flip, add, rows, columns, inner, left, right, out)
    return types.void(*arguments), generate
