"""W1: the matrix products alone."""

from __future__ import annotations

from neurohm.benchmarks.chains import Problem
from neurohm.benchmarks.products import bound_steps, wake_sleep_shapes
from neurohm.benchmarks.workload import Steps


def bound(problem: Problem, threads: int) -> Steps:
    """Three products for each layer and phase."""
    return bound_steps(wake_sleep_shapes(problem), problem.rows, threads)
