"""Fit recordings with the default settings, as a user would, and print a table of the scores.

    python benchmarks/recordings.py FILE [FILE ...] [-- OPTIONS OF neurohm fit]

The scores are of the last fifth of each recording, which the fit does not see. Each fit runs in a
process of its own; time and memory are those of the whole process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEAD = "| recording | units | machine | independent | gain, bits/spike | / SE | s | GB | warnings |"


def fit(recording: Path, options: list[str]) -> str:
    """Fit one recording and return its row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "fit.h5"
        command = [sys.executable, "-m", "neurohm.cli", "fit", str(recording), "-o", str(output)]
        begin = time.perf_counter()
        with (Path(folder) / "out").open("w+") as out, (Path(folder) / "err").open("w+") as err:
            process = subprocess.Popen([*command, "--json", *options], stdout=out, stderr=err)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - begin
            out.seek(0), err.seek(0)
            said, noted = out.read(), err.read()
        if status:
            return f"| {recording.stem} | failed: {noted.strip().splitlines()[-1]} |"
        result = json.loads(said)
    score = result["score"]
    gain, error = score["gain_bits_per_spike"], score["standard_error"]
    return (
        f"| {recording.stem} | {result['units']} | {score['nats_per_bin']:.4f} "
        f"| {score['independent_nats_per_bin']:.4f} | {gain:.4f} ± {error:.4f} "
        f"| {gain / error:.1f} | {seconds:.0f} | {usage.ru_maxrss / 1e6:.2f} "
        f"| {noted.count('warning')} |"
    )


def main() -> None:
    arguments = sys.argv[1:]
    split = arguments.index("--") if "--" in arguments else len(arguments)
    files, options = arguments[:split], arguments[split + 1 :]
    if not files:
        sys.exit(__doc__)
    print(HEAD)
    print("|" + "---|" * HEAD.count(" | ") + "---|")
    for file in files:
        print(fit(Path(file), options), flush=True)


if __name__ == "__main__":
    main()
