"""Do the variants learn equally well? Speed counts only where they do.

Every variant that follows the same rule learns the same batches from the same start; the weights
that it arrives at are carried over into a `HelmholtzMachine`, and data held out are scored. Draws
differ from library to library, so scores differ by chance: gains of W1 by a standard deviation of
0.09 % between seeds. What counts as equal is a difference of `TOLERANCE`.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import neurohm as nh
from neurohm.benchmarks.arena import FOLDER, Progress, scratch, worker_command
from neurohm.benchmarks.chains import Chain, Floats
from neurohm.benchmarks.processor import limited_to
from neurohm.benchmarks.workload import Variant, Workload
from neurohm.exceptions import InputError

STEPS = 1000
TOLERANCE = 0.01
"""Of the gain of neurohm itself."""


@dataclass(frozen=True)
class Learned:
    """What a variant learned.

    Parameters
    ----------
    workload, variant : str
    steps : int
    start, held_out : float
        Score of the data held out before and after learning, nats for each sample.
    difference : float
        Gain less that of neurohm, as a share of that.
    agrees : bool or None
        Whether it is within the tolerance.
    why_not : str or None
        Why it did not learn.
    """

    workload: str
    variant: str
    steps: int
    start: float | None = None
    held_out: float | None = None
    difference: float | None = None
    agrees: bool | None = None
    why_not: str | None = None


def check(
    workload: Workload,
    *,
    variants: Sequence[Variant] | None = None,
    steps: int = STEPS,
    size: dict[str, Any] | None = None,
    tolerance: float = TOLERANCE,
    progress: Progress | None = None,
) -> list[Learned]:
    """Let the variants of a workload learn, and compare what they learned.

    Parameters
    ----------
    workload : Workload
    variants : sequence of Variant, optional
        Some of the workload's, all on the CPU by default; neurohm there, which the others are
        compared with, is always among them.
    steps : int
    size : dict, optional
        Of the workload's lessons.
    tolerance : float
        Of the difference.
    progress : callable, optional

    Returns
    -------
    list of Learned

    Raises
    ------
    InputError
        If the workload's variants do not learn.
    """
    if workload.lessons is None:
        raise InputError(
            f"a check of {workload.name}, whose variants keep no weights",
            "a workload with lessons, such as w1 or w2",
        )
    size = size or {}
    problem, held_out = workload.lessons(**size)
    alike = [v for v in workload.variants if v.learns_alike]
    chosen = workload.on("cpu") if variants is None else variants
    wanted = [v for v in alike if v in chosen or v.name == "neurohm"]
    scores: dict[str, float] = {}
    why_not: dict[str, str | None] = {}
    with scratch() as folder:
        for place, variant in enumerate(wanted):
            if progress is not None:
                progress(f"{workload.name} learning: {variant.name}", place / len(wanted))
            weights = folder / f"{variant.name}.npz"
            task = {"steps": steps, "size": size, "output": str(weights)}
            why_not[variant.name] = _learn(workload, variant, task, folder)
            if why_not[variant.name] is None:
                scores[variant.name] = _score(_read(weights), held_out)
    start = _score(problem.start, held_out)
    own = scores.get("neurohm")
    learned = [
        Learned(workload.name, v.name, steps, start, scores.get(v.name), why_not=why_not[v.name])
        for v in wanted
    ]
    return [_compared(one, own, tolerance) for one in learned]


def _learn(
    workload: Workload, variant: Variant, lessons: dict[str, Any], folder: Path
) -> str | None:
    """Let a variant learn in a process of its own; return why it did not."""
    if (why_not := variant.why_not()) is not None:
        return why_not
    task = {
        "workload": workload.name,
        "variant": variant.name,
        "threads": 1,
        "lessons": lessons,
    }
    done = subprocess.run(
        worker_command(task),
        env={**limited_to(1, variant.device), FOLDER: str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return f"failed: {done.stderr.strip().splitlines()[-1]}" if done.returncode else None


def _read(path: Path) -> Chain:
    with np.load(path) as arrays:
        groups: dict[str, dict[int, Floats]] = {}
        for name in arrays.files:
            group, _, index = name.partition("/")
            groups.setdefault(group, {})[int(index)] = arrays[name]
    return Chain(**{name: tuple(g[i] for i in sorted(g)) for name, g in groups.items()})


def _score(chain: Chain, held_out: Floats) -> float:
    return nh.log_likelihood(chain.machine(), held_out, particles=500).mean


def _compared(learned: Learned, own: float | None, tolerance: float) -> Learned:
    """Return what was learned beside the score of neurohm itself."""
    if learned.held_out is None or learned.start is None or own is None:
        return learned
    difference = (learned.held_out - own) / abs(own - learned.start)
    return replace(learned, difference=difference, agrees=abs(difference) <= tolerance)
