"""The arena: every variant in a process of its own, parked on a pipe and visited in turn.

Whatever else the machine does meanwhile, it does to all of them. No process holds two libraries'
pools of threads, which would fight for the cores.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from neurohm.benchmarks.processor import limited_to, usable_cores
from neurohm.benchmarks.results import Result, Run, combined
from neurohm.benchmarks.workload import Variant, Workload

FOLDER = "NEUROHM_BENCHMARK_FOLDER"
"""The variable that tells a variant where it may keep files."""

Progress: TypeAlias = Callable[[str, float], None]
"""Is told what is being done, and which share of all is done."""


@dataclass
class Contestant:
    """A variant with a number of threads, in a process of its own.

    Parameters
    ----------
    workload : Workload
    variant : Variant
    threads : int
    run : Run
        What was measured so far.
    """

    workload: Workload
    variant: Variant
    threads: int
    run: Run = field(default_factory=Run)
    process: subprocess.Popen[str] | None = None

    def __str__(self) -> str:
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return f"{self.variant.name}, {threads}"

    def start(self, folder: Path) -> None:
        """Start the process and wait until it is warm, or has failed."""
        errors = folder / f"{self.variant.name}-{self.threads}.err"
        task = {
            "workload": self.workload.name,
            "variant": self.variant.name,
            "threads": self.threads,
        }
        with errors.open("w") as file:
            self.process = subprocess.Popen(
                worker_command(task),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
                env={**limited_to(self.threads, self.variant.device), FOLDER: str(folder)},
            )
        said = self._hear(errors)
        if said is not None:
            self.run.samples, self.run.warm_up = said["samples"], said["warm_up"]

    def measure(self, seconds: float, folder: Path) -> None:
        """Measure a slice, if it still lives."""
        if self.run.why_not is not None or self.process is None or self.process.stdin is None:
            return
        with suppress(BrokenPipeError):  # it has died, and what it said last will tell why
            print(seconds, file=self.process.stdin, flush=True)
        said = self._hear(folder / f"{self.variant.name}-{self.threads}.err")
        if said is not None:
            self.run.slices.append(said)

    def stop(self) -> None:
        """Let the process end, and see to it that it does."""
        if self.process is None:
            return
        try:
            self.process.communicate(timeout=5)
        except (subprocess.TimeoutExpired, BrokenPipeError):
            self.process.kill()
            self.process.communicate()

    def _hear(self, errors: Path) -> dict[str, Any] | None:
        """Return what the process says next; if it has ended, note why."""
        assert self.process is not None
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if line:
            said: dict[str, Any] = json.loads(line)
            return said
        self.process.wait()
        last = errors.read_text(errors="replace").strip().splitlines()[-1:]
        self.run.why_not = "failed: " + (last[0] if last else f"exit {self.process.returncode}")
        return None


def measure(
    workload: Workload,
    *,
    variants: Sequence[Variant] | None = None,
    rounds: int | None = None,
    repeats: int = 1,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> list[Result]:
    """Measure the variants of a workload against each other.

    Parameters
    ----------
    workload : Workload
    variants : sequence of Variant, optional
        Some of the workload's; all on the CPU by default.
    rounds : int, optional
        Visits to each variant; by default the workload's.
    repeats : int
        Each with processes started anew; the medians over repeats are returned.
    seconds : float, optional
        Of a visit, and at least one step; by default the workload's.
    progress : callable, optional

    Returns
    -------
    list of Result
        One for each variant and number of threads, also of those that could not be measured.
    """
    chosen = workload.on("cpu") if variants is None else tuple(variants)
    rounds = workload.rounds if rounds is None else rounds
    seconds = workload.seconds if seconds is None else seconds
    done = []
    for repeat in range(repeats):
        entrants = list(_entrants(workload, chosen))

        def say(what: str, share: float, repeat: int = repeat) -> None:
            if progress is not None:
                progress(f"{workload.name} {what}", (repeat + share) / repeats)

        _compete(entrants, rounds, seconds, say)
        done.append([(e.variant.name, e.threads, e.run) for e in entrants])
    return combined(workload.name, workload.unit, done)


def worker_command(task: dict[str, Any]) -> list[str]:
    """Return the command that does a task in a process of its own."""
    return [sys.executable, "-m", "neurohm.benchmarks.worker", json.dumps(task)]


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder for the files of variants, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="neurohm-bench-") as folder:
        yield Path(folder)


def scratch_folder() -> Path:
    """Return the folder of the variant that asks, in its process."""
    return Path(os.environ.get(FOLDER, tempfile.gettempdir()))


def _entrants(workload: Workload, variants: Iterable[Variant]) -> Iterator[Contestant]:
    cores = len(usable_cores())
    for variant in variants:
        why_not = variant.why_not()
        for threads in variant.threads[:1] if why_not else variant.threads:
            few = f"needs {threads} cores, {cores} usable" if threads > cores else None
            yield Contestant(workload, variant, threads, Run(why_not=why_not or few))


def _compete(entrants: list[Contestant], rounds: int, seconds: float, say: Progress) -> None:
    """Start all, visit each in turn as often as asked, and stop all."""
    able = [entrant for entrant in entrants if entrant.run.why_not is None]
    with scratch() as folder:
        try:
            say("starting", 0.0)
            with ThreadPoolExecutor(len(usable_cores())) as pool:
                list(pool.map(lambda entrant: entrant.start(folder), able))
            for number in range(rounds):
                # There and back, so that no one always comes after the same one.
                turn = able if number % 2 == 0 else able[::-1]
                for place, entrant in enumerate(turn):
                    share = (number + place / len(turn)) / rounds
                    say(str(entrant), share)
                    entrant.measure(seconds, folder)
        finally:
            for entrant in able:
                entrant.stop()
