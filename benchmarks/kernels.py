"""Time each kernel beside a plain copy of the same size: has the compiler vectorised it?

    python benchmarks/kernels.py [--device cpu] [--json]

A copy takes what the memory takes, so its ratio to a kernel holds on any machine. Ends with exit
code 1, and the names, if a ratio exceeds its limit: a loop that has lost its vectors takes three
to ten times as long as before. Times are the least of many calls; the kernels take turns.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from neurohm.backend import Site, as_stream, get_backend
from neurohm.kernels import NadeChange, NadeInput, get_kernels

ROWS, UNITS = 100, 784
INNER, FIRING = 250, 0.13
"""Inner units of NADE, and how many of its units fire, as the ink of digits does."""
ELEMENTS = ROWS * UNITS
IN_A_ROW = 5
"""Calls of one kernel before the next one's turn, so that all find their arrays in the cache."""
PACE = np.array([1e-3, 1e-8])


@dataclass
class Case:
    """A call of a kernel.

    Parameters
    ----------
    name : str
        ``module.function``, and on what.
    limit : float
        Of its time, in copies of as many numbers.
    call : callable or None
        None where there is no such kernel (yet).
    elements : int
    """

    name: str
    limit: float
    call: Callable[[], object] | None
    elements: int = ELEMENTS


class Material:
    """Arrays to call kernels with.

    Parameters
    ----------
    kernels : Kernels
    """

    def __init__(self, kernels: Any) -> None:
        random = np.random.default_rng(0)
        self.kernels = kernels
        self.drive = (2 * random.standard_normal((ROWS, UNITS))).astype(np.float32)
        self.bias = np.zeros(UNITS, np.float32)
        self.values = (random.random((ROWS, UNITS)) < 0.2).astype(np.float32)
        self.out, self.other = np.empty_like(self.drive), np.empty_like(self.drive)
        self.total = np.zeros(ROWS)
        self.draws = as_stream(0).at(Site.WAKE.of(1))
        self.flat = [array.reshape(-1).copy() for array in (self.drive, self.values)]
        self.flat += [np.ones(ELEMENTS, np.float32) for _ in range(2)]
        self.gain = np.ones(ROWS, np.float32)
        self.sums = np.empty(UNITS, np.float32)
        self.order = random.permutation(ROWS)


def unit_cases(m: Material, kind: str, limits: dict[str, float]) -> Iterator[Case]:
    """The passes over one kind of units."""
    units = getattr(m.kernels, kind)
    m.bias = np.full(UNITS, 0.0 if kind == "bernoulli" else -3.0, np.float32)
    calls: dict[str, tuple[Any, ...]] = {
        "mean": (m.drive, m.bias, m.out),
        "draw": (m.drive, m.bias, m.draws, m.out),
        "draw_with_log_probability": (m.drive, m.bias, m.draws, m.out, m.total),
        "error": (m.drive, m.bias, m.values, m.out),
        "error_with_log_probability": (m.drive, m.bias, m.values, m.out, m.total),
        "log_probability": (m.drive, m.bias, m.values, m.total),
    }
    for name, arguments in calls.items():
        yield case(units, f"{kind}.{name}", limits[name], *arguments)


def nade_cases(m: Material) -> Iterator[Case]:
    """The passes over NADE; an element is a synapse, of one row."""
    random = np.random.default_rng(1)
    shapes = (1, UNITS), (UNITS,), (1, INNER), (INNER,), (UNITS, INNER), (UNITS, INNER)
    arrays = [(0.03 * random.standard_normal(shape)).astype(np.float32) for shape in shapes]
    given = NadeInput(*arrays)
    given.bias[:] = np.log(FIRING / (1 - FIRING))
    values = (random.random((ROWS, UNITS)) < FIRING).astype(np.float32)
    own = given.inner_bias, given.recurrent, given.readout
    learned = NadeChange(np.empty((ROWS, INNER), np.float32), *map(np.empty_like, own))
    calls: dict[str, tuple[Any, ...]] = {
        "draw": (given, m.draws, m.out, m.total),
        "error": (given, values, m.out, m.total),
        "change": (given, values, m.drive, m.gain, 1.0, learned),
    }
    for name, arguments in calls.items():
        one = case(getattr(m.kernels, "nade", None), f"nade.{name}", NADE[name], *arguments)
        yield replace(one, elements=ELEMENTS * INNER)


