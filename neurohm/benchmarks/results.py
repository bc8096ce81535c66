"""Results: medians and ratios within a repeat, their medians over repeats, and the file of them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

from neurohm.benchmarks.workload import OURS
from neurohm.exceptions import FileFormatError
from neurohm.files import atomic_path, check_readable


@dataclass
class Run:
    """What was measured of a variant in one repeat.

    Parameters
    ----------
    samples : int
        That a step learns from.
    warm_up : float
        From the start to the first step that counts, seconds.
    slices : list of dict
        `Slice` as plain data.
    why_not : str or None
        Why nothing was measured.
    """

    samples: int = 1
    warm_up: float = 0.0
    slices: list[dict[str, Any]] = field(default_factory=list)
    why_not: str | None = None


@dataclass(frozen=True)
class Result:
    """How fast a variant is. Times are of the workload's unit of work; None if not measured.

    Parameters
    ----------
    workload, variant : str
    threads : int
    median_ms, p10_ms : float
        Of single steps: the median, and the time that a tenth of them is below, milliseconds.
    bound_share, bound_share_p10 : float
        Time of the matrix products alone, with as many threads, over the time of the variant.
    ratio_to_neurohm, ratio_p10 : float
        Time of the variant over that of neurohm with its better number of threads.
    per_second : float
        Samples learned in a second, by the median.
    cpu_ms : float
        Processor time, milliseconds.
    foreign_load : float
        Processor cores that others kept busy, median over slices.
    warm_up_s : float
        Start, compilation and first steps, seconds (with as many others starting as cores).
    memory_mb : float
        Most memory of the process, megabytes.
    steps, repeats : int
    why_not : str or None
        Why it was not measured.
    """

    workload: str
    variant: str
    threads: int
    median_ms: float | None = None
    p10_ms: float | None = None
    bound_share: float | None = None
    ratio_to_neurohm: float | None = None
    bound_share_p10: float | None = None
    ratio_p10: float | None = None
    per_second: float | None = None
    cpu_ms: float | None = None
    foreign_load: float | None = None
    warm_up_s: float | None = None
    memory_mb: float | None = None
    steps: int = 0
    repeats: int = 0
    why_not: str | None = None


Named: TypeAlias = tuple[str, int, Run]
"""A variant's name, its threads and what was measured of it."""

BOUNDS = ("bound", "bound-cuda")
COMPARED_WITH = ("neurohm", "neurohm-cuda")
"""Neurohm as it is by default, on a device."""

AVERAGED = [f.name for f in fields(Result) if f.type == "float | None"]


def combined(workload: str, unit: int, repeats: Sequence[Sequence[Named]]) -> list[Result]:
    """Return the medians over repeats of what holds within each.

    Parameters
    ----------
    workload : str
    unit : int
        Samples that times are quoted for.
    repeats : sequence of sequence of (str, int, Run)

    Returns
    -------
    list of Result
    """
    single = [related([_single(workload, unit, *named) for named in one]) for one in repeats]
    return [_median_of(same) for same in zip(*single, strict=True)]


def related(results: Sequence[Result]) -> list[Result]:
    """Return results of one repeat with the ratios among them.

    Examples
    --------
    >>> slow, fast = (
    ...     Result("w1", n, 1, median_ms=t, p10_ms=t) for n, t in (("jax", 3.0), ("neurohm", 2.0))
    ... )
    >>> related([slow, fast])[0].ratio_to_neurohm
    1.5
    """
    bounds = {r.threads: r for r in results if r.variant in BOUNDS and r.median_ms}
    own = [r for r in results if r.variant in COMPARED_WITH and r.median_ms]
    best = min(own, key=_median_ms, default=None)
    return [_beside(result, bounds.get(result.threads), best) for result in results]


