"""How much longer a step takes in a metric: ratios to plain steps of the same machine.

    python benchmarks/natural_cost.py [--rounds 3] [--steps 60]

Random rows, one thread. Each round goes through all methods in turn; a figure is the least mean of
processor time over rounds, over that of the delta rule.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np

import neurohm as nh
from neurohm.training import Callback

CASES: dict[str, tuple[list[int], nh.learning.LearningRule, int]] = {
    "784-200, wake-sleep, 100 rows": ([784, 200], nh.WakeSleep(), 100),
    "784-200-100-50-20, 10 particles, 32 rows": (
        [784, 200, 100, 50, 20],
        nh.Reweighted(particles=10),
        32,
    ),
    "784-300-200-100-75-50-35-25-20-15-10-10, 10 particles, 32 rows": (
        [784, 300, 200, 100, 75, 50, 35, 25, 20, 15, 10, 10],
        nh.Reweighted(particles=10),
        32,
    ),
}
SKIPPED = 10  # steps in which programs are recorded


def methods() -> dict[str, nh.Plasticity]:
    """Return what is timed, by name."""
    natural = {
        f"natural, every {every}": nh.Natural(nh.Delta(1e-4), every=every) for every in (1, 10, 100)
    }
    diagonal = nh.DiagonalNatural(nh.Delta(1e-4), every=10)
    return {
        "delta": nh.Delta(1e-4),
        "adam": nh.Adam(1e-4),
        **natural,
        "diagonal, every 10": diagonal,
    }


class Times(Callback):
    """Processor time after each step."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def after_step(self, run: Any) -> None:
        self.times.append(time.process_time())


def mean_step(case: str, plasticity: nh.Plasticity, steps: int) -> float:
    """Return the mean time of a step, seconds."""
    sizes, rule, batch = CASES[case]
    x = (np.random.default_rng(0).random((batch * steps, sizes[0])) < 0.3).astype(np.float32)
    times, machine = Times(), nh.HelmholtzMachine(sizes, seed=0)
    options: dict[str, Any] = {"rule": rule, "epochs": 1, "threads": 1, "callbacks": [times]}
    nh.train(machine, x, plasticity=plasticity, batch_size=batch, **options)
    return float(np.diff(times.times)[SKIPPED:].mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=60)
    given = parser.parse_args()
    for case in CASES:
        best = dict.fromkeys(methods(), np.inf)
        for _ in range(given.rounds):
            for name, plasticity in methods().items():
                best[name] = min(best[name], mean_step(case, plasticity, given.steps))
        print(f"{case}: a plain step takes {1e3 * best['delta']:.2f} ms")
        for name, seconds in best.items():
            print(f"  {name}: {seconds / best['delta']:.2f}")


if __name__ == "__main__":
    main()
