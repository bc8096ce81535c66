"""What only a GPU shows: graphs, streams, writes in order, and learning as on the CPU."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import neurohm as nh
from neurohm.backend import Backend, Draws, get_backend
from neurohm.kernels import get_kernels

pytestmark = pytest.mark.gpu

ROWS, VISIBLE, HIDDEN = 128, 200, 70


@pytest.fixture(params=["float32", "float64"])
def dtype(request: pytest.FixtureRequest) -> str:
    return request.param


def room(gpu: Backend, dtype: str) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    shapes = {
        "x": (ROWS, VISIBLE), "up": (VISIBLE, HIDDEN), "b": (HIDDEN,), "down": (HIDDEN, VISIBLE),
        "c": (VISIBLE,), "drive": (ROWS, HIDDEN), "h": (ROWS, HIDDEN), "back": (ROWS, VISIBLE),
        "error": (ROWS, VISIBLE), "gradient": (HIDDEN, VISIBLE), "y": (ROWS, VISIBLE),
        "dream": (ROWS, HIDDEN), "other": (ROWS, HIDDEN), "up gradient": (VISIBLE, HIDDEN),
    }  # fmt: skip
    arrays = {
        name: gpu.asarray(0.3 * rng.standard_normal(shape), dtype) for name, shape in shapes.items()
    }
    arrays["total"] = gpu.zeros((ROWS,), "float64")
    arrays["keys"] = gpu.asarray([[1, 2]], "uint32")
    arrays["clock"] = gpu.zeros((2,), "uint32")
    arrays["pace"] = gpu.zeros((2,), "float64")
    return arrays


def step(kernels: Any, at: dict[str, Any]) -> None:
    """Learn awake and asleep, in a machine with one hidden layer."""
    wake, sleep = (Draws(at["keys"], 2**62, site, at["clock"]) for site in (1, 2))
    kernels.products.product(at["x"], at["up"], at["drive"])
    kernels.bernoulli.draw_with_log_probability(at["drive"], at["b"], wake, at["h"], at["total"])
    kernels.products.product(at["h"], at["down"], at["back"])
    kernels.bernoulli.error(at["back"], at["c"], at["x"], at["error"])
    kernels.products.transposed_product(at["h"], at["error"], at["gradient"])
    kernels.bernoulli.draw(at["back"], at["c"], sleep, at["y"])
    kernels.products.product(at["y"], at["up"], at["dream"])
    kernels.bernoulli.error(at["dream"], at["b"], at["h"], at["other"])
    kernels.products.transposed_product(at["y"], at["other"], at["up gradient"])
    kernels.optimisers.delta(at["down"].ravel(), at["gradient"].ravel(), at["pace"])
    kernels.optimisers.delta(at["up"].ravel(), at["up gradient"].ravel(), at["pace"])


def test_a_replayed_graph_is_the_step_to_the_bit(gpu: Backend, dtype: str) -> None:
    kernels, results = get_kernels(gpu), []
    for recorded in (False, True):
        arrays = room(gpu, dtype)
        program = kernels.record(lambda k, a=arrays: step(k, a)) if recorded else None
        for number in range(20):  # the host runs ahead: each write has to wait for its step
            gpu.write(arrays["clock"], np.array([number, 0], np.uint32))
            gpu.write(arrays["pace"], np.array([0.01 / (1 + number), 0.0]))
            if program:
                program.run()
            else:
                step(kernels, arrays)
        results.append({name: gpu.to_host(array) for name, array in arrays.items()})
    for name, expected in results[0].items():
        np.testing.assert_array_equal(results[1][name], expected, err_msg=name)


def test_recording_carries_nothing_out(gpu: Backend, dtype: str) -> None:
    arrays = room(gpu, dtype)
    before = {name: gpu.to_host(array) for name, array in arrays.items()}
    get_kernels(gpu).record(lambda k: step(k, arrays))
    for name, expected in before.items():
        np.testing.assert_array_equal(gpu.to_host(arrays[name]), expected, err_msg=name)


def test_more_writes_than_slots_arrive_in_order(gpu: Backend) -> None:
    target, seen = gpu.zeros((3,), "float64"), gpu.zeros((500, 3), "float64")
    for i in range(500):
        gpu.write(target, np.full(3, float(i)))
        seen[i] = target
    np.testing.assert_array_equal(gpu.to_host(seen)[:, 0], np.arange(500))


def test_rounded_products_are_near_and_full_ones_exact(gpu: Backend) -> None:
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((2, 256, 256)).astype("float32")
    out, errors = gpu.empty((256, 256), "float32"), []
    for precision in ("full", "fast", "bf16"):
        backend = get_backend("cuda", precision)
        kernels = get_kernels(backend)
        kernels.products.product(gpu.asarray(x, "float32"), gpu.asarray(w, "float32"), out)
        errors.append(abs(gpu.to_host(out) - x.astype(float) @ w).max())
    assert errors[0] < 1e-4
    assert errors[1] < 0.2  # a sum of 256 products, each with two factors of 11 bits
    assert errors[2] < 1.6  # of 8 bits


@pytest.mark.parametrize("rule", ["wake-sleep", "reweighted"])
def test_learning_is_that_of_the_cpu(gpu: Backend, rule: str) -> None:
    x = (np.random.default_rng(0).random((200, 30)) < 0.3).astype("float64")
    weights = []
    for device in ("cpu", "cuda"):
        machine = nh.HelmholtzMachine([30, 12, 5], dtype="float64", device=device, seed=1)
        nh.train(machine, x, rule=rule, epochs=3, batch_size=50, seed=2)
        backend = get_backend(device)
        weights.append({key: backend.to_host(w) for key, w in machine.parameters().items()})
    for key, expected in weights[0].items():
        # a draw at a tie would change a weight visibly: chance below 1e-9 in double precision
        np.testing.assert_allclose(weights[1][key], expected, rtol=1e-8, atol=1e-10, err_msg=key)
