"""Held-out neurons: a fifth of the units predicted from the others, against three baselines.

    python benchmarks/held_out_neurons.py words FOLDER/example50.mat [--seeds 0 1 2] [-o FILE]
    python benchmarks/held_out_neurons.py recording FOLDER/FILE.h5 [--bin 0.05] [-o FILE]
    python benchmarks/held_out_neurons.py table [-o benchmarks/results/held-out-neurons.json]

Learned from the first four fifths of the time, tested on bins of the last, 600 or as many as
`--tested` says. The units are dealt into five groups; each group in turn is missing. Helmholtz
machines and a mixture of Bernoulli components, fitted to all units, fill them in by conditioning; a
logistic regression of each missing unit on the observed ones is fitted for just that. Nats are per
missing unit and bin: of all missing units together where the model has them (joint), and of one by
one. Correlation is that of probabilities with spikes, mean over units. Predictors are added to the
file one by one.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import h5py
import numpy as np
from sklearn.linear_model import LogisticRegression

import neurohm as nh
from neurohm.comparison.baselines import BernoulliMixture

RESULTS = Path(__file__).parent / "results" / "held-out-neurons.json"
GROUPS, BLOCKS = 5, 20
PENALTIES = (0.01, 0.1, 1.0)  # inverse strengths, scikit-learn's C
RAREST = 0.001  # activity of a bin below which a unit is left out


def words(path):
    with h5py.File(path) as file:
        return file["spikes50"][()].astype(np.float32)


def binned(path, bin_size):
    recording = nh.load_recording(path)
    edges = recording.t_start + np.arange(0, recording.duration, bin_size)
    trains = map(recording.times, range(recording.n_units))
    counts = np.stack([np.histogram(train, edges)[0] for train in trains], axis=1)
    return (counts > 0).astype(np.float32)


class Split:
    """Bins to learn from, bins to test, and the groups of units that are missing in turn."""

    def __init__(self, x, seed, tested=600):
        split = int(0.8 * len(x))
        active = x[:split].mean(axis=0) > RAREST
        self.learn, test = x[:split, active], x[split:, active]
        rng = np.random.default_rng(seed)
        self.test = test[np.sort(rng.permutation(len(test))[:tested])]
        group = rng.permutation(self.learn.shape[1]) % GROUPS
        self.missing = [group == number for number in range(GROUPS)]


def log_bernoulli(p, x):
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return x * np.log(p) + (1 - x) * np.log1p(-p)


def rates(split, seed):
    """Every unit at its mean."""
    mean = split.learn.mean(axis=0)
    for missing in split.missing:
        p = np.broadcast_to(mean[missing], (len(split.test), missing.sum()))
        yield log_bernoulli(p, split.test[:, missing]).sum(axis=1), p


def logistic(split, seed):
    """A regression of each missing unit on the observed ones, its penalty chosen for it."""
    for missing in split.missing:
        given, p = split.learn[:, ~missing], np.empty((len(split.test), missing.sum()))
        for place, unit in enumerate(np.flatnonzero(missing)):
            best = max(PENALTIES, key=lambda c, u=unit: validated(given, split.learn[:, u], c))
            model = regression(best).fit(given, split.learn[:, unit] > 0)
            p[:, place] = model.predict_proba(split.test[:, ~missing])[:, 1]
        yield log_bernoulli(p, split.test[:, missing]).sum(axis=1), p


def regression(penalty):
    return LogisticRegression(C=penalty, max_iter=200)


def validated(given, unit, penalty):
    """Return the log-likelihood of the last fifth of what is learned from, fitted to the others."""
    last = int(0.8 * len(unit))
    if not unit[:last].any():
        return 0.0
    p = regression(penalty).fit(given[:last], unit[:last] > 0).predict_proba(given[last:])[:, 1]
    return log_bernoulli(p, unit[last:]).sum()


def mixture(split, seed):
    """Components, each with a rate for every unit; their number and prior by validation."""
    model = BernoulliMixture(starts=2, steps=200, seed=seed).fit(split.learn)
    means = np.clip(model.mean_, 1e-9, 1 - 1e-9)

    def log_p(units):
        on, off = np.log(means[:, units]), np.log1p(-means[:, units])
        return split.test[:, units] @ on.T + (1 - split.test[:, units]) @ off.T

    for missing in split.missing:
        posterior = np.log(model.share_) + log_p(~missing)
        posterior -= np.logaddexp.reduce(posterior, axis=1, keepdims=True)
        joint = np.logaddexp.reduce(posterior + log_p(missing), axis=1)
        yield joint, np.exp(posterior) @ means[:, missing]


def machine(hidden, epochs=30, particles=10, rows=1000, rate=6e-3):
    """A Helmholtz machine, by reweighted wake-sleep; ``rows`` particles predict."""

    def predicted(split, seed):
        model = nh.HelmholtzDensity(
            hidden=hidden,
            particles=particles,
            learning_rate=rate,
            epochs=epochs,
            batch_size=200,
            random_state=seed,
        ).fit(split.learn)
        for missing in split.missing:
            given = {"particles": rows, "seed": 1}
            joint = nh.conditional_log_likelihood(model.machine_, split.test, ~missing, **given)
            p = nh.conditional_mean(model.machine_, split.test, ~missing, **given)
            yield joint.value, p[:, missing]

    return predicted


PREDICTORS = {
    "rates": rates,  # of (split, seed), group by group
    "logistic": logistic,
    "mixture": mixture,
    "machine 64-24": machine((64, 24)),
}
TRIED = {
    "machine 100": machine((100,)),
    "machine 64-24, 100 epochs": machine((64, 24), epochs=100),
    "machine 64-24, 30 particles": machine((64, 24), particles=30),
    "machine 64-24, 10 000 to predict": machine((64, 24), rows=10_000),
}


def evaluate(split, predictor, seed):
    """Return nats and correlations of a predictor: means, and those of blocks of time."""
    begin = time.process_time()
    found = {"joint": [], "single": [], "correlation": []}
    for missing, (joint, p) in zip(split.missing, predictor(split, seed), strict=True):
        truth = split.test[:, missing]
        found["joint"].append(joint)
        found["single"].append(log_bernoulli(p, truth).sum(axis=1))
        for a, b in zip(p.T, truth.T, strict=True):
            varies = np.ptp(a) > 0 and np.ptp(b) > 0
            found["correlation"].append(np.corrcoef(a, b)[0, 1] if varies else 0.0)
    units = split.learn.shape[1]
    entry = {"correlation": float(np.mean(found["correlation"]))}
    for key in ("joint", "single"):
        rows = np.sum(found[key], axis=0) / units
        entry[key] = float(rows.mean())
        entry[f"{key} of blocks"] = [float(b.mean()) for b in np.array_split(rows, BLOCKS)]
    entry |= {"units": units, "tested": len(split.test)}
    return {**entry, "processor_seconds": time.process_time() - begin}


def load(path):
    return json.loads(path.read_text()) if path.exists() else {}


def run(arguments):
    """Run what is missing, and write after each predictor."""
    recorded, name = arguments.what == "recording", arguments.file.stem
    name += "" if arguments.tested == 600 else f", {arguments.tested} bins"
    x = binned(arguments.file, arguments.bin) if recorded else words(arguments.file)
    for seed in arguments.seeds:
        split = Split(x, seed, arguments.tested)
        for kind in arguments.only or PREDICTORS:
            if str(seed) in load(arguments.output).get(name, {}).get(kind, {}):
                continue
            entry = evaluate(split, {**PREDICTORS, **TRIED}[kind], seed)
            results = load(arguments.output)
            results.setdefault(name, {}).setdefault(kind, {})[str(seed)] = entry
            arguments.output.write_text(json.dumps(results, indent=1) + "\n")
            shown = {k: v for k, v in entry.items() if "blocks" not in k}
            print(name, kind, seed, json.dumps(shown), flush=True)


def table(arguments):
    """Print means over seeds, and what machines have more, with its standard error over blocks."""
    print("| data | predictor | joint (nats) | one by one (nats) | correlation | seeds |")
    print("|---|---|---|---|---|---|")
    results = load(arguments.output)
    for name, kinds in results.items():
        for kind, runs in kinds.items():
            cells = [
                f"{np.mean([run[key] for run in runs.values()]):.4f}"
                for key in ("joint", "single", "correlation")
            ]
            print(f"| {name} | {kind} | {' | '.join(cells)} | {len(runs)} |")
    print("\n| data | a less b | joint | one by one | seeds |\n|---|---|---|---|---|")
    for name, kinds in results.items():
        for ours in (kind for kind in kinds if kind.startswith("machine")):
            for kind in ("logistic", "mixture"):
                shared = sorted(set(kinds[ours]) & set(kinds[kind]))
                cells = [apart(kinds[ours], kinds[kind], shared, k) for k in ("joint", "single")]
                print(f"| {name} | {ours} less {kind} | {' | '.join(cells)} | {len(shared)} |")


def apart(ours, theirs, seeds, key):
    """Return the paired difference, mean over seeds, and its standard error over blocks of time."""
    key = f"{key} of blocks"
    blocks = np.mean([np.subtract(ours[s][key], theirs[s][key]) for s in seeds], axis=0)
    return f"{blocks.mean():+.4f} ± {blocks.std(ddof=1) / np.sqrt(len(blocks)):.4f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("words", "recording", "table"))
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--bin", type=float, default=0.05)
    parser.add_argument("--tested", type=int, default=600)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--only", nargs="+", choices=[*PREDICTORS, *TRIED])
    parser.add_argument("-o", "--output", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    (table if arguments.what == "table" else run)(arguments)


if __name__ == "__main__":
    main()
