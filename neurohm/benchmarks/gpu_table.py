"""Results on a GPU as a table: beside the card's rate of products, and beside its launches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from neurohm.benchmarks.gpu import calls_of
from neurohm.benchmarks.products import reweighted_shapes, score_shapes, wake_sleep_shapes
from neurohm.benchmarks.registry import WORKLOADS
from neurohm.benchmarks.results import Result
from neurohm.benchmarks.table import digits, fixed, row, title_of
from neurohm.benchmarks.w1 import in_neurohm as w1
from neurohm.benchmarks.w2 import in_neurohm as w2

HEAD = ("variant", "ms", "p10", "per s", "TFLOP/s", "of card", "of bound", "x neurohm")
_LEARNING = {
    "w1": (wake_sleep_shapes, w1.choices),
    "w1-dreams": (wake_sleep_shapes, w1.choices),
    "w2": (reweighted_shapes, w2.choices),
    "w2-dreams": (reweighted_shapes, w2.choices),
    "w2-hundred": (reweighted_shapes, w2.choices),
}


def work_of(name: str) -> dict[str, int]:
    """Return how many operations the products of a workload's unit take, and how many calls.

    Parameters
    ----------
    name : str
        Of a workload.

    Returns
    -------
    dict
        ``flop``, and ``calls`` where the unit is a step; nothing of a workload without a GPU.

    Examples
    --------
    >>> work_of("w1")["flop"]
    213360000
    """
    if name == "w3":
        shapes = score_shapes(WORKLOADS[name].problem())
        return {"flop": _flop(shapes)}
    if name not in _LEARNING:
        return {}
    of_step, choices = _LEARNING[name]
    problem: Any = WORKLOADS[name].problem()
    calls = calls_of(problem, *choices(problem))
    return {"flop": _flop(of_step(problem)), "calls": len(calls)}


def markdown(
    machine: dict[str, Any], results: Sequence[Result], work: dict[str, dict[str, int]]
) -> str:
    """Return the card and the results as Markdown.

    Parameters
    ----------
    machine : dict
        With ``gpu``, as `neurohm.benchmarks.card.facts_of_card` returns it.
    results : sequence of Result
        Of the variants on a GPU.
    work : dict of str to dict
        By workload, as `work_of` returns it.

    Returns
    -------
    str
    """
    card = machine["gpu"]
    names = dict.fromkeys(result.workload for result in results)
    sections = [
        _section(card, work.get(name, {}), [r for r in results if r.workload == name])
        for name in names
    ]
    return "\n\n".join([_card_line(machine), *sections])


def cells(card: dict[str, Any], flop: int | None, result: Result) -> tuple[str, ...]:
    """Return a result as the cells of a row.

    Examples
    --------
    >>> card = {"flop_per_s": {"full": 1e13, "fast": 1e14}}
    >>> cells(card, 10**9, Result("w1", "jax-cuda", 1, median_ms=0.5, p10_ms=0.4, per_second=2e5))
    ('jax-cuda', '0.5', '0.4', '200,000', '2', '0.20', '', '')
    >>> cells(card, 10**9, Result("w1", "torch-cuda", 1, why_not="no NVIDIA driver was found"))[0]
    'torch-cuda: no NVIDIA driver was found'
    """
    if result.median_ms is None:
        return (f"{result.variant}: {result.why_not or 'not measured'}", *[""] * (len(HEAD) - 1))
    multiplies = flop and not result.variant.startswith("launches")
    rate = 1e3 * flop / result.median_ms if flop and multiplies else None
    most = card["flop_per_s"].get(_precision(result.variant))
    return (
        result.variant,
        digits(result.median_ms),
        digits(result.p10_ms),
        digits(result.per_second),
        digits(rate and rate / 1e12),
        fixed(rate / most if rate and most else None),
        fixed(result.bound_share),
        fixed(result.ratio_to_neurohm),
    )


def _section(card: dict[str, Any], work: dict[str, int], results: Sequence[Result]) -> str:
    name, flop = results[0].workload, work.get("flop")
    lines = [f"### {name.upper()} on the card: {title_of(name)}", ""]
    if "why_not" not in card and (floor := _floor(card, work)):
        lines += [floor, ""]
    rows = [HEAD, *(cells(card, flop, result) for result in results)]
    lines += [row(rows[0]), "|---|" + "---:|" * (len(HEAD) - 1), *map(row, rows[1:])]
    return "\n".join(lines)


def _floor(card: dict[str, Any], work: dict[str, int]) -> str:
    """Return what the card needs for a unit of work at least, in a sentence."""
    if not work:
        return ""
    products = f"Products of {work['flop'] / 1e9:.3g} GFLOP: at the card's rate " + ", ".join(
        f"{1e3 * work['flop'] / rate:.3g} ms ({name})" for name, rate in card["flop_per_s"].items()
    )
    if "calls" not in work:
        return products + "."
    return (
        f"{products}. {work['calls']} calls: launched one by one "
        f"{1e-3 * work['calls'] * card['launch_us']:.3g} ms, as nodes of a graph one after the "
        f"other {1e-3 * work['calls'] * card['node_us']:.3g} ms."
    )


def _card_line(machine: dict[str, Any]) -> str:
    card = machine["gpu"]
    if "why_not" in card:
        return f"Not measured: {card['why_not']}."
    libraries = {**card["libraries"], "numpy": machine["libraries"].get("numpy")}
    versions = ", ".join(f"{name} {version}" for name, version in libraries.items() if version)
    rates = ", ".join(f"{rate / 1e12:.3g} ({name})" for name, rate in card["flop_per_s"].items())
    return (
        f"{card['name']}, {card['memory_gb']:g} GB, CUDA {card['cuda']}; {versions}, neurohm "
        f"{machine['neurohm']}; {machine['date'][:10]}. Large products make {rates} TFLOP/s; an "
        f"empty launch takes {card['launch_us']:.3g} microseconds, in a graph "
        f"{card['node_us']:.3g}."
    )


def _precision(variant: str) -> str:
    end = variant.rpartition("-")[2]
    return end if end in ("fast", "bf16") else "full"


def _flop(shapes: Iterable[tuple[int, int, int]]) -> int:
    return sum(2 * rows * inner * columns for rows, inner, columns in shapes)
