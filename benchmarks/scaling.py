"""How time and memory grow with units, bins, depth and particles.

    python benchmarks/scaling.py [--only units,bins] [--upto 1e6] [-o FOLDER]
    python benchmarks/scaling.py --draw RESULTS

Each point is a process of its own, which fits simulated spikes from a file as a user would and
says how long an epoch took (the second one) and how much memory it ever had. An epoch sees every
bin once. All points take about an hour and 2 GB of disk; --upto leaves the larger ones away.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

import neurohm as nh
from neurohm.benchmarks.processor import machine_facts, peak_memory
from neurohm.benchmarks.results import file_name
from neurohm.plots.canvas import new_figure
from neurohm.plots.style import BLUE, VERMILION, WIDTH, styled
from neurohm.training import Callback, Run

ROOT = Path(__file__).resolve().parents[1]
BIN, RATE = 0.01, 0.02
USUAL = {"units": 100, "bins": 100_000, "hidden": [100, 20], "particles": 5, "batch": 1000}
AXES: dict[str, list[dict[str, Any]]] = {
    "units": [{"units": n} for n in (100, 300, 1000, 3000, 10_000)],
    "bins": [{"units": 50, "bins": 10**k, "particles": 1} for k in (5, 6, 7, 8)],
    "depth": [{"hidden": [100] * n} for n in (1, 2, 4, 8)],
    "particles": [{"bins": 20_000, "particles": k} for k in (2, 5, 10, 20, 50)],
    "score": [{"particles": 10**k} for k in (2, 3, 4, 5)],
    "probe": [{"units": 10_000, "bins": 360_000, "particles": 1}],
}
"""What is varied; of a probe of the future, an hour in bins of 10 ms."""


class Epochs(Callback):
    """Notes when each epoch ends."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def after_epoch(self, run: Run) -> None:
        self.ends.append(time.perf_counter())


def write_spikes(path: Path, units: int, bins: int) -> None:
    """Write spikes of independent units, one unit at a time, in neurohm's format."""
    random = np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        file.attrs.update(format="neurohm-recording", version=1, t_start=0.0, t_stop=bins * BIN)
        times = file.create_dataset("spike_times", (0,), "f8", maxshape=(None,), chunks=(1 << 16,))
        ends = []
        for _ in range(units):
            gaps = random.geometric(RATE, int(bins * RATE + 6 * np.sqrt(bins * RATE) + 10))
            fired = np.cumsum(gaps) - 1
            fired = fired[fired < bins]
            times.resize(len(times) + len(fired), axis=0)
            within = random.uniform(0.1, 0.9, len(fired))
            times[len(times) - len(fired) :] = (fired + within) * BIN
            ends.append(len(times))
        file["spike_times_index"] = np.array(ends, np.int64)
        file["unit_ids"] = np.arange(units)


def fit(point: dict[str, Any], path: Path) -> dict[str, Any]:
    """Fit two epochs of a file, and return time and memory."""
    epochs = Epochs()
    few = point["particles"] == 1
    model = nh.SpikeHelmholtz(
        hidden=point["hidden"],
        bin_size=BIN,
        rule="wake-sleep" if few else nh.Reweighted(particles=point["particles"]),
        observation="bernoulli",
        epochs=2,
        batch_size=point["batch"],
        validation=0.0,
    )
    begin = time.perf_counter()
    model.fit(nh.load_recording(path), callbacks=[epochs], label=None)
    first, last = epochs.ends
    return {"seconds": last - first, "whole_seconds": last - begin, "memory": peak_memory()}


def score(point: dict[str, Any]) -> dict[str, Any]:
    """Score 64 samples with some particles, and return time and memory."""
    machine = nh.HelmholtzMachine([500, 100, 20])
    x = (np.random.default_rng(0).random((64, 500)) < RATE).astype(np.float32)
    nh.log_likelihood(machine, x, particles=10)
    begin = time.perf_counter()
    nh.log_likelihood(machine, x, particles=point["particles"])
    seconds = time.perf_counter() - begin
    return {"seconds": seconds, "whole_seconds": seconds, "memory": peak_memory()}


def size(point: dict[str, Any]) -> float:
    return float(point["units"] * point["bins"] * RATE)


