"""All models beside each other on recordings: held-out words, the last fifth of each recording.

    python benchmarks/comparison.py run FILE [FILE ...] -o RESULTS.json [--bin-size 0.05]
    python benchmarks/comparison.py table RESULTS.json

A word says which units fired in a bin. Independent units, pairwise and K-pairwise maximum entropy
models, a restricted Boltzmann machine, a mixture, and two Helmholtz machines: the default one, and
the one of benchmarks/words.py. Each recording is written at once; those that are there are not run
again.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import neurohm as nh
from neurohm.comparison.results import Comparison
from neurohm.files import atomic_path

BASELINES = ("independent", "ising", "k-pairwise", "rbm", "mixture")
MACHINES = {
    "machine, default": nh.SpikeHelmholtz(),
    "machine of 96 and 32": nh.HelmholtzDensity(
        (96, 32), particles=20, learning_rate=4e-3, epochs=60, batch_size=200, validation=0.1
    ),
}


def compared(path: Path, bin_size: float) -> dict:
    """Return the comparison of all models on one recording."""
    recording = nh.load_recording(path)
    models = {**{name: name for name in BASELINES}, **MACHINES}
    result = nh.compare(
        recording, models, test=0.2, lags=1, bin_size=bin_size, observation="bernoulli"
    )
    print(path.stem, result, sep="\n", flush=True)
    return result.to_dict()


def run(files: list[Path], bin_size: float, output: Path) -> None:
    results = json.loads(output.read_text()) if output.is_file() else {}
    for path in files:
        name = f"{path.parent.name if path.stem == 'spikes' else path.stem}, {bin_size:g} s"
        if name not in results:
            results[name] = compared(path, bin_size)
            with atomic_path(output) as fresh:
                fresh.write_text(json.dumps(results, indent=1))


def table(output: Path) -> None:
    for name, result in json.loads(output.read_text()).items():
        print(f"\n{name}\n\n{Comparison.from_dict(result)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("run", "table"))
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("comparison.json"))
    parser.add_argument("--bin-size", type=float, default=0.05, help="seconds")
    given = parser.parse_args()
    if given.what == "run":
        run(given.files, given.bin_size, given.output)
    else:
        table(given.files[0] if given.files else given.output)


if __name__ == "__main__":
    main()
