"""Read thousands of damaged and malicious files: each reads with its counts, or ends in our error.

    python tests/fuzz/corpus.py --files 10000

Files are made from small honest ones (seeds.py) by mutations (mutations.py), each by its number, so
that any of them can be made again. They are read in processes of their own, that may take 5 s of
processor time and 200 MB of memory beyond the file for each. Exit code 1 if one does not end well:
its number is printed, and ``--keep FOLDER`` keeps it.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import h5py
import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    from mutations import BYTES, MALICE, STRUCTURE
    from seeds import SEEDS, Seed
else:
    from .mutations import BYTES, MALICE, STRUCTURE
    from .seeds import SEEDS, Seed

from neurohm.exceptions import NeurohmError
from neurohm.recordings import Recording, load_recording

MOST_SECONDS = 5.0
MOST_BYTES = 200e6
# Of the clock on the wall: a busy machine gives a process a part of its time.
PATIENCE = 60.0


@dataclass(frozen=True)
class Outcome:
    """How the reading of a file ended.

    Parameters
    ----------
    number : int
    kind : str
        Seed and mutations.
    end : str
        ``"read"``, the name of our error, or ``"FAULT: ..."``.
    seconds, bytes : float
        Time of the processor, and memory beyond that before.
    """

    number: int
    kind: str
    end: str
    seconds: float = 0.0
    bytes: float = 0.0

    @property
    def is_fault(self) -> bool:
        return self.end.startswith("FAULT")


@cache
def honest(name: str, folder: Path) -> bytes:
    """Return the bytes of an honest file."""
    path = folder / f"honest{SEEDS[name].suffix}"
    SEEDS[name].write(path)
    content = path.read_bytes()
    path.unlink()
    return content


def make(number: int, folder: Path) -> tuple[Path, Seed, str]:
    """Make a file by its number."""
    rng = np.random.default_rng([20, number])
    name = list(SEEDS)[number % len(SEEDS)]
    seed = SEEDS[name]
    path = folder / f"{number}{seed.suffix}"
    path.write_bytes(honest(name, folder))
    kinds = [BYTES]
    if seed.suffix == ".h5":
        kinds = [(BYTES,), (STRUCTURE,), (STRUCTURE, BYTES), (MALICE,), (BYTES, BYTES)][
            int(rng.choice(5, p=[0.45, 0.25, 0.1, 0.1, 0.1]))
        ]
    done = []
    for choices in kinds:
        mutation = choices[int(rng.integers(len(choices)))]
        # What cannot be done to this file leaves it as it is, or half done, which is as good.
        try:
            mutation(path, rng)
            done.append(mutation.__name__)
        except (ValueError, TypeError, OSError, KeyError, IndexError, RuntimeError, OverflowError):
            done.append(f"{mutation.__name__}?")
    return path, seed, f"{name}: {' '.join(done)}"


def judged(number: int, folder: Path) -> Outcome:
    """Make a file, read it, and say how that ended."""
    path, seed, kind = make(number, folder)
    try:
        gc.collect()
        before, begin = peak_memory(), time.process_time()
        end = reading(path, seed)
        seconds = time.process_time() - begin
        memory = max(0.0, peak_memory(reset=False) - before - path.stat().st_size)
        if seconds > MOST_SECONDS:
            end = f"FAULT: {seconds:.1f} s"
        elif memory > MOST_BYTES:
            end = f"FAULT: {memory / 1e6:.0f} MB"
        return Outcome(number, kind, end, seconds, memory)
    finally:
        path.unlink(missing_ok=True)


def reading(path: Path, seed: Seed) -> str:
    """Read a file and return how that ended."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            recording = load_recording(path, **seed.options)
            trouble = unlike(recording, path, seed)
        except NeurohmError as error:
            return type(error).__name__ if "\n" not in str(error) else "FAULT: several lines"
        except Exception as error:
            return f"FAULT: {type(error).__name__}: {str(error)[:150]}"
    return f"FAULT: {trouble}" if trouble else "read"


def unlike(recording: Recording, path: Path, seed: Seed) -> str:
    """Return what is wrong with a recording, empty if all spikes are there and well."""
    times, index = np.asarray(recording.spike_times), recording.spike_times_index
    if index[-1] != times.size or (np.diff(index, prepend=0) < 0).any():
        return "units and spikes do not match"
    if not (np.isfinite(times).all() and (times >= recording.t_start).all()):
        return "times that are no times"
    if (times > recording.t_stop).any():
        return "times after the end"
    counted = own_count(path, seed)
    if counted is not None and counted != times.size:
        return f"{times.size} spikes read, {counted:g} in the file"
    again = path.with_suffix(".again")
    try:
        recording.save(again)
        back = load_recording(again)
        if not np.array_equal(back.spike_times, times) or not np.array_equal(
            back.spike_counts, recording.spike_counts
        ):
            return "other spikes after saving and loading"
    finally:
        again.unlink(missing_ok=True)
    return ""


