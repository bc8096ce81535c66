"""W3 in neurohm."""

from __future__ import annotations

from itertools import count

import neurohm as nh
from neurohm.backend import get_backend
from neurohm.benchmarks.chains import Problem
from neurohm.benchmarks.workload import Steps, accepted, repeated


def score(problem: Problem, threads: int, *, device: str = "cpu", precision: str = "full") -> Steps:
    """``nh.log_likelihood`` of all points at once, as one calls it."""
    machine = problem.start.machine().on(get_backend(device, precision))
    points = problem.batches[0]
    seeds = count()
    options = {"particles": problem.particles, **accepted(nh.log_likelihood, threads=threads)}

    def step() -> None:
        nh.log_likelihood(machine, points, seed=next(seeds), **options)

    return Steps(repeated(step), len(points))
