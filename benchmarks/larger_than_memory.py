"""Fit a recording that is larger than the memory that the fit may take.

    python benchmarks/larger_than_memory.py FOLDER --gigabytes 10 --seconds 600

simulates a recording of so many gigabytes of spike times (1000 units at about 10 Hz), written unit
after unit, and fits it through the command line, which may take a gigabyte of memory (RLIMIT_DATA:
what a process has for itself; pages of files, which the system takes back when it needs them, are
not counted, and are listed apart). After some seconds the fit is stopped as by Ctrl-C, unless it
has come to the end of its one epoch by then. Both files are removed.
"""

from __future__ import annotations

import argparse
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np

from neurohm import load
from neurohm.training import latest_checkpoint, read_checkpoint

RATE = 10.0
MODEL = ("--hidden", "100,20", "--lags", "5", "--batch-size", "100", "--rule", "wake-sleep")


def simulate(path: Path, n_units: int, n_spikes: int) -> None:
    """Write a recording, one unit in memory at a time.

    Parameters
    ----------
    path : Path
    n_units : int
    n_spikes : int
        Of each unit.
    """
    last = 0.0
    with h5py.File(path, "w") as file:
        times = file.create_dataset("spike_times", (n_units * n_spikes,), "f8")
        for unit in range(n_units):
            intervals = np.random.default_rng(unit).exponential(1 / RATE, n_spikes)
            train = np.cumsum(intervals, out=intervals)
            times[unit * n_spikes : (unit + 1) * n_spikes] = train
            last = max(last, float(train[-1]))
        file["spike_times_index"] = np.arange(1, n_units + 1) * n_spikes
        file.attrs.update(format="neurohm-recording", version=1, t_start=0.0, t_stop=last)


def memory_of(process: int) -> dict[str, float]:
    """Return the memory of a process by kind, in gigabytes; empty when it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except FileNotFoundError:
        return {}
    rows = (line.split() for line in lines if line.startswith(("RssAnon", "RssFile")))
    return {row[0].rstrip(":"): int(row[1]) * 1024 / 1e9 for row in rows}


def fit(path: Path, model: Path, bin_size: str, limit: float, seconds: float) -> dict[str, float]:
    """Fit one epoch, or stop after so many seconds; return what it took.

    Parameters
    ----------
    path, model : Path
        Recording, and file to write.
    bin_size : str
    limit : float
        Gigabytes.
    seconds : float
    """
    command = [sys.executable, "-m", "neurohm.cli", "fit", str(path), "-o", str(model)]
    command += ["--bin", bin_size, "--epochs", "1", "--test", "0", *MODEL]

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (int(limit * 1e9),) * 2)

    begin = time.monotonic()
    process = subprocess.Popen(command, preexec_fn=limited)
    most = {"RssAnon": 0.0, "RssFile": 0.0}
    while process.poll() is None:
        for kind, value in memory_of(process.pid).items():
            most[kind] = max(most[kind], value)
        if time.monotonic() > begin + seconds:
            process.send_signal(signal.SIGINT)
            process.wait(120)
        time.sleep(0.1)
    took = time.monotonic() - begin
    return {**most, "exit code": process.returncode, "seconds": took, "steps": steps_of(model)}


def steps_of(model: Path) -> int:
    """Return how many steps a fit took that came to its end, or was stopped."""
    if model.exists():
        return int(load(model).learning_["steps"])
    checkpoint = latest_checkpoint(model.with_name(f"{model.name}.checkpoint"))
    return 0 if checkpoint is None else read_checkpoint(checkpoint)["run"]["position"]["step"]


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawTextHelpFormatter
    parser.add_argument("folder", type=Path)
    parser.add_argument("--gigabytes", type=float, default=10.0)
    parser.add_argument("--units", type=int, default=1000)
    parser.add_argument("--bin", default="20ms")
    parser.add_argument("--limit", type=float, default=1.0, help="gigabytes of memory")
    parser.add_argument("--seconds", type=float, default=600.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        path, model = Path(name) / "recording.h5", Path(name) / "fit.h5"
        begin = time.monotonic()
        simulate(path, given.units, int(given.gigabytes * 1e9 / 8 / given.units))
        print(f"{path.stat().st_size / 1e9:.2f} GB written in {time.monotonic() - begin:.0f} s")
        took = fit(path, model, given.bin, given.limit, given.seconds)
    print(", ".join(f"{name} {value:.3g}" for name, value in took.items()))


if __name__ == "__main__":
    main()
