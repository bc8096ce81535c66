"""All kernels in NumPy together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from types import ModuleType
from typing import Any

from neurohm.kernels.interface import Kernels, Workers
from neurohm.kernels.reference import (
    arrays,
    autoregressive,
    bernoulli,
    categorical,
    cues,
    fisher,
    gaussian,
    inverses,
    metric,
    nade,
    optimisers,
    patterns,
    poisson,
    products,
    weights,
    windows,
)

_PARTS: dict[str, ModuleType] = {
    "bernoulli": bernoulli,
    "poisson": poisson,
    "autoregressive": autoregressive,
    "categorical": categorical,
    "gaussian": gaussian,
    "nade": nade,
    "products": products,
    "arrays": arrays,
    "weights": weights,
    "cues": cues,
    "optimisers": optimisers,
    "windows": windows,
    "fisher": fisher,
    "metric": metric,
    "inverses": inverses,
    "patterns": patterns,
}


class CallList:
    """A recorded step: calls, carried out one after the other."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], None]] = []

    def run(self) -> None:
        """Carry out all calls."""
        for call in self.calls:
            call()


class _Recording:
    """A module of kernels whose calls are written to a list."""

    def __init__(self, module: ModuleType, calls: list[Callable[[], None]]) -> None:
        self._module = module
        self._calls = calls

    def __getattr__(self, name: str) -> Callable[..., None]:
        kernel = getattr(self._module, name)
        return lambda *given, **named: self._calls.append(partial(kernel, *given, **named))


class OneThread:
    """Carries out programs in this thread."""

    layout = "one thread"

    def run(self, program: CallList) -> None:
        """Carry out a program."""
        program.run()

    def forget(self) -> None:
        """Nothing is kept."""


def kernels() -> Kernels:
    """Return the kernels."""
    return _together(_PARTS)


def record(body: Callable[[Kernels], None]) -> CallList:
    """Record the kernel calls of a function instead of carrying them out."""
    program = CallList()
    body(_together({name: _Recording(module, program.calls) for name, module in _PARTS.items()}))
    return program


def workers(threads: int | None = None) -> AbstractContextManager[Workers]:
    """Return what carries out programs; NumPy's kernels know one thread only."""
    return nullcontext(OneThread())


def _together(parts: dict[str, Any]) -> Kernels:
    return Kernels(name="reference", **parts, record=record, workers=workers)
