"""W3 in neurohm."""

from __future__ import annotations

from itertools import count

import neurohm as nh
from neurohm.benchmarks.chains import Problem
from neurohm.benchmarks.workload import Steps, accepted, repeated


def score(problem: Problem, threads: int) -> Steps:
    """``nh.log_likelihood`` of all points at once, as one calls it."""
    machine, points = problem.start.machine(), problem.batches[0]
    seeds = count()
    options = {"particles": problem.particles, **accepted(nh.log_likelihood, threads=threads)}

    def step() -> None:
        nh.log_likelihood(machine, points, seed=next(seeds), **options)

    return Steps(repeated(step), len(points))
