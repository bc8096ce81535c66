"""Recorded calls: what waits for what, and that no permitted order changes a result."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from neurohm.backend import Draws, cupy_
from neurohm.exceptions import NeurohmWarning
from neurohm.kernels.cuda import cublas
from neurohm.kernels.cuda.call import Call, Launch, Multiplication
from neurohm.kernels.cuda.instruction_set import kernels, record, workers
from neurohm.kernels.cuda.program import LANES, dependencies, placed


@dataclass(eq=False)
class Step:
    """A call that does nothing."""

    reads: tuple[np.ndarray, ...]
    writes: tuple[np.ndarray, ...]
    like: np.ndarray = field(default_factory=lambda: np.empty(0))


def test_calls_wait_for_those_that_touch_the_same_memory() -> None:
    a, b, c = np.zeros((3, 4))
    steps = [
        Step((), (a,)),  # 0
        Step((a,), (b,)),  # 1: reads what 0 writes
        Step((a,), (c,)),  # 2: reads beside 1
        Step((), (a[1:2],)),  # 3: overwrites what 1 and 2 read, a part of what 0 wrote
        Step((c[:2],), (c[2:],)),  # 4: a part of what 2 writes
    ]
    assert dependencies(steps) == [set(), {0}, {0}, {0, 1, 2}, {2}]


def test_what_is_independent_lies_on_lanes_of_its_own() -> None:
    a, b = np.zeros((2, 4))
    wake, sleep = [Step((a,), (a,)) for _ in range(3)], [Step((b,), (b,)) for _ in range(3)]
    result = placed([*wake, *sleep, Step((a, b), (a,))])
    lanes = [entry.lane for entry in result]
    assert lanes[0] == lanes[1] == lanes[2]
    assert lanes[3] == lanes[4] == lanes[5] != lanes[0]
    assert [entry.waits_for for entry in result[:6]] == [()] * 6
    assert result[6].waits_for in ((2,), (5,))  # the other one is on its own lane


@pytest.mark.parametrize("seed", range(20))
def test_waiting_covers_every_dependency(seed: int) -> None:
    rng = np.random.default_rng(seed)
    arrays = np.zeros((6, 4))
    pick = lambda: tuple(arrays[i] for i in rng.choice(6, rng.integers(1, 3), replace=False))
    steps = [Step(pick(), pick()) for _ in range(40)]
    result, needed = placed(steps), dependencies(steps)
    # over before a call begins: the earlier calls of its lane, what it waits for, and their own
    over: list[set[int]] = []
    for i, entry in enumerate(result):
        direct = {j for j in range(i) if result[j].lane == entry.lane} | set(entry.waits_for)
        over.append(direct.union(*(over[j] for j in direct)))
        assert needed[i] <= over[i]


def two_phases(kernels, room, draws: Draws, pace: np.ndarray) -> None:
    """A wake and a sleep phase of a machine with one hidden layer, and both updates."""
    x, up, down, b, c, h, y, z, total = (room[name] for name in ROOM)
    drive, back, error, other = room["drive"], room["back"], room["error"], room["other"]
    kernels.products.product(x, up, drive)
    kernels.bernoulli.draw_with_log_probability(drive, b, draws, h, total)
    kernels.products.product(h, down, back)
    kernels.bernoulli.error(back, c, x, error)
    kernels.products.transposed_product(h, error, room["down gradient"])
    kernels.arrays.fill(room["zero drive"], 0.0)
    at = Draws(draws.keys, draws.rows_per_key, 77, draws.clock)
    kernels.bernoulli.draw(room["zero drive"], b, at, z)
    kernels.products.product(z, down, room["dream drive"])
    kernels.bernoulli.draw(room["dream drive"], c, at, y)
    kernels.products.product(y, up, room["dream up"])
    kernels.bernoulli.error(room["dream up"], b, z, other)
    kernels.products.transposed_product(y, other, room["up gradient"])
    kernels.optimisers.delta(down.ravel(), room["down gradient"].ravel(), pace)
    kernels.optimisers.delta(up.ravel(), room["up gradient"].ravel(), pace)


ROOM = ("x", "up", "down", "b", "c", "h", "y", "z", "total")
SHAPES = {
    "x": (8, 20), "up": (20, 6), "down": (6, 20), "b": (6,), "c": (20,), "h": (8, 6),
    "y": (8, 20), "z": (8, 6), "total": (8,), "drive": (8, 6), "back": (8, 20),
    "error": (8, 20), "other": (8, 6), "down gradient": (6, 20), "up gradient": (20, 6),
    "zero drive": (1, 6), "dream drive": (8, 20), "dream up": (8, 6),
}  # fmt: skip


def filled(dtype: str) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    room = {name: rng.standard_normal(shape).astype(dtype) for name, shape in SHAPES.items()}
    room["x"] = (room["x"] > 0).astype(dtype)
    room["total"] = np.zeros(8)
    return room


def test_a_replayed_step_is_the_step_in_any_permitted_order(host, dtype) -> None:
    keys, clock = np.array([[1, 2]], np.uint32), np.array([5, 0], np.uint32)
    draws, pace = Draws(keys, 2**62, 3, clock), np.array([0.1, 0.0])
    expected = filled(dtype)
    for step in (5, 6):
        clock[0] = step
        two_phases(kernels(host), expected, draws, pace)
    for seed in range(5):
        rng, got = np.random.default_rng(seed), filled(dtype)
        calls: list = []
        two_phases(kernels(calls.append), got, draws, pace)
        lanes = placed(calls)
        for step in (5, 6):
            clock[0] = step
            for i in permitted_order(lanes, rng):
                host(lanes[i].call)
        for name, array in expected.items():
            np.testing.assert_array_equal(got[name], array, err_msg=name)


def permitted_order(lanes, rng: np.random.Generator) -> list[int]:
    """An order in which streams could carry the calls out: each lane in order, after its waits."""
    queues = {lane: [i for i, e in enumerate(lanes) if e.lane == lane] for lane in range(LANES)}
    order: list[int] = []
    while any(queues.values()):
        ready = [q for q in queues.values() if q and set(lanes[q[0]].waits_for) <= set(order)]
        order.append(ready[rng.integers(len(ready))].pop(0))
    return order


def test_a_kernel_says_what_it_writes(dtype) -> None:
    room, calls = filled(dtype), []
    two_phases(
        kernels(calls.append),
        room,
        Draws(np.zeros((1, 2), np.uint32), 9, 3, np.zeros(2, np.uint32)),
        np.zeros(2),
    )
    drawn = calls[1]
    assert drawn.name == "bernoulli_draw"
    assert {id(array) for array in drawn.writes} == {id(room["h"]), id(room["total"])}
    assert any(array is room["drive"] for array in drawn.reads)


class Gpu:
    """A GPU made up of the host: what is issued while capturing is kept for the graph.

    Streams and events are as CuPy's. A call that is captured on a stream that has not joined the
    capture, or that is not ready, is an error.
    """

    def __init__(self, host: Any, refuses: bool = False) -> None:
        self.host, self.refuses = host, refuses
        self.capturing: set[GpuStream] = set()
        self.current: list[GpuStream] = []
        self.ready: set[str] = set()
        self.graph: list[Call] = []

    def carry_out(self, call: Call) -> None:
        if not self.capturing:
            self.host(call)
            return
        assert self.current[-1] in self.capturing
        assert isinstance(call, Multiplication) or call.name in self.ready
        self.graph.append(call)


class GpuStream:
    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu

    def __enter__(self) -> GpuStream:
        self.gpu.current.append(self)
        return self

    def __exit__(self, *error: object) -> None:
        self.gpu.current.pop()

    def begin_capture(self) -> None:
        self.gpu.capturing.add(self)

    def record(self) -> GpuStream:
        assert self in self.gpu.capturing
        return self

    def wait_event(self, event: GpuStream) -> None:
        assert event in self.gpu.capturing
        self.gpu.capturing.add(self)

    def end_capture(self) -> SimpleNamespace:
        self.gpu.capturing.clear()
        if self.gpu.refuses:
            raise RuntimeError("cudaErrorStreamCaptureInvalidated")
        calls = list(self.gpu.graph)
        return SimpleNamespace(launch=lambda: [self.gpu.host(call) for call in calls])


@pytest.mark.parametrize("refuses", [False, True], ids=["captured", "refused"])
def test_recording_carries_nothing_out_and_runs_do_all(host, dtype, refuses, monkeypatch) -> None:
    gpu = Gpu(host, refuses)
    monkeypatch.setattr(cupy_, "streams", lambda count: [GpuStream(gpu) for _ in range(count)])
    monkeypatch.setattr(cupy_, "device_of", lambda array: nullcontext())
    monkeypatch.setattr(cupy_, "current_stream", lambda: (id(gpu), 0))
    monkeypatch.setattr(cublas, "of_current_stream", lambda: host.cublas[dtype])
    monkeypatch.setattr(Launch, "load", lambda call: gpu.ready.add(call.name))
    monkeypatch.setattr(Launch, "run", gpu_run := lambda call: gpu.carry_out(call))
    monkeypatch.setattr(Multiplication, "run", gpu_run)
    draws = Draws(np.array([[1, 2]], np.uint32), 2**62, 3, np.zeros(2, np.uint32))
    expected, got, untouched = (filled(dtype) for _ in range(3))
    pace = np.array([0.1, 0.0])
    expectation = pytest.warns(NeurohmWarning, match="Invalidated") if refuses else nullcontext()
    with expectation:
        program = record(lambda k: two_phases(k, got, draws, pace))
    for name, array in untouched.items():
        np.testing.assert_array_equal(got[name], array)
    with workers() as crew:
        for step in range(2):
            draws.clock[0] = step
            two_phases(kernels(host), expected, draws, pace)
            crew.run(program)
    for name, array in expected.items():
        np.testing.assert_array_equal(got[name], array, err_msg=name)


def test_a_program_of_no_calls_does_nothing() -> None:
    record(lambda k: None).run()
