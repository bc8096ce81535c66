"""Binarised digits and natural patches: which rule's dreams are nearest to images not seen.

Digits: 784 - 50 - 20 or 784 - 200 - 50 binary units, 6000 images, 300 steps, and five times as
many for the smaller net (*longer*). Patches: 16 x 16 whitened pixels of the two photographs of
scikit-learn, each of the same contrast; contrasts: pixels as they are, but for the mean of each
patch, over their standard deviation. Gaussian units of learned deviation, a scale mixture of 50 or
10 Laplace units under two Gaussian ones whose prior stays; 9000 patches, 315 steps, and three times
as many for contrasts (*longer*), without the code's guard. Adam on batches of 200, at a rate of
0.005 that falls to a tenth, from the same starting values. Measured by the squared MMD of 1000
dreams from 1000 test images, the kernel's width their median distance, and by the test of relative
similarity of DDC with each peer. Digits are those of binarized-mnist.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from ddc_mixtures import COLOURS, MARKS, TORCH
from ddc_torch import learned_by_autoencoder
from ddc_torch_binary import learned_by_relaxation
from sklearn.datasets import load_sample_images

import neurohm as nh
from neurohm.learning.ddc.kernel import median_distance
from neurohm.machine import Normal
from neurohm.machine.initial import fit_visible_bias

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "ddc_images.png"
DIGITS = Path(os.environ.get("NEUROHM_DATA", "../shared/data")) / "binarized-mnist"
BATCH, RATE, DECAY, COMPARED = 200, 5e-3, 0.1, 1000
CODE = {"window": 6, "functions": 100, "data_functions": 100}
HEAVY_TAILED = ("contrasts, longer", "DDC")
PATCHES, SIZE, START = 10_000, 16, 0.1
EPOCHS = {
    "digits": 10,
    "digits, longer": 50,
    "patches": 7,
    "contrasts": 7,
    "contrasts, longer": 20,
}
NETS = {
    "digits": (50, 20),
    "digits 200-50": (200, 50),
    "digits, longer": (50, 20),
    "patches 50-2": (50, 2),
    "contrasts 10-2": (10, 2),
    "contrasts, longer": (10, 2),
}
UNGUARDED = {**CODE, "guard": None}  # for strong patches, see docs/ddc.md
RULES: dict[str, Callable[[], nh.learning.LearningRule]] = {
    "DDC": lambda: nh.DDC(**CODE),
    "wake-sleep": nh.WakeSleep,
    "reweighted, K = 10": lambda: nh.Reweighted(particles=10),
}


@lru_cache(maxsize=1)
def images(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Return what is learned, and what it is compared with."""
    if kind == "patches":
        patches = nh.natural_patches(PATCHES, SIZE, test=0.1)
        return patches.train, patches.test[:COMPARED]
    if kind == "contrasts":
        both = contrasts()
        return both[COMPARED:], both[:COMPARED]
    with np.load(DIGITS / "binarized_mnist.npz") as file:
        train, test = (np.unpackbits(file[part], axis=1) for part in ("train", "test"))
    chosen = np.random.default_rng(0).permutation(len(test))[:COMPARED]
    return train[:6000].astype(np.float32), test[chosen].astype(np.float32)


