"""The CUDA source that the kernels are compiled from, and what it says of each kernel."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

PARTS = (
    "block", "philox", "rows", "units", "bernoulli", "autoregressive", "nade", "poisson",
    "categorical", "gaussian", "products", "arrays", "weights", "cues", "optimisers", "windows",
    "fisher", "metric", "inverses",
)  # fmt: skip
REALS = {"float32": "float", "float64": "double"}
TYPES = {
    "float *": np.dtype(np.float32),
    "double *": np.dtype(np.float64),
    "unsigned int *": np.dtype(np.uint32),
    "int *": np.dtype(np.int32),
    "long long *": np.dtype(np.int64),
    "int": np.int32,
    "long long": int,
    "double": float,
}
"""From the type of a parameter to that of an array's elements, or of a number."""


@cache
def source() -> str:
    """Return the source of all kernels: one translation unit that includes nothing."""
    folder = files("neurohm.kernels.cuda") / "source"
    texts = [(part, (folder / f"{part}.cuh").read_text(encoding="utf8")) for part in PARTS]
    return "\n".join(f'#line 1 "{part}.cuh"\n{text}' for part, text in texts)


def options(dtype: npt.DTypeLike) -> tuple[str, ...]:
    """Return the compiler's options for a precision.

    Examples
    --------
    >>> options("float32")
    ('-std=c++17', '-DREAL=float')
    """
    return ("-std=c++17", f"-DREAL={REALS[np.dtype(dtype).name]}")


@cache
def parameters() -> dict[str, tuple[str, ...]]:
    """Return the types of the parameters of each kernel, as the source has them.

    Examples
    --------
    >>> parameters()["add"]
    ('const real *', 'real *', 'long long')
    """
    kernels = re.findall(r"__global__ void (\w+)\(([^)]*)\)", source())
    return {name: tuple(map(_type, listed.split(","))) for name, listed in kernels}


def _type(parameter: str) -> str:
    return " ".join(re.sub(r"\w+$", "", parameter.strip()).split())
