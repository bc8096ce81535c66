"""What workers bring: throughput of a sweep, and what one fit by several of them costs a step.

    python benchmarks/cluster.py sweep      # one worker against two, interleaved; two minutes
    python benchmarks/cluster.py step       # a step's time against the size of the model

Each worker has one core. Ratios are of interleaved runs; on a busy machine they say little, so
processor times are said, too, and how much of a worker's was in one thread.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import neurohm as nh
from neurohm.cluster import SweepPlan, engine
from neurohm.cluster.shards import DaskShards
from neurohm.training.batches import ArrayBatches
from neurohm.training.sharded import SummedBatches

BATCH, EPOCH = 1000, 12  # rows of a batch, batches of an epoch


# All fits alike: none stops early, so that two workers can share them evenly.
SETTINGS = {"hidden": [40, 10], "epochs": 20, "patience": 20}


def sweep_seconds(workers: int, recording: Path, fits: int) -> tuple[float, float, float]:
    """Return how long a sweep takes without starting the workers, how long they worked, and the
    least share of that which one of them did in a single thread."""
    with engine(workers=workers) as client, tempfile.TemporaryDirectory() as folder:
        client.wait_for_workers(workers)
        for name, seeds in (("first", range(100, 100 + 2 * workers)), ("timed", range(fits))):
            before = client.run(processor_seconds)  # the first loads what the workers need
            begin = time.perf_counter()
            output = Path(folder) / name
            plan = SweepPlan(
                (str(recording),),
                output,
                settings=SETTINGS,
                seeds=tuple(seeds),
                score_particles=100,
            )
            nh.sweep(plan, scheduler=client.scheduler.address)
            taken = time.perf_counter() - begin
        after = client.run(processor_seconds)
    worked = {
        worker: [now - before[worker].get(thread, 0) for thread, now in threads.items()]
        for worker, threads in after.items()
    }
    single = min(max(own) / sum(own) for own in worked.values())
    return taken, sum(map(sum, worked.values())), single


def processor_seconds() -> dict[int, float]:
    """Return the processor time of each thread of this process (of Linux; else of all of them)."""
    threads = Path("/proc/self/task")
    if not threads.is_dir():
        return {0: time.process_time()}
    seconds = {}
    for thread in threads.iterdir():
        with contextlib.suppress(OSError):  # it has ended
            fields = (thread / "stat").read_text().rpartition(")")[2].split()
            seconds[int(thread.name)] = sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
    return seconds


def sweep(rounds: int, fits: int, minutes: float) -> None:
    """Print the seconds of one and of two workers, which take turns to be first."""
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "recording.h5"
        nh.simulate_assemblies(60, minutes, 6).save(recording)
        print(f"{fits} fits of {minutes:g} minutes of 60 units, {os.cpu_count()} cores")
        ratios = []
        for number in range(rounds):
            order = (1, 2) if number % 2 == 0 else (2, 1)
            measured = {n: sweep_seconds(n, recording, fits) for n in order}
            (one, busy, alone), (two, both, each) = measured[1], measured[2]
            ratios.append(one / two)
            print(
                f"one worker {one:.1f} s, two {two:.1f} s: {one / two:.2f} times; processor time "
                f"{busy:.1f} and {both:.1f} s, {min(alone, each):.0%} of a worker's in one thread",
                flush=True,
            )
    print(f"median {statistics.median(ratios):.2f} times")


class Clock(nh.training.Callback):
    """Notes wall and processor time after each step but those of the first epoch."""

    def __init__(self, client: Any = None) -> None:
        self.client, self.seconds, self.processor = client, [], []

    def after_step(self, run: nh.training.Run) -> None:
        if run.position.epoch:
            self.seconds.append(time.perf_counter())
        if run.position.epoch == 0 or run.position.step == 2 * EPOCH:
            self.processor.append(self._processor())

    def _processor(self) -> float:
        there = [] if self.client is None else self.client.run(time.process_time).values()
        return time.process_time() + sum(there)

    @property
    def least(self) -> float:
        """Least time of a step, milliseconds."""
        return 1e3 * float(np.diff(self.seconds).min())

    @property
    def busy(self) -> float:
        """Processor time of a step, of all processes, milliseconds."""
        return 1e3 * (self.processor[-1] - self.processor[-2]) / (EPOCH + 1)


def measured(batches: SummedBatches, layers: list[int], client: Any = None) -> Clock:
    """Return the times of a step."""
    clock, machine = Clock(client), nh.HelmholtzMachine(layers)
    nh.train(machine, batches, epochs=2, batch_size=BATCH, callbacks=[clock], threads=1)
    return clock


def step(workers: int) -> None:
    """Print what a step takes here and on workers, against the size of the model."""
    rng = np.random.default_rng(0)
    print("milliseconds a step: the least; processor time of all processes; of that, for transport")
    print(
        "parameters     MB  | one place:   least  processor | workers:   least  processor | for it"
    )
    with engine(workers=workers) as client:
        client.wait_for_workers(workers)
        for width in (30, 100, 300, 1000):
            layers = [width * 4, width, width // 2]
            x = (rng.random((EPOCH * BATCH, layers[0])) < 0.2).astype(np.float32)
            parts = [ArrayBatches(part) for part in np.array_split(x, workers)]
            here = measured(SummedBatches([ArrayBatches(x)], BATCH), layers)
            there = measured(DaskShards(client, parts, BATCH), layers, client)
            size = sum(v.size for v in nh.HelmholtzMachine(layers).parameters().values())
            print(
                f"{size:10d} {size * 4e-6:6.2f}  | {here.least:16.1f} {here.busy:10.1f} "
                f"| {there.least:14.1f} {there.busy:10.1f} | {there.busy - here.busy:6.1f}",
                flush=True,
            )


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["sweep", "step"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--fits", type=int, default=12)
    parser.add_argument("--minutes", type=float, default=5.0, help="of the recording")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    if given.what == "sweep":
        sweep(given.rounds, given.fits, given.minutes)
    else:
        step(given.workers)


if __name__ == "__main__":
    main()
