"""Does depth help more when hidden layers are cued by coarser images? Plain against multi-level.

    python benchmarks/depth.py digits --out benchmarks/results
    python benchmarks/depth.py mnist --data ../shared/data --depths 3 5 --seeds 0
    python benchmarks/depth.py mnist-50000 --depths 1 2 3 4 5 --seeds 0
    python benchmarks/depth.py length --depths 5
    python benchmarks/depth.py reweighted --depths 3 --seeds 0
    python benchmarks/depth.py digits --table
    python benchmarks/depth.py --figure docs/images/depth.png

Each run trains a machine of so many hidden layers for the same number of epochs, so that each
weight is changed equally often: by wake-sleep from several starts and at several rates ("plain";
the one that explains validation images best, on average over seeds, is what cues are compared
with), with cues ("cued"), and with the cues of other images ("shuffled"). `length` does so for more
and fewer epochs, `reweighted` with reweighted wake-sleep and Adam on MNIST; `--plain RATE BIASES`
asks for one start of plain machines alone. A run that is in the file already is not done again.
Digits are scikit-learn's, made 16 x 16 (bilinear) and binary; of binarised MNIST the first 10,000
training images are learned from, as "mnist-50000" all of them. "mnist-published" is the deep
machine of published.py, whose layers are wider than their cues, by reweighted wake-sleep and Adam.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from depth_picture import ARMS, draw, table

import neurohm as nh
from neurohm.files import atomic_path
from neurohm.machine import Normal
from neurohm.machine.initial import Initial, fit_visible_bias
from neurohm.training import Steps

WHOLE, PUBLISHED = "mnist-50000", "mnist-published"
SHAPES = {"digits": (16, 16), "mnist": (28, 28), WHOLE: (28, 28), PUBLISHED: (28, 28)}
SIZES = {
    ("digits", 1): (64,),
    ("digits", 2): (64, 36),
    ("digits", 3): (64, 16, 4),
    ("digits", 4): (64, 36, 16, 4),
    ("digits", 5): (64, 36, 16, 9, 4),
    ("mnist", 1): (196,),
    ("mnist", 2): (196, 49),
    ("mnist", 3): (196, 49, 16),
    ("mnist", 4): (196, 100, 49, 16),
    ("mnist", 5): (196, 100, 49, 25, 16),
}
SIZES |= {(WHOLE, depth): SIZES["mnist", depth] for depth in range(1, 6)}
SIZES[PUBLISHED, 5] = (400, 300, 200, 100, 10)  # wider than their cues
SIDES = {(PUBLISHED, 5): (14, 10, 7, 5, 3)}  # of the cues, where they are not as large as layers
EPOCHS = {"digits": 60, "mnist": 20, WHOLE: 20, PUBLISHED: 20}
BATCH = {"digits": 20, "mnist": 50, WHOLE: 50, PUBLISHED: 100}
PLAIN = [(0.3, -1.0), (0.1, -1.0), (0.3, 0.0)]  # learning rate, hidden biases at the start
CUED = (0.3, 0.0)
ADAM_PLAIN, ADAM_CUED = [(0.003, -1.0), (0.001, -1.0)], (0.003, 0.0)
LENGTHS = {
    "digits": (15, 30, 60, 120, 240),
    "mnist": (5, 10, 20, 40),
    WHOLE: (5, 20, 80),
    PUBLISHED: (20,),
}
PARTICLES, FEWER = 200, 20  # of the scores; of those that choose a rate, and of layers replaced
SCORED = {"digits": 400, "mnist": 500, WHOLE: 500, PUBLISHED: 500}  # test images
JUDGED = 2000  # images whose quality is measured


@dataclass(frozen=True)
class Glorot(Initial):
    """Normal weights of variance 2 / (inputs + outputs), and one bias of all hidden units."""

    hidden_bias: float = 0.0

    def start(self, machine: nh.HelmholtzMachine, rng: np.random.Generator) -> None:
        Normal(1.0, self.hidden_bias).start(machine, rng)
        for pathway in (machine.generative, machine.recognition):
            for projection in pathway.projections:
                projection.weights[...] *= np.sqrt(2 / sum(projection.weights.shape))


@dataclass(frozen=True)
class Study:
    """One run.

    Parameters
    ----------
    data : str
        One of `SHAPES`.
    depth : int
        Hidden layers.
    arm : str
        ``"plain"``, ``"cued"``, ``"brief"`` (cued for a quarter of that time) or ``"shuffled"``.
    rate, hidden_bias : float
    epochs, seed : int
    learner : str
        ``"wake-sleep"`` (with the delta rule) or ``"reweighted"`` (with five particles and Adam).
    """

    data: str
    depth: int
    arm: str
    rate: float
    hidden_bias: float
    epochs: int
    seed: int
    learner: str = "wake-sleep"

    @property
    def key(self) -> str:
        values = [str(value) for value in asdict(self).values()]
        return "/".join(values[:-1] if self.learner == "wake-sleep" else values)

    def plasticity(self) -> Any:
        return nh.Delta(self.rate) if self.learner == "wake-sleep" else nh.Adam(self.rate)

    def rule(self) -> Any:
        """Return the rule: the plain one, where there are cues with full ones for a quarter of the
        epochs (a sixteenth, if they are brief) and with fading ones for another."""
        plain = nh.WakeSleep() if self.learner == "wake-sleep" else nh.Reweighted(particles=5)
        if self.arm == "plain":
            return plain
        sizes = SIZES[self.data, self.depth]
        sides = SIDES.get((self.data, self.depth), [int(size**0.5) for size in sizes])
        full = max(1, self.epochs // (16 if self.arm == "brief" else 4))
        return nh.MultiLevel(
            plain=plain,
            shape=SHAPES[self.data],
            grids=[(side, side) for side in sides],
            clamp=full,
            ramp=full - 1,
            shuffled=self.arm == "shuffled",
        )


@dataclass(frozen=True)
class Data:
    """Binary images: to learn from, to choose a rate by, to score, and to judge dreams by."""

    train: np.ndarray
    valid: np.ndarray
    test: np.ndarray
    judged: np.ndarray


def digits() -> Data:
    """Return scikit-learn's digits, made 16 x 16; dreams are judged by all of them."""
    grey = nh.load_images("digits").train.reshape(-1, 8, 8)
    place = np.clip((np.arange(16) + 0.5) / 2 - 0.5, 0, 7)
    near = np.maximum(1 - np.abs(place[:, None] - np.arange(8)), 0)
    x = ((near @ grey @ near.T).reshape(-1, 256) > 0.5).astype(np.float32)
    order = np.random.default_rng(0).permutation(len(x))
    return Data(x[order[560:]], x[order[400:560]], x[order[:400]], x)


