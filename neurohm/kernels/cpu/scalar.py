"""Scalar functions that the compiled kernels share, in single and in double precision.

Single precision uses polynomials, because LLVM vectorises them and not the C library's calls;
double precision, which the exact tests use, calls the C library.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload

EXACT: dict[str, Any] = {"nogil": True, "error_model": "numpy", "cache": True}
FAST: dict[str, Any] = {
    **EXACT,
    "fastmath": {"nnan", "ninf", "nsz", "arcp", "contract", "afn", "reassoc"},
}

_f = np.float32


def exp_clamped(x: float) -> float:
    """Return exp(x), with x held to [-87, 87] in single precision."""
    return math.exp(x)


@overload(exp_clamped, jit_options={"fastmath": True, "error_model": "numpy"})
def _exp_clamped(x):  # type: ignore[no-untyped-def]
    if x != types.float32:
        return lambda x: math.exp(min(x, 700.0))

    def single(x):  # type: ignore[no-untyped-def]
        x = min(max(x, _f(-87.0)), _f(87.0))
        n = np.floor(x * _f(1.44269504) + _f(0.5))
        r = x - n * _f(0.693359375)
        r = r + n * _f(2.12194440e-4)
        y = _f(1.9875691500e-4)
        y = y * r + _f(1.3981999507e-3)
        y = y * r + _f(8.3334519073e-3)
        y = y * r + _f(4.1665795894e-2)
        y = y * r + _f(1.6666665459e-1)
        y = y * r + _f(5.0000001201e-1)
        y = y * r * r + r + _f(1.0)
        exponent = np.int32(np.int32(np.int32(n) + np.int32(127)) << np.int32(23))
        return y * np.int32(exponent).view(np.float32)

    return single


def log1p_unit(x: float) -> float:
    """Return log(1 + x) for x in [0, 1]."""
    return math.log1p(x)


@overload(log1p_unit, jit_options={"fastmath": True, "error_model": "numpy"})
def _log1p_unit(x):  # type: ignore[no-untyped-def]
    if x != types.float32:
        return lambda x: math.log1p(x)

    def single(x):  # type: ignore[no-untyped-def]
        # 2 atanh(z): the series in z <= 1/3 ends below the last bit of single precision
        z = x / (x + _f(2.0))
        s = z * z
        y = _f(2.0 / 13.0)
        y = y * s + _f(2.0 / 11.0)
        y = y * s + _f(2.0 / 9.0)
        y = y * s + _f(2.0 / 7.0)
        y = y * s + _f(2.0 / 5.0)
        y = y * s + _f(2.0 / 3.0)
        y = y * s + _f(2.0)
        return y * z

    return single


@njit(**FAST)
def log_factorial(count):  # type: ignore[no-untyped-def]
    """Return log(count!) in double precision; counts of spikes are small as a rule."""
    if count < 2.0:
        return 0.0
    return math.lgamma(count + 1.0)
