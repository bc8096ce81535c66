"""Measure everything, or take what was measured, and write it into docs/performance.md.

    python benchmarks/performance.py                 measure with all peers: over an hour
    python benchmarks/performance.py --only w1 w2    these workloads: some minutes each
    python benchmarks/performance.py RESULTS         only table and picture, of a file of results

Nothing else should run meanwhile. Peers are measured where they are installed. What a workload
gave is written as soon as it is measured: a run that is stopped has lost only the one under way.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import neurohm as nh
from neurohm.benchmarks import read_results
from neurohm.benchmarks.picture import speed_figure
from neurohm.benchmarks.processor import machine_facts
from neurohm.benchmarks.registry import chosen
from neurohm.benchmarks.results import file_name, write_results
from neurohm.benchmarks.table import markdown

ROOT = Path(__file__).resolve().parents[1]
RESULTS, PAGE = ROOT / "benchmarks" / "results", ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "images" / "performance.png"
CHECKED = ("w1", "w2")


def bench(*arguments: str) -> dict[str, Any]:
    """Run ``neurohm bench`` and return what it printed."""
    command = [sys.executable, "-c", "from neurohm.cli import main; main()", "bench", "--json"]
    done = subprocess.run([*command, *arguments], stdout=subprocess.PIPE, text=True, check=False)
    if not done.stdout:
        sys.exit(done.returncode)
    return json.loads(done.stdout)


def measure(names: Sequence[str], repeats: int) -> Path:
    """Measure speed and learning, write what is known so far to a file and return it."""
    machine = machine_facts()
    path = RESULTS / file_name(machine, names)
    content: dict[str, Any] = {"machine": machine, "results": [], "check": []}
    for workload in chosen(names):
        measured = bench(workload.name, "--repeats", str(repeats))
        load = measured["machine"]["foreign_load"]
        content["results"] += measured["results"]
        machine["foreign_load"] = max(machine.get("foreign_load") or 0.0, load or 0.0)
        if workload.name in CHECKED:
            content["check"] += bench(workload.name, "--check")["check"]
        write_results(path, content)
    return path


def check_table(learned: list[dict[str, Any]]) -> str:
    """Return what the variants learned, as Markdown."""
    if not learned:
        return "Not measured in this run."
    lines = [
        "| workload | variant | held out, nats | difference, % of the gain |",
        "|---|---|---:|---:|",
    ]
    for one in learned:
        if one["held_out"] is not None:
            share = "" if one["difference"] is None else f"{100 * one['difference']:+.2f}"
            lines.append(
                f"| {one['workload']} | {one['variant']} | {one['held_out']:.3f} | {share} |"
            )
    return "\n".join(lines)


def put(name: str, text: str) -> None:
    """Replace what stands between two marks of the page."""
    page = PAGE.read_text()
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, _, rest = page.partition(begin)
    PAGE.write_text(f"{before}{begin}\n\n{text}\n\n{end}{rest.partition(end)[2]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, nargs="?", help="a file written before")
    parser.add_argument("--only", nargs="+", default=["all"], metavar="WORKLOAD")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    path = options.results or measure(options.only, options.repeats)
    machine, results = read_results(path)
    nh.plots.save(speed_figure(results).axes[0], PICTURE, dpi=150)
    put("results", markdown(machine, results))
    put("check", check_table(json.loads(path.read_text()).get("check", [])))


if __name__ == "__main__":
    main()
