"""Density estimation on public binary data: one run, from data to a scored model on disk.

`ablation.py` and `published.py` say what to run; this module reads the data, trains with
checkpoints, scores, and writes three files a run: NAME.h5 (the model, which `neurohm score` and
`neurohm plot` read), NAME.log, and NAME.json (command, versions, settings, wall time, learning
curve, scores).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

import neurohm as nh
from neurohm.backend import get_backend
from neurohm.backend.select import PRECISIONS
from neurohm.benchmarks.processor import machine_facts
from neurohm.exceptions import NeurohmError
from neurohm.files import atomic_path
from neurohm.learning import LearningRule
from neurohm.machine import revive
from neurohm.machine.initial import Initial, Sparse, fit_visible_bias
from neurohm.populations import Population
from neurohm.training import (
    Averaging,
    Callback,
    Decay,
    EarlyStopping,
    Interrupted,
    Revival,
    Schedule,
)

FILES = {
    "mnist": "binarized-mnist/binarized_mnist.npz",
    "dna": "uci-binary/dna.npz",
    "mushrooms": "uci-binary/mushrooms.npz",
}
WIDTHS = {"dna": "n_vars", "mushrooms": "n_vars"}  # where bits fill no whole bytes
SHAPES = {"mnist": (28, 28)}
LOOKED_AT = 5000  # training rows by which idle units are known
WATCHED = 1000  # validation rows of the learning curve
WATCHING = 100  # particles of the learning curve
AVERAGING = 25  # steps between contributions to the average
JUDGING = 50  # particles of the scores by which the best parameters are kept


@dataclass(frozen=True)
class DensityRun:
    """What is trained, and how.

    Parameters
    ----------
    name : str
        Of the row, and of the files.
    data : str
        A key of `FILES`.
    hidden : tuple of int or Population
        From the layer next to the data upward.
    rule : LearningRule
    published : float
        Test negative log-likelihood of the paper, nats.
    epochs, batch_size : int
    learning_rate : float
        Of Adam.
    schedule : Schedule
    average : float
        Part of the run over which parameters are averaged; 0 for none.
    initial : Initial
        Starting values; visible biases start at the means of the data.
    keep_best_every : int, optional
        Epochs between scores of validation data, by which the best average is kept; without it
        the machine of the last epoch is.
    visible : Population, optional
        Bernoulli units by default.
    sparsity, weight_decay : float
        How fast weights shrink towards zero, see `nh.Adam`.
    start : str, optional
        Name of a run whose machine this one goes on with, its idle units revived, with new averages
        of Adam's; it is to be in the folder of results.
    revive_every : int, optional
        Epochs between revivals of idle units, in the first half of the run.
    """

    name: str
    data: str
    hidden: tuple[int | Population, ...]
    rule: LearningRule
    published: float
    epochs: int
    batch_size: int = 100
    learning_rate: float = 1e-3
    schedule: Schedule = field(default_factory=lambda: Decay(0.03, hold=0.5))
    average: float = 0.05
    initial: Initial = field(default_factory=Sparse)
    keep_best_every: int | None = None
    visible: Population | None = None
    sparsity: float = 0.0
    weight_decay: float = 0.0
    start: str | None = None
    revive_every: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what is trained as plain data."""
        named = {
            "rule": {"name": self.rule.name, **self.rule.settings()},
            "schedule": self.schedule.settings(),
            "initial": {"name": type(self.initial).__name__, **vars(self.initial)},
        }
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        units = {"hidden": list(map(_described, self.hidden)), "visible": _described(self.visible)}
        return {**plain, **named, **units}


def _described(units: int | Population | None) -> Any:
    return units.settings() if isinstance(units, Population) else units


def load_data(name: str, folder: Path) -> dict[str, np.ndarray]:
    """Return train, valid and test as matrices of 0 and 1 in single precision."""
    path = folder / FILES[name]
    if not path.is_file():
        fail(f"{path} is missing; give the folder of the data with --data or NEUROHM_DATA")
    with np.load(path) as file:
        width = int(file[WIDTHS[name]]) if name in WIDTHS else None
        return {
            part: np.unpackbits(file[part], axis=1)[:, :width].astype(np.float32)
            for part in ("train", "valid", "test")
        }


def _images(run: DensityRun, data: dict[str, np.ndarray]) -> Any:
    """Return the training rows, as images where they are some."""
    if run.data not in SHAPES:
        return data["train"]
    return nh.load_images(data["train"], shape=SHAPES[run.data])


