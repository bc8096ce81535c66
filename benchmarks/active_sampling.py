"""Active sampling: what machines dream of rhythms, over five seeds, measured by enumeration.

    python benchmarks/active_sampling.py run [--seeds 0 1 2 3 4] [--only NAME ...] [-o FILE]
    python benchmarks/active_sampling.py table [-o benchmarks/results/active-sampling.json]
    python benchmarks/active_sampling.py figure [-o docs/images/active_sampling.png]

Ten bits are a rhythm; 256 of 1024 are well formed. `run` adds run by run to the file, where those
that are there are not run again. The first block of conditions is the source's procedure, one
example a step at a rate of 0.01; the others learn at 0.05 a sample, falling to 0.001, for 400 000
samples unless their name says otherwise, in batches of 16.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

import neurohm as nh
from neurohm.agents import RhythmWorld, act
from neurohm.machine import Zeros
from neurohm.training.schedule import Decay

RESULTS = Path(__file__).parent / "results" / "active-sampling.json"
FIGURE = Path(__file__).parents[1] / "docs" / "images" / "active_sampling.png"
SIZES = {10: [10, 8, 5, 3], 12: [12, 8, 5, 3], 20: [20, 16, 8, 4]}


def reweighted(particles=5):
    return nh.Reweighted(particles=particles, wake_mix=0.5, sleep_mix=1.0)


def natural(rate):
    return nh.Natural(nh.Delta(rate), damping=0.1, every=10)


def world_of(bits):
    """Return rhythms, of 20 bits those that are well formed."""
    return RhythmWorld(bits)


def source(seed, mode, rule="strict", more=25_000):
    """The procedure of the source: 100 passes of 256, then so many single steps of a mode."""
    world = RhythmWorld(10)
    machine = nh.HelmholtzMachine(SIZES[10], initial=Zeros(), seed=seed)
    single = nh.Signed(nh.Delta(0.01))
    common = {"batch_size": 1, "plasticity": single, "every": 1000, "seed": seed, "threads": 1}
    plain = nh.ActiveSampling(world=world)
    first = act(machine, world, epochs=100, rule=plain, **common)
    if not more:
        return first
    judge = RhythmWorld(10, rule)
    asleep = "accepted" if mode == "append" else "every"
    active = nh.ActiveSampling(world=judge, sleep_on=asleep)
    epochs = more // 1000
    common |= {"seed": seed + 100, "data": world.patterns()}
    return act(machine, world, mode=mode, rule=active, epochs=epochs, draws=1000, **common)


def learned(
    seed,
    bits=10,
    samples=400_000,
    unlearning=0.0,
    plain=None,
    mode="fixed",
    batch=16,
    rate=0.05,
    final=0.02,
    hold=0.0,
    keep=0.0,
    sizes=None,
    every_samples=4000,
    beta=0.0,
    sleep_on="every",
    plasticity=None,
):
    """Learn from the beginning with one rule."""
    world = world_of(bits)
    machine = nh.HelmholtzMachine(sizes or SIZES[bits], initial=Zeros(), seed=seed)
    rule = nh.ActiveSampling(
        world=world,
        plain=plain or nh.WakeSleep(),
        unlearning=unlearning,
        beta=beta,
        sleep_on=sleep_on,
    )
    plasticity = plasticity or nh.Signed(nh.Delta(rate * batch))
    return act(
        machine,
        world,
        mode=mode,
        rule=rule,
        plasticity=plasticity,
        epochs=samples // every_samples,
        draws=every_samples,
        batch_size=batch,
        keep=keep,
        schedule=Decay(final, hold),
        threads=1,
        every=max(1, samples // every_samples // 20),
        seed=seed,
    )


FIVE = reweighted()
CONDITIONS = {
    "source: 25 600 plain steps": lambda seed: source(seed, "fixed", more=0),
    "source: + 25 000 plain steps": lambda seed: source(seed, "fixed"),
    "source: + 25 000 append": lambda seed: source(seed, "append"),
    "source: + 25 000 append, leaky": lambda seed: source(seed, "append", "leaky"),
    "plain": lambda seed: learned(seed),
    "plain, u 1": lambda seed: learned(seed, unlearning=1.0),
    "plain, u 3": lambda seed: learned(seed, unlearning=3.0),
    "plain, u 5": lambda seed: learned(seed, unlearning=5.0),
    "reweighted": lambda seed: learned(seed, plain=FIVE),
    "reweighted, u 1": lambda seed: learned(seed, plain=FIVE, unlearning=1.0),
    "reweighted, u 3": lambda seed: learned(seed, plain=FIVE, unlearning=3.0),
    "reweighted, u 5": lambda seed: learned(seed, plain=FIVE, unlearning=5.0),
    "reweighted, u 10": lambda seed: learned(seed, plain=FIVE, unlearning=10.0),
    "reweighted, u 5, 1M": lambda seed: learned(
        seed, plain=FIVE, unlearning=5.0, samples=1_000_000, hold=0.3
    ),
    "reweighted, u 8, 1M": lambda seed: learned(
        seed, plain=FIVE, unlearning=8.0, samples=1_000_000, hold=0.3
    ),
    "reweighted, u 8, 2M": lambda seed: learned(
        seed, plain=FIVE, unlearning=8.0, samples=2_000_000, hold=0.5
    ),
    "reweighted K 20, u 8, 1M": lambda seed: learned(
        seed, plain=reweighted(20), unlearning=8.0, samples=1_000_000, hold=0.3
    ),
    "reweighted, 14-8-4, u 8, 1M": lambda seed: learned(
        seed, plain=FIVE, unlearning=8.0, samples=1_000_000, hold=0.3, sizes=[10, 14, 8, 4]
    ),
    "reweighted K 20, 14-8-4, u 8, 1M": lambda seed: learned(
        seed,
        plain=reweighted(20),
        unlearning=8.0,
        samples=1_000_000,
        hold=0.3,
        sizes=[10, 14, 8, 4],
    ),
    "salience, half original": lambda seed: learned(seed, mode="salience", keep=0.5),
    "halve": lambda seed: learned(seed, mode="halve", every_samples=256),
    "12 bits: plain": lambda seed: learned(seed, bits=12),
    "12 bits: reweighted, u 5": lambda seed: learned(seed, bits=12, plain=FIVE, unlearning=5.0),
    "12 bits: reweighted, 14-8-4, u 8, 1M": lambda seed: learned(
        seed,
        bits=12,
        plain=FIVE,
        unlearning=8.0,
        samples=1_000_000,
        hold=0.3,
        sizes=[12, 14, 8, 4],
    ),
    "20 bits: plain": lambda seed: learned(seed, bits=20),
    "20 bits: reweighted, u 5": lambda seed: learned(seed, bits=20, plain=FIVE, unlearning=5.0),
}
SLOW = {
    "append from the beginning": lambda seed: learned(
        seed, mode="append", sleep_on="accepted", samples=100_000
    ),
    "natural, reweighted, u 5": lambda seed: learned(
        seed, plain=FIVE, unlearning=5.0, batch=64, plasticity=natural(1.0)
    ),
    "natural, reweighted, u 8, 1M": lambda seed: learned(
        seed,
        plain=FIVE,
        unlearning=8.0,
        samples=1_000_000,
        hold=0.3,
        batch=64,
        plasticity=natural(1.0),
    ),
}


def load(path):
    return json.loads(path.read_text()) if path.exists() else {}


def run(arguments):
    """Run what is missing, and write after each run."""
    conditions = {**CONDITIONS, **SLOW}
    names = arguments.only or list(CONDITIONS)
    for seed in arguments.seeds:
        for name in names:
            results = load(arguments.output)
            if str(seed) in results.get(name, {}):
                continue
            begin = time.perf_counter()
            acted = conditions[name](seed)
            entry = {**acted.grasp.to_dict(), "seconds": time.perf_counter() - begin}
            if seed == 0:
                entry["history"] = {
                    k: [v for v in values if np.isfinite(v)]
                    for k, values in acted.history.to_dict().items()
                    if k in ("accepted", "effective_support", "free_energy", "surprise")
                }
            results = load(arguments.output)
            results.setdefault(name, {})[str(seed)] = entry
            arguments.output.parent.mkdir(exist_ok=True)
            arguments.output.write_text(json.dumps(results, indent=1) + "\n")
            print(f"{name}, seed {seed}: {acted.grasp}, {entry['seconds']:.0f} s", flush=True)


def table(arguments):
    """Print mean and range over seeds."""
    print("| rule | accuracy | thresholded | patterns in use | KL(data, dreams) | seeds |")
    print("|---|---|---|---|---|---|")
    for name, runs in load(arguments.output).items():
        cells = []
        for key, digits in (
            ("accuracy", 4),
            ("thresholded_accuracy", 3),
            ("effective_support", 1),
            ("divergence_from_data", 3),
        ):
            values = np.array([run[key] for run in runs.values()])
            spread = f" ({values.min():.{digits}f}-{values.max():.{digits}f})"
            cell = f"{values.mean():.{digits}f}" + (spread if len(values) > 1 else "")
            cells.append(cell if np.isfinite(values).all() else "")
        print(f"| {name} | {' | '.join(cells)} | {len(runs)} |")


def figure(arguments):
    """Draw accuracy against patterns in use: what each rule trades."""
    results = {
        name: [(r["accuracy"], r["effective_support"]) for r in runs.values()]
        for name, runs in load(RESULTS).items()
        if not name.startswith(("12", "20"))
    }
    families = {
        "plain, unlearning 0 to 5": [n for n in results if n.startswith("plain")],
        "reweighted, unlearning 0 to 10": [
            n
            for n in ("reweighted", *(f"reweighted, u {u}" for u in (1, 3, 5, 10)))
            if n in results
        ],
        "a million samples, unlearning 8": [n for n in results if n == "reweighted, u 8, 1M"],
        "natural plasticity": [n for n in results if n.startswith("natural")],
        "append": [n for n in results if "append" in n],
        "halve, salience": [n for n in results if n.startswith(("halve", "salience"))],
    }
    points = {
        family: np.array([np.mean(results[n], axis=0) for n in names])
        for family, names in families.items()
        if names
    }
    nh.plots.save(nh.plots.trade_off(points, total=256, target=(0.993, 242)), arguments.output)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    for function, output in ((run, RESULTS), (table, RESULTS), (figure, FIGURE)):
        command = commands.add_parser(function.__name__)
        command.add_argument("-o", "--output", type=Path, default=output)
        command.set_defaults(function=function)
        if function is run:
            command.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
            command.add_argument("--only", nargs="+")
    arguments = parser.parse_args()
    arguments.function(arguments)


if __name__ == "__main__":
    main()
