"""Hit rates and false alarms of cascades and of wake-sleep on the artificial data of 1998.

    python benchmarks/cascade.py run [--seeds 0 1 ... 19] [-o benchmarks/results/cascade.json]
    python benchmarks/cascade.py table [-o benchmarks/results/cascade.json]
    python benchmarks/cascade.py figure [-o benchmarks/results/cascade.json]

Ten units fire at random; two patterns of 100 ms, each with a firing probability of its own in every
bin, are planted. Windows are centred on the spikes of unit 4. The first pattern has two spikes of
that unit, so there are three kinds of windows to find: either pattern, and the first one shifted to
its second trigger spike. 300 s each to learn from, to validate on, and to test. `run` adds seed by
seed to the file, where those that are there are not run again.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

import neurohm as nh
from neurohm.recordings import trigger_windows

RESULTS = Path(__file__).parent / "results" / "cascade.json"
FIGURE = Path(__file__).parents[1] / "docs" / "images" / "cascade.png"
SECONDS, BIN, UNITS, LENGTH, TRIGGER = 300.0, 0.01, 10, 10, 4
CLASSES = ("pattern 1", "pattern 2", "pattern 1, shifted")
# background and pattern rates, Hz
CONDITIONS = {
    "15 Hz, 0.4 Hz": (15.0, 0.4),
    "20 Hz, 0.4 Hz": (20.0, 0.4),
    "15 Hz, 0.2 Hz": (15.0, 0.2),
    "15 Hz, none": (15.0, 0.0),
}
PUBLISHED = {
    "15 Hz, 0.4 Hz": {
        "pattern 1": (0.96, 0.90, 0.99),
        "pattern 2": (0.88, 0.95, 0.97),
        "pattern 1, shifted": (0.73, 0.94, 0.94),
    },
    "20 Hz, 0.4 Hz": {
        "pattern 1": (0.0, 0.45),
        "pattern 2": (0.0, 0.73, 0.82),
        "pattern 1, shifted": (0.0, 0.0, 0.51),
    },
    "15 Hz, 0.2 Hz": {
        "pattern 1": (0.0, 0.83, 0.90),
        "pattern 2": (0.0, 0.0, 0.87),
        "pattern 1, shifted": (0.0, 0.0, 0.32),
    },
}
HIDDEN = 20
COMPARED = 5  # seeds of the methods beside the cascade
METHODS = ("cascade", "plain cascade", "wake-sleep")


def templates(rng):
    """Return the firing probability of each unit in each bin of the patterns, (2, bins, units)."""
    result = np.zeros((2, LENGTH, UNITS))
    for pattern, trigger_spikes in zip(result, (2, 1), strict=True):
        for unit in range(UNITS):
            spikes = trigger_spikes if unit == TRIGGER else 2
            pattern[rng.choice(LENGTH, spikes, replace=False), unit] = rng.uniform(0.4, 1, spikes)
    return result


def simulate(rng, patterns, background, rate):
    """Return a recording, and the kind of each trigger spike that belongs to a pattern, by bin."""
    bins = round(SECONDS / BIN)
    counts = rng.poisson(background * BIN, (bins, UNITS))
    kinds = {}
    for number, pattern in enumerate(patterns):
        for onset in rng.choice(bins - LENGTH, rng.poisson(rate * SECONDS), replace=False):
            fired = rng.random(pattern.shape) < pattern
            counts[onset : onset + LENGTH] += fired
            for place, lag in enumerate(np.flatnonzero(pattern[:, TRIGGER])):
                if fired[lag, TRIGGER]:
                    kinds[int(onset + lag)] = number if place == 0 else 2
    return nh.Recording.from_counts(counts, bin_width=BIN), kinds


def labels(windows, kinds):
    """Return the kind of each window, -1 of those that are of none; one window of each bin."""
    result = np.full(len(windows), -1)
    bins = np.floor(windows.times / BIN).astype(int)
    _, first = np.unique(bins, return_index=True)
    for window in first:
        result[window] = kinds.get(int(bins[window]), -1)
    return result


def detectors(on):
    """Yield what may tell a kind of window: a unit that is on, or off, or a code; as functions."""
    for unit in range(on.shape[1]):
        for state in (True, False):
            yield lambda s, unit=unit, state=state: s[:, unit] == state
    codes, count = np.unique(on, axis=0, return_counts=True)
    for code in codes[count >= 5]:
        yield lambda s, code=code: (s == code).all(axis=1)


def judged(validation, test, validation_kinds, test_kinds):
    """Return hits and false alarms in the test of the detector that validated best, by kind."""
    found = {}
    for kind, name in enumerate(CLASSES):
        truth = validation_kinds == kind
        best, best_f1 = None, 0.0
        for detector in detectors(validation):
            said = detector(validation)
            f1 = 2 * (said & truth).sum() / max(1, said.sum() + truth.sum())
            if f1 > best_f1:
                best, best_f1 = detector, f1
        said = np.zeros(len(test), bool) if best is None else best(test)
        truth = test_kinds == kind
        found[name] = {
            "hits": float(said[truth].mean()) if truth.any() else None,
            "false_alarms": float(said[~truth].mean()),
            "precision": float(truth[said].mean()) if said.any() else 0.0,
        }
    return found


def cascade(parts, seed, *, plain=False):
    """Return a fitted cascade; the plain one neither splits units nor learns all of them again."""
    how = {"split": False, "refit": False} if plain else {}
    model = nh.SpikeCascade(TRIGGER, max_units=6, starts=4, random_state=seed, **how)
    return model.fit(parts[0], validation=parts[1])


def by_cascade(model, parts):
    scores = model.match_scores(parts[2])
    facts = {
        "units": model.n_units_,
        "detected": int(scores["detected"].sum()),
        "gain": model.score_report(parts[2]).gain_nats_per_window,
    }
    return [model.codes(part).states.astype(bool) for part in parts], facts


def by_wake_sleep(windows, seed):
    """Let a machine learn the same windows by reweighted wake-sleep."""
    model = nh.HelmholtzDensity(
        hidden=(HIDDEN,), observation="poisson", rule="reweighted", epochs=40, random_state=seed
    )
    model.fit(windows[0].counts.astype(np.float32))
    states = [model.transform(w.counts.astype(np.float32)) > 0.5 for w in windows]
    return states, {"units": HIDDEN}


def run_seed(seed, condition, background, rate):
    rng = np.random.default_rng([seed, int(10 * background), int(100 * rate)])
    patterns = templates(rng)
    parts, kinds = zip(*(simulate(rng, patterns, background, rate) for _ in range(3)), strict=True)
    row = {"seed": seed, "condition": condition, "methods": {}}
    windows = [trigger_windows(part, TRIGGER) for part in parts]
    for method in METHODS:
        if method != "cascade" and (seed >= COMPARED or rate == 0):
            continue
        begin = time.perf_counter()
        if method == "wake-sleep":
            states, facts = by_wake_sleep(windows, seed)
        else:
            model = cascade(parts, seed, plain=method == "plain cascade")
            states, facts = by_cascade(model, parts)
        own = [labels(w, k) for w, k in zip(windows, kinds, strict=True)]
        if rate > 0:
            facts["found"] = judged(states[1], states[2], own[1], own[2])
        row["methods"][method] = {**facts, "seconds": time.perf_counter() - begin}
    row["windows"] = [len(w) for w in windows]
    row["kinds"] = [int((own[2] == k).sum()) for k in range(len(CLASSES))]
    return row


def run(seeds, path):
    rows = json.loads(path.read_text()) if path.exists() else []
    done = {(row["seed"], row["condition"]) for row in rows}
    for seed in seeds:
        for condition, rates in CONDITIONS.items():
            if (seed, condition) in done:
                continue
            rows.append(run_seed(seed, condition, *rates))
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(rows, indent=1) + "\n")
            print(described(rows[-1]), flush=True)


def described(row):
    """Return a line about one run."""
    parts = [f"{row['seed']:3d} {row['condition']:15s}"]
    for method, facts in row["methods"].items():
        hits = [f"{kind['hits']:.2f}" for kind in facts.get("found", {}).values()]
        parts.append(f"{method}: {facts['units']} units {' '.join(hits)} {facts['seconds']:.0f} s")
    return "; ".join(parts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["run", "table", "figure"])
    parser.add_argument("-o", "--output", type=Path, default=RESULTS)
    parser.add_argument("--seeds", type=int, nargs="+", default=range(20))
    given = parser.parse_args()
    if given.what == "run":
        run(given.seeds, given.output)
