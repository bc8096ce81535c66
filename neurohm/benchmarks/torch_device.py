"""PyTorch on a device: whether it is there, waiting for it, and steps as CUDA graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from neurohm.benchmarks.workload import nothing
from neurohm.exceptions import InputError

WARM_UP = 3
"""Calls before a capture, in which libraries allocate and choose."""

PRECISION = {"full": "highest", "fast": "high"}
"""PyTorch's words for products of float32 as they are, and with factors rounded to TF32."""


def prepared(torch: Any, device: str, precision: str = "full") -> Callable[[], object]:
    """Set PyTorch up for local rules on a device, and return what waits for that.

    Parameters
    ----------
    torch : module
    device : {"cpu", "cuda"}
    precision : {"full", "fast"}
        Of products on a GPU.

    Returns
    -------
    callable

    Raises
    ------
    InputError
        If this PyTorch sees no such device.
    """
    torch.set_grad_enabled(False)
    torch.manual_seed(0)
    if device == "cpu":
        return nothing
    if not torch.cuda.is_available():
        raise InputError("a PyTorch that sees no GPU", "a build for CUDA", "see pytorch.org")
    torch.set_float32_matmul_precision(PRECISION[precision])
    wait: Callable[[], object] = torch.cuda.synchronize
    return wait


def as_graph(
    torch: Any, function: Callable[..., Any], restore: Callable[[], object]
) -> Callable[..., Any]:
    """Return a function that is captured at its first call, and replayed at every one.

    Parameters
    ----------
    torch : module
    function : callable
        Its first argument is a batch, whose content is copied into the graph's own; all others
        are the same tensors at each call.
    restore : callable
        Undoes what the calls before the capture did.

    Returns
    -------
    callable
    """
    captured: tuple[Any, Any, Any] | None = None

    def capture(x: Any, others: Sequence[Any]) -> tuple[Any, Any, Any]:
        own, side = x.clone(), torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM_UP):
                function(own, *others)
        torch.cuda.current_stream().wait_stream(side)
        restore()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            result = function(own, *others)
        return own, graph, result

    def call(x: Any, *others: Any) -> Any:
        nonlocal captured
        if captured is None:
            captured = capture(x, others)
        own, graph, result = captured
        own.copy_(x)
        graph.replay()
        return result

    return call


def restoring(tensors: Iterable[Any]) -> Callable[[], None]:
    """Return a function that gives tensors back the values that they have now."""
    kept = [(tensor, tensor.detach().clone()) for tensor in tensors]

    def restore() -> None:
        for tensor, value in kept:
            tensor.copy_(value)

    return restore
