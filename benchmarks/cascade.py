"""Hit rates and false alarms of cascades and of wake-sleep on the artificial data of 1998.

    python benchmarks/cascade.py run [--seeds 0 1 ... 19] [-o benchmarks/results/cascade.json]
    python benchmarks/cascade.py beyond [--seeds 0 1 2] [-o benchmarks/results/cascade-beyond.json]
    python benchmarks/cascade.py table [-o benchmarks/results/cascade.json]
    python benchmarks/cascade.py figure [-o docs/images/cascade.png]

Ten units fire at random; two patterns of 100 ms, each with a firing probability of its own in every
bin, are planted. Windows are centred on the spikes of unit 4. The first pattern has two spikes of
that unit, so there are three kinds of windows to find: either pattern, and the first one shifted to
its second trigger spike. 300 s each to learn from, to validate on, and to test. `run` adds seed by
seed to the file, where those that are there are not run again. `beyond` plants a third pattern, in
which unit 4 takes no part, and asks how many of all occurrences of the three patterns are found, by
the cascade and by a wake-sleep machine that sees all windows (`nh.SpikeHelmholtz`).
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
BEYOND = RESULTS.with_name("cascade-beyond.json")
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
COLUMNS = ("plain cascade", "cascade", "wake-sleep")


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


def run_one(method, seed, condition):
    """Return what one method found in one simulated recording."""
    background, rate = CONDITIONS[condition]
    rng = np.random.default_rng([seed, int(10 * background), int(100 * rate)])
    patterns = templates(rng)
    parts, kinds = zip(*(simulate(rng, patterns, background, rate) for _ in range(3)), strict=True)
    windows = [trigger_windows(part, TRIGGER) for part in parts]
    begin = time.perf_counter()
    if method == "wake-sleep":
        states, facts = by_wake_sleep(windows, seed)
    else:
        states, facts = by_cascade(cascade(parts, seed, plain=method == "plain cascade"), parts)
    facts["seconds"] = time.perf_counter() - begin
    own = [labels(w, k) for w, k in zip(windows, kinds, strict=True)]
    if rate:
        facts["found"] = judged(states[1], states[2], own[1], own[2])
    numbers = [int((own[2] == kind).sum()) for kind in range(len(CLASSES))]
    about = {"method": method, "seed": seed, "condition": condition}
    return {**about, "windows": [len(w) for w in windows], "of_each_kind": numbers, **facts}


def run(seeds, path):
    """Run what is not in the file yet: the cascade with all seeds, the others with a few."""
    rows = json.loads(path.read_text()) if path.exists() else []
    done = {(row["method"], row["seed"], row["condition"]) for row in rows}
    asked = [
        (method, seed, condition)
        for method in METHODS
        for seed in seeds
        for condition, (_, rate) in CONDITIONS.items()
        if method == "cascade" or (seed < COMPARED and rate)
    ]
    for one in asked:
        if one not in done:
            rows.append(run_one(*one))
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(rows, indent=1) + "\n")
            print(described(rows[-1]), flush=True)


def beyond(seeds, path):
    """Compare what is found of all occurrences, whether the trigger takes part or not."""
    rows = json.loads(path.read_text()) if path.exists() else []
    for seed in seeds:
        if seed in {row["seed"] for row in rows}:
            continue
        rng = np.random.default_rng([seed, 1998])
        patterns = np.concatenate([templates(rng), templates(rng)[1:]])
        patterns[2, :, TRIGGER] = 0
        parts, onsets = zip(
            *(simulate_onsets(rng, patterns, 15.0, 0.4) for _ in range(3)), strict=True
        )
        model = nh.SpikeHelmholtz(bin_size=BIN, lags=LENGTH + 1, random_state=seed)
        model.fit(parts[0], label=None)
        found = {
            "cascade": events_of_cascade(cascade(parts, seed), parts[1:]),
            "wake-sleep": events_of_machine(model, parts[1:]),
        }
        row = {"seed": seed}
        for method, events in found.items():
            row[method] = [
                occurrences_found(*events, onsets[1][i], onsets[2][i]) for i in range(len(patterns))
            ]
        rows.append(row)
        path.write_text(json.dumps(rows, indent=1) + "\n")
        print(json.dumps(row), flush=True)


def simulate_onsets(rng, patterns, background, rate):
    """Return a recording, and the bins at which each pattern begins."""
    bins = round(SECONDS / BIN)
    counts, onsets = rng.poisson(background * BIN, (bins, UNITS)), []
    for pattern in patterns:
        begins = rng.choice(bins - LENGTH, rng.poisson(rate * SECONDS), replace=False)
        onsets.append(np.sort(begins))
        for onset in begins:
            counts[onset : onset + LENGTH] += rng.random(pattern.shape) < pattern
    return nh.Recording.from_counts(counts, bin_width=BIN), onsets


def events_of_cascade(model, parts):
    """Return the bins in which each detector says that something is there, part by part."""
    codes_of = [model.codes(part) for part in parts]
    first = codes_of[0].states.astype(bool)
    return [
        [
            np.floor(codes.times[detector(codes.states.astype(bool))] / BIN).astype(int)
            for detector in detectors(first)
        ]
        for codes in codes_of
    ]


def events_of_machine(model, parts):
    """Return the first bins of windows in which each hidden unit is on, one of each run."""
    result = []
    for part in parts:
        on = model.transform(part, layer=1).values > 0.5
        begins = np.diff(on.astype(np.int8), axis=0, prepend=0) == 1
        result.append([np.flatnonzero(column) for column in begins.T])
    return result


def occurrences_found(validation, test, validation_onsets, test_onsets):
    """Return hits and precision in the test of the events that validated best, at one delay."""

    def rates(events, onsets, delay):
        if not len(events):
            return 0.0, 0.0
        far = np.abs(events[:, None] - (onsets + delay)[None]) > 1
        return float((~far).any(axis=0).mean()), float((~far).any(axis=1).mean())

    best = (0.0, 0, 0)
    for number, events in enumerate(validation):
        for delay in range(-LENGTH, LENGTH + 1):
            hits, precision = rates(events, validation_onsets, delay)
            f1 = 2 * hits * precision / max(1e-12, hits + precision)
            best = max(best, (f1, number, delay))
    hits, precision = rates(test[best[1]], test_onsets, best[2])
    return {"hits": hits, "precision": precision}


def described(row):
    """Return a line about one run."""
    hits = " ".join(f"{kind['hits']:.2f}" for kind in row.get("found", {}).values())
    about = f"{row['method']}, seed {row['seed']}, {row['condition']}: {row['units']} units"
    return f"{about}, hits {hits or '-'}, {row['seconds']:.0f} s"


def table(path, beyond_path):
    """Print what was found as tables in Markdown."""
    rows = json.loads(path.read_text())
    print("| background, patterns | of | published | plain cascade | cascade | wake-sleep |")
    print("|---|---|---|---|---|---|")
    for condition, (_, rate) in CONDITIONS.items():
        for kind in CLASSES if rate else ():
            published = " ".join(f"{hit:.2f}" for hit in PUBLISHED[condition][kind])
            cells = [summary(rows, condition, method, kind) for method in COLUMNS]
            print(f"| {condition} | {kind} | {published} | {' | '.join(cells)} |")
    null = [row for row in rows if row["condition"] == "15 Hz, none"]
    grown, detected = (sum(row[key] > 0 for row in null) for key in ("units", "detected"))
    print(f"\nWithout patterns: units in {grown} of {len(null)} recordings, ", end="")
    print(f"a code with a positive match in {detected} of {len(null)}.")
    if beyond_path.exists():
        print("\n| | pattern 1 | pattern 2 | pattern 3, without the trigger |\n|---|---|---|---|")
        rows = json.loads(beyond_path.read_text())
        for method in ("cascade", "wake-sleep"):
            cells = [of_occurrences(rows, method, kind) for kind in range(3)]
            print(f"| {method} | {' | '.join(cells)} |")
        print(f"\nMeans of {len(rows)} seeds.")


def of_occurrences(rows, method, kind):
    """Return mean hits, and precision in brackets."""
    hits, precision = (
        np.mean([row[method][kind][key] for row in rows]) for key in ("hits", "precision")
    )
    return f"{hits:.2f} ({precision:.2f})"


def summary(rows, condition, method, kind):
    """Return median hits with their range, mean false alarms, and in how many seeds it is found."""
    found = of_kind(rows, condition, method, kind)
    if not found:
        return ""
    hits = np.array([one["hits"] for one in found])
    alarms = 100 * np.mean([one["false_alarms"] for one in found])
    clear = sum(one["hits"] >= 0.5 and one["precision"] >= 0.5 for one in found)
    low, high = hits.min(), hits.max()
    return (
        f"{np.median(hits):.2f} ({low:.2f} to {high:.2f}), {alarms:.1f} %, {clear} of {len(found)}"
    )


def of_kind(rows, condition, method, kind):
    return [
        row["found"][kind]
        for row in rows
        if row["condition"] == condition and row["method"] == method
    ]


def figure(path, output):
    """Draw the hits of every seed, beside those published."""
    import matplotlib.pyplot as plt

    rows = json.loads(path.read_text())
    conditions = [name for name, (_, rate) in CONDITIONS.items() if rate]
    with plt.style.context(nh.plots.style.STYLE):
        drawn, grid = plt.subplots(1, 3, figsize=(6.9, 2.7), sharey=True, layout="constrained")
        for axes, condition in zip(grid, conditions, strict=True):
            draw_condition(axes, rows, condition)
        grid[0].set_ylabel("Hit rate")
        marks, names = grid[0].get_legend_handles_labels()
        drawn.legend(marks, names, loc="outside lower center", ncols=4, frameon=False)
        nh.plots.save(grid, output, dpi=150)


def draw_condition(axes, rows, condition):
    """Draw one condition: columns of dots, a column a method, for each kind of windows."""
    looks = {
        "published": ("0.35", "x"),
        "plain cascade": ("#56B4E9", "^"),
        "cascade": ("#0072B2", "o"),
        "wake-sleep": ("#D55E00", "s"),
    }
    for place, kind in enumerate(CLASSES):
        for column, (method, (colour, mark)) in enumerate(looks.items()):
            if method == "published":
                hits = np.array(PUBLISHED[condition][kind])
            else:
                hits = np.array([one["hits"] for one in of_kind(rows, condition, method, kind)])
            across = place + 0.19 * (column - 1.5) + np.linspace(-0.06, 0.06, len(hits))
            label = method if place == 0 else None
            axes.plot(across, hits, mark, color=colour, fillstyle="none", markersize=3.5,
                      markeredgewidth=0.8, label=label)  # fmt: skip
    background, rate = condition.split(", ")
    axes.set_title(f"Background {background},\npatterns {rate}", fontsize=8)
    axes.set_xticks(range(len(CLASSES)), ["pattern 1", "pattern 2", "pattern 1,\nshifted"])
    axes.set_ylim(-0.05, 1.05)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["run", "beyond", "table", "figure"])
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=range(20))
    given = parser.parse_args()
    if given.what == "run":
        run(given.seeds, given.output or RESULTS)
    elif given.what == "beyond":
        beyond(given.seeds, given.output or BEYOND)
    elif given.what == "table":
        table(given.output or RESULTS, BEYOND)
    else:
        figure(RESULTS, given.output or FIGURE)