def measured(axis: str, point: dict[str, Any]) -> dict[str, Any]:
    """Measure a point in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="neurohm-scaling-") as folder:
        path = Path(folder) / "spikes.h5"
        if axis != "score":
            write_spikes(path, point["units"], point["bins"])
        task = json.dumps({"axis": axis, "point": point, "path": str(path)})
        command = [sys.executable, __file__, "--task", task]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return {"axis": axis, **point, **json.loads(done.stdout)}


def points(only: list[str], most: float) -> Iterator[tuple[str, dict[str, Any]]]:
    for axis in only or AXES:
        for change in AXES[axis]:
            point = {**USUAL, **change}
            if size(point) <= most:
                yield axis, point


def line(row: dict[str, Any]) -> str:
    """Return what was measured of a point, in a line."""
    axis = row["axis"]
    count, what = (64, "sample") if axis == "score" else (row["bins"], "bin")
    return (
        f"{axis:10s} {place(axis, row):>12,.0f} {row['seconds']:9.2f} s, "
        f"{1e6 * row['seconds'] / count:10.2f} us a {what}, {row['memory'] / 1e9:6.2f} GB"
    )


def place(axis: str, row: dict[str, Any]) -> float:
    """Return where a point lies on its axis."""
    if axis in ("particles", "score"):
        return float(row["particles"])
    if axis == "depth":
        return float(len(row["hidden"]))
    return float(row["bins"] if axis == "bins" else row["units"])


def slope(x: list[float], y: list[float]) -> float:
    """Return the exponent with which y grows with x."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0]) if len(x) > 1 else float("nan")


@styled
def picture(rows: list[dict[str, Any]]) -> Any:
    """Draw time and memory along each axis, with the slopes."""
    axes_names = [a for a in AXES if sum(row["axis"] == a for row in rows) > 1]
    figure = new_figure(WIDTH, 1.9 * -(-len(axes_names) // 3) + 0.2)
    grid = figure.subplots(-(-len(axes_names) // 3), 3, squeeze=False)
    for axes in grid.flat[len(axes_names) :]:
        axes.set_axis_off()
    for axes, axis in zip(grid.flat, axes_names, strict=False):
        chosen = [row for row in rows if row["axis"] == axis]
        x = [place(axis, row) for row in chosen]
        for colour, marker, name, unit, values in (
            (BLUE, "o", "epoch", "s", [row["seconds"] for row in chosen]),
            (VERMILION, "s", "memory", "GB", [row["memory"] / 1e9 for row in chosen]),
        ):
            what = "scoring" if axis == "score" and name == "epoch" else name
            label = f"{what}, {unit}: slope {slope(x, values):.2f}"
            axes.loglog(x, values, color=colour, marker=marker, markersize=3.5, label=label)
        axes.set_title({"score": "Particles of the score"}.get(axis, axis.capitalize()))
        axes.minorticks_off()
        if x[-1] < 100 * x[0]:
            axes.set_xticks(x, [f"{value:g}" for value in x])
        low, high = axes.get_ylim()
        axes.set_ylim(low, high * (high / low) ** 0.45)
        axes.legend(loc="upper left", fontsize=6.5, borderaxespad=0.2)
    return figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help=f"some of {','.join(AXES)}")
    parser.add_argument("--upto", type=float, default=float("inf"), help="most spikes of a point")
    parser.add_argument("--output", "-o", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument("--picture", type=Path, default=ROOT / "docs" / "images" / "scaling.png")
    parser.add_argument("--draw", type=Path, help="only draw the results of a file")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        task = json.loads(options.task)
        point = task["point"]
        result = score(point) if task["axis"] == "score" else fit(point, Path(task["path"]))
        print(json.dumps(result))
        return
    if options.draw:
        rows = json.loads(options.draw.read_text())["results"]
    else:
        only = [axis for axis in options.only.split(",") if axis]
        if unknown := [axis for axis in only if axis not in AXES]:
            sys.exit(f"unknown axis {', '.join(unknown)}; expected some of {', '.join(AXES)}")
        rows = []
        for axis, point in points(only, options.upto):
            rows.append(measured(axis, point))
            print(line(rows[-1]), flush=True)
        machine = machine_facts()
        path = options.output / file_name(machine, ["scaling", *only])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"machine": machine, "results": rows}, indent=1) + "\n")
    if len(rows) > 1:
        nh.plots.save(picture(rows).axes[0], options.picture, dpi=150)


if __name__ == "__main__":
    main()
