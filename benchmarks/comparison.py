"""All models beside each other on recordings: held-out words, the last fifth of each recording.

    python benchmarks/comparison.py run FILE [FILE ...] -o RESULTS.json [--bin-size 0.05]
        [--minutes 33] [--models ising machine ...]
    python benchmarks/comparison.py table RESULTS.json

A word says which units fired in a bin. Independent units, pairwise and K-pairwise maximum entropy
models, restricted Boltzmann machines, a mixture, and Helmholtz machines: the default one, that of
two sizes which explains validation samples better, and one whose hidden units are two groups of
sixteen of which one is active, a product of two mixtures. Each model and recording is written at
once; those that are there are not run again.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import neurohm as nh
from neurohm.comparison.baselines import Ising, KPairwise, RestrictedBoltzmann
from neurohm.comparison.helmholtz import HelmholtzBernoulli
from neurohm.comparison.results import Comparison
from neurohm.files import atomic_path

TOLERANCE = 5e-3  # standard error of log Z, nats; it is part of the errors in the table
STATES = nh.Categorical(32, categories=16)  # two causes of sixteen states each
SETTINGS = {"particles": 10, "learning_rate": 6e-3, "validation": 0.1, "patience": 25}
MODELS = {
    "mixture": "mixture",
    "ising": Ising(tolerance=TOLERANCE),
    "k-pairwise": KPairwise(tolerance=TOLERANCE),
    "rbm of 20": RestrictedBoltzmann(n_hidden=20, tolerance=TOLERANCE),
    "rbm of 50": RestrictedBoltzmann(n_hidden=50, tolerance=TOLERANCE),
    "machine, default": nh.SpikeHelmholtz(),
    "machine": HelmholtzBernoulli(
        [nh.HelmholtzDensity(hidden, **SETTINGS) for hidden in ((40, 10), (96, 32))]
    ),
    "machine of states": HelmholtzBernoulli(nh.HelmholtzDensity((STATES,), **SETTINGS)),
    "machines, stacked": "stacked",
}


def run(given: argparse.Namespace) -> None:
    results = json.loads(given.output.read_text()) if given.output.is_file() else {}
    for path in given.files:
        stem = path.parent.name if path.stem == "spikes" else path.stem
        recording = nh.load_recording(path)
        share = 60 * given.minutes / (recording.t_stop - recording.t_start)
        if share < 1:
            recording, _ = recording.split(test=1 - share, gap=0.0)
        name = f"{stem}, {given.bin_size:g} s"
        for model in given.models:
            before = results.get(name)
            if before and model in {score["name"] for score in before["scores"]}:
                continue
            found = nh.compare(
                recording,
                {model: MODELS[model]},
                test=0.2,
                lags=1,
                bin_size=given.bin_size,
                observation="bernoulli",
            )
            result = Comparison.from_dict(before).joined(found) if before else found
            results[name] = result.to_dict()
            print(name, result, sep="\n", flush=True)
            with atomic_path(given.output) as fresh:
                fresh.write_text(json.dumps(results, indent=1))


def table(output: Path) -> None:
    """Print each comparison, and all of them as one table for pages."""
    results = {
        name: Comparison.from_dict(result)
        for name, result in json.loads(output.read_text()).items()
    }
    for name, result in results.items():
        print(f"\n{name}\n\n{result}")
    models = [name for name in MODELS if any(_has(result, name) for result in results.values())]
    print("\n| recording | units | bins | independent | " + " | ".join(models) + " |")
    print("|---" * (len(models) + 4) + "|")
    for name, result in results.items():
        cells = [_cell(result, model) for model in models]
        print(
            f"| {name} | {result.n_units} | {result.n_bins:,} "
            f"| {result['independent'].nats_per_bin:.4f} | {' | '.join(cells)} |"
        )


def _has(result: Comparison, model: str) -> bool:
    return any(score.name == model for score in result.scores)


def _cell(result: Comparison, model: str) -> str:
    """Return the gain of a model, bits per bin; the best bold, marked where it is behind."""
    if not _has(result, model):
        return ""
    score = result[model]
    gain = f"{score.gain_bits_per_bin:.3f}"
    if score is result.best:
        return f"**{gain}**"
    return gain + ("*" if score.p_value < 0.05 else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("run", "table"))
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("comparison.json"))
    parser.add_argument("--bin-size", type=float, default=0.05, help="seconds")
    parser.add_argument("--minutes", type=float, default=33, help="of each recording, at most")
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS), metavar="NAME")
    given = parser.parse_args()
    if given.what == "run":
        run(given)
    else:
        table(given.files[0] if given.files else given.output)


if __name__ == "__main__":
    main()
