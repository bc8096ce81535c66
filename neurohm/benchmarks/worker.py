"""The process that a variant lives in: ``python -m neurohm.benchmarks.worker TASK``.

The task is JSON. What libraries print goes to stderr; stdout is the pipe to the arena.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from typing import Any, TextIO

import numpy as np

from neurohm.benchmarks.clock import CountingClock, Over, SliceClock
from neurohm.benchmarks.processor import hold_to, usable_cores
from neurohm.benchmarks.registry import WORKLOADS
from neurohm.benchmarks.workload import Steps, Variant, Workload


def main() -> None:
    """Do the task of the command line."""
    task = json.loads(sys.argv[1])
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    workload = WORKLOADS[task["workload"]]
    variant, threads = workload.variant(task["variant"]), task["threads"]
    if variant.pinned and threads == 1:
        hold_to(usable_cores()[0])
    if "lessons" in task:
        learn(workload, variant, threads, task["lessons"])
    else:
        serve(workload, variant, threads, pipe)


def serve(workload: Workload, variant: Variant, threads: int, pipe: TextIO) -> None:
    """Warm up, then measure a slice for each line on stdin, until there is none."""
    begin, ready = time.perf_counter(), False
    steps = variant.make(workload.problem(), threads)

    def say(message: dict[str, Any]) -> None:
        print(json.dumps(message), file=pipe, flush=True)

    def next_slice() -> float | None:
        nonlocal ready
        if not ready:
            say({"samples": steps.samples, "warm_up": time.perf_counter() - begin})
            ready = True
        line = sys.stdin.readline()
        return float(line) if line else None

    clock = SliceClock(next_slice, say, workload.warm_up)
    with suppress(Over):
        if not workload.warm_up:
            clock.wait()
        steps.run(clock)


def learn(workload: Workload, variant: Variant, threads: int, task: dict[str, Any]) -> None:
    """Learn for a number of steps, and write the weights to a file."""
    assert workload.lessons is not None
    problem, _ = workload.lessons(**task["size"])
    steps: Steps = variant.make(problem, threads)
    with suppress(Over):
        steps.run(CountingClock(max(1, task["steps"] * problem.rows // steps.samples)))
    assert steps.chain is not None
    groups = asdict(steps.chain())
    arrays = {f"{name}/{i}": a for name, group in groups.items() for i, a in enumerate(group)}
    np.savez(task["output"], **arrays)


if __name__ == "__main__":
    main()
