"""What workers bring: throughput of a sweep, and what one fit by several of them costs a step.

    python benchmarks/cluster.py sweep      # one worker against two, interleaved
    python benchmarks/cluster.py step       # a step's time against the size of the model

Each worker has one core. Ratios are of interleaved runs; on a busy machine they say little.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

import neurohm as nh
from neurohm.cluster import SweepPlan, engine
from neurohm.cluster.shards import DaskShards
from neurohm.training.batches import ArrayBatches
from neurohm.training.sharded import SummedBatches

FITS = 8


def sweep_seconds(workers: int, recording: Path) -> float:
    """Return how long a sweep of several fits takes, without starting the workers."""
    with engine(workers=workers) as client, tempfile.TemporaryDirectory() as folder:
        client.wait_for_workers(workers)
        plan = {"settings": {"hidden": [40, 10], "epochs": 20}, "score_particles": 100}
        for name, seeds in (("first", range(100, 100 + 2 * workers)), ("timed", range(FITS))):
            begin = time.perf_counter()  # the first loads what the workers need
            made = SweepPlan((str(recording),), Path(folder) / name, seeds=tuple(seeds), **plan)
            nh.sweep(made, scheduler=client.scheduler.address)
        return time.perf_counter() - begin


def sweep(rounds: int) -> None:
    """Print the seconds of one and of two workers."""
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "recording.h5"
        nh.simulate_assemblies(60, 5.0, 6).save(recording)
        print(f"{FITS} fits of 5 minutes of 60 units, {os.cpu_count()} cores")
        ratios = []
        for _ in range(rounds):
            one, two = (sweep_seconds(workers, recording) for workers in (1, 2))
            ratios.append(one / two)
            print(f"one worker {one:.1f} s, two {two:.1f} s: {one / two:.2f} times", flush=True)
    print(f"median {statistics.median(ratios):.2f} times")


def step_seconds(batches: SummedBatches, layers: list[int], batch_size: int) -> float:
    """Return the least time of a step."""
    times: list[float] = []

    class Clock(nh.training.Callback):
        def after_step(self, run: nh.training.Run) -> None:
            times.append(time.perf_counter())

    machine = nh.HelmholtzMachine(layers)
    nh.train(machine, batches, epochs=2, batch_size=batch_size, callbacks=[Clock()], threads=1)
    return float(np.diff(times).min())


def step(workers: int) -> None:
    """Print a step's time here and on workers, against the size of the model."""
    rng, batch_size = np.random.default_rng(0), 1000
    print("parameters     MB   one place ms   over workers ms   beyond its share ms")
    with engine(workers=workers) as client:
        client.wait_for_workers(workers)
        for width in (30, 100, 300, 1000):
            layers = [width * 4, width, width // 2]
            x = (rng.random((12 * batch_size, layers[0])) < 0.2).astype(np.float32)
            parts = [ArrayBatches(part) for part in np.array_split(x, workers)]
            here = step_seconds(SummedBatches([ArrayBatches(x)], batch_size), layers, batch_size)
            there = step_seconds(DaskShards(client, parts, batch_size), layers, batch_size)
            size = sum(v.size for v in nh.HelmholtzMachine(layers).parameters().values())
            beyond = there - here / workers
            print(
                f"{size:10d} {size * 4e-6:6.2f} {1e3 * here:14.1f} {1e3 * there:17.1f} "
                f"{1e3 * beyond:21.1f}",
                flush=True,
            )


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["sweep", "step"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    if given.what == "sweep":
        sweep(given.rounds)
    else:
        step(given.workers)


if __name__ == "__main__":
    main()
