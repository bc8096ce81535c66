"""Results as a table: the same cells for a terminal and for the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from neurohm.benchmarks.registry import WORKLOADS
from neurohm.benchmarks.results import Result, better

HEAD = (
    "variant", "threads", "ms", "p10", "per s", "of bound", "x neurohm", "CPU ms", "load",
)  # fmt: skip


def cells(result: Result) -> tuple[str, ...]:
    """Return a result as the cells of a row.

    Examples
    --------
    >>> cells(Result("w1", "jax-jit", 2, median_ms=3.14159, p10_ms=3.0, ratio_to_neurohm=1.5))
    ('jax-jit', '2', '3.142', '3', '', '', '1.50', '', '')
    >>> cells(Result("w1", "jax-jit", 1, why_not="jax not installed"))[0]
    'jax-jit: jax not installed'
    """
    if result.median_ms is None:
        return (f"{result.variant}: {result.why_not or 'not measured'}", *[""] * (len(HEAD) - 1))
    return (
        result.variant,
        str(result.threads),
        digits(result.median_ms),
        digits(result.p10_ms),
        digits(result.per_second),
        fixed(result.bound_share),
        fixed(result.ratio_to_neurohm),
        digits(result.cpu_ms),
        fixed(result.foreign_load),
    )


def markdown(machine: dict[str, Any], results: Sequence[Result]) -> str:
    """Return machine and results as Markdown: of each peer its better number of threads.

    Parameters
    ----------
    machine : dict
    results : sequence of Result

    Returns
    -------
    str
    """
    return "\n\n".join([_machine_line(machine), *map(_section, _by_workload(better(results)))])


def title_of(workload: str) -> str:
    """Return what a workload does, in a line; its name where it is none of ours."""
    return WORKLOADS[workload].title if workload in WORKLOADS else workload


def _machine_line(machine: dict[str, Any]) -> str:
    libraries = (machine.get("libraries") or {}).items()
    versions = ", ".join(f"{name} {version}" for name, version in libraries if version)
    return (
        f"{machine['cpu']}, {machine['cores']} cores, Python {machine['python']}, "
        f"neurohm {machine['neurohm']}, {versions}; {machine['date'][:10]}."
    )


def _section(results: list[Result]) -> str:
    head = f"### {results[0].workload.upper()}: {title_of(results[0].workload)}"
    rule = "|---|" + "---:|" * (len(HEAD) - 1)
    rows = [row(HEAD), rule, *(row(cells(result)) for result in results)]
    return "\n".join([head, "", *rows])


def row(texts: Iterable[str]) -> str:
    """Return the cells of a row as Markdown."""
    return "| " + " | ".join(texts) + " |"


def _by_workload(results: Iterable[Result]) -> list[list[Result]]:
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result.workload, []).append(result)
    return list(groups.values())


def digits(value: float | None) -> str:
    """Return a number with four digits, or nothing."""
    return "" if value is None else f"{value:.4g}" if value < 1000 else f"{value:,.0f}"


def fixed(value: float | None) -> str:
    """Return a ratio with two decimals, or nothing."""
    return "" if value is None else f"{value:.2f}"