def better(results: Iterable[Result]) -> list[Result]:
    """Return of each variant that is not neurohm's the number of threads with which it is faster.

    The bound and neurohm's own are returned with every number of threads.

    Examples
    --------
    >>> one, two = (Result("w1", "jax", n, median_ms=t) for n, t in ((1, 3.0), (2, 2.0)))
    >>> [result.threads for result in better([one, two])]
    [2]
    """
    chosen: dict[tuple[str, str, int], Result] = {}
    for result in results:
        own = result.variant.startswith(OURS)
        key = (result.workload, result.variant, result.threads if own else 0)
        if key not in chosen or _median_ms(result) < _median_ms(chosen[key]):
            chosen[key] = result
    return list(chosen.values())


def document(machine: dict[str, Any], results: Sequence[Result]) -> dict[str, Any]:
    """Return the content of a file of results; the machine's with how busy others kept it."""
    load = _known_median(result.foreign_load for result in results)
    return {
        "machine": {**machine, "foreign_load": load},
        "results": [asdict(result) for result in results],
    }


def file_name(machine: dict[str, Any], workloads: Iterable[str]) -> str:
    """Return the name that says when, where and what.

    Examples
    --------
    >>> file_name({"date": "2026-11-22T10:00:00", "cpu": "AMD EPYC (Zen 4)"}, ["w1", "w2"])
    '2026-11-22-amd-epyc-zen-4-w1-w2.json'
    """
    cpu = re.sub("[^a-z0-9]+", "-", machine["cpu"].lower()).strip("-")
    return "-".join([machine["date"][:10], cpu, *workloads]) + ".json"


def write_results(path: Path, content: dict[str, Any]) -> None:
    """Write a file of results; all or nothing."""
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n")


def read_results(path: str | os.PathLike[str]) -> tuple[dict[str, Any], list[Result]]:
    """Return the machine and the results of a file.

    Parameters
    ----------
    path : path

    Returns
    -------
    machine : dict
    results : list of Result

    Raises
    ------
    FileFormatError
        If it is no file of results.
    """
    path = check_readable(path)
    try:
        content = json.loads(path.read_text())
        return content["machine"], [Result(**entry) for entry in content["results"]]
    except (ValueError, TypeError, KeyError) as error:
        raise FileFormatError(
            f"{path} is no file of benchmark results", "what 'neurohm bench -o' writes"
        ) from error


def _single(workload: str, unit: int, name: str, threads: int, run: Run) -> Result:
    """Return the result of one repeat, without ratios."""
    if not run.slices:
        return Result(workload, name, threads, why_not=run.why_not)
    steps = sorted(step for part in run.slices for step in part["steps"])
    per_unit = 1e3 * unit / run.samples
    typical = median(steps)
    return Result(
        workload,
        name,
        threads,
        median_ms=per_unit * typical,
        p10_ms=per_unit * steps[len(steps) // 10],
        per_second=run.samples / typical,
        cpu_ms=per_unit * median(part["cpu"] for part in run.slices),
        foreign_load=median(part["foreign"] for part in run.slices),
        warm_up_s=run.warm_up,
        memory_mb=max(part["memory"] for part in run.slices) / 1e6,
        steps=len(steps),
        repeats=1,
        why_not=run.why_not,
    )


def _beside(result: Result, bound: Result | None, own: Result | None) -> Result:
    """Return a result with its ratios to the bound and to neurohm."""
    none = Result(result.workload, "", 0)
    bound, own = bound or none, own or none
    return replace(
        result,
        bound_share=_ratio(bound.median_ms, result.median_ms),
        bound_share_p10=_ratio(bound.p10_ms, result.p10_ms),
        ratio_to_neurohm=_ratio(result.median_ms, own.median_ms),
        ratio_p10=_ratio(result.p10_ms, own.p10_ms),
    )


def _median_of(same: Sequence[Result]) -> Result:
    """Return the medians over repeats of one variant."""
    values = {name: _known_median([getattr(r, name) for r in same]) for name in AVERAGED}
    first = same[0]
    return Result(
        first.workload,
        first.variant,
        first.threads,
        **values,
        steps=sum(r.steps for r in same),
        repeats=sum(r.repeats for r in same),
        why_not=next((r.why_not for r in same if r.why_not), None),
    )


def _known_median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above and below else None


def _median_ms(result: Result) -> float:
    return result.median_ms or float("inf")
