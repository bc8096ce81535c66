"""The first user's path: ``neurohm fit data/assemblies.h5``, the whole process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import neurohm as nh
from neurohm.benchmarks.arena import scratch_folder
from neurohm.benchmarks.processor import THREADS
from neurohm.benchmarks.workload import Steps, Variant, Workload, repeated


def _recording() -> Path:
    """Return the recording that the README's first command fits, made anew: it is simulated."""
    path = scratch_folder() / "assemblies.h5"
    if not path.exists():
        nh.simulate_assemblies(n_units=60, minutes=10.0, n_assemblies=6, seed=0).save(path)
    return path


def _fit(recording: Path, cache: Path | None, *options: str) -> None:
    """Run the command, with the threads and the compiled code of its own choice."""
    environment = {name: value for name, value in os.environ.items() if name not in THREADS}
    if cache is not None:
        environment["NUMBA_CACHE_DIR"] = str(cache)
    output = scratch_folder() / f"fit-{os.getpid()}.h5"
    command = [sys.executable, "-c", "from neurohm.cli import main; main()", "fit"]
    subprocess.run(
        [*command, str(recording), "-o", str(output), *options],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def compiled_before(recording: Path, threads: int) -> Steps:
    """As every time but the first: what was compiled lies on the disk."""
    _fit(recording, None, "--epochs", "1", "--score-particles", "10")
    return Steps(repeated(lambda: _fit(recording, None)), 1)


def compiled_first(recording: Path, threads: int) -> Steps:
    """As the very first time: everything is compiled."""
    folder = scratch_folder()
    caches = (folder / f"cache-{os.getpid()}-{number}" for number in range(10**6))
    return Steps(repeated(lambda: _fit(recording, next(caches))), 1)


FIRST_FIT = Workload(
    "fit",
    "neurohm fit of the README's recording with the default settings, the whole process",
    _recording,
    (
        Variant("neurohm", compiled_before, threads=(2,)),
        Variant("neurohm-first-time", compiled_first, threads=(2,)),
    ),
    seconds=0.0,
    rounds=1,
    warm_up=0,
)
