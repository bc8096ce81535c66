"""All CUDA kernels together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from neurohm.kernels.cpu import patterns
from neurohm.kernels.cuda.arrays import Arrays
from neurohm.kernels.cuda.autoregressive import Autoregressive
from neurohm.kernels.cuda.bernoulli import BernoulliUnits
from neurohm.kernels.cuda.call import Call, Issue, run_at_once
from neurohm.kernels.cuda.categorical import CategoricalUnits
from neurohm.kernels.cuda.cues import Cues
from neurohm.kernels.cuda.fisher import Fisher
from neurohm.kernels.cuda.gaussian import GaussianUnits
from neurohm.kernels.cuda.inverses import Inverses
from neurohm.kernels.cuda.metric import Metric
from neurohm.kernels.cuda.nade import Nade
from neurohm.kernels.cuda.optimisers import Optimisers
from neurohm.kernels.cuda.poisson import PoissonUnits
from neurohm.kernels.cuda.products import Products
from neurohm.kernels.cuda.program import GraphProgram
from neurohm.kernels.cuda.weights import Weights
from neurohm.kernels.cuda.windows import Windows
from neurohm.kernels.interface import Kernels, Workers


class Device:
    """Carries out programs on the GPU, which divides the work by itself."""

    layout = "CUDA graph"

    def run(self, program: GraphProgram) -> None:
        """Carry out a program."""
        program.run()

    def forget(self) -> None:
        """Nothing is kept."""


def kernels(issue: Issue = run_at_once, *, precision: str = "full") -> Kernels:
    """Return the kernels, which hand every call to ``issue``.

    Parameters
    ----------
    issue : Issue
    precision : {"full", "fast", "bf16"}
        Of products in single precision: the backend's.
    """
    return Kernels(
        name="cuda",
        bernoulli=BernoulliUnits(issue),
        poisson=PoissonUnits(issue),
        autoregressive=Autoregressive(issue),
        categorical=CategoricalUnits(issue),
        gaussian=GaussianUnits(issue),
        nade=Nade(issue),
        products=Products(issue, precision),
        arrays=Arrays(issue),
        weights=Weights(issue),
        cues=Cues(issue),
        optimisers=Optimisers(issue),
        windows=Windows(issue),
        fisher=Fisher(issue),
        metric=Metric(issue),
        inverses=Inverses(issue),
        patterns=patterns,
        record=lambda body: record(body, precision=precision),
        workers=workers,
    )


def record(body: Callable[[Kernels], object], *, precision: str = "full") -> GraphProgram:
    """Record the kernel calls of a function instead of carrying them out."""
    calls: list[Call] = []
    body(kernels(calls.append, precision=precision))
    return GraphProgram(calls)


def workers(threads: int | None = None) -> AbstractContextManager[Workers]:
    """Return what carries out programs; threads of the host make no difference."""
    return nullcontext(Device())