def optimiser_cases(m: Material) -> Iterator[Case]:
    """The steps of the optimisers."""
    parameter, gradient, first, second = m.flat
    optimisers = m.kernels.optimisers
    yield case(optimisers, "optimisers.delta", 3.5, parameter, gradient, PACE)
    yield case(optimisers, "optimisers.momentum", 6, parameter, gradient, first, PACE, 0.9)
    decays = (0.9, 0.999)
    yield case(optimisers, "optimisers.adam", 10, parameter, gradient, first, second, PACE, decays)
    yield case(optimisers, "optimisers.shrink", 5, parameter, PACE, 1e-3, 1e-3)
    yield case(optimisers, "optimisers.rectify", 2.5, parameter)


def array_cases(m: Material) -> Iterator[Case]:
    """The passes over arrays, and those over rows."""
    arrays = getattr(m.kernels, "arrays", None)
    yield case(arrays, "arrays.fill", 2.5, m.out, 0.0)
    yield case(arrays, "arrays.add", 3.5, m.values, m.out)
    products = getattr(m.kernels, "products", None)
    yield case(products, "products.add_shared", 3.2, m.drive[: ROWS // 5], m.out)
    rows = (m.drive, m.gain, 1.0, m.out, m.sums)
    yield case(m.kernels.weights, "weights.weigh_rows", 6, *rows)
    windows = getattr(m.kernels, "windows", None)
    yield case(windows, "windows.rows_of", 3.5, m.values, m.order, m.out)


def case(module: Any, name: str, limit: float, *arguments: Any) -> Case:
    """Return a call of a kernel, with those arguments."""
    function = getattr(module, name.rpartition(".")[2], None)
    return Case(name, limit, None if function is None else lambda: function(*arguments))


def least_times(cases: list[Case], copy: Callable[[], object], rounds: int) -> dict[str, float]:
    """Return the least time of each call, and of a copy, in seconds."""
    everyone = {**{one.name: one.call for one in cases if one.call}, "copy": copy}
    least = dict.fromkeys(everyone, float("inf"))
    for _ in range(rounds):
        for name, call in everyone.items():
            for _ in range(IN_A_ROW):
                begin = time.perf_counter()
                call()
                least[name] = min(least[name], time.perf_counter() - begin)
    return least


BERNOULLI = {
    "mean": 12.0, "draw": 28.0, "draw_with_log_probability": 38.0, "error": 13.0,
    "error_with_log_probability": 24.0, "log_probability": 22.0,
}  # fmt: skip
NADE = {"draw": 900.0, "error": 700.0, "change": 1400.0}
POISSON = BERNOULLI | {"draw": 130.0, "draw_with_log_probability": 190.0}
"""About twice what was measured. Counts are drawn one by one, so that never had vectors."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    material = Material(get_kernels(get_backend(options.device)))
    cases = [
        *unit_cases(material, "bernoulli", BERNOULLI),
        *unit_cases(material, "poisson", POISSON),
        *nade_cases(material),
        *optimiser_cases(material),
        *array_cases(material),
    ]
    least = least_times(cases, lambda: np.copyto(material.other, material.drive), options.rounds)
    able = [one for one in cases if one.call is not None]
    rows = [
        {
            "kernel": one.name,
            "ns_per_element": 1e9 * least[one.name] / one.elements,
            "copies": least[one.name] / least["copy"],
            "limit": one.limit,
        }
        for one in able
    ]
    skipped = [one.name for one in cases if one.call is None]
    report(rows, skipped, as_json=options.json)
    slow = [row["kernel"] for row in rows if row["copies"] > row["limit"]]
    if slow:
        sys.exit(f"lost their vectors, by the time they take: {', '.join(slow)}")


def report(rows: list[dict[str, Any]], skipped: list[str], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"kernels": rows, "skipped": skipped}, indent=1))
        return
    print(f"{'kernel':40s} {'ns/element':>10s} {'copies':>8s} {'limit':>6s}")
    for row in rows:
        print("{kernel:40s} {ns_per_element:10.3f} {copies:8.1f} {limit:6.1f}".format(**row))
    for name in skipped:
        print(f"{name:40s} skipped: there is no such kernel")


if __name__ == "__main__":
    main()
