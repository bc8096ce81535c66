"""Neurohm's own steps, timed where a user meets them: inside ``nh.train``."""

from __future__ import annotations

from typing import Any

import neurohm as nh
from neurohm.backend import get_backend
from neurohm.benchmarks.chains import Chain, Problem
from neurohm.benchmarks.workload import Clock, Steps, accepted
from neurohm.learning import LearningRule
from neurohm.plasticity import Plasticity
from neurohm.training import Callback, Run

FOR_EVER = 10**6
"""Epochs: the clock ends the run long before."""


class Ticking(Callback):
    """Tells a clock of each step.

    Parameters
    ----------
    clock : callable
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def after_step(self, run: Run) -> None:
        """Call the clock."""
        self.clock()


def trained(
    problem: Problem,
    threads: int,
    rule: LearningRule,
    plasticity: Plasticity,
    *,
    device: str = "cpu",
    precision: str = "full",
) -> Steps:
    """Return the steps of a training run on the problem's data, batches being taken included.

    Parameters
    ----------
    problem : Problem
    threads : int
    rule : LearningRule
    plasticity : Plasticity
    device : {"cpu", "cuda"}
    precision : {"full", "fast", "bf16"}
        Of products on a GPU.

    Returns
    -------
    Steps
    """
    machine = problem.start.machine().on(get_backend(device, precision))
    bias = machine.parameters()["generative/visible"]
    data = problem.batches.reshape(-1, problem.batches.shape[2])

    def run(clock: Clock) -> None:
        options: dict[str, Any] = {
            "rule": rule,
            "plasticity": plasticity,
            "epochs": FOR_EVER,
            "batch_size": problem.rows,
            "callbacks": [Ticking(clock)],
            **accepted(nh.train, threads=threads),
        }
        nh.train(machine, data, **options)

    return Steps(
        run,
        problem.rows,
        lambda: Chain.of_machine(machine.on("cpu")),
        wait=lambda: machine.backend.to_host(bias),  # comes after all work that was begun
    )
