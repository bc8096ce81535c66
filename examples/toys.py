"""Bars, lines and the shifter: how close wake-sleep learning comes to a known distribution.

Prints the exact divergence KL(data || model) in bits of each run. Every learning rule is local;
every run sees at most two million examples, restarts included.

    python examples/toys.py                     all of the table in docs/results.md
    python examples/toys.py bars --seeds 2      one toy
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import neurohm as nh
from neurohm.images import Patterns, bars, lines, shifter
from neurohm.likelihood import exact_divergence
from neurohm.machine.initial import Normal
from neurohm.machine.recruitment import Recruitment
from neurohm.training import Decay, train_restarts


@dataclass(frozen=True)
class Toy:
    """A data set, a net, a rule and the settings that suit them."""

    data: Patterns
    hidden: tuple[int, ...]
    rule: nh.WakeSleep | nh.Reweighted
    rate: float
    schedule: Decay
    steps: int
    start: str = "random"
    batch_size: int = 50
    restarts: int = 1
    rates: dict[str, float] = field(default_factory=dict)

    @property
    def examples(self) -> int:
        return self.steps * self.batch_size * self.restarts

    def divergence(self, seed: int) -> float:
        """Train, keep the restart that explains its samples best, and return the bits."""
        x = self.data.sample(self.steps * self.batch_size, seed=seed)
        sizes = [x.shape[1], *self.hidden]
        recruited = self.start == "recruited"
        initial = Recruitment(x, repeats=10) if recruited else Normal(0.1)

        def start(run: int) -> nh.HelmholtzMachine:
            return nh.HelmholtzMachine(sizes, initial=initial, seed=run)

        result = train_restarts(
            start,
            x,
            restarts=self.restarts,
            seed=seed,
            rule=self.rule,
            plasticity=nh.Adam(self.rate, rates=self.rates),
            schedule=self.schedule,
            epochs=1,
            batch_size=self.batch_size,
        )
        return exact_divergence(result.machine, self.data.patterns, self.data.probabilities)


def top_layer(factor: float) -> dict[str, float]:
    """Return rates that slow the two hidden layers down against each other."""
    slow = ("hidden2->hidden1", "generative/hidden1", "hidden1->hidden2", "hidden2")
    return dict.fromkeys(slow, factor)


WAKE_SLEEP = nh.WakeSleep()
FIVE = nh.Reweighted(particles=5, baseline=False)
TEN = nh.Reweighted(particles=10, baseline=False)

TOYS: dict[str, Callable[[], list[Toy]]] = {
    "bars": lambda: [
        Toy(bars(), (8, 1), WAKE_SLEEP, 0.08, Decay(0.0125, 0.3), 4000, "recruited"),
        Toy(bars(), (8, 1), FIVE, 0.08, Decay(0.0125, 0.3), 2000, "recruited"),
        Toy(
            bars(),
            (8, 1),
            WAKE_SLEEP,
            0.4,
            Decay(0.0125, 0.8),
            10000,
            rates={"recognition": 0.3, **top_layer(0.3)},
        ),
        Toy(
            bars(),
            (8, 1),
            TEN,
            0.2,
            Decay(0.025, 0.8),
            4000,
            rates={"recognition": 0.5, **top_layer(0.3)},
        ),
    ],
    "lines": lambda: [
        Toy(
            lines(),
            (6, 1),
            WAKE_SLEEP,
            0.8,
            Decay(0.005 / 0.8, 0.8),
            4000,
            restarts=4,
            rates={"recognition": 0.3, **top_layer(0.3)},
        ),
        Toy(
            lines(),
            (6, 1),
            TEN,
            0.25,
            Decay(0.01 / 0.25, 0.8),
            2000,
            restarts=12,
            rates={"recognition": 0.5, **top_layer(0.3)},
        ),
    ],
    "shifter": lambda: [
        Toy(
            shifter(),
            (12, 1),
            WAKE_SLEEP,
            0.1,
            Decay(0.03, 0.6),
            10000,
            rates={"recognition": 0.5},
        ),
        Toy(
            shifter(),
            (12, 1),
            TEN,
            0.1,
            Decay(0.03, 0.6),
            6000,
            rates={"recognition": 0.5, **top_layer(0.3)},
        ),
    ],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("toys", nargs="*", metavar="TOY", help=", ".join(TOYS))
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    if unknown := set(arguments.toys) - TOYS.keys():
        parser.error(f"unknown toy {min(unknown)!r}; known: {', '.join(TOYS)}")
    for name in arguments.toys or TOYS:
        for toy in TOYS[name]():
            begin = time.perf_counter()
            bits = sorted(toy.divergence(seed) for seed in range(arguments.seeds))
            seconds = (time.perf_counter() - begin) / arguments.seeds
            print(
                f"{name:8s} {toy.start:10s} {toy.rule.name:11s} {toy.examples:9,d} examples "
                f"{seconds:5.1f} s   " + " ".join(f"{value:.3f}" for value in bits),
                flush=True,
            )


if __name__ == "__main__":
    main()
