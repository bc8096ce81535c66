"""W1 in neurohm."""

from __future__ import annotations

import neurohm as nh
from neurohm.benchmarks.chains import Problem
from neurohm.benchmarks.trained import trained
from neurohm.benchmarks.workload import Steps
from neurohm.learning import LearningRule
from neurohm.plasticity import Plasticity


def choices(problem: Problem) -> tuple[LearningRule, Plasticity]:
    """Return wake-sleep and the delta rule."""
    return nh.WakeSleep(dreams_per_sample=problem.dreams), nh.Delta(problem.learning_rate)


def train(problem: Problem, threads: int, *, device: str = "cpu", precision: str = "full") -> Steps:
    """``nh.train`` with the rule and the delta rule."""
    return trained(problem, threads, *choices(problem), device=device, precision=precision)
