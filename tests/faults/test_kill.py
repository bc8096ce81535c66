"""Fits that are killed, run out of room, or meet another: a small run of the command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_nothing_is_lost(subprocess_environment: dict[str, str], tmp_path: Path) -> None:
    command = Path(__file__).with_name("kill.py")
    options = ["--kills", "12", "--quotas", "2", "--writers", "2"]
    done = subprocess.run(
        [sys.executable, str(command), *options],
        cwd=tmp_path,
        env={**subprocess_environment, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("12 kills of ")
    assert done.stdout.count("\n") == 3
