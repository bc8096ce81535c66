"""W2: the matrix products alone."""

from __future__ import annotations

from neurohm.benchmarks.chains import Problem
from neurohm.benchmarks.products import bound_steps, reweighted_shapes
from neurohm.benchmarks.workload import Steps


def bound(problem: Problem, threads: int) -> Steps:
    """Seven products for each layer, less what the particles share in the first one."""
    return bound_steps(reweighted_shapes(problem), problem.rows, threads)
