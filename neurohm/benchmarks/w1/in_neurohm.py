"""W1 in neurohm."""

from __future__ import annotations

import neurohm as nh
from neurohm.benchmarks.chains import Problem
from neurohm.benchmarks.trained import trained
from neurohm.benchmarks.workload import Steps


def train(problem: Problem, threads: int) -> Steps:
    """``nh.train`` with the rule and the delta rule."""
    return trained(
        problem,
        threads,
        rule=nh.WakeSleep(dreams_per_sample=problem.dreams),
        plasticity=nh.Delta(problem.learning_rate),
    )
