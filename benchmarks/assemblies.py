"""Are planted assemblies found, and none where there is none?

    python benchmarks/assemblies.py recovery [--seeds 0 1 2 3 4 5]
    python benchmarks/assemblies.py null [--seeds 0 1 ... 99]
    python benchmarks/assemblies.py jittered RECORDING... [--seeds 0 1]

`recovery` fits simulated recordings with six planted assemblies (seed 0 is data/assemblies.h5) and
compares what is found with what was planted. `null` does so with recordings without assemblies, of
the same rates, that a slow modulation makes go up and down together. `jittered` draws each spike of
a recording anew within 100 ms, which leaves no assembly of shorter time scale.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from sklearn.metrics import roc_auc_score

import neurohm as nh
from neurohm.recordings import jitter_spikes

NULL_SEEDS = 1000  # of the recordings without assemblies, so that no seed serves for both


def recovery(seeds):
    print("| seed | reported | found | F1 of members | area under ROC | lag error, ms | s |")
    print("|---|---|---|---|---|---|---|")
    for seed in seeds:
        recording, begin = nh.simulate_assemblies(seed=seed), time.perf_counter()
        model = nh.SpikeHelmholtz(random_state=0).fit(recording)
        table = model.assemblies()
        took = time.perf_counter() - begin
        f1, area, lag = np.array(compared(recording, model, table)).reshape(-1, 3).T
        found = int(((f1 >= 0.9) & (area >= 0.95)).sum())
        ranges = [f"{np.min(x):.2f} to {np.max(x):.2f}" for x in (f1, area)]
        lags = f"{1000 * np.nanmedian(lag):.1f}"
        print(
            f"| {seed} | {len(table)} | {found} of {len(f1)} | {' | '.join(ranges)} | {lags} "
            f"| {took:.0f} |",
            flush=True,
        )


def compared(recording, model, table):
    """Return F1 of the members, area under the ROC and lag error of each planted assembly."""
    truth = recording.truth
    scores = model.assembly_log_odds(table, recording)
    position = {unit: i for i, unit in enumerate(model.unit_ids_.tolist())}
    found = [np.array([position[unit] for unit in row]) for row in table["members"]]
    f1 = np.array([[f1_of(members, other) for other in found] for members in truth["members"]])
    partner = nh.analysis.match(f1) if len(found) else np.full(len(f1), -1)
    results = []
    for i, j in enumerate(partner):
        if j < 0:
            results.append((0.0, 0.5, np.nan))
            continue
        area = area_under_roc(truth["occurrences"][i], scores[:, j], recording, model.bin_size_)
        lags = dict(zip(found[j].tolist(), table["lags"][j], strict=True))
        both = [unit for unit in truth["members"][i].tolist() if unit in lags]
        planted = dict(zip(truth["members"][i].tolist(), truth["lags"][i], strict=True))
        off = np.array([lags[unit] - planted[unit] for unit in both])
        error = np.abs(off - np.median(off)).mean() if both else np.nan
        results.append((f1[i, j], area, error))
    return results


def f1_of(a, b):
    return 2 * len(np.intersect1d(a, b)) / (len(a) + len(b))


def area_under_roc(occurrences, log_odds, recording, bin_size):
    """Return the area under the ROC, bin by bin, an occurrence one bin off still being right."""
    bins = ((occurrences - recording.t_start) / bin_size).astype(int)
    lowest = np.nanmin(log_odds)  # the pattern would reach beyond the end: not known
    padded = np.pad(np.nan_to_num(log_odds, nan=lowest), 1, constant_values=lowest)
    nearby = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    apart = np.ones(len(log_odds), dtype=bool)
    for step in (-1, 0, 1):
        apart[np.clip(bins + step, 0, len(apart) - 1)] = False
    scores = np.concatenate([nearby[bins], nearby[apart]])
    return roc_auc_score(np.arange(len(scores)) < len(bins), scores)


def null(seeds):
    reported = 0
    for done, seed in enumerate(seeds, 1):
        recording = nh.simulate_assemblies(n_assemblies=0, comodulation=0.8, seed=NULL_SEEDS + seed)
        reported += report(f"seed {seed}", recording)
        print(f"  at least one assembly in {reported} of {done}", flush=True)


def jittered(paths, seeds):
    for path in paths:
        recording = nh.load_recording(path)
        for seed in seeds:
            report(f"{path}, jittered with seed {seed}", jitter_spikes(recording, 0.1, seed=seed))


def report(name, recording):
    model = nh.SpikeHelmholtz(random_state=0).fit(recording)
    table = model.assemblies(stability=False)
    print(f"{name}: {len(table)} assemblies {[len(m) for m in table['members']]}", flush=True)
    return len(table) > 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["recovery", "null", "jittered"])
    parser.add_argument("recordings", nargs="*")
    parser.add_argument("--seeds", type=int, nargs="+")
    given = parser.parse_args()
    if given.what == "recovery":
        recovery(given.seeds or range(6))
    elif given.what == "null":
        null(given.seeds or range(100))
    else:
        jittered(given.recordings, given.seeds or range(2))
