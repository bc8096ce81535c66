"""A step as a CUDA graph: recorded call by call, captured on several streams, replayed at once."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from neurohm.backend import Array, cupy_
from neurohm.exceptions import NeurohmError, NeurohmWarning
from neurohm.kernels.cuda import cublas
from neurohm.kernels.cuda.call import Call, Launch

LANES = 8
"""Streams of a graph: wake, sleep, and the gradients of either beside them. On an H200 a step of
W2 with a batch of 100 takes 455 microseconds with three, 340 with six, 314 with eight."""

_of_thread = threading.local()


@dataclass(frozen=True)
class Placed:
    """A call on a lane.

    Parameters
    ----------
    call : Call
    lane : int
    waits_for : tuple of int
        The calls on other lanes that it waits for, at most one of each lane.
    """

    call: Call
    lane: int
    waits_for: tuple[int, ...]


class GraphProgram:
    """Recorded calls, replayed by the launch of one graph.

    Nothing is carried out while the graph is captured. What differs from run to run lies in
    arrays, written before (`neurohm.backend.cupy_.CudaBackend.write`). The program keeps all
    arrays of its calls.

    Parameters
    ----------
    calls : sequence of Call
        As they were issued, all on one device.

    Warns
    -----
    NeurohmWarning
        If the driver refuses the capture: the calls are then issued one by one at each run.
    """

    def __init__(self, calls: Sequence[Call]) -> None:
        self.calls = placed(calls)
        if calls:
            self._device = cupy_.device_of(calls[0].like)
            with self._device:
                self._graph = self._captured()

    def run(self) -> None:
        """Carry out all calls on the current stream; the host does not wait for them."""
        if not self.calls:
            return
        with self._device:
            if self._graph is not None:
                self._graph.launch()
                return
            for entry in self.calls:
                entry.call.run()

    def _captured(self) -> Any:
        """Return the graph, or None if the driver refuses."""
        lanes = _lanes()
        self._kept = (lanes, self._prepare(lanes))  # the graph knows their memory by address
        try:
            return cupy_.captured(lanes, self._issue)
        except (RuntimeError, NeurohmError) as error:  # CuPy's are the former, cuBLAS's the latter
            warnings.warn(
                f"no CUDA graph could be captured ({error}): steps go call by call, slower",
                NeurohmWarning,
                stacklevel=5,
            )
            return None

    def _prepare(self, lanes: Sequence[Any]) -> list[cublas.Cublas]:
        """Do what may not be done while capturing: load kernels, make the handles of cuBLAS."""
        for entry in self.calls:
            if isinstance(entry.call, Launch):
                entry.call.load()
        handles = []
        for lane in lanes:
            with lane:
                handles.append(cublas.of_current_stream())
        return handles

    def _issue(self, lanes: Sequence[Any]) -> None:
        """Issue all calls, each on its lane, after those that it waits for."""
        done: list[Any] = []
        for entry in self.calls:
            lane = lanes[entry.lane]
            for before in entry.waits_for:
                lane.wait_event(done[before])
            with lane:
                entry.call.run()
            done.append(lane.record())


def _lanes() -> list[Any]:
    """Return the streams of this thread on the current device, made at the first call.

    Graphs that were captured on the same ones share cuBLAS's scratch memory, and may not run at
    once; a thread runs them one after the other.
    """
    by_device: dict[int, list[Any]] = _of_thread.__dict__.setdefault("lanes", {})
    device, _ = cupy_.current_stream()
    if device not in by_device:
        by_device[device] = cupy_.streams(LANES)
    return by_device[device]


def placed(calls: Sequence[Call], lanes: int = LANES) -> list[Placed]:
    """Give each call the lane on which it can begin first, if every call took equally long."""
    result: list[Placed] = []
    waits_for = dependencies(calls)
    free_at, ends, last = [0] * lanes, [0] * len(calls), [-1] * lanes
    for i, call in enumerate(calls):
        ready = max((ends[before] for before in waits_for[i]), default=0)
        starts = [max(ready, at) for at in free_at]
        follows = [last[lane] in waits_for[i] for lane in range(lanes)]
        lane = min(range(lanes), key=lambda k: (starts[k], not follows[k], k))
        ends[i] = free_at[lane] = starts[lane] + 1
        last[lane] = i
        latest: dict[int, int] = {}
        for before in sorted(waits_for[i]):
            latest[result[before].lane] = before
        latest.pop(lane, None)  # a lane keeps its order by itself
        result.append(Placed(call, lane, tuple(sorted(latest.values()))))
    return result


def dependencies(calls: Sequence[Call]) -> list[set[int]]:
    """Return, for each call, those before it that it has to wait for.

    Two calls depend on each other if one writes memory that the other reads or writes.
    """
    reads = [[_span(array) for array in call.reads] for call in calls]
    writes = [[_span(array) for array in call.writes] for call in calls]
    return [
        {
            before
            for before in range(now)
            if _touch(writes[before], reads[now])
            or _touch(writes[before], writes[now])
            or _touch(reads[before], writes[now])
        }
        for now in range(len(calls))
    ]


def _touch(some: list[tuple[int, int]], others: list[tuple[int, int]]) -> bool:
    return any(a < d and c < b for a, b in some for c, d in others)


def _span(array: Array) -> tuple[int, int]:
    """Return the addresses at which an array begins and ends."""
    first = cupy_.address(array)
    return first, first + array.nbytes
