"""What only a GPU shows: graphs, streams, writes in order, and learning as on the CPU."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neurohm as nh
from neurohm.backend import Backend, Draws, get_backend
from neurohm.kernels import get_kernels
from neurohm.training import Averaging, Callback

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


def test_a_run_on_the_gpu_goes_on_from_its_checkpoint(gpu: Backend, tmp_path: Path) -> None:
    x = (np.random.default_rng(0).random((200, 30)) < 0.3).astype("float32")

    def learn(name: str, stop: Callback | None = None, **options: Any) -> nh.HelmholtzMachine:
        machine = nh.HelmholtzMachine([30, 12, 5], device="cuda", seed=1)
        checkpoint = nh.Checkpoint(tmp_path / name, every=0)
        watching = [Averaging(0.5), nh.LayerMonitor(x[:20]), checkpoint]
        callbacks = [*watching, *([stop] if stop else [])]
        optimiser, length = nh.Adam(0.01), {"epochs": 4, "batch_size": 50}
        nh.train(machine, x, rule="reweighted", plasticity=optimiser, callbacks=callbacks,
                 **length, **options)  # fmt: skip
        return machine

    whole = learn("whole.h5")
    with pytest.raises(Stopped):
        learn("part.h5", StopAfter(2))
    again = learn("again.h5", resume=tmp_path / "part.h5")
    for key, expected in whole.parameters().items():
        np.testing.assert_array_equal(
            gpu.to_host(again.parameters()[key]), gpu.to_host(expected), err_msg=key
        )


class Stopped(Exception):
    """A run was stopped."""


class StopAfter(Callback):
    """Stops a run after some epochs, as a fault would."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs

    def after_epoch(self, run: Any) -> None:
        if run.position.epoch == self.epochs:
            raise Stopped


@pytest.mark.parametrize("particles", [20, 3000])
def test_scores_are_those_of_the_cpu(gpu: Backend, particles: int) -> None:
    x = (np.random.default_rng(0).random((70, 30)) < 0.3).astype("float64")
    machine = nh.HelmholtzMachine([30, 12, 5], dtype="float64", device="cuda", seed=1)
    found, expected = (
        nh.log_likelihood(m, x, particles=particles, seed=3) for m in (machine, machine.on("cpu"))
    )
    np.testing.assert_allclose(found.value, expected.value, rtol=1e-10)


def test_threads_with_streams_of_their_own_learn_what_one_does(gpu: Backend) -> None:
    x = (np.random.default_rng(0).random((400, 30)) < 0.3).astype("float32")
    found: dict[int, dict[str, Any]] = {}

    def learn(seed: int) -> None:
        with gpu.xp.cuda.Stream(non_blocking=True):
            machine = nh.HelmholtzMachine([30, 12, 5], device="cuda", seed=seed)
            nh.train(machine, x, rule="reweighted", epochs=5, batch_size=20, seed=seed)
            found[seed] = {key: gpu.to_host(w) for key, w in machine.parameters().items()}

    threads = [threading.Thread(target=learn, args=(seed,)) for seed in (0, 1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together = dict(found)
    for seed in (0, 1, 2):
        learn(seed)
        for key, expected in found[seed].items():
            np.testing.assert_array_equal(together[seed][key], expected, err_msg=key)
