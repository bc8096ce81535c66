"""Which method finds planted assemblies, and which finds some where there is none?

    python benchmarks/recovery.py run RESULTS.json [--methods ours ICA ...] [--recordings 0 1 ...]
        [--kinds planted null] [--limit SECONDS]
    python benchmarks/recovery.py show RESULTS.json [--figure recovery.png]

Thirty simulated recordings over number of units, rate, overlap, participation, jitter, lags and
slow common modulation, spread over their ranges (a Latin hypercube), and the same recordings
without assemblies. `run` takes one method and recording at a time and writes each result at once;
started again, it goes on where it was stopped. A method that takes longer than the limit on a
recording is stopped, which is kept too: its row is over the others. CAD and SPADE need elephant
(pip install elephant).
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from scipy.stats import qmc

import neurohm as nh
from neurohm.analysis.recovery import recovery
from neurohm.comparison.detectors import (
    CADAssemblies,
    ICAAssemblies,
    NMFAssemblies,
    RBMAssemblies,
    SPADEAssemblies,
)
from neurohm.exceptions import MissingExtraError, NeurohmWarning
from neurohm.files import atomic_path
from neurohm.recordings import bin_spikes

MINUTES, RECORDINGS, NULLS = 5.0, 30, 30
GRID = 0.005  # seconds: activations of all bin sizes are compared on this
TOLERANCE = 0.025  # seconds

RANGES = {
    "n_units": (30, 100),
    "n_assemblies": (3, 8),
    "rate": (1.0, 5.0),
    "overlap": (0.0, 0.3),
    "participation": (0.5, 1.0),
    "jitter": (0.0, 0.012),
    "lag": (0.0, 0.075),
    "comodulation": (0.0, 0.8),
    "occurrence_rate": (0.1, 0.5),
}
MEMBERS = (4, 8)

DETECTORS = {
    "ICA": (0.025, ICAAssemblies),
    "ICA, 100 ms": (0.1, ICAAssemblies),
    "ICA, 100 ms, shifted": (0.1, lambda: ICAAssemblies(count="shifted")),
    "NMF": (0.025, NMFAssemblies),
    "NMF, 100 ms": (0.1, NMFAssemblies),
    "RBM": (0.025, RBMAssemblies),
    "RBM, 100 ms": (0.1, RBMAssemblies),
    "CAD": (0.025, lambda: CADAssemblies(most_lag=4)),
    "CAD, 100 ms": (0.1, lambda: CADAssemblies(most_lag=2)),
    "SPADE": (0.025, lambda: SPADEAssemblies(window=4)),
    "SPADE, 5 ms": (0.005, lambda: SPADEAssemblies(window=16)),
}
# What takes longest comes last.
LAST = (["RBM", "RBM, 100 ms"], ["CAD, 100 ms"], ["SPADE, 5 ms"], ["SPADE"], ["CAD"])
EARLY = [name for name in DETECTORS if not any(name in late for late in LAST)]
ROUNDS = (["ours", *EARLY], *LAST)
SLOW = ("SPADE", "SPADE, 5 ms", "CAD")
SLOW_NULLS = 10  # recordings without assemblies, for methods that take long


def settings():
    """Return the arguments of each simulated recording."""
    draws = qmc.LatinHypercube(len(RANGES), rng=np.random.default_rng(0)).random(RECORDINGS)
    low, high = np.array(list(RANGES.values())).T
    made = []
    for seed, row in enumerate(low + draws * (high - low)):
        own = dict(zip(RANGES, row.tolist(), strict=True))
        own |= {name: round(own[name]) for name in ("n_units", "n_assemblies")}
        # so many that they fit in, whatever is drawn
        own["n_assemblies"] = min(own["n_assemblies"], (own["n_units"] - 1) // MEMBERS[1])
        made.append({**own, "members": MEMBERS, "minutes": MINUTES, "seed": 100 + seed})
    return made


def tasks(methods, recordings, kinds):
    """Return what is to be done, in order: kind, recording, method."""
    for names in ROUNDS:
        chosen = [name for name in names if name in methods]
        for kind in kinds:
            yield from (
                (kind, i, name)
                for i in recordings
                for name in chosen
                if kind == "planted" or i < (SLOW_NULLS if name in SLOW else NULLS)
            )


def found_by(method, recording, limit):
    """Return what a method finds, or None if it takes longer than the limit (0 for none)."""
    work = ours if method == "ours" else partial(detected, method=method)
    if not limit:
        return work(recording)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        doing = pool.submit(work, recording)
        try:
            return doing.result(timeout=limit)
        except TimeoutError:
            for process in pool._processes.values():  # nothing else stops one inside compiled code
                process.kill()
            return None


def run(path, methods, recordings, kinds, limit):
    results = json.loads(path.read_text()) if path.exists() else {}
    every = settings()
    for kind, i, method in tasks(methods, recordings, kinds):
        key = f"{kind} {i} {method}"
        if key in results:
            continue
        own = every[i] if kind == "planted" else {**every[i], "n_assemblies": 0}
        recording, begin = nh.simulate_assemblies(**own), time.perf_counter()
        try:
            found = found_by(method, recording, limit)
        except MissingExtraError as error:
            print(f"{key}: {error}", flush=True)
            continue
        seconds = time.perf_counter() - begin
        if found is None:
            results[key] = {"stopped_after": limit}
        else:
            results[key] = {**compared(recording, *found).to_dict(), "seconds": seconds}
        print(f"{key}: {results[key].get('f1', results[key])}, {seconds:.0f} s", flush=True)
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(results, indent=1))


def ours(recording):
    """Return weights, members, activation and bin size of the Helmholtz machine."""
    model = nh.SpikeHelmholtz(random_state=0).fit(recording, label=None)
    table = model.assemblies(stability=False, n_jobs=1, sharpen=True)
    place = {unit: i for i, unit in enumerate(model.unit_ids_.tolist())}
    members = [np.sort([place[unit] for unit in row]) for row in table["members"]]
    weights = np.zeros((len(table), recording.n_units))
    for row, field in zip(weights, table["field"], strict=True):
        row[:] = field.max(axis=1)
    return weights, members, model.assembly_log_odds(table, recording), model.bin_size_


def detected(recording, method):
    bin_size, make = DETECTORS[method]
    binned = bin_spikes(recording, bin_size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NeurohmWarning)
        found = make().fit(binned)
    return found.weights_, found.members_, found.activation(binned), bin_size


def compared(recording, weights, members, activation, bin_size):
    truth = recording.truth
    times = round(bin_size / GRID)
    return recovery(
        truth["members"],
        [(moments / GRID).astype(int) for moments in truth["occurrences"]],
        weights,
        members,
        np.repeat(activation, times, axis=0),
        span=round(truth["settings"]["lag"] / GRID),
        tolerance=round(TOLERANCE / GRID),
    )


def rows_of(results):
    """Return by method: planted results and null ones by recording, and how many were stopped."""
    methods = {}
    for key, result in results.items():
        kind, i, method = key.split(" ", 2)
        of = methods.setdefault(method, {"planted": {}, "null": {}, "stopped": 0})
        if "stopped_after" in result:
            of["stopped"] += 1
        else:
            of[kind][int(i)] = result
    methods = {name: of for name, of in methods.items() if of["planted"]}
    return dict(sorted(methods.items(), key=lambda item: -_mean(item[1]["planted"], "f1")))


def _mean(planted, name):
    return float(np.mean([np.mean(one[name]) for one in planted.values()])) if planted else np.nan


def _with_error(values):
    """Return mean and standard error in words."""
    error = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return f"{np.mean(values):.2f} ± {error:.2f}"


def _behind_ours(of, ours):
    """Return F1 of ours less that of a method, over the recordings that both have."""
    both = sorted(of.keys() & ours.keys())
    return [np.mean(ours[i]["f1"]) - np.mean(of[i]["f1"]) for i in both]


def show(path, figure):
    methods = rows_of(json.loads(path.read_text()))
    print(
        "| method | recordings (stopped) | F1 of members | ours ahead by | AUC | recovered "
        "| found / true | more than half recovered | without assemblies: any found, mean found |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    ours_of = methods.get("ours", {"planted": {}})["planted"]
    for name, of in methods.items():
        planted, null = of["planted"].values(), of["null"].values()
        f1 = np.array([np.mean(one["f1"]) for one in planted])
        ahead = _behind_ours(of["planted"], ours_of) if name != "ours" else []
        true, found, recovered = (
            sum(one[f"n_{what}"] for one in planted) for what in ("true", "found", "recovered")
        )
        numbers = np.array([one["n_found"] for one in null])
        half = sum(one["n_recovered"] > one["n_true"] / 2 for one in planted)
        stopped = f" ({of['stopped']})" if of["stopped"] else ""
        without = ""
        if len(numbers):
            without = f"{(numbers > 0).sum()} of {len(numbers)}, {numbers.mean():.1f}"
        print(
            f"| {name} | {len(f1)}{stopped} "
            f"| {_with_error(f1)} | {_with_error(ahead) if ahead else ''} "
            f"| {_mean(of['planted'], 'auc'):.3f} | {recovered} of {true} "
            f"| {found / true:.2f} | {half} | {without} |"
        )
    if figure:
        draw(methods, figure)


def draw(methods, figure):
    """Draw F1 of each method and recording, and how many are found."""
    import matplotlib.pyplot as plt

    names = list(methods)
    with plt.rc_context({"font.size": 8}):
        shape, axes = plt.subplots(1, 3, figsize=(7.2, 0.6 + 0.26 * len(names)), sharey=True)
        rng = np.random.default_rng(0)
        for y, name in enumerate(names):
            planted = methods[name]["planted"].values()
            colour = "#0072B2" if name == "ours" else "0.5"
            for panel, what in zip(axes[:2], ("f1", "auc"), strict=True):
                values = np.array([np.mean(one[what]) for one in planted])
                places = y + rng.uniform(-0.2, 0.2, len(values))
                panel.plot(values, places, "o", color=colour, markersize=2.5, alpha=0.5, mew=0)
                panel.plot([values.mean()] * 2, [y - 0.35, y + 0.35], color=colour, linewidth=2)
            true = sum(one["n_true"] for one in planted)
            bars = {
                "recovered": sum(one["n_recovered"] for one in planted) / true,
                "found": sum(one["n_found"] for one in planted) / true,
            }
            axes[2].barh(y, min(bars["found"], 3), color="0.85", height=0.7)
            axes[2].barh(y, bars["recovered"], color=colour, height=0.7)
            if bars["found"] > 3:
                axes[2].text(2.95, y, f"{bars['found']:.0f}", ha="right", va="center")
        axes[2].axvline(1, color="black", linewidth=0.8, linestyle=":")
        axes[0].set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.4, -0.6))
        axes[0].set(xlabel="F1 of members", xlim=(-0.02, 1.02))
        axes[1].set(xlabel="Area under ROC of activation", xlim=(0.48, 1.01))
        axes[2].set(xlabel="Recovered (dark), found (light),\nof planted", xlim=(0, None))
        for panel, ticks in zip(axes, ([0, 0.5, 1], [0.5, 0.75, 1], [0, 0.5, 1]), strict=True):
            panel.set_xticks(ticks)
            panel.spines[["top", "right"]].set_visible(False)
        shape.tight_layout(pad=0.4, w_pad=1.5)
        shape.savefig(figure, dpi=200)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["run", "show"])
    parser.add_argument("results", type=Path)
    parser.add_argument("--methods", nargs="+", default=["ours", *DETECTORS])
    parser.add_argument("--recordings", nargs="+", type=int, default=list(range(RECORDINGS)))
    parser.add_argument("--kinds", nargs="+", default=["planted", "null"])
    parser.add_argument("--limit", type=int, default=0, help="seconds for each; 0 for none")
    parser.add_argument("--figure", type=Path)
    given = parser.parse_args()
    if given.what == "run":
        run(given.results, given.methods, given.recordings, given.kinds, given.limit)
    else:
        show(given.results, given.figure)