def mnist(folder: Path, images: int) -> Data:
    """Return so many images of binarised MNIST; dreams are judged by test images."""
    with np.load(folder / "binarized-mnist" / "binarized_mnist.npz") as file:
        rows = {
            part: np.unpackbits(file[part], axis=1)[:, :784].astype(np.float32)
            for part in ("train", "valid", "test")
        }
    order = np.random.default_rng(0).permutation(len(rows["test"]))
    test = rows["test"][order]
    return Data(rows["train"][:images], rows["valid"][:500], test[: SCORED["mnist"]], test[:JUDGED])


def read(name: str, folder: Path) -> Data:
    """Return a data set by its name."""
    return digits() if name == "digits" else mnist(folder, 10_000 if name == "mnist" else 50_000)


def carry_out(study: Study, data: Data) -> dict[str, Any]:
    """Train and score one run."""
    begin = time.perf_counter()
    machine = nh.HelmholtzMachine(
        [data.train.shape[1], *SIZES[study.data, study.depth]],
        initial=Glorot(study.hidden_bias),
        seed=study.seed,
    )
    fit_visible_bias(machine, np.clip(data.train.mean(axis=0), 0.01, 0.99))
    nh.train(
        machine, data.train, rule=study.rule(), plasticity=study.plasticity(),
        epochs=study.epochs, batch_size=BATCH[study.data], seed=study.seed,
        schedule=Steps({0.75: 0.25}), threads=1,
    )  # fmt: skip
    seconds = time.perf_counter() - begin
    found = nh.log_likelihood(machine, data.test, particles=PARTICLES, seed=0)
    dreams = machine.dream(len(data.judged), seed=1)
    quality = nh.sample_quality(data.judged, dreams, features=components(data.train))
    return {
        **asdict(study),
        "seconds": round(seconds, 1),
        "nll": -found.mean,
        "valid_nll": -nh.log_likelihood(machine, data.valid, particles=FEWER, seed=0).mean,
        "depth_gain": depth_gain(machine, data.test),
        "quality": quality.to_dict(),
    }


def components(train: np.ndarray, number: int = 50) -> Any:
    """Return a function from images to their first principal components."""
    mean = train.mean(axis=0)
    axes = np.linalg.eigh(np.cov(train, rowvar=False))[1][:, : -number - 1 : -1]
    return lambda x: (np.asarray(x) - mean) @ axes


