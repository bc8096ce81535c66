"""Whole training with the CUDA kernels, run on the host: what the CPU's kernels learn.

In double precision a draw falls on a tie with a chance of about 1e-15, so that weights differ by
rounding alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import neurohm as nh
from neurohm.kernels import Kernels
from neurohm.kernels.cuda.call import Call
from neurohm.kernels.cuda.instruction_set import kernels
from neurohm.kernels.cuda.program import LANES, Placed, placed


class HostProgram:
    """Recorded calls, carried out lane by lane as far as they do not wait for each other."""

    def __init__(self, calls: list[Placed], carry_out: Callable[[Call], None]) -> None:
        self.calls, self.carry_out = calls, carry_out

    def run(self) -> None:
        places = range(len(self.calls))
        left = {lane: [i for i in places if self.calls[i].lane == lane] for lane in range(LANES)}
        done: set[int] = set()
        while any(left.values()):
            for queue in reversed(left.values()):
                while queue and done.issuperset(self.calls[queue[0]].waits_for):
                    self.carry_out(self.calls[queue[0]].call)
                    done.add(queue.pop(0))


@pytest.mark.parametrize("density", [0.05, 0.3], ids=["compressed", "dense"])
@pytest.mark.parametrize(
    "rule",
    [
        "wake-sleep",
        "reweighted",
        "bidirectional",
        nh.Reweighted(particles={0: 3, 1: 4}, defensive=0.2),
    ],
    ids=["wake-sleep", "reweighted", "bidirectional", "defensive, scheduled"],
)
def test_learning_is_that_of_the_cpu(host, rule: object, density: float) -> None:
    x = (np.random.default_rng(0).random((80, 30)) < density).astype("float64")
    compare(host, [30, 12, 5], x, rule)


@pytest.mark.parametrize("plain", [nh.WakeSleep(), nh.Reweighted(particles=3)])
@pytest.mark.parametrize("density", [0.05, 0.4], ids=["compressed", "dense"])
def test_learning_with_cues_is_that_of_the_cpu(host, plain: object, density: float) -> None:
    x = (np.random.default_rng(0).random((80, 30)) < density).astype("float64")
    options = {"plain": plain, "shape": (5, 6), "grids": [(3, 4), (2, 2)], "clamp": 1, "ramp": 1}
    compare(host, [30, 14, 4], x, nh.MultiLevel(**options))


@pytest.mark.parametrize("rule", ["wake-sleep", "reweighted"])
def test_learning_of_nade_is_that_of_the_cpu(host, rule: str) -> None:
    x = np.random.default_rng(0).integers(0, 2, (80, 9)).astype("float64")
    compare(host, [nh.NADE(9, inner=4), nh.NADE(3)], x, rule)


@pytest.mark.parametrize(
    "plasticity",
    [
        nh.Natural(nh.Delta(0.05), solver="cg", tolerance=1e-10, every=2),
        nh.Natural(nh.Delta(0.05), solver="cholesky"),
        nh.Natural(nh.Delta(0.05, momentum=0.5), solver="dense", every=3),
        nh.DiagonalNatural(nh.Delta(0.05), every=2),
        nh.OnlineNatural(nh.Delta(0.05), events=3, horizon=50),
    ],
    ids=["cg", "cholesky", "dense", "diagonal", "online"],
)
def test_natural_learning_is_that_of_the_cpu(host, plasticity: nh.Plasticity) -> None:
    x = (np.random.default_rng(0).random((20, 12)) < 0.3).astype("float64")
    populations = [12, 6, 3]
    if getattr(plasticity, "solver", "cg") != "cg":
        populations = [nh.AutoregressiveBernoulli(12), 6, 3]
    compare(host, populations, x, nh.Reweighted(particles=2), plasticity)


def compare(
    host,
    populations: list[object],
    x: np.ndarray,
    rule: object,
    plasticity: nh.Plasticity | None = None,
) -> None:
    """Train by the CPU's kernels and by the host's."""

    def record(body: Callable[[Kernels], object]) -> HostProgram:
        calls: list[Call] = []
        body(kernels(calls.append))
        return HostProgram(placed(calls), host)

    machines = [nh.HelmholtzMachine(populations, dtype="float64", seed=1) for _ in range(2)]
    machines[1].kernels = replace(kernels(host), record=record)
    for machine in machines:
        nh.train(machine, x, rule=rule, plasticity=plasticity, epochs=2, batch_size=40, seed=2)
    expected, got = (machine.parameters() for machine in machines)
    for key, array in expected.items():
        np.testing.assert_allclose(got[key], array, rtol=1e-8, atol=1e-10, err_msg=key)
