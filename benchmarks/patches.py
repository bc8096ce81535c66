"""Do hidden units learn localised, oriented fields from patches of photographs?

    python benchmarks/patches.py --figure docs/images --out benchmarks/results

A machine of whitened patches (Gaussian units) and one layer of sparse binary units learns by
reweighted wake-sleep; weights that are not needed shrink to zero. To each generative field (the
weights themselves, next to Gaussian units) a Gabor function is fitted. Writes patches.json, and the
pictures gabor_fields.png and gabor_population.png.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

import neurohm as nh
from neurohm.analysis import GaborFits
from neurohm.machine import Normal

SETTINGS = {"hidden": 100, "bias": -4.0, "deviation": 0.7, "particles": 8, "rate": 0.005}
SPARSITY, EPOCHS, PATCHES, SIZE = 0.08, 20, 22_000, 12
LEAST = 0.7
FLANKED = 0.25  # half-width of an envelope, in periods, from which there are bars of either sign


def learned(seed: int, epochs: int) -> tuple[nh.HelmholtzMachine, Any, float]:
    """Return a machine that has learned, its patches, and the seconds."""
    patches = nh.natural_patches(PATCHES, SIZE)
    begin = time.perf_counter()
    visible = nh.Gaussian(SIZE * SIZE, deviation=SETTINGS["deviation"])
    machine = nh.HelmholtzMachine(
        [visible, int(SETTINGS["hidden"])], initial=Normal(0.1, SETTINGS["bias"]), seed=seed
    )
    nh.train(
        machine, patches.train, rule=nh.Reweighted(particles=int(SETTINGS["particles"])),
        plasticity=nh.Adam(SETTINGS["rate"], sparsity=SPARSITY), epochs=epochs, batch_size=100,
        schedule=0.1, seed=seed, threads=1,
    )  # fmt: skip
    return machine, patches, time.perf_counter() - begin


def summary(fits: GaborFits) -> dict[str, float]:
    """Return how many fields are Gabor functions, and how many of them have bars."""
    good = fits.r_squared >= LEAST
    periods = fits.across[good] * fits.frequency[good]
    longer = fits.along[good] / fits.across[good]
    even = np.abs((fits.phase[good] + 90) % 180 - 90)
    return {
        "share": float(good.mean()),
        "median_r_squared": float(np.median(fits.r_squared)),
        "share_with_bars": float(((periods >= FLANKED) | (even > 45)).sum() / len(fits)),
        "median_length_over_width": float(np.median(longer)) if good.any() else float("nan"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    parser.add_argument("--figure", type=Path, help="folder of the pictures")
    given = parser.parse_args()
    found = {}
    for seed in given.seeds:
        machine, patches, seconds = learned(seed, given.epochs)
        fields = nh.analysis.linear_fields(machine)
        fits = nh.fit_gabors(fields, patches.shape)
        active = machine.recognise(patches.test)[1].mean()
        found[str(seed)] = {
            **summary(fits),
            "mean_activity": float(active),
            "train_seconds": round(seconds, 1),
        }
        print(seed, found[str(seed)], flush=True)
        if given.figure is not None and seed == given.seeds[0]:
            gallery = nh.plots.field_gallery(fields, patches.shape, fits=fits, own_scale=True)
            nh.plots.save(gallery, given.figure / "gabor_fields.png", dpi=120)
            population = nh.plots.gabor_population(fits, least=LEAST)
            nh.plots.save(population, given.figure / "gabor_population.png", dpi=120)
    document = {"settings": {**SETTINGS, "sparsity": SPARSITY, "epochs": given.epochs,
                             "patches": PATCHES, "size": SIZE}, "seeds": found}  # fmt: skip
    (given.out / "patches.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
