"""W5 in SciPy: LAPACK's solver for positive definite systems, unit after unit."""

from __future__ import annotations

import numpy as np

from neurohm.benchmarks.chains import Floats
from neurohm.benchmarks.w5.problem import Layer
from neurohm.benchmarks.workload import Steps, repeated


def one_by_one(problem: Layer, threads: int) -> Steps:
    """A Cholesky factorisation for each unit."""
    from scipy.linalg.lapack import sposv

    activity, scale = problem.activity, np.sqrt(problem.variance)
    rows = np.arange(len(activity))

    def step() -> Floats:
        gram = activity @ activity.T
        solutions = np.empty_like(problem.error)
        for unit in range(solutions.shape[1]):
            own = scale[:, unit]
            system = gram * own[:, None] * own
            system[rows, rows] += len(rows) * problem.damping
            solution = sposv(system.T, problem.error[:, unit] / own, overwrite_a=True)[1]
            solutions[:, unit] = solution * own
        return np.asarray(activity.T @ solutions)

    return Steps(repeated(step), 1)
