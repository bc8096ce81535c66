"""W5: the matrix products alone, of conjugate gradients to a relative residual of 1e-4."""

from __future__ import annotations

from neurohm.benchmarks.products import Shape, bound_steps
from neurohm.benchmarks.w5.in_numpy import solved
from neurohm.benchmarks.w5.problem import Layer
from neurohm.benchmarks.workload import Steps


def bound(problem: Layer, threads: int) -> Steps:
    """The Gram matrix, a product for each iteration, and the way back to the weights.

    The iterations depend on each other, so each product is split over the units on two threads.
    """
    rows, below = problem.activity.shape
    units = problem.error.shape[1]
    _, iterations = solved(problem)
    share = units // threads
    one: list[Shape] = [(rows, below, rows // threads)]
    one += [(rows, rows, share)] * iterations
    one += [(below, rows, share)]
    return bound_steps(one * threads, 1, threads)
