"""Do cues of coarser time and of groups of units help on recordings? Plain against cued.

    python benchmarks/spike_levels.py --data ../shared/data --out benchmarks/results
    python benchmarks/spike_levels.py --table

Machines with two hidden layers over windows of eight bins learn the first three quarters of a
recording by reweighted wake-sleep, and are scored on the last quarter: plain ones, ones that are
cued by groups of units (by correlation or, where it is known, by electrode position) in stretches
of four and two bins, and ones that are cued by other windows. Layers have a unit for each pixel of
their cue. A run that is in the file already is not done again.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import neurohm as nh
from neurohm.exceptions import NeurohmWarning
from neurohm.files import atomic_path

RECORDINGS = {
    "ferret retina": ("retina-waves/Wong1993_P15a.h5", 0.1),
    "rat hippocampus": ("hippocampus-linear-track/spikes.mat", 0.05),
}
"""File and bin width, seconds, of each."""
ARMS = ("plain", "correlation", "position", "other windows")
LAGS, EPOCHS, BATCH = 8, 30, 100


def load(path: Path) -> nh.Recording:
    """Return the units of a recording that spike."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NeurohmWarning)  # of those that do not
        recording = nh.load_recording(path)
    return recording.select_units(recording.spike_counts > 0)


def levels(units: int) -> list[tuple[int, int]]:
    """Return groups and stretches of time of the cues of both layers."""
    return [(units // 2, LAGS // 2), (units // 4, LAGS // 4)]


def rule(train: nh.Recording, arm: str, bin_size: float) -> Any:
    """Return the rule of an arm: a quarter of the epochs with full cues, another with fading."""
    plain = nh.Reweighted(particles=5)
    if arm == "plain":
        return plain
    return nh.spike_levels(
        train,
        LAGS,
        levels(train.n_units),
        by="position" if arm == "position" else "correlation",
        bin_size=bin_size,
        plain=plain,
        clamp=EPOCHS // 4,
        ramp=EPOCHS // 4,
        shuffled=arm == "other windows",
    )


def carry_out(recording: nh.Recording, arm: str, bin_size: float, seed: int) -> dict[str, float]:
    """Fit and score one machine."""
    train, test = recording.split(test=0.25)
    begin = time.perf_counter()
    model = nh.SpikeHelmholtz(
        hidden=tuple(groups * stretches for groups, stretches in levels(recording.n_units)),
        bin_size=bin_size, lags=LAGS, rule=rule(train, arm, bin_size), epochs=EPOCHS,
        batch_size=BATCH, patience=EPOCHS, random_state=seed,
    ).fit(train, label=None)  # fmt: skip
    seconds = time.perf_counter() - begin
    score = model.score_report(test, particles=200)
    return {
        "bits": score.gain_bits_per_spike,
        "error": score.standard_error,
        "seconds": round(seconds, 1),
    }


def studies(folder: Path, seeds: list[int]) -> Iterator[tuple[str, nh.Recording, str, float, int]]:
    """Return all runs, the first seed of all of them first."""
    recordings = {name: load(folder / file) for name, (file, _) in RECORDINGS.items()}
    for seed in seeds:
        for name, recording in recordings.items():
            for arm in ARMS:
                if arm != "position" or recording.positions is not None:
                    yield name, recording, arm, RECORDINGS[name][1], seed


def table(done: dict[str, Any]) -> str:
    """Return bits per spike of each recording and arm: the mean over seeds, with the deviation."""
    lines = ["| recording | seeds | " + " | ".join(ARMS) + " | standard error |", "|---" * 7 + "|"]
    for name in RECORDINGS:
        cells, seeds, errors = [], set(), []
        for arm in ARMS:
            runs = [run for key, run in done.items() if key.split("/")[:2] == [name, arm]]
            bits = [run["bits"] for run in runs]
            errors += [run["error"] for run in runs]
            seeds.add(len(runs)) if runs else None
            spread = f" ± {np.std(bits, ddof=1):.3f}" if len(bits) > 1 else ""
            cells.append(f"{np.mean(bits):.3f}{spread}" if bits else "-")
        if errors:
            number = " to ".join(map(str, sorted({min(seeds), max(seeds)})))
            row = " | ".join(cells)
            lines.append(f"| {name} | {number} | {row} | {np.mean(errors):.3f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--data", type=Path, default=os.environ.get("NEUROHM_DATA", "../shared/data"))
    add("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    add("--out", type=Path, default=Path("benchmarks/results"), help="folder of spike_levels.json")
    add("--table", action="store_true", help="print the table of what is there, and run nothing")
    given = parser.parse_args()
    path = given.out / "spike_levels.json"
    done: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    if not given.table:
        for name, recording, arm, bin_size, seed in studies(Path(given.data), given.seeds):
            key = f"{name}/{arm}/{seed}"
            if key not in done:
                done[key] = found = carry_out(recording, arm, bin_size, seed)
                with atomic_path(path) as temporary:
                    Path(temporary).write_text(json.dumps(done, indent=1) + "\n")
                print(f"{key}: {found['bits']:.3f} bits/spike, {found['seconds']} s", flush=True)
    print(table(done))


if __name__ == "__main__":
    main()
