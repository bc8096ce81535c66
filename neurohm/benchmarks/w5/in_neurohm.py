"""W5 in neurohm."""

from __future__ import annotations

from importlib import import_module

from neurohm.benchmarks.w5.problem import Layer
from neurohm.benchmarks.workload import Steps, accepted, repeated


def solve(problem: Layer, threads: int) -> Steps:
    """``neurohm.plasticity.fisher.solve``."""
    fisher = import_module("neurohm.plasticity.fisher")
    options = accepted(fisher.solve, threads=threads)

    def step() -> None:
        fisher.solve(problem.activity, problem.variance, problem.error, problem.damping, **options)

    return Steps(repeated(step), 1)
