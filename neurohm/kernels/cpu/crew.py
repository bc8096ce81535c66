"""The threads that work on programs, and the choice of how many by a short timing.

Which layout is taken changes no result, only the time.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import numpy as np

from neurohm.kernels.cpu import replay
from neurohm.kernels.cpu.program import RecordedProgram

PATIENCE = 4000  # times a core is given away before a worker sleeps: about a millisecond
TRIAL = 4  # steps timed of each layout, the first of them apart
AGAIN = 1000  # steps after which layouts are timed once more


class Crew:
    """Up to two threads that carry out programs together; the caller's is one of them.

    Parameters
    ----------
    threads : int, optional
        1 or 2; by default whichever is faster, also with each thread held to a core of its own.

    Examples
    --------
    >>> from neurohm.backend import get_backend
    >>> from neurohm.kernels import get_kernels
    >>> a, kernels = np.zeros(3, np.float32), get_kernels(get_backend("cpu"))
    >>> program = kernels.record(lambda k: k.arrays.fill(a, 2.0))
    >>> with Crew(threads=2) as crew:
    ...     crew.run(program)
    >>> a
    array([2., 2., 2.], dtype=float32)
    """

    def __init__(self, threads: int | None = None) -> None:
        self._cores = _usable_cores()
        together = 2 if threads is None else threads
        self._worker = None if min(together, len(self._cores)) < 2 else _Worker()
        self._layouts = _Trial(self._candidates(threads))

    def __enter__(self) -> Self:
        if self._worker is not None:
            self._worker.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._worker is not None:
            self._hold(self._cores, self._cores)
            self._worker.stop()

    @property
    def layout(self) -> str:
        """The layout in use: ``"one thread"``, ``"two threads"`` or ``"two pinned threads"``."""
        return self._layouts.chosen.name

    def run(self, program: RecordedProgram) -> None:
        """Carry out a program."""
        with self._layouts as layout:
            layout.run(program)

    def release(self) -> None:
        """Let this thread run on any core until the next program."""
        if self._worker is not None:
            self._hold(self._cores, self._cores)
            self._layouts.put_down()

    def _candidates(self, threads: int | None) -> list[_Layout]:
        alone = _Layout("one thread", self._alone, lambda: None)
        if self._worker is None or threads == 1:
            return [alone]
        free = _Layout("two threads", self._together, lambda: self._hold(self._cores, self._cores))
        if threads is not None or not hasattr(os, "sched_setaffinity"):
            return [free] if threads is not None else [alone, free]
        first, second = {min(self._cores)}, {max(self._cores)}
        pinned = _Layout("two pinned threads", self._together, lambda: self._hold(first, second))
        return [alone, free, pinned]

    def _alone(self, program: RecordedProgram) -> None:
        replay.run_in_order(program.head)

    def _together(self, program: RecordedProgram) -> None:
        assert self._worker is not None
        self._worker.call(program)
        replay.work(program.head)

    def _hold(self, own: set[int], workers: set[int]) -> None:
        """Let this thread and the worker run on those cores only."""
        if hasattr(os, "sched_setaffinity") and self._worker is not None:
            os.sched_setaffinity(0, own)
            os.sched_setaffinity(self._worker.native_id, workers)


class _Worker:
    """A second thread: it watches a mailbox without Python, and sleeps when nothing comes."""

    def __init__(self) -> None:
        self._mailbox = np.zeros(replay.MAILBOX, np.int64)
        self._address = int(self._mailbox.__array_interface__["data"][0])
        self._bell = threading.Event()
        self._programs: dict[int, RecordedProgram] = {}
        self._leaving = False
        self._thread = threading.Thread(target=self._attend, name="neurohm", daemon=True)

    @property
    def native_id(self) -> int:
        return self._thread.native_id or 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._leaving = True
        self._bell.set()
        self._thread.join()

    def call(self, program: RecordedProgram) -> None:
        """Open a program to the worker, and keep it as long as the worker may look at it."""
        self._programs[program.head] = program
        replay.announce(self._address, program.head)
        if self._mailbox[replay.ASLEEP]:
            self._bell.set()

    def _attend(self) -> None:
        seen = 0
        while not self._leaving:
            now = replay.attend(self._address, seen, PATIENCE)
            if now == seen:
                self._sleep(seen)
            seen = now

    def _sleep(self, seen: int) -> None:
        """Wait for the bell, unless a call came before it could be heard."""
        self._bell.clear()
        self._mailbox[replay.ASLEEP] = 1
        if self._mailbox[replay.CALLS] == seen and not self._leaving:
            self._bell.wait()
        self._mailbox[replay.ASLEEP] = 0


class _Layout:
    def __init__(
        self, name: str, run: Callable[[RecordedProgram], None], take_up: Callable[[], None]
    ) -> None:
        self.name = name
        self.run = run
        self.take_up = take_up


class _Trial:
    """Takes the layouts in turn, times each, and stays with the fastest for a while."""

    def __init__(self, layouts: list[_Layout]) -> None:
        self.chosen = layouts[0]
        self._layouts = layouts
        self._taken_up = False
        self._begin()

    def __enter__(self) -> _Layout:
        if not self._taken_up:
            self.chosen.take_up()
            self._taken_up = True
        self._since = time.perf_counter()
        return self.chosen

    def __exit__(self, *error: object) -> None:
        if len(self._layouts) == 1:
            return
        self._steps += 1
        if self._waiting:
            self._times.append(time.perf_counter() - self._since)
            if len(self._times) == TRIAL:
                self._next()
        elif self._steps >= AGAIN:
            self._begin()
            self._take(self._waiting[0])

    def put_down(self) -> None:
        """Take the layout up anew before the next step."""
        self._taken_up = False

    def _begin(self) -> None:
        self._steps = 0
        self._waiting = list(self._layouts) if len(self._layouts) > 1 else []
        self._found: list[tuple[float, _Layout]] = []
        self._times: list[float] = []

    def _next(self) -> None:
        """Note the least time of a layout and go on, or choose."""
        self._found.append((min(self._times[1:]), self._waiting.pop(0)))
        self._times = []
        fastest = min(self._found, key=lambda entry: entry[0])[1]
        self._take(self._waiting[0] if self._waiting else fastest)

    def _take(self, layout: _Layout) -> None:
        self.chosen, self._taken_up = layout, False


def _usable_cores() -> set[int]:
    """Return the cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return set(os.sched_getaffinity(0))
    return set(range(os.cpu_count() or 1))