def own_count(path: Path, seed: Seed) -> float | None:
    """Return how many spikes a file itself says that it has; None if that cannot be told."""
    if seed.counted is None:
        return None
    try:
        with h5py.File(path) as file:
            return seed.counted(file)
    except Exception:
        return None


def peak_memory(*, reset: bool = True) -> float:
    """Return the most memory that this process had, bytes, since it was last reset."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return float(line.split()[1]) * 1024
    return 0.0


# ---- many, in processes of their own


def work(connection: Connection, folder: Path) -> None:
    """Judge the files whose numbers come in."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (2**34, 2**34))
    gc.freeze()  # what there is by now need not be gone through again for each file
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    while (number := connection.recv()) is not None:
        connection.send(judged(number, folder))


class Worker:
    """A process that reads files, and is replaced when it dies or hangs."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number, self.since = folder, -1, 0.0
        self.start()

    def start(self) -> None:
        context = get_context("fork")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(theirs, self.folder), daemon=True)
        self.process.start()
        theirs.close()

    def give(self, number: int) -> None:
        self.number, self.since = number, time.monotonic()
        self.connection.send(number)

    def outcome(self) -> Outcome:
        """Return what came of the file, be it the end of the process."""
        try:
            return self.connection.recv()
        except EOFError:
            self.process.join()
            end = f"FAULT: died of signal {-(self.process.exitcode or 0)}"
            self.start()
            return Outcome(self.number, kind_of(self.number, self.folder), end)

    def hung(self) -> Outcome:
        """Kill it, and start another."""
        self.process.kill()
        self.process.join()
        self.start()
        kind = kind_of(self.number, self.folder)
        return Outcome(self.number, kind, f"FAULT: hung for {PATIENCE:g} s", PATIENCE)


def kind_of(number: int, folder: Path) -> str:
    path, _, kind = make(number, folder)
    path.unlink(missing_ok=True)
    return kind


def outcomes(numbers: Iterator[int], workers: int, folder: Path) -> Iterator[Outcome]:
    """Judge files in some processes, in whichever order they are done."""
    busy: dict[Any, Worker] = {}
    for worker in [Worker(folder) for _ in range(workers)]:
        if (number := next(numbers, None)) is not None:
            worker.give(number)
            busy[worker.connection] = worker
    while busy:
        ready = set(wait(list(busy), timeout=1.0))
        for connection, worker in list(busy.items()):
            is_late = time.monotonic() - worker.since > PATIENCE
            if connection not in ready and not is_late:
                continue
            del busy[connection]
            yield worker.outcome() if connection in ready else worker.hung()
            if (number := next(numbers, None)) is not None:
                worker.give(number)
                busy[worker.connection] = worker
            else:
                worker.process.kill()


def main() -> None:
    """Do what the command line says."""
    text = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=text)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--every", type=int, default=1000, help="files between notes of progress")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for files that do not end well")
    given = parser.parse_args()
    ends: Counter[str] = Counter()
    slowest = largest = 0.0
    with tempfile.TemporaryDirectory() as name:
        numbers = iter(range(given.first, given.first + given.files))
        for outcome in outcomes(numbers, given.workers, Path(name)):
            ends[outcome.end.partition(":")[0]] += 1
            slowest, largest = max(slowest, outcome.seconds), max(largest, outcome.bytes)
            if ends.total() % given.every == 0:
                print(f"{ends.total()} files so far, {ends['FAULT']} not well", flush=True)
            if outcome.is_fault:
                print(f"file {outcome.number} ({outcome.kind}): {outcome.end}", flush=True)
                if given.keep is not None:
                    given.keep.mkdir(parents=True, exist_ok=True)
                    make(outcome.number, given.keep)
    counts = ", ".join(f"{end} {count}" for end, count in ends.most_common())
    print(f"{given.files} files: {counts}")
    print(f"the slowest took {slowest:.2f} s, the largest {largest / 1e6:.0f} MB beyond the file")
    sys.exit(bool(ends["FAULT"]))


if __name__ == "__main__":
    main()
