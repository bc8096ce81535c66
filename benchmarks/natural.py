"""Natural gradients beside momentum and Adam: epochs and seconds to a given likelihood.

    python benchmarks/natural.py --net a [--net b] [--data FOLDER] [--seeds 0 1 2]
    python benchmarks/natural.py --net words --file FOLDER/example50.mat
    python benchmarks/natural.py --net spikes --file RECORDING
    python benchmarks/natural.py --net a --rows 5000 --tune 8 --epochs 20 --levels 140 130 120

Methods: the delta rule with momentum, Adam, and steps in a metric that is estimated anew every so
many steps: each neuron's Fisher matrix (natural-100), its diagonal (diagonal-10), or the former
before Adam (natural-100-adam). All learn by reweighted wake-sleep with the same machine, batches,
particles and seeds. The rate of each method is chosen on its grid by `--tune` epochs on the first
of the nets (validation rows, seed 0; with `--screen`, of those rates alone that are not far behind
after fewer epochs); then each runs `--epochs` with its own rate. Seconds are
those of the processor in learning, on one thread: they do not count scores, and hardly depend on
what else the machine does.

Nets: a = 784-200-100-50-20, b = 784-300-200-100-75-50-35-25-20-15-10-10 on binarised MNIST; c =
196-100-75-50-40-30-25-20-15-10-10-10 on the same at half its resolution;
words = 50-60-40-20-10 on the binary words of O. Maoz and E. Schneidman (see `words.py`);
spikes = the same hidden units on words of a recording, bins of 50 ms, the last fifth to test.

Each run writes a JSON file, a summary of all comes last (natural-NET.json and .png). Runs that are
there are not repeated, and one that was stopped goes on from its checkpoint.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from density_runs import FILES, fail, load_data, shuffled, whole

import neurohm as nh
from neurohm.benchmarks.processor import machine_facts
from neurohm.exceptions import NeurohmError, NumericalError
from neurohm.files import atomic_path
from neurohm.machine.initial import Normal, fit_visible_bias
from neurohm.plots.style import WIDTH, styled
from neurohm.training import Callback

WATCHED, WATCHING = 400, 50  # rows and particles of the learning curve
SCORED, SCORING = 1000, 200  # of the final score
LEARN, CHOOSE = 32_000, 28_800  # words to learn from, and of these those not held out
BIN, TEST, GAP = 0.05, 0.2, 1.0  # of recordings: seconds, share, seconds
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))
FAILED = 1e9  # nats, of a run that left the finite numbers


@dataclass(frozen=True)
class Net:
    """What is learned, and how.

    Parameters
    ----------
    data : str
    hidden : tuple of int
    batch_size : int
    levels : tuple of float
        Negative log-likelihoods to be reached, nats.
    faster : float
        By how much the rates of all grids are multiplied.
    """

    data: str
    hidden: tuple[int, ...]
    batch_size: int
    levels: tuple[float, ...]
    faster: float = 1.0


NETS = {
    "a": Net("mnist", (200, 100, 50, 20), 32, (100, 95, 92)),
    "b": Net("mnist", (300, 200, 100, 75, 50, 35, 25, 20, 15, 10, 10), 32, (100, 95, 92)),
    "c": Net("half", (100, 75, 50, 40, 30, 25, 20, 15, 10, 10, 10), 32, (36, 35, 34, 33.5)),
    "words": Net("words", (60, 40, 20, 10), 200, (11.75, 11.68, 11.64), 3.0),
    "spikes": Net("spikes", (60, 40, 20, 10), 50, (8.4, 8.3, 8.25), 3.0),
}
ABOVE = (0.01, 0.03, 0.1, 0.3)  # rates of steps in a metric
ADAM = (5e-4, 1.5e-3, 5e-3, 1.5e-2)
GRIDS = {
    "momentum": (0.003, 0.01, 0.03, 0.1),
    "adam": ADAM,
    "diagonal-10": ABOVE,
    **{f"natural-{every}": ABOVE for every in (1, 10, 100, 1000)},
    "natural-100-adam": ADAM,
}


def plasticity_of(method: str, rate: float, damping: float) -> nh.Plasticity:
    """Return a method at a rate."""
    if method == "momentum":
        return nh.Delta(rate, momentum=0.9)
    if method == "adam":
        return nh.Adam(rate)
    kind, every, *inner = method.split("-")
    chosen = nh.Natural if kind == "natural" else nh.DiagonalNatural
    within = nh.Adam(rate) if inner else nh.Delta(rate)
    return chosen(within, damping=damping, every=int(every))


class Watch(Callback):
    """The learning curve: epochs, processor seconds of learning, negative log-likelihood."""

    def __init__(self, rows: np.ndarray, every: int) -> None:
        self.rows, self.every = rows, every
        self.points: list[list[float]] = []
        self.seconds, self.begin = 0.0, time.process_time()

    def after_epoch(self, run: Any) -> None:
        self.seconds += time.process_time() - self.begin
        epoch = run.position.epoch
        if epoch % self.every == 0 or epoch == run.epochs:
            score = nh.log_likelihood(run.machine, self.rows, particles=WATCHING, seed=1).mean
            self.points.append([epoch, self.seconds, -float(score)])
        self.begin = time.process_time()

    def state(self) -> dict[str, Any]:
        now = self.seconds + time.process_time() - self.begin
        return {"seconds": now, "points": np.array(self.points).reshape(-1, 3)}

    def restore(self, state: dict[str, Any]) -> None:
        self.seconds, self.begin = float(state["seconds"]), time.process_time()
        self.points = np.asarray(state["points"]).tolist()


def rows_of(net: Net, given: argparse.Namespace) -> dict[str, np.ndarray]:
    """Return rows to learn from, to watch and to score."""
    if net.data in ("mnist", "half"):
        data = load_data("mnist", given.data)
        if net.data == "half":
            data = {name: halved(rows) for name, rows in data.items()}
        parts = {"train": data["train"], "valid": shuffled(data["valid"]), "test": data["test"]}
    else:
        if given.file is None or not given.file.is_file():
            fail(f"the {net.data} are missing; give their file with --file")
        parts = words_of(given.file) if net.data == "words" else spikes_of(given.file)
    return {**parts, "train": parts["train"][: given.rows]}


def halved(rows: np.ndarray) -> np.ndarray:
    """Return digits of 14 x 14 pixels, each on where one of four was."""
    pixels: np.ndarray = rows.reshape(-1, 14, 2, 14, 2).max(axis=(2, 4))
    return pixels.reshape(len(rows), -1)


def words_of(path: Path) -> dict[str, np.ndarray]:
    """Return words of fifty neurons, in three parts."""
    import h5py

    with h5py.File(path) as file:
        words = file["spikes50"][()].astype(np.float32)
    return {
        "train": words[:CHOOSE],
        "valid": shuffled(words[CHOOSE:LEARN]),
        "test": words[LEARN:],
    }


def spikes_of(path: Path) -> dict[str, np.ndarray]:
    """Return which units fired in each bin of a recording, in three parts of its time."""
    rest, test = nh.load_recording(path).split(test=TEST, gap=GAP)
    train, valid = rest.split(test=0.1, gap=GAP)
    parts = {"train": train, "valid": valid, "test": test}
    fired = {
        name: np.minimum(nh.recordings.bin_spikes(part, BIN).toarray(), 1).astype(np.float32)
        for name, part in parts.items()
    }
    return {**fired, "valid": shuffled(fired["valid"])}


def carry_out(
    name: str,
    method: str,
    rate: float,
    epochs: int,
    seed: int,
    given: argparse.Namespace,
    *,
    scored: bool = True,
) -> dict[str, Any]:
    """Return the result of a run, from its file if it has been carried out."""
    net, kind = NETS[name], "run" if scored else "tune"
    path = given.out / f"natural-{name}-{method}-{rate:g}-{kind}{epochs}-seed{seed}.json"
    if path.is_file():
        found: dict[str, Any] = json.loads(path.read_text())
        return found
    data = rows_of(net, given)
    machine = nh.HelmholtzMachine(
        [data["train"].shape[1], *net.hidden], initial=Normal(0.1, hidden_bias=-1.0), seed=seed
    )
    fit_visible_bias(machine, np.clip(data["train"].mean(axis=0), 1e-3, 1 - 1e-3))
    watch, checkpoint = Watch(data["valid"][:WATCHED], given.every), path.with_suffix(".h5")
    failed = ""
    try:
        result = nh.train(
            machine,
            data["train"],
            rule=nh.Reweighted(particles=given.particles, dreams_per_sample=given.dreams),
            plasticity=plasticity_of(method, rate, given.damping),
            epochs=epochs,
            batch_size=given.batch or net.batch_size,
            seed=seed,
            callbacks=[watch, nh.Checkpoint(checkpoint, keep=False)],
            resume=checkpoint if checkpoint.is_file() else None,
            threads=1,
        )
        settings = result.settings
    except NumericalError as error:
        failed, settings = str(error), {}
    rows = shuffled(data["test"])[:SCORED]
    score = None
    if scored:
        score = FAILED if failed else -nh.log_likelihood(machine, rows, particles=SCORING).mean
    done = {
        "net": name, "method": method, "rate": rate, "seed": seed, "epochs": epochs,
        "rows": len(data["train"]), "settings": settings, "failed": failed,
        "machine": machine_facts(), "curve": watch.points, "test": score,
    }  # fmt: skip
    with atomic_path(path) as temporary:
        Path(temporary).write_text(json.dumps(done, indent=1) + "\n")
    end = watch.points[-1] if watch.points else "no point"
    print(f"{time.strftime('%H:%M:%S')} {path.stem}: {end}, test {score}", flush=True)
    return done


def best_rate(name: str, method: str, given: argparse.Namespace) -> tuple[float, dict[str, float]]:
    """Return the rate with which a method is furthest after some epochs, and all results."""
    grid = given.rates or [rate * NETS[name].faster for rate in GRIDS[method]]
    if given.screen:
        first = ends_of(name, method, grid, given.screen, given)
        grid = [rate for rate in grid if first[rate] <= min(first.values()) + given.within]
    ends = ends_of(name, method, grid, given.tune, given)
    return min(ends, key=ends.__getitem__), {f"{rate:g}": end for rate, end in ends.items()}


def ends_of(
    name: str, method: str, rates: list[float], epochs: int, given: argparse.Namespace
) -> dict[float, float]:
    """Return how far a method is with each rate after so many epochs, nats of validation rows."""
    ends = {}
    for rate in rates:
        curve = carry_out(name, method, rate, epochs, 0, given, scored=False)["curve"]
        full = curve and curve[-1][0] == epochs and np.isfinite(curve[-1][2])
        ends[rate] = curve[-1][2] if full else FAILED
    return ends


def reached(curve: list[list[float]], level: float) -> list[float] | None:
    """Return the epoch and the second at which a curve first was at a level."""
    return next((point[:2] for point in curve if point[2] <= level), None)


def summary(
    name: str, runs: dict[str, list[dict[str, Any]]], tuned: dict[str, Any], levels: list[float]
) -> dict[str, Any]:
    """Return what the table shows: medians over seeds of those that reach a level."""
    table: dict[str, Any] = {}
    for method, found in runs.items():
        row: dict[str, Any] = {"rate": found[0]["rate"], "grid": tuned[method]}
        for level in levels:
            times = [t for run in found if (t := reached(run["curve"], level))]
            all_of_them = len(times) == len(found)
            row[f"{level:g}"] = np.median(times, axis=0).tolist() if all_of_them else None
        ends = [run["test"] for run in found]
        row["test"] = float(np.mean(ends))
        row["range"] = [min(ends), max(ends)]
        row["seconds"] = float(np.median([run["curve"][-1][1] for run in found if run["curve"]]))
        row["seeds"] = len(found)
        table[method] = row
    return {"net": name, "levels": levels, "methods": table}


def described(method: str) -> str:
    """Return a method in words."""
    kind, *rest = method.split("-")
    if not rest:
        return {"momentum": "delta rule, momentum 0.9", "adam": "Adam"}[kind]
    every = "at every step" if rest[0] == "1" else f"every {rest[0]} steps"
    inner = ", then Adam" if rest[1:] else ""
    return f"{'natural' if kind == 'natural' else 'diagonal'}, {every}{inner}"


@styled
def draw(name: str, runs: dict[str, list[dict[str, Any]]], path: Path) -> None:
    """Draw the curves over epochs, and over seconds."""
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(WIDTH, 3.2), sharey=True, layout="constrained")
    ends = []
    for dash, (method, found) in zip(DASHES, runs.items(), strict=False):
        curves = [np.array(run["curve"]) for run in found if not run["failed"]]
        if curves:
            curve = np.mean(curves, axis=0)
            ends.append(curve[:, 2])
            for panel, column in zip(panels, (0, 1), strict=True):
                panel.plot(curve[:, column], curve[:, 2], linestyle=dash, label=described(method))
    for panel, label in zip(panels, ("epochs", "processor time (s)"), strict=True):
        panel.set(xlabel=label)
    lowest, highest = min(map(np.min, ends)), np.median([end[0] for end in ends])
    margin = 0.05 * (highest - lowest)
    panels[0].set(ylabel="negative log-likelihood (nats)", ylim=(lowest - margin, highest + margin))
    panels[0].set_title(f"net {name}, validation rows")
    names = panels[0].get_legend_handles_labels()
    figure.legend(*names, loc="outside lower center", ncols=3, frameon=False)
    figure.savefig(path)
    plt.close(figure)


def main() -> None:
    given = parser().parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    first = given.tune_on or given.nets[0]
    for name in given.nets:
        tuned, runs = {}, {}
        levels = given.levels or list(NETS[name].levels)
        try:
            for method in given.methods:
                rate, tuned[method] = best_rate(first, method, given)
                runs[method] = [
                    carry_out(name, method, rate, given.epochs, seed, given) for seed in given.seeds
                ]
                document = summary(name, runs, tuned, levels)
                (given.out / f"natural-{name}.json").write_text(json.dumps(document, indent=1))
        except NeurohmError as error:
            fail(str(error))
        draw(name, runs, given.out / f"natural-{name}.png")
        print_table(document)


def print_table(document: dict[str, Any]) -> None:
    """Print epochs and seconds to each level, and the final score."""
    levels = [f"{level:g}" for level in document["levels"]]
    print("| method | rate | " + " | ".join(levels) + " | test NLL | seconds |")
    print("|---" * (len(levels) + 4) + "|")
    for method, row in document["methods"].items():
        times = [f"{t[0]:.0f} ep, {t[1]:.0f} s" if (t := row[level]) else "-" for level in levels]
        ends = [f"{row['test']:.2f}", f"{row['seconds']:.0f}"]
        print(f"| {described(method)} | {row['rate']:g} | " + " | ".join([*times, *ends]) + " |")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = made.add_argument
    add("--net", choices=NETS, action="append", dest="nets", required=True)
    add("--data", type=Path, default=os.environ.get("NEUROHM_DATA", "../shared/data"),
        help=f"folder with {FILES['mnist']}; NEUROHM_DATA by default")  # fmt: skip
    add("--file", type=Path, help="example50.mat, for --net words")
    add("--methods", nargs="+", choices=GRIDS, default=list(GRIDS))
    add("--rates", type=float, nargs="+", help="instead of each method's grid")
    add("--rows", type=whole(100), help="learn from so many rows only")
    add("--tune", type=whole(1), default=30, help="epochs to choose rates by; %(default)s")
    add("--screen", type=whole(1), help="epochs after which rates that are far behind are dropped")
    add("--within", type=float, default=6.0, help="nats that count as far; %(default)s")
    add("--tune-on", choices=NETS, help="the net to choose rates on; the first of --net")
    add("--epochs", type=whole(1), default=100, help="%(default)s")
    add("--seeds", type=whole(0), nargs="+", default=[0])
    add("--batch", type=whole(1), help="instead of the net's")
    add("--particles", type=whole(2), default=10, help="%(default)s")
    add("--dreams", type=whole(1), default=1, help="of each sample; %(default)s")
    add("--damping", type=float, default=0.1, help="%(default)s")
    add("--levels", type=float, nargs="+", help="nats to be reached; 100, 95, 92 on digits")
    add("--every", type=whole(1), default=1, help="epochs between points of a curve; %(default)s")
    add("--out", type=Path, default=Path("benchmarks/results"), help="%(default)s")
    return made


if __name__ == "__main__":
    sys.exit(main())
