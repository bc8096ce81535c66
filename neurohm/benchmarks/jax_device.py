"""JAX on a device: the precision of its products there, and when to wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from neurohm.benchmarks.workload import Steps, repeated
from neurohm.exceptions import InputError

PRECISION = {"full": "highest", "fast": "tensorfloat32"}
"""JAX's words for products of float32 as they are, and with factors rounded to TF32."""


def prepared(jax: Any, device: str, precision: str = "full") -> None:
    """Set JAX up for a device, which it rounds factors on unless it is told not to.

    Parameters
    ----------
    jax : module
    device : {"cpu", "cuda"}
    precision : {"full", "fast"}
        Of products on a GPU.

    Raises
    ------
    InputError
        If this JAX computes elsewhere.
    """
    if device == "cpu":
        return
    if jax.default_backend() != "gpu":
        raise InputError("a JAX that sees no GPU", "a build for CUDA", "pip install 'jax[cuda12]'")
    jax.config.update("jax_default_matmul_precision", PRECISION[precision])


def steps_of(
    begin: Callable[[], object],
    wait: Callable[[], object],
    device: str,
    samples: int,
    chain: Callable[[], Any] | None = None,
) -> Steps:
    """Return steps that a host begins: waited for one by one on the CPU, several on a GPU.

    Parameters
    ----------
    begin, wait : callable
    device : {"cpu", "cuda"}
    samples : int
    chain : callable, optional

    Returns
    -------
    Steps
    """

    def step() -> None:
        begin()
        if device == "cpu":
            wait()

    return Steps(repeated(step), samples, chain, wait)
