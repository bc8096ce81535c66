"""Binary words of 15 neurons: held-out likelihood, and how exact recognition is, rule by rule.

The recording is example15.mat of O. Maoz and E. Schneidman, maxent_toolbox v1.0.2,
doi:10.5281/zenodo.191625: 40,000 words, the first 32,000 to learn, the last 8,000 to test.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np

import neurohm as nh
from neurohm.likelihood import exact_posterior_means
from neurohm.machine import recognise_mean
from neurohm.machine.initial import fit_visible_bias

DATA = Path(os.environ.get("NEUROHM_DATA", "../shared/data")) / "maxent-words" / "example15.mat"
LEARN, HIDDEN, EPOCHS, BATCH, RATE, DECAY, ROWS = 32_000, 10, 10, 200, 1e-2, 0.05, 1000
RULES: dict[str, Callable[[], nh.learning.LearningRule]] = {
    "DDC": lambda: nh.DDC(window=5),
    "wake-sleep": nh.WakeSleep,
    "reweighted, K = 10": lambda: nh.Reweighted(particles=10),
}


def learn(rule: str, seed: int) -> dict[str, float]:
    """Return exact held-out nats a word, and errors of the mean activity of hidden units."""
    with h5py.File(DATA) as file:
        words = file["spikes15"][()].astype(np.float32)
    train, test = words[:LEARN], words[LEARN:]
    machine = nh.HelmholtzMachine([15, HIDDEN], seed=seed)
    fit_visible_bias(machine, train.mean(axis=0))
    begin = time.monotonic()
    nh.train(
        machine,
        train,
        rule=RULES[rule](),
        plasticity=nh.Adam(RATE),
        epochs=EPOCHS,
        batch_size=BATCH,
        schedule=DECAY,
        seed=seed,
    )
    seconds = time.monotonic() - begin
    exact = exact_posterior_means(machine, test[:ROWS])[0]
    recognised = recognise_mean(machine, test[:ROWS])[1]
    code = nh.DDC(data_ridge=1e-3).posterior(machine, samples=50_000).mean(test[:ROWS])
    return {
        "test_nll": -float(nh.exact_log_likelihood(machine, test).mean()),
        "error_of_recogniser": float(np.sqrt(((recognised - exact) ** 2).mean())),
        "error_of_code": float(np.sqrt(((code - exact) ** 2).mean())),
        "deviation_of_exact": float(exact.std(axis=0).mean()),
        "seconds": seconds,
    }


def words(seeds: int) -> Iterator[tuple[str, Callable[[], dict[str, float]]]]:
    """Return a measurement for each rule and seed."""
    for seed in range(seeds):
        for rule in RULES:
            yield f"words/{seed}/{rule}", lambda r=rule, s=seed: learn(r, s)