def depth_gain(machine: nh.HelmholtzMachine, x: np.ndarray, dreams: int = 20_000) -> list[float]:
    """Return what each layer above the first buys: nats of the bound lost without it and all above.

    Layers above layer m are replaced by the mean activity of layer m in dreams, unit by unit.
    """
    from neurohm.backend import Site, as_stream
    from neurohm.machine import dream, log_joint

    states = machine.recognise(x, particles=FEWER)
    rows = len(states[1])
    full = log_joint(machine, [np.repeat(x, rows // len(x), axis=0), *states[1:]])
    dreamt = dream(machine, dreams, as_stream(3), Site.DREAM)
    gains = []
    for layer in range(1, len(machine.sizes) - 1):
        cut = nh.HelmholtzMachine(machine.sizes[: layer + 1])
        own, kept = machine.parameters(), cut.parameters()
        cut.set_parameters({key: own[key] for key in kept})
        mean = dreamt.dense(layer).mean(axis=0, dtype=np.float64)
        top = cut.generative.biases[layer].weights
        top[...] = np.log(np.clip(mean, 1e-4, 1 - 1e-4)) - np.log1p(-np.clip(mean, 1e-4, 1 - 1e-4))
        lower = log_joint(cut, [np.repeat(x, rows // len(x), axis=0), *states[1 : layer + 1]])
        above = full - upper_entropy(machine, states, layer)
        gains.append(float((above - lower).mean()))
    return gains


def upper_entropy(machine: nh.HelmholtzMachine, states: list[np.ndarray], layer: int) -> np.ndarray:
    """Return log q of the layers above one, given it, of each row."""
    from neurohm.machine import Workspace
    from neurohm.machine.passes import add_log_probability

    total = np.zeros(len(states[1]))
    for target in range(layer + 1, len(machine.sizes)):
        add_log_probability(
            machine, machine.recognition, target, states, total, Workspace(machine.backend)
        )
    return total


def studies(given: argparse.Namespace) -> Iterator[Study]:
    """Return all runs that were asked for: the first seed of all of them first."""
    for seed in given.seeds:
        for depth in given.depths:
            for data, epochs in planned(given):
                learner = "reweighted" if given.what in ("reweighted", PUBLISHED) else "wake-sleep"
                usual, cued = (PLAIN, CUED) if learner == "wake-sleep" else (ADAM_PLAIN, ADAM_CUED)
                starts = [tuple(given.plain)] if given.plain else usual
                arms = [("plain", *start) for start in starts]
                arms += [("cued", *cued), ("brief", *cued)]
                arms += [("shuffled", *cued)] if given.what in EPOCHS else []
                for arm, rate, bias in arms:
                    if arm in given.arms:
                        yield Study(data, depth, arm, rate, bias, epochs, seed, learner)


def planned(given: argparse.Namespace) -> list[tuple[str, int]]:
    """Return data and epochs of the runs that were asked for."""
    if given.what == "reweighted":
        return [("mnist", EPOCHS["mnist"])]
    if given.what == "length":
        return [(given.of, epochs) for epochs in given.epochs or LENGTHS[given.of]]
    return [(given.what, EPOCHS[given.what])]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("what", nargs="?", choices=[*EPOCHS, "length", "reweighted"], default="digits")
    add("--of", choices=list(SHAPES), default="digits", help="data of `length`")
    add("--epochs", type=int, nargs="+", help="lengths of training of `length`")
    add("--arms", nargs="+", choices=[*ARMS, "brief"], default=ARMS)
    add("--plain", type=float, nargs=2, help="the only rate and start of plain machines")
    add("--data", type=Path, default=os.environ.get("NEUROHM_DATA", "../shared/data"))
    add("--depths", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    add("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    add("--out", type=Path, default=Path("benchmarks/results"), help="folder of depth.json")
    add("--table", action="store_true", help="print the table of what is there, and run nothing")
    add("--figure", type=Path, help="draw what is there, and run nothing")
    given = parser.parse_args()
    path = given.out / "depth.json"
    done: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    if given.figure or given.table:
        if given.figure:
            draw(list(done.values()), EPOCHS, given.figure)
        print(table(list(done.values()), EPOCHS))
        return
    data: Data | None = None
    for study in studies(given):
        if study.key in done:
            continue
        data = data or read(study.data, given.data)
        done[study.key] = found = carry_out(study, data)
        with atomic_path(path) as temporary:
            Path(temporary).write_text(json.dumps(done, indent=1) + "\n")
        print(
            f"{study.key}: {found['nll']:.2f} nats, Frechet {found['quality']['frechet']:.2f}, "
            f"recall {found['quality']['recall']:.2f}, {found['seconds']:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
