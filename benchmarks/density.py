"""Dense against compressed activity over densities: is the bound of 0.12 right?

    python benchmarks/density.py [--units 500] [--hidden 100] [--rows 1000] [--json]

Times what a step of wake-sleep does with the visible layer in either form: the drive upward, the
error downward, the gradient of both projections and a draw of the visible layer. The bound
(`neurohm.training.batches.DENSEST`) should lie where both take as long, or below, for all sizes:
compressed activity gives other last bits, so that the choice has to be fixed.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from neurohm.backend import Activations, Site, SparseRows, as_stream, get_backend
from neurohm.kernels import get_kernels
from neurohm.training.batches import DENSEST

DENSITIES = (0.01, 0.02, 0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3)


class Layer:
    """The visible layer and the one above it, with activity of some density.

    Parameters
    ----------
    units, hidden, rows : int
    density : float
    """

    def __init__(self, units: int, hidden: int, rows: int, density: float) -> None:
        random = np.random.default_rng(0)
        backend = get_backend("cpu")
        self.kernels = get_kernels(backend)
        self.draws = as_stream(0).at(Site.SLEEP.of(0))
        self.dense = (random.random((rows, units)) < density).astype(np.float32)
        self.sparse = SparseRows.room(backend, (rows, units), "float32")
        self.sparse.set_dense(self.dense)
        self.drawn = backend.empty((rows, units), "float32")
        self.drawn_sparse = SparseRows.room(backend, (rows, units), "float32")
        self.up = 0.1 * random.standard_normal((units, hidden)).astype(np.float32)
        self.drive_up = backend.empty((rows, hidden), "float32")
        self.error_up = 0.1 * random.standard_normal((rows, hidden)).astype(np.float32)
        self.gradient = backend.empty((units, hidden), "float32")
        self.drive_down = backend.zeros((rows, units), "float32")
        self.error_down = backend.empty((rows, units), "float32")
        self.bias = np.full(units, np.log(density / (1 - density)), np.float32)

    def step(self, values: Activations, drawn: Activations) -> None:
        """Do what a step does with the visible layer, awake and asleep."""
        products, bernoulli = self.kernels.products, self.kernels.bernoulli
        products.product(values, self.up, self.drive_up)
        bernoulli.error(self.drive_down, self.bias, values, self.error_down)
        bernoulli.draw(self.drive_down, self.bias, self.draws, drawn)
        products.product(drawn, self.up, self.drive_up)
        products.transposed_product(drawn, self.error_up, self.gradient)


def least_times(calls: dict[str, Callable[[], None]], rounds: int) -> dict[str, float]:
    """Return the least time of each call, in milliseconds; they take turns."""
    least = dict.fromkeys(calls, float("inf"))
    for number in range(rounds + 1):
        for name, call in calls.items():
            begin = time.perf_counter()
            call()
            if number:
                least[name] = min(least[name], 1e3 * (time.perf_counter() - begin))
    return least


def measured(units: int, hidden: int, rows: int, rounds: int) -> list[dict[str, Any]]:
    """Return the times at each density."""
    found = []
    for density in DENSITIES:
        layer = Layer(units, hidden, rows, density)
        times = least_times(
            {
                "dense": lambda layer=layer: layer.step(layer.dense, layer.drawn),  # type: ignore[misc]
                "compressed": lambda layer=layer: layer.step(layer.sparse, layer.drawn_sparse),  # type: ignore[misc]
            },
            rounds,
        )
        found.append({"density": density, **times, "ratio": times["compressed"] / times["dense"]})
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, default=500)
    parser.add_argument("--hidden", type=int, default=100)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with threadpool_limits(1, "blas"):
        rows = measured(options.units, options.hidden, options.rows, options.rounds)
    if options.json:
        print(json.dumps({"bound": DENSEST, "densities": rows}, indent=1))
        return
    print(f"{'density':>8s} {'dense ms':>9s} {'compressed ms':>13s} {'ratio':>6s}")
    for row in rows:
        print("{density:8.2f} {dense:9.3f} {compressed:13.3f} {ratio:6.2f}".format(**row))
    print(f"compressed below {DENSEST}")


if __name__ == "__main__":
    main()