def contrasts() -> np.ndarray:
    """Return patches from random places of two photographs at half their resolution, in grey."""
    rng, parts = np.random.default_rng(0), []
    for photograph in load_sample_images().images:
        grey = photograph.astype(np.float32).mean(axis=2)[:426, :640]
        grey = grey.reshape(213, 2, 320, 2).mean(axis=(1, 3))
        rows, columns = (rng.integers(0, n - SIZE, PATCHES // 2) for n in grey.shape)
        cut = [grey[r : r + SIZE, c : c + SIZE].ravel() for r, c in zip(rows, columns, strict=True)]
        parts.append(np.stack(cut))
    patches = rng.permutation(np.concatenate(parts))
    patches -= patches.mean(axis=1, keepdims=True)
    return np.asarray(patches / patches.std())


def kind_of(net: str) -> str:
    """Return which images a net learns."""
    return net.replace(",", " ").split()[0]


def student(net: str, seed: int) -> nh.HelmholtzMachine:
    """Return a machine that has not learned."""
    lower, upper = NETS[net]
    if kind_of(net) == "digits":
        return nh.HelmholtzMachine([784, lower, upper], seed=seed)
    return nh.HelmholtzMachine(
        [nh.Gaussian(SIZE**2, learned=True), nh.Laplace(lower), nh.Gaussian(upper)],
        recognition=[nh.Gaussian(lower, learned=True), nh.Gaussian(upper)],
        initial=Normal(START),
        seed=seed,
    )


def learned(net: str, rule: str, seed: int) -> tuple[np.ndarray, float]:
    """Return dreams of a machine that learned by a rule, and the seconds of processor time."""
    kind, machine = kind_of(net), student(net, seed)
    data, epochs = images(kind)[0], EPOCHS[net if net in EPOCHS else kind]
    fit_visible_bias(machine, data.mean(axis=0))
    begin = time.process_time()
    if rule in TORCH:
        learn = learned_by_relaxation if kind == "digits" else learned_by_autoencoder
        found = learn(machine.parameters(), data, TORCH[rule], epochs, BATCH, RATE, DECAY, seed)
        own = machine.parameters()
        machine.set_parameters({key: found.get(key, own[key]) for key in own})
    else:
        still = {} if kind == "digits" else {"generative/hidden2": 0.0}
        nh.train(
            machine,
            data,
            rule=nh.DDC(**UNGUARDED) if (net, rule) == HEAVY_TAILED else RULES[rule](),
            plasticity=nh.Adam(RATE, rates=still),
            epochs=epochs,
            batch_size=BATCH,
            schedule=DECAY,
            seed=seed,
        )
    return machine.dream(COMPARED, seed=300 + seed), time.process_time() - begin


def compared(net: str, seed: int) -> dict[str, float]:
    """Return how far the dreams of each rule are from images, and whether DDC's are nearest."""
    kind = kind_of(net)
    test = images(kind)[1]
    width = median_distance(np.asarray(test, np.float64))
    row, dreams = {"width": width}, {}
    for rule in (*RULES, *TORCH):
        dreams[rule], row[f"{rule}: seconds"] = learned(net, rule, seed)
        distance = nh.mmd(dreams[rule], test, width=width, permutations=0)
        row[f"{rule}: mmd"] = distance.value
        row[f"{rule}: kurtosis"] = kurtosis(dreams[rule]) if kind != "digits" else np.nan
        if rule != "DDC":
            found = nh.relative_mmd(test, dreams["DDC"], dreams[rule], width=width)
            row[f"{rule}: p"] = found.p_value
        print(net, rule, {k: round(v, 5) for k, v in row.items() if k.startswith(rule)}, flush=True)
    row["data: kurtosis"] = kurtosis(test) if kind != "digits" else np.nan
    return {key: value for key, value in row.items() if np.isfinite(value)}


def kurtosis(x: np.ndarray) -> float:
    """Return the mean excess kurtosis over random projections."""
    directions = np.random.default_rng(0).normal(size=(x.shape[1], 100))
    values = (x - x.mean(axis=0)) @ directions
    return float(((values**4).mean(axis=0) / (values**2).mean(axis=0) ** 2).mean() - 3)


def pictures(seeds: int) -> Iterator[tuple[str, Callable[[], dict[str, float]]]]:
    """Return a measurement for each net and seed."""
    for seed in range(seeds):
        for net in NETS:
            yield f"images/{seed}/{net}", lambda n=net, s=seed: compared(n, s)


def draw() -> None:
    """Draw how far the dreams of each rule are from images not seen, for each net and seed."""
    from ddc import read

    rows, (_, axes) = read(), plt.subplots(figsize=(6.4, 3.0), layout="constrained")
    measured = {
        net: [row for name, row in rows.items() if name.split("/")[::2] == ["images", net]]
        for net in NETS
    }
    nets = [net for net, found in measured.items() if found]
    for number, rule in enumerate((*RULES, *TORCH)):
        points = [
            (place + 0.14 * (number - 2), row[f"{rule}: mmd"])
            for place, net in enumerate(nets)
            for row in measured[net]
            if f"{rule}: mmd" in row
        ]
        places, found = np.array(points).T
        axes.plot(places, found, MARKS[rule], color=COLOURS[rule], label=rule, markersize=4)
    axes.set(ylabel="Squared MMD from test images", xlim=(-0.5, len(nets) - 0.5))
    axes.set_yscale("symlog", linthresh=1e-3)
    axes.set_ylim(-2e-4, 0.04)
    axes.set_xticks(
        range(len(nets)), [name.replace(", ", "\n").replace(" ", "\n") for name in nets]
    )
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    nh.plots.save(axes, PICTURE, dpi=150)


if __name__ == "__main__":
    draw()
