"""Everything that needs an NVIDIA GPU: its tests, its speed, and what is learned on it.

    python benchmarks/gpu.py              tests, then about ten minutes of measuring
    python benchmarks/gpu.py --quick      tests, and one short round of measuring
    python benchmarks/gpu.py RESULTS      only the page's section, of a file of results

Writes a file under benchmarks/results and the section of docs/performance.md. Install neurohm with
the extra cuda12 or cuda13; PyTorch and JAX are measured where builds for CUDA are installed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from performance import RESULTS, ROOT, bench, check_table, put

from neurohm.benchmarks import read_results
from neurohm.benchmarks.card import facts_of_card
from neurohm.benchmarks.gpu_table import markdown, work_of
from neurohm.benchmarks.results import file_name

TESTS = ("tests/backend", "tests/kernels/cuda")
MEASURED = ("w1", "w1-dreams", "w2", "w2-dreams", "w2-hundred", "w3")
CHECKED = ("w1", "w2")
ON_CUDA = ("--device", "cuda")
QUICK = ("--rounds", "1", "--seconds", "0.1")


def tests() -> dict[str, Any]:
    """Run the tests of the GPU and of what it shares with the host; return how they ended."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *TESTS]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout, file=sys.stderr)
    last = (done.stdout.strip().splitlines() or [""])[-1].strip("= ")
    return {"passed": done.returncode == 0, "summary": last}


def measure(folder: Path, *, quick: bool, repeats: int) -> Path:
    """Test, measure and check, write all of it to a file and return it."""
    tested = tests()
    how = QUICK if quick else ("--repeats", str(repeats))
    content = bench(*MEASURED, *ON_CUDA, *how)
    content["tests"] = tested
    content["work"] = {name: work_of(name) for name in MEASURED}
    content["check"] = bench(*CHECKED, "--check", *ON_CUDA)["check"]
    path = folder / file_name(
        {**content["machine"], "cpu": content["machine"]["gpu"]["name"]}, ["gpu"]
    )
    path.write_text(json.dumps(content, indent=1) + "\n")
    return path


def section(path: Path) -> str:
    """Return the page's section of a file of results."""
    machine, results = read_results(path)
    content = json.loads(path.read_text())
    return "\n\n".join(
        [
            markdown(machine, results, content["work"]),
            f"### Tests and learning on the card\n\nTests: {content['tests']['summary']}.",
            check_table(content["check"]),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, nargs="?", help="a file written before")
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--output", "-o", type=Path, default=RESULTS)
    options = parser.parse_args()
    if options.results is None and (why_not := facts_of_card().get("why_not")):
        sys.exit(f"nothing to measure: {why_not}")
    path = options.results or measure(options.output, quick=options.quick, repeats=options.repeats)
    text = section(path)
    put("gpu", text)
    print(text)
    if not json.loads(path.read_text())["tests"]["passed"]:
        sys.exit("the tests failed: trust no figure")


if __name__ == "__main__":
    main()