class Clock(Callback):
    """Adds up the wall time of a run, over all its resumptions."""

    def __init__(self) -> None:
        self.before, self.begin = 0.0, time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds so far."""
        return self.before + time.perf_counter() - self.begin

    def state(self) -> dict[str, Any]:
        return {"seconds": self.seconds}

    def restore(self, state: dict[str, Any]) -> None:
        self.before, self.begin = float(state["seconds"]), time.perf_counter()


class Curve(Callback):
    """Scores some validation rows, for the learning curve alone: it chooses nothing."""

    def __init__(self, rows: np.ndarray, every: int, average: Averaging | None, say: Say) -> None:
        self.rows, self.every, self.average, self.say = rows, every, average, say

    def after_epoch(self, run: Any) -> None:
        history, done = run.history, run.position.epoch
        if done % self.every == 0 or done == run.epochs:
            machine = run.machine if self.average is None else self.average.machine(run)
            score = nh.log_likelihood(machine, self.rows, particles=WATCHING, seed=1).mean
            history.set_last("valid", score)
        watched = [
            n for n in ("bound", "effective_sample_size", "particles", "valid") if n in history
        ]
        self.say(f"epoch {done}: " + ", ".join(f"{n} {history[n][-1]:.5g}" for n in watched))


class KeepBest(EarlyStopping):
    """Keeps the parameters that explain validation rows best, of every few epochs; never stops."""

    def __init__(self, rows: np.ndarray, run: DensityRun, average: Averaging | None) -> None:
        super().__init__(rows, patience=run.epochs, particles=JUDGING, average=average)
        assert run.keep_best_every is not None
        self.every = run.keep_best_every

    def after_epoch(self, run: Any) -> None:
        if run.position.epoch % self.every == 0 or run.position.epoch == run.epochs:
            super().after_epoch(run)


class Say:
    """Prints lines, and appends them to a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, line: str) -> None:
        stamped = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}"
        print(stamped, flush=True)
        with self.path.open("a") as file:
            file.write(stamped + "\n")


def carry_out(run: DensityRun, given: argparse.Namespace, seed: int) -> dict[str, Any]:
    """Train and score one run, write its files, and return what the JSON file holds."""
    data = load_data(run.data, given.data)
    if given.rows is not None:
        data = {part: shuffled(x)[: given.rows] for part, x in data.items()}
    path = given.out / f"{run.name}-seed{seed}"
    say = Say(path.with_suffix(".log"))
    checkpoint = path.with_suffix(".checkpoint.h5")
    resume = checkpoint if given.resume and checkpoint.is_file() else None
    say(f"{run.name}, seed {seed}: {run.to_dict()}" + (" (resumed)" if resume else ""))
    result, seconds = _train(run, data, given, seed, say, resume, checkpoint)
    nh.as_density(result, _images(run, data)).save(path.with_suffix(".h5"))
    scores = _scores(result.machine, data, given.score_particles, say)
    document = {
        "run": run.to_dict(),
        "seed": seed,
        "command": _command(given),
        "machine": machine_facts(),
        "settings": result.settings,
        "rows": {part: len(x) for part, x in data.items()},
        "train_seconds": round(seconds, 1),
        "scores": scores,
        "history": result.history.to_dict(),
    }
    with atomic_path(path.with_suffix(".json")) as temporary:
        Path(temporary).write_text(json.dumps(_without_nan(document), indent=1) + "\n")
    checkpoint.unlink(missing_ok=True)
    return document


def shuffled(x: np.ndarray) -> np.ndarray:
    """Return the rows in another, fixed order: those of a test set may be sorted."""
    return x[np.random.default_rng(0).permutation(len(x))]


def _train(
    run: DensityRun,
    data: dict[str, np.ndarray],
    given: argparse.Namespace,
    seed: int,
    say: Say,
    resume: Path | None,
    checkpoint: Path,
) -> tuple[Any, float]:
    """Return the result of training, and its wall time."""
    machine = _beginning(run, data["train"], given, seed)
    average = Averaging(run.average, every=AVERAGING) if run.average else None
    watched = shuffled(data["valid"])[:WATCHED]
    clock = Clock()
    callbacks = [
        *([average] if average else []),
        *([Revival(data["train"][:LOOKED_AT], every=run.revive_every)] if run.revive_every else []),
        *([KeepBest(data["valid"], run, average)] if run.keep_best_every else []),
        clock,
        *([nh.LayerMonitor(watched[:500], every=given.every)] if run.hidden else []),
        Curve(watched, given.every, average, say),
        nh.Checkpoint(checkpoint),
    ]
    result = nh.train(
        machine,
        data["train"],
        rule=run.rule,
        plasticity=nh.Adam(run.learning_rate, sparsity=run.sparsity, weight_decay=run.weight_decay),
        schedule=run.schedule,
        epochs=run.epochs,
        batch_size=run.batch_size,
        seed=seed,
        callbacks=callbacks,
        resume=resume,
        threads=given.threads,
    )
    return result, clock.seconds


