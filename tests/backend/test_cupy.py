"""The parts of the GPU backend that need no GPU: staging of writes, and the order of a capture."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from neurohm.backend.cupy_ import SLOTS, Staging, captured


class Memory(bytearray):
    """Page-locked memory, made up: its address is the object itself."""

    @property
    def ptr(self) -> Memory:
        return self

    def size(self) -> int:
        return len(self)


@dataclass
class Gpu:
    """Copies that are carried out only when something waits for them."""

    pending: list[tuple[np.ndarray, Memory, int]] = field(default_factory=list)

    @property
    def xp(self) -> Any:
        gpu = self

        class Event:
            def __init__(self, disable_timing: bool) -> None:
                self.at = 0

            def record(self) -> None:
                self.at = gpu.issued

            def synchronize(self) -> None:
                gpu.catch_up(self.at)

        return SimpleNamespace(cuda=SimpleNamespace(alloc_pinned_memory=Memory, Event=Event))

    issued: int = 0
    done: int = 0

    def array(self, values: np.ndarray) -> Any:
        def copy(memory: Memory, size: int) -> None:
            self.pending.append((values, memory, size))
            self.issued += 1

        return SimpleNamespace(
            data=SimpleNamespace(copy_from_host_async=copy),
            **{name: getattr(values, name) for name in ("nbytes", "size", "dtype", "shape")},
        )

    def catch_up(self, until: int) -> None:
        while self.done < until:
            values, memory, size = self.pending.pop(0)
            values[...] = np.frombuffer(memory[:size], values.dtype).reshape(values.shape)
            self.done += 1


@pytest.mark.parametrize("writes", [1, SLOTS, 3 * SLOTS + 5])
def test_what_is_written_arrives_however_far_the_gpu_is_behind(writes: int) -> None:
    gpu, staging = Gpu(), Staging(SLOTS)
    targets = [np.zeros(3 + 700 * (i % 2)) for i in range(writes)]
    for i, target in enumerate(targets):
        staging.write(gpu.xp, gpu.array(target), np.full(target.shape, i))
    assert len(gpu.pending) == min(writes, SLOTS)  # the host waited for none but the oldest
    gpu.catch_up(writes)
    for i, target in enumerate(targets):
        assert (target == i).all()


def test_values_are_converted_and_nothing_is_written_to_an_empty_array() -> None:
    gpu, staging, target = Gpu(), Staging(SLOTS), np.zeros((2, 2), np.uint32)
    staging.write(gpu.xp, gpu.array(target), [[1, 2], [3, 4]])
    staging.write(gpu.xp, gpu.array(np.zeros((0, 2))), np.zeros((0, 2)))
    gpu.catch_up(gpu.issued)
    assert target.tolist() == [[1, 2], [3, 4]]
    assert gpu.issued == 1


class Stream:
    """A stream that writes down what is asked of it."""

    def __init__(self, name: str, log: list[str]) -> None:
        self.name, self.log = name, log

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *error: object) -> None: ...

    def begin_capture(self) -> None:
        self.log.append(f"begin {self.name}")

    def end_capture(self) -> str:
        self.log.append(f"end {self.name}")
        return "graph"

    def record(self) -> str:
        return self.name

    def wait_event(self, event: str) -> None:
        self.log.append(f"{self.name} waits for {event}")


def test_a_capture_begins_and_ends_on_one_stream_that_all_others_leave_and_join() -> None:
    log: list[str] = []
    streams = [Stream(name, log) for name in "abc"]
    assert captured(streams, lambda lanes: log.append("work")) == "graph"
    assert log == [
        "begin a", "b waits for a", "c waits for a", "work", "a waits for b", "a waits for c",
        "end a",
    ]  # fmt: skip


def test_a_capture_that_fails_is_ended() -> None:
    log: list[str] = []

    def fail(lanes: object) -> None:
        raise RuntimeError("refused")

    with pytest.raises(RuntimeError, match="refused"):
        captured([Stream("a", log)], fail)
    assert log == ["begin a", "end a"]
