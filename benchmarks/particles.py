"""How the estimate of a likelihood falls with the number of particles, at training and at test.

    python benchmarks/particles.py [--models dna mushrooms mnist-deep] [--rows 200] [--most 10000]

For models of data/models: rows that were learned from beside rows that were not. Where the curves
still fall at the right, more particles would say less still; what lies between them was learned by
heart. Writes a picture and a file under benchmarks/results.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import matplotlib.pyplot as plt
from density_runs import load_data, shuffled

import neurohm as nh
from neurohm.files import atomic_path

ROOT = Path(__file__).resolve().parents[1]
MODELS = {"dna": "dna", "mushrooms": "mushrooms", "mnist-deep": "mnist"}
PARTS = {"train": "training", "test": "test"}
PARTICLES = (1, 5, 25, 100, 1000, 10_000, 100_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--rows", type=int, default=200, help="of either part")
    parser.add_argument("--most", type=int, default=10_000, help="particles")
    parser.add_argument(
        "--data", type=Path, default=os.environ.get("NEUROHM_DATA", "../shared/data")
    )
    given = parser.parse_args()
    particles = [k for k in PARTICLES if k <= given.most]
    figure, row = plt.subplots(1, len(given.models), figsize=(6.9, 2.6), squeeze=False)
    found = {}
    for name, axes in zip(given.models, row[0], strict=True):
        machine = nh.load(ROOT / "data" / "models" / f"{name}.h5").machine_
        data = load_data(MODELS[name], given.data)
        for part, label in PARTS.items():
            rows = shuffled(data[part])[: given.rows]
            curve = nh.log_likelihood_curve(machine, rows, particles=particles)
            nh.plots.likelihood_curve(curve, label=label, axes=axes)
            found[f"{name}, {label}"] = {
                "rows": len(rows),
                "particles": curve.particles.tolist(),
                "negative_log_likelihood": (-curve.mean).round(3).tolist(),
                "effective_sample_size": round(curve.effective_sample_size, 1),
            }
            print(name, label, curve, flush=True)
        axes.set_title(name, loc="left")
        axes.set_ylabel("Nats per sample" if axes is row[0][0] else "")
    figure.tight_layout()
    nh.plots.save(row[0][0], ROOT / "docs" / "images" / "particles.png", dpi=150)
    with atomic_path(ROOT / "benchmarks" / "results" / "particles.json") as temporary:
        Path(temporary).write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
