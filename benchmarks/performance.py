"""Measure everything, or take what was measured, and write it into docs/performance.md.

    python benchmarks/performance.py              measure (about twenty minutes with all peers)
    python benchmarks/performance.py RESULTS      only table and picture, of a file of results

Nothing else should run meanwhile. Peers are measured where they are installed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import neurohm as nh
from neurohm.benchmarks import read_results
from neurohm.benchmarks.picture import speed_figure
from neurohm.benchmarks.processor import machine_facts
from neurohm.benchmarks.results import file_name
from neurohm.benchmarks.table import markdown

ROOT = Path(__file__).resolve().parents[1]
RESULTS, PAGE = ROOT / "benchmarks" / "results", ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "images" / "performance.png"
MEASURED, CHECKED = ("all", "--repeats", "3"), ("w1", "w2", "--check")


def bench(*arguments: str) -> dict[str, Any]:
    """Run ``neurohm bench`` and return what it printed."""
    command = [sys.executable, "-c", "from neurohm.cli import main; main()", "bench", "--json"]
    done = subprocess.run([*command, *arguments], stdout=subprocess.PIPE, text=True, check=False)
    if not done.stdout:
        sys.exit(done.returncode)
    return json.loads(done.stdout)


def measure() -> Path:
    """Measure speed and learning, write both to a file and return it."""
    path = RESULTS / file_name(machine_facts(), ["all"])
    path.write_text(
        json.dumps({**bench(*MEASURED), **{"check": bench(*CHECKED)["check"]}}, indent=1)
    )
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
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else measure()
    machine, results = read_results(path)
    nh.plots.save(speed_figure(results).axes[0], PICTURE, dpi=150)
    put("results", markdown(machine, results))
    put("check", check_table(json.loads(path.read_text()).get("check", [])))


if __name__ == "__main__":
    main()
