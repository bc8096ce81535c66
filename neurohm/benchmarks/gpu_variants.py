"""The variants that compute on a GPU: neurohm, PyTorch, JAX, and what the card allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

from neurohm.benchmarks.gpu import calls_of, launch_steps, product_steps
from neurohm.benchmarks.products import Shape
from neurohm.benchmarks.workload import Factory, Steps, Variant, in_strides
from neurohm.learning import LearningRule
from neurohm.plasticity import Plasticity

STRIDE = 20
"""Steps of learning that a host begins before it waits for a GPU, as it does in training."""

Maker: TypeAlias = Callable[..., Steps]
"""A factory that also takes ``device``, ``precision`` and what else its library offers."""

_FULL, _FAST = {"precision": "full"}, {"precision": "fast"}
_OWN: dict[str, dict[str, Any]] = {
    "neurohm-cuda": _FULL,
    "neurohm-cuda-fast": _FAST,
    "neurohm-cuda-bf16": {"precision": "bf16"},
}
_TORCH: dict[str, dict[str, Any]] = {
    "torch-cuda": _FULL,
    "torch-cuda-compile": _FULL | {"compiled": True},
    "torch-cuda-graph": _FULL | {"captured": True},
    "torch-cuda-graph-fast": _FAST | {"captured": True},
}
_JAX: dict[str, dict[str, Any]] = {"jax-cuda": _FULL, "jax-cuda-fast": _FAST}


def in_libraries(
    own: Maker,
    torch: Maker,
    jax: Maker,
    samples: Callable[[Any], int],
    *,
    learns_alike: bool = False,
) -> tuple[Variant, ...]:
    """Return the variants of a workload in neurohm, PyTorch and JAX on a GPU.

    Parameters
    ----------
    own, torch, jax : callable
        From the problem and a number of threads to steps.
    samples : callable
        From the problem to the samples that are begun before the host waits.
    learns_alike : bool
        Whether they learn by the same rule.

    Returns
    -------
    tuple of Variant

    Examples
    --------
    >>> from neurohm.benchmarks.w1 import in_jax, in_neurohm, in_torch
    >>> makers = in_neurohm.train, in_torch.local, in_jax.jit
    >>> [variant.name for variant in in_libraries(*makers, lambda problem: 100)][-2:]
    ['jax-cuda', 'jax-cuda-fast']
    """
    found = []
    for make, module, kinds in ((own, "cupy", _OWN), (torch, "torch", _TORCH), (jax, "jax", _JAX)):
        for name, options in kinds.items():
            steps = in_strides(partial(make, device="cuda", **options), samples)
            found.append(_variant(name, steps, module, learns_alike))
    return tuple(found)


def learning_variants(
    shapes: Callable[[Any], Sequence[Shape]],
    choices: Callable[[Any], tuple[LearningRule, Plasticity]],
    own: Maker,
    torch: Maker,
    jax: Maker,
) -> tuple[Variant, ...]:
    """Return the variants of a workload of learning on a GPU, with those of what the card allows.

    Parameters
    ----------
    shapes : callable
        From the problem to the products of a step.
    choices : callable
        From the problem to rule and plasticity.
    own, torch, jax : callable
        As of `in_libraries`.

    Returns
    -------
    tuple of Variant
    """

    def samples(problem: Any) -> int:
        return STRIDE * int(problem.rows)

    def bound(problem: Any, threads: int) -> Steps:
        return product_steps(shapes(problem), problem.rows)

    def launches(problem: Any, threads: int) -> Steps:
        return launch_steps(calls_of(problem, *choices(problem)), problem.rows)

    return (
        _variant("bound-cuda", in_strides(bound, samples), "cupy", False),
        _variant("launches-cuda", in_strides(launches, samples), "cupy", False),
        *in_libraries(own, torch, jax, samples, learns_alike=True),
    )


def _variant(name: str, make: Factory, module: str, learns_alike: bool) -> Variant:
    return Variant(
        name, make, threads=(1,), needs=(module,), learns_alike=learns_alike, device="cuda"
    )