def _beginning(
    run: DensityRun, x: np.ndarray, given: argparse.Namespace, seed: int
) -> nh.HelmholtzMachine:
    """Return the machine that learns, as it is before that."""
    machine = nh.HelmholtzMachine(
        [run.visible or x.shape[1], *run.hidden],
        initial=run.initial,
        seed=seed,
        device=get_backend(given.device, given.precision),
    )
    if run.start is None:
        fit_visible_bias(machine, np.clip(x.mean(axis=0), 1e-3, 1 - 1e-3))
        return machine
    path = given.out / f"{run.start}-seed{seed}.h5"
    if not path.is_file():
        fail(f"{path} is missing; run --row {run.start} first")
    machine.set_parameters(nh.load(path).machine_.parameters())
    revive(machine, x[:LOOKED_AT], seed=seed)
    return machine


def _scores(
    machine: nh.HelmholtzMachine, data: dict[str, np.ndarray], particles: int, say: Say
) -> dict[str, Any]:
    """Return the mean log-likelihood of held-out data, nats."""
    scores = {}
    for part in ("valid", "test"):
        begin = time.perf_counter()
        found = nh.log_likelihood(machine, data[part], particles=particles, seed=0)
        scores[part] = {
            "log_likelihood": found.mean,
            "standard_error_over_rows": float(found.value.std(ddof=1) / np.sqrt(len(found.value))),
            "mean_standard_error_of_a_row": float(np.mean(found.standard_error)),
            "effective_sample_size": float(found.effective_sample_size.mean()),
            "particles": particles,
            "seconds": round(time.perf_counter() - begin, 1),
        }
        say(f"{part}: {found.mean:.3f} nats, {particles} particles")
    return scores


def parser(description: str) -> argparse.ArgumentParser:
    """Return a parser of the options that all runs share."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = made.add_argument
    add("--data", type=Path, default=os.environ.get("NEUROHM_DATA", "../shared/data"),
        help="folder with binarized-mnist/ and uci-binary/; NEUROHM_DATA by default")  # fmt: skip
    add("--seed", "--seeds", type=whole(0), nargs="+", default=[0], dest="seeds",
        help="one or several; 0 by default")  # fmt: skip
    add("--epochs", type=whole(1), help="instead of those of the row")
    add("--learning-rate", type=float, help="instead of that of the row")
    add("--device", default="cpu", help="cpu, or cuda for a GPU; %(default)s by default")
    add("--precision", default="full", choices=PRECISIONS, help="of products on a GPU")
    add("--threads", type=whole(1), choices=[1, 2], help="of learning; the faster by default")
    add("--resume", action="store_true", help="go on from checkpoints where there are any")
    add(
        "--out",
        type=Path,
        default=Path("benchmarks/results"),
        help="folder of the results; %(default)s",
    )
    add(
        "--every",
        type=whole(1),
        default=5,
        help="epochs between points of the learning curve; %(default)s",
    )
    add("--score-particles", type=whole(1), default=1000, help="of the final scores; %(default)s")
    add("--rows", type=whole(3), help="use so many rows of each part only, for a quick look")
    return made


def whole(least: int) -> Callable[[str], int]:
    """Return a reader of whole numbers of at least so much."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r}; expected a whole number, at least {least}")
        return int(text)

    return number


def main(runs: list[DensityRun], given: argparse.Namespace) -> None:
    """Carry out runs one after the other, and print a table."""
    given.out.mkdir(parents=True, exist_ok=True)
    options = {"epochs": given.epochs, "learning_rate": given.learning_rate}
    changed = {name: value for name, value in options.items() if value is not None}
    table = [
        "| run | seed | test NLL | published | valid NLL | train s |",
        "|---|---|---|---|---|---|",
    ]
    for run in runs:
        for seed in given.seeds:
            try:
                done = carry_out(replace(run, **changed), given, seed)
            except Interrupted as stop:
                print(f"{stop}; go on with --resume", file=sys.stderr)
                sys.exit(130)
            except NeurohmError as error:
                fail(str(error))
            test, valid = (-done["scores"][part]["log_likelihood"] for part in ("test", "valid"))
            table.append(
                f"| {run.name} | {seed} | {test:.2f} | {run.published} | {valid:.2f} "
                f"| {done['train_seconds']:.0f} |"
            )
    print("\n".join(table))


def fail(message: str) -> None:
    """End with one line about what is wrong."""
    print(f"error: {message}", file=sys.stderr)
    sys.exit(2)


def _command(given: argparse.Namespace) -> str:
    """Return the command line, folders by their names alone."""
    folders = {str(given.data): given.data.name, str(given.out): given.out.name}
    script = Path(sys.argv[0])
    words = [f"{script.parent.name}/{script.name}", *(folders.get(w, w) for w in sys.argv[1:])]
    return " ".join(["python", *words])


def _without_nan(value: Any) -> Any:
    """Return plain data with None for what JSON does not know."""
    if isinstance(value, dict):
        return {key: _without_nan(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(part) for part in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value.item() if isinstance(value, np.generic) else value
