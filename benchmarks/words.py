"""Binary words of 50 neurons: held-out nats per word by a Helmholtz machine.

The recording is example50.mat of O. Maoz and E. Schneidman, maxent_toolbox v1.0.2,
doi:10.5281/zenodo.191625: 40,000 words; the first 32,000 to learn, the last 8,000 to test.

    python benchmarks/words.py FOLDER/example50.mat
    python benchmarks/words.py FOLDER/example50.mat --small --seeds 2
    python benchmarks/words.py FOLDER/example50.mat --choose    # within the 32,000
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import h5py
import numpy as np

import neurohm as nh
from neurohm.analysis import IndependentModel

LEARN, CHOOSE = 32_000, 28_800
SETTINGS = {
    "full": {"hidden": (128, 48, 16), "particles": 20, "learning_rate": 4e-3, "epochs": 80},
    "small": {"hidden": (96, 32), "particles": 10, "learning_rate": 6e-3, "epochs": 80},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--small", action="store_true", help="a smaller machine, in half a minute")
    parser.add_argument("--choose", action="store_true", help="test on the last tenth of training")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--particles", type=int, default=1000)
    arguments = parser.parse_args()
    with h5py.File(arguments.file) as file:
        words = file["spikes50"][()].astype(np.float32)
    learn, test = words[:LEARN], words[LEARN:]
    if arguments.choose:
        learn, test = words[:CHOOSE], words[CHOOSE:LEARN]
    independent = IndependentModel("bernoulli", learn.mean(axis=0, dtype=np.float64))
    print(f"independent units: {independent.log_likelihood(test, lags=1).mean():.4f} nats per word")
    settings = SETTINGS["small" if arguments.small else "full"]
    for seed in range(arguments.seeds):
        begin = time.perf_counter()
        model = nh.HelmholtzDensity(batch_size=200, random_state=seed, **settings).fit(learn)
        fitted = time.perf_counter()
        score = nh.log_likelihood(model.machine_, test, particles=arguments.particles)
        print(
            f"{model.machine_}, seed {seed}: {score.mean:.4f} nats per word "
            f"(K = {score.particles}, effective sample size "
            f"{score.effective_sample_size.mean():.0f}); fit {fitted - begin:.0f} s, "
            f"score {time.perf_counter() - fitted:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
