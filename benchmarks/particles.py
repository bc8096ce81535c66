"""How the estimate of a likelihood falls with the number of particles, at training and at test.

    python benchmarks/particles.py [--models dna mushrooms mnist-deep] [--rows 200] [--most 10000]
    python benchmarks/particles.py --draw     only the picture, of what was measured last

For models of data/models: rows that were learned from beside rows that were not. Where the curves
still fall at the right, more particles would say less still; what lies between them was learned by
heart. Writes benchmarks/results/particles.json and docs/images/particles.png.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from density_runs import load_data, shuffled

import neurohm as nh
from neurohm.files import atomic_path
from neurohm.likelihood import LogLikelihoodCurve

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "particles.json"
PICTURE = ROOT / "docs" / "images" / "particles.png"
MODELS = {"dna": "dna", "mushrooms": "mushrooms", "mnist-deep": "mnist"}
PARTS = {"train": "training", "test": "test"}
PARTICLES = (1, 5, 25, 100, 1000, 10_000, 100_000)


def measure(given: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Return the curves of each model, by part, as plain data."""
    particles = [k for k in PARTICLES if k <= given.most]
    found: dict[str, dict[str, Any]] = {}
    for name in given.models:
        machine = nh.load(ROOT / "data" / "models" / f"{name}.h5").machine_
        data = load_data(MODELS[name], given.data)
        found[name] = {}
        for part, label in PARTS.items():
            rows = shuffled(data[part])[: given.rows]
            curve = nh.log_likelihood_curve(machine, rows, particles=particles)
            print(name, label, curve, flush=True)
            found[name][label] = {**curve.to_dict(), "value": None, "rows": len(rows)}
    return found


def draw(found: dict[str, dict[str, Any]]) -> None:
    """Draw a panel for each model."""
    figure, (row,) = plt.subplots(1, len(found), figsize=(6.9, 2.4), squeeze=False)
    for axes, (name, parts) in zip(row, found.items(), strict=True):
        for label, plain in parts.items():
            arrays = [np.array(plain[key]) for key in ("particles", "mean", "standard_error")]
            rest = np.empty((0, 0)), plain["effective_sample_size"], plain["kind"]
            nh.plots.likelihood_curve(LogLikelihoodCurve(*arrays, *rest), label=label, axes=axes)
        axes.get_legend().remove()
        axes.set_title(name, fontsize=9)
        axes.set_ylabel("")
    row[0].set_ylabel("Negative log-likelihood\n(nats per sample)")
    row[-1].legend(fontsize=8, frameon=False)
    figure.tight_layout()
    nh.plots.save(row[0], PICTURE, dpi=150)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--models", nargs="+", choices=MODELS, default=list(MODELS))
    add("--rows", type=int, default=200, help="of either part")
    add("--most", type=int, default=10_000, help="particles")
    add("--data", type=Path, default=os.environ.get("NEUROHM_DATA", "../shared/data"))
    add("--draw", action="store_true", help="only the picture")
    given = parser.parse_args()
    if not given.draw:
        with atomic_path(RESULTS) as temporary:
            Path(temporary).write_text(json.dumps(measure(given), indent=1) + "\n")
    draw(json.loads(RESULTS.read_text()))


if __name__ == "__main__":
    main()
