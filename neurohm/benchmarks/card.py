"""The card: what it is, how fast it multiplies, and what a launch costs.

``python -m neurohm.benchmarks.card`` prints it as JSON, in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from neurohm.backend import Backend, get_backend
from neurohm.backend.driver import driver
from neurohm.backend.select import PRECISIONS
from neurohm.benchmarks.gpu import empty_launch
from neurohm.benchmarks.processor import ON_A_GPU, versions
from neurohm.kernels import get_kernels
from neurohm.kernels.cuda.program import GraphProgram

SIZE = 8192
"""Rows and columns of the matrices whose product tells the rate."""
LAUNCHES = 500
REPEATS = 5


def facts_of_card() -> dict[str, Any]:
    """Return what is known of the first GPU, measured in a process of its own.

    Returns
    -------
    dict
        ``name``, ``memory_gb``, ``capability``, ``cuda``, ``libraries``; ``flop_per_s`` by
        precision; ``launch_us``, of one launch after the other, and ``node_us``, of one in a graph.
        Only ``why_not``, where there is no GPU or it cannot be used.
    """
    if trouble := driver().trouble:
        return {"why_not": trouble}
    command = [sys.executable, "-m", "neurohm.benchmarks.card"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"why_not": done.stderr.strip().splitlines()[-1]}
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


def measured_card() -> dict[str, Any]:
    """Return what `facts_of_card` returns, measured in this process."""
    found = driver()
    gpu = found.gpus[0]
    backends = {precision: get_backend("cuda", precision) for precision in PRECISIONS}
    return {
        "name": gpu.name,
        "memory_gb": round(gpu.memory * 2**30 / 1e9, 1),
        "capability": gpu.capability,
        "cuda": ".".join(map(str, found.cuda)),
        "libraries": versions(ON_A_GPU),
        "flop_per_s": {name: product_rate(backend) for name, backend in backends.items()},
        **launch_costs(backends["full"]),
    }


def product_rate(backend: Backend, size: int = SIZE) -> float:
    """Return how many operations a second a large product of float32 matrices makes.

    Parameters
    ----------
    backend : Backend
    size : int

    Returns
    -------
    float
        Multiplications and additions.

    Examples
    --------
    >>> product_rate(get_backend("cpu"), size=64) > 1e6
    True
    """
    random = np.random.default_rng(0)
    left, right = (
        backend.asarray(random.random((size, size), dtype=np.float32), np.float32) for _ in "ab"
    )
    out, products = backend.zeros((size, size), np.float32), get_kernels(backend).products

    def multiply() -> None:
        products.product(left, right, out)

    return 2 * size**3 / least_seconds(multiply, lambda: backend.to_host(out[:1, :1]))


def launch_costs(backend: Backend) -> dict[str, float]:
    """Return what an empty launch costs by itself and as a node of a graph, microseconds."""
    somewhere = backend.zeros((1,), np.float32)
    launch = empty_launch(somewhere)

    def launches() -> None:
        for _ in range(LAUNCHES):
            launch.run()

    with backend.activate():
        launch.run()
        program = GraphProgram([launch] * LAUNCHES)
        return {
            f"{name}_us": 1e6 / LAUNCHES * least_seconds(run, lambda: backend.to_host(somewhere))
            for name, run in (("launch", launches), ("node", program.run))
        }


def least_seconds(begin: Callable[[], object], wait: Callable[[], object]) -> float:
    """Return the least time of a few repeats, from an idle device to an idle device."""
    least = float("inf")
    for _ in range(REPEATS):
        wait()
        start = time.perf_counter()
        begin()
        wait()
        least = min(least, time.perf_counter() - start)
    return least


if __name__ == "__main__":
    json.dump(measured_card(), sys.stdout)
