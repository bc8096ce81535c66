"""Held-out neurons: a fifth of the units predicted from the others, against two baselines.

    python benchmarks/held_out_neurons.py words FOLDER/example50.mat [-o FILE]
    python benchmarks/held_out_neurons.py recording FOLDER/FILE.h5 [--bin 0.05] [-o FILE]
    python benchmarks/held_out_neurons.py table [-o benchmarks/results/held-out-neurons.json]

Learned from the first four fifths of the time, tested on the last. The units are dealt into five
groups; each group in turn is missing. A Helmholtz machine and a mixture of Bernoulli components,
fitted to all units, fill them in by conditioning; a logistic regression of each missing unit on the
observed ones is fitted for just that. Nats are per missing unit and bin: of all missing units
together where the model has them (joint), and of one by one. Correlation is that of probabilities
with spikes, mean over units.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from pathlib import Path

import h5py
import numpy as np
from sklearn.linear_model import LogisticRegression

import neurohm as nh
from neurohm.comparison.baselines import BernoulliMixture

RESULTS = Path(__file__).parent / "results" / "held-out-neurons.json"
GROUPS, TESTED = 5, 600


def words(path):
    with h5py.File(path) as file:
        return file["spikes50"][()].astype(np.float32)


def binned(path, bin_size):
    recording = nh.load_recording(path)
    edges = recording.t_start + np.arange(0, recording.duration, bin_size)
    trains = map(recording.times, range(recording.n_units))
    counts = np.stack([np.histogram(train, edges)[0] for train in trains], axis=1)
    return (counts > 0).astype(np.float32)


def log_bernoulli(p, x):
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return x * np.log(p) + (1 - x) * np.log1p(-p)


def mixture_given(model, x, missing):
    """Return joint nats of missing units and their probabilities, given the others."""
    weights, means = model.share_, np.clip(model.mean_, 1e-9, 1 - 1e-9)

    def log_p(units):
        on, off = np.log(means[:, units]), np.log1p(-means[:, units])
        return x[:, units] @ on.T + (1 - x[:, units]) @ off.T

    prior = np.log(weights) + log_p(~missing)
    prior -= np.logaddexp.reduce(prior, axis=1, keepdims=True)
    joint = np.logaddexp.reduce(prior + log_p(missing), axis=1)
    return joint, np.exp(prior) @ means[:, missing]


def evaluate(x, name, hidden, epochs, seed=0):
    split = int(0.8 * len(x))
    learn, test = x[:split], x[split:]
    active = learn.mean(axis=0) > 0.001
    learn, test = learn[:, active], test[:, active]
    rng = np.random.default_rng(seed)
    test = test[np.sort(rng.permutation(len(test))[:TESTED])]
    units = learn.shape[1]
    group = rng.permutation(units) % GROUPS
    begin = time.perf_counter()
    machine = (
        nh.HelmholtzDensity(
            hidden=hidden,
            particles=10,
            learning_rate=6e-3,
            epochs=epochs,
            batch_size=200,
            random_state=seed,
        )
        .fit(learn)
        .machine_
    )
    mixture = BernoulliMixture(40, strength=1.0, starts=2, steps=200, seed=seed).fit(learn)
    found = {}
    for number in range(GROUPS):
        missing = group == number
        truth = test[:, missing]
        results = {}
        joint = nh.conditional_log_likelihood(machine, test, ~missing, particles=500)
        filled = nh.complete(machine, test, ~missing, samples=100, particles=500)
        results["machine"] = joint.value, filled[:, :, missing].mean(axis=1)
        results["mixture"] = mixture_given(mixture, test, missing)
        p = np.empty(truth.shape)
        for place, unit in enumerate(np.flatnonzero(missing)):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model = LogisticRegression(C=1.0, max_iter=200)
                model.fit(learn[:, ~missing], learn[:, unit] > 0)
            p[:, place] = model.predict_proba(test[:, ~missing])[:, 1]
        results["logistic"] = log_bernoulli(p, truth).sum(axis=1), p
        base = np.broadcast_to(learn.mean(axis=0)[missing], truth.shape)
        results["rates"] = log_bernoulli(base, truth).sum(axis=1), base
        for kind, (together, p) in results.items():
            p = (p * 100 + learn.mean(axis=0)[missing]) / 101 if kind == "machine" else p
            entry = found.setdefault(kind, {"joint": [], "single": [], "correlation": []})
            entry["joint"].append(float(together.mean() / missing.sum()))
            entry["single"].append(float(log_bernoulli(p, truth).mean()))
            with np.errstate(invalid="ignore", divide="ignore"):
                r = [np.corrcoef(a, b)[0, 1] for a, b in zip(p.T, truth.T, strict=True)]
            entry["correlation"].append(float(np.nanmean(r)) if kind != "rates" else 0.0)
        latest = {kind: [round(v[-1], 4) for v in e.values()] for kind, e in found.items()}
        print(name, number, latest, flush=True)
    summary = {k: {m: float(np.mean(v)) for m, v in e.items()} for k, e in found.items()}
    return {**summary, "units": units, "tested": TESTED, "seconds": time.perf_counter() - begin}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("words", "recording", "table"))
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--bin", type=float, default=0.05)
    parser.add_argument("-o", "--output", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    results = json.loads(arguments.output.read_text()) if arguments.output.exists() else {}
    if arguments.what == "table":
        print("| data | model | joint (nats) | one by one (nats) | correlation |")
        print("|---|---|---|---|---|")
        for name, entry in results.items():
            for kind in ("rates", "logistic", "mixture", "machine"):
                cells = [f"{entry[kind][m]:.4f}" for m in ("joint", "single", "correlation")]
                print(f"| {name} | {kind} | {' | '.join(cells)} |")
        return
    name = arguments.file.stem
    if name not in results:
        recorded = arguments.what == "recording"
        x = binned(arguments.file, arguments.bin) if recorded else words(arguments.file)
        results[name] = evaluate(x, name, (64, 24), 30)
        arguments.output.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
