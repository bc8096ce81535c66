"""Clocks: they see each step of a variant end, and say how far to go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from neurohm.benchmarks.processor import busy_seconds, own_seconds, peak_memory


class Over(Exception):
    """A run has gone as far as it was to go."""


@dataclass
class Slice:
    """Some steps in a row.

    Parameters
    ----------
    steps : list of float
        Time of each, seconds.
    cpu : float
        Processor time of the process, seconds for each step.
    foreign : float
        Processor cores that others kept busy meanwhile.
    memory : float
        Most memory that the process ever had, bytes.
    """

    steps: list[float] = field(default_factory=list)
    cpu: float = 0.0
    foreign: float = 0.0
    memory: float = 0.0


class SliceClock:
    """Measures slices of steps, each when it is asked for; between them the run stands still.

    The run itself need not know: it calls the clock after each step, and the call returns when
    the next step is to begin.

    Parameters
    ----------
    next_slice : callable
        Waits until a slice is asked for and returns how long it is to be at least, in seconds;
        None to end the run.
    report : callable
        Takes each slice as plain data.
    warm_up : int
        Steps before the first slice; if there are none, call `wait` before the first step.

    Examples
    --------
    >>> asked, said = iter([0.0, 0.0, None]), []
    >>> clock = SliceClock(lambda: next(asked), said.append, warm_up=1)
    >>> try:
    ...     while True:
    ...         clock()
    ... except Over:
    ...     [len(slice["steps"]) for slice in said]
    [1, 1]
    """

    def __init__(
        self,
        next_slice: Callable[[], float | None],
        report: Callable[[dict[str, Any]], None],
        warm_up: int = 3,
    ) -> None:
        self.next_slice = next_slice
        self.report = report
        self.warm_up = warm_up
        self.slice = Slice()
        self.begin = self.last = self.seconds = 0.0
        self.busy = self.cpu = 0.0

    def __call__(self) -> None:
        """Note the step; at the end of a slice, report it and wait for the next one."""
        now = time.perf_counter()
        if self.warm_up:
            self.warm_up -= 1
            if not self.warm_up:
                self.wait()
            return
        self.slice.steps.append(now - self.last)
        if now - self.begin >= self.seconds:
            self._finish(now - self.begin)
            self.wait()
            return
        self.last = time.perf_counter()

    def _finish(self, elapsed: float) -> None:
        cpu, busy = own_seconds() - self.cpu, busy_seconds() - self.busy
        self.slice.cpu = cpu / len(self.slice.steps)
        self.slice.foreign = max(0.0, busy - cpu) / elapsed
        self.slice.memory = peak_memory()
        self.report(asdict(self.slice))

    def wait(self) -> None:
        """Stand still until a slice is asked for."""
        seconds = self.next_slice()
        if seconds is None:
            raise Over
        self.seconds, self.slice = seconds, Slice()
        self.cpu, self.busy = own_seconds(), busy_seconds()
        self.begin = self.last = time.perf_counter()


class CountingClock:
    """Ends a run after a number of steps.

    Parameters
    ----------
    steps : int
    """

    def __init__(self, steps: int) -> None:
        self.left = steps

    def __call__(self) -> None:
        """Count the step."""
        self.left -= 1
        if self.left <= 0:
            raise Over
