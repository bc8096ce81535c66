"""Kill fits at random moments, fill their disk, set two on one name: is anything lost?

    python tests/faults/kill.py --kills 200 --quotas 50 --writers 20

A small machine learns with a checkpoint after every step. It is killed (SIGKILL) at a moment drawn
by chance, or at one instruction, drawn by chance, of the code that writes checkpoints; then it is
resumed, and killed again, until it comes to its end. At every death the file must be whole and not
older than the last checkpoint that the fit had reported, and every end must be that of the fit that
nobody killed, to the bit. Exit code 1 if not.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine
from neurohm.storage import read_model, write_model
from neurohm.training import Checkpoint, latest_checkpoint, previous_of, read_checkpoint, train

WRITING = ("neurohm/files.py", "neurohm/locks.py", "neurohm/storage/", "training/checkpoint")
REFUSED = 9


class Reporting(Checkpoint):
    """Tells a pipe of every checkpoint as soon as it is written."""

    pipe = -1

    def write(self, run: Any) -> None:
        super().write(run)
        os.write(self.pipe, run.position.step.to_bytes(4, "little"))


def fit(folder: Path, pipe: int = -1) -> None:
    """Fit, or go on with a fit, and write the machine and what it is known by."""
    rng = np.random.default_rng(0)
    x = (rng.random((23, 2)) < 0.4).astype(np.float32).repeat(4, axis=1)
    path = folder / "run.h5"
    checkpoint = (Reporting if pipe >= 0 else Checkpoint)(path, every=-1.0)
    checkpoint.pipe = pipe  # type: ignore[attr-defined]
    result = train(
        HelmholtzMachine([8, 5, 3], seed=1),
        x,
        rule="reweighted",
        epochs=12,
        batch_size=8,
        seed=4,
        callbacks=[checkpoint],
        resume=latest_checkpoint(path),
        threads=1,
    )
    digest = hashlib.sha256()
    for arrays in (result.machine.parameters(), result.history.to_arrays()):
        for name, array in sorted(arrays.items()):
            digest.update(name.encode() + np.ascontiguousarray(array).tobytes())
    write_model(folder / "end.h5", "end", {"digest": digest.hexdigest()})


def end_of(folder: Path) -> str:
    """Return what the end of a fit is known by."""
    return str(read_model(folder / "end.h5")[1]["digest"])


def in_child(work: Callable[[], None]) -> int:
    """Do something in a process of its own; return its number."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        warnings.simplefilter("ignore")
        work()
        code = 0
    except InputError:
        code = REFUSED
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(code)


def code_of(process: int) -> int:
    """Wait for a process; return its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def die_at(instruction: int) -> Callable[[FrameType, str, Any], Any]:
    """Make a trace function that kills the process at one instruction of the code that writes."""
    left = [instruction]

    def local(frame: FrameType, event: str, argument: object) -> Any:
        if event == "opcode":
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return local

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        if not any(part in frame.f_code.co_filename for part in WRITING):
            return None
        frame.f_trace_opcodes = True
        return local

    return trace


def killed_once(folder: Path, rng: np.random.Generator, duration: float) -> bool:
    """Start or resume a fit and kill it; return whether it had come to its end before."""
    receiving, sending = os.pipe()
    by_instruction = bool(rng.integers(2))
    moment = rng.uniform(0, duration)
    instruction = int(np.exp(rng.uniform(np.log(10), np.log(30_000))))

    def work() -> None:
        os.close(receiving)
        if by_instruction:
            sys.settrace(die_at(instruction))
        fit(folder, sending)

    process = in_child(work)
    os.close(sending)
    if not by_instruction:
        time.sleep(moment)
        os.kill(process, signal.SIGKILL)
    with os.fdopen(receiving, "rb") as pipe:
        told = pipe.read()
    code = code_of(process)
    if code not in (0, -signal.SIGKILL):
        raise SystemExit(f"a fit ended with {code}, neither killed nor done")
    require_whole(folder, int.from_bytes(told[-4:], "little"))
    return code == 0


def require_whole(folder: Path, told: int) -> None:
    """Raise unless the checkpoint, and the one before, are whole and not older than was told."""
    path = folder / "run.h5"
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # the last one is whole: the one before is not needed
        latest = latest_checkpoint(path)
    step = 0 if latest is None else read_checkpoint(latest)["run"]["position"]["step"]
    if step < told:
        raise SystemExit(f"the checkpoint is of step {step}, but one of step {told} was written")
    if previous_of(path).exists():
        read_checkpoint(previous_of(path))


def kills(count: int, rng: np.random.Generator, unbroken: str, duration: float) -> None:
    """Kill that many times."""
    done = ends = 0
    while done < count:
        with tempfile.TemporaryDirectory() as name:
            folder, times = Path(name), 0
            while done < count and not killed_once(folder, rng, duration):
                done, times = done + 1, times + 1
            if code_of(in_child(partial(fit, folder))) or end_of(folder) != unbroken:
                raise SystemExit(f"a fit killed {times} times ended otherwise")
            left = sorted(file.name for file in folder.iterdir())
            if left != ["end.h5", "run.h5"]:
                raise SystemExit(f"a fit killed {times} times left {left}")
            ends += 1
    print(f"{done} kills of {ends} fits: every file whole, every end the same to the bit")


def quotas(count: int, rng: np.random.Generator, unbroken: str, size: int, duration: float) -> None:
    """Kill a fit, go on where there is no room for whole files, and then where there is."""
    for _ in range(count):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            killed_once(folder, rng, duration)
            before = latest_checkpoint(folder / "run.h5")
            kept = before.read_bytes() if before else b""
            code_of(in_child(partial(limited, folder, int(rng.integers(0, size)))))
            if before and before.read_bytes() != kept:
                raise SystemExit("a full disk changed the checkpoint that was there")
            require_whole(folder, 0)
            if code_of(in_child(partial(fit, folder))) or end_of(folder) != unbroken:
                raise SystemExit("a fit whose disk was full for a while ended otherwise")
    print(f"{count} fits whose disk was full for a while: nothing lost, ends the same to the bit")


def limited(folder: Path, limit: int) -> None:
    """Fit where no file may be longer than some bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    fit(folder)


def writers(count: int, unbroken: str) -> None:
    """Let two fits write to one name at the same time."""
    refused = 0
    for _ in range(count):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            codes = [code_of(p) for p in [in_child(partial(fit, folder)) for _ in range(2)]]
            if not {0} <= set(codes) <= {0, REFUSED} or end_of(folder) != unbroken:
                raise SystemExit(f"two fits on one name ended with {codes}")
            require_whole(folder, 0)
            refused += REFUSED in codes
    print(f"{count} times two fits on one name: {refused} refused, none disturbed")


def main() -> None:
    """Do what the command line says."""
    text = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=text)
    for name in ("kills", "quotas", "writers", "seed"):
        parser.add_argument(f"--{name}", type=int, default=0)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fit(folder)  # loads kernels, which children share; with one thread, so that it can fork
        shutil.rmtree(folder)
        folder.mkdir()
        begin = time.monotonic()
        if code_of(in_child(partial(fit, folder))):
            raise SystemExit("the unbroken fit failed")
        duration = time.monotonic() - begin
        unbroken, size = end_of(folder), (folder / "run.h5").stat().st_size
    kills(given.kills, rng, unbroken, duration)
    quotas(given.quotas, rng, unbroken, size, duration)
    writers(given.writers, unbroken)


if __name__ == "__main__":
    main()
