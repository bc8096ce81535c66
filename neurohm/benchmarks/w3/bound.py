"""W3: the matrix products alone."""

from __future__ import annotations

from neurohm.benchmarks.chains import Problem
from neurohm.benchmarks.products import bound_steps, score_shapes
from neurohm.benchmarks.workload import Steps


def bound(problem: Problem, threads: int) -> Steps:
    """Two products for each layer but the first, where the data's own is made once."""
    return bound_steps(score_shapes(problem), 1, threads)
