"""All compiled kernels together."""

from __future__ import annotations

from collections.abc import Callable

from neurohm.kernels.cpu import patterns
from neurohm.kernels.cpu.arrays import Arrays
from neurohm.kernels.cpu.autoregressive import Autoregressive
from neurohm.kernels.cpu.bernoulli import BernoulliUnits
from neurohm.kernels.cpu.categorical import CategoricalUnits
from neurohm.kernels.cpu.crew import Crew
from neurohm.kernels.cpu.cues import Cues
from neurohm.kernels.cpu.fisher import Fisher
from neurohm.kernels.cpu.gaussian import GaussianUnits
from neurohm.kernels.cpu.instruction import Issue, Tape, run_at_once
from neurohm.kernels.cpu.inverses import Inverses
from neurohm.kernels.cpu.metric import Metric
from neurohm.kernels.cpu.nade import Nade
from neurohm.kernels.cpu.optimisers import Optimisers
from neurohm.kernels.cpu.poisson import PoissonUnits
from neurohm.kernels.cpu.products import Products
from neurohm.kernels.cpu.program import RecordedProgram
from neurohm.kernels.cpu.weights import Weights
from neurohm.kernels.cpu.windows import Windows
from neurohm.kernels.interface import Kernels


def kernels(issue: Issue = run_at_once) -> Kernels:
    """Return the kernels, which hand every call to ``issue``."""
    return Kernels(
        name="cpu",
        bernoulli=BernoulliUnits(issue),
        poisson=PoissonUnits(issue),
        autoregressive=Autoregressive(issue),
        categorical=CategoricalUnits(issue),
        gaussian=GaussianUnits(issue),
        nade=Nade(issue),
        products=Products(issue),
        arrays=Arrays(issue),
        weights=Weights(issue),
        cues=Cues(issue),
        optimisers=Optimisers(issue),
        windows=Windows(issue),
        fisher=Fisher(issue),
        metric=Metric(issue),
        inverses=Inverses(issue),
        patterns=patterns,
        record=record,
        workers=Crew,
    )


def record(body: Callable[[Kernels], None]) -> RecordedProgram:
    """Record the kernel calls of a function instead of carrying them out."""
    tape = Tape()
    body(kernels(tape))
    return RecordedProgram(tape.instructions)
