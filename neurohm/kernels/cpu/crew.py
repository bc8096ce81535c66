"""The threads that work on programs, and the choice of how many by a short timing.

Which layout is taken changes no result, only the time.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np

from neurohm.kernels.cpu import replay
from neurohm.kernels.cpu.program import RecordedProgram

PATIENCE = 4000  # times a core is given away before a worker sleeps: about a millisecond
TRIAL = 4  # steps timed of each layout, the first of them apart
SLOW = 1.4  # a layout that takes so many times as long as another in its second step is given up
AGAIN = 1000  # steps after which layouts are timed once more


class Crew:
    """Up to two threads that carry out programs together; the caller's is one of them.

    Parameters
    ----------
    threads : int, optional
        1 or 2; by default whichever is faster, also with the second thread held to one core.

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
        self._worker = _Worker() if threads != 1 and len(self._cores) > 1 else None
        self._trial = _Trial(self._candidates(threads))

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
            self._worker.stop()

    @property
    def layout(self) -> str:
        """The layout in use: ``"one thread"``, ``"two threads"`` or ``"two threads, one held"``."""
        return self._trial.chosen.name

    def run(self, program: RecordedProgram) -> None:
        """Carry out a program."""
        self._trial.run(program)

    def forget(self) -> None:
        """Let go of all programs carried out so far; layouts are timed anew."""
        if self._worker is not None:
            self._worker.renew()
        self._trial.restart()

    def _candidates(self, threads: int | None) -> list[_Layout]:
        """Return the layouts to choose from."""
        alone = _Layout("one thread", self._alone, lambda: None)
        worker = self._worker
        if worker is None:
            return [alone]
        free = _Layout("two threads", self._together, lambda: worker.hold(self._cores))
        if threads is not None:
            return [free]
        if not hasattr(os, "sched_setaffinity"):
            return [free, alone]
        # another core in another process, so that several fits do not crowd on one
        core = sorted(self._cores)[(os.getpid() + 1) % len(self._cores)]
        held = _Layout("two threads, one held", self._together, lambda: worker.hold({core}))
        return [free, held, alone]

    def _alone(self, program: RecordedProgram) -> None:
        """Carry out a program in this thread."""
        replay.run_in_order(program.head)

    def _together(self, program: RecordedProgram) -> None:
        """Carry out a program in both threads."""
        assert self._worker is not None
        self._worker.call(program)
        replay.work(program.head)


class _Worker:
    """A second thread: it watches a mailbox without Python, and sleeps when nothing comes."""

    def __init__(self) -> None:
        self._mailbox = np.zeros(replay.MAILBOX, np.int64)
        self._address = int(self._mailbox.__array_interface__["data"][0])
        self._bell = threading.Event()
        self._programs: dict[int, RecordedProgram] = {}
        self._leaving = False
        self._thread = self._new_thread()

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def renew(self) -> None:
        """Go on with a new thread, which knows of no program that was opened before."""
        self.stop()
        self._programs.clear()
        self._leaving, self._thread = False, self._new_thread()
        self.start()

    def hold(self, cores: set[int]) -> None:
        """Let the worker run on those cores only, if the system allows it."""
        if hasattr(os, "sched_setaffinity") and self._thread.native_id is not None:
            with suppress(OSError):
                os.sched_setaffinity(self._thread.native_id, cores)

    def stop(self) -> None:
        """End the thread; a program that it works on is finished first."""
        self._leaving = True
        self._bell.set()
        self._thread.join()

    def call(self, program: RecordedProgram) -> None:
        """Open a program to the worker, and keep it as long as the worker may look at it."""
        self._programs[program.head] = program
        replay.announce(self._address, program.head)
        if self._mailbox[replay.ASLEEP]:
            self._bell.set()

    def _new_thread(self) -> threading.Thread:
        seen = int(self._mailbox[replay.CALLS])
        return threading.Thread(target=self._attend, args=(seen,), name="neurohm", daemon=True)

    def _attend(self, seen: int) -> None:
        """Work on what is called out from now on, and sleep when nothing has come for a while."""
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


@dataclass(frozen=True)
class _Layout:
    """A way to divide the work: its name, how to run a program, and what to do beforehand."""

    name: str
    run: Callable[[RecordedProgram], None]
    take_up: Callable[[], None]


class _Trial:
    """Takes the layouts in turn, times each, and stays with the fastest for a while.

    All are timed with one program, the first that comes: others may be of another size.
    """

    def __init__(self, layouts: list[_Layout]) -> None:
        self.chosen = layouts[0]
        self._layouts = layouts
        self._taken_up = False
        self._begin()

    def _begin(self) -> None:
        """Let all layouts be timed."""
        self._steps = 0
        self._program: RecordedProgram | None = None
        self._waiting = list(self._layouts) if len(self._layouts) > 1 else []
        self._found: list[tuple[float, _Layout]] = []
        self._times: list[float] = []

    def restart(self) -> None:
        """Forget what was timed, with its program."""
        self._begin()
        self._take(self._layouts[0])

    def run(self, program: RecordedProgram) -> None:
        """Carry out a program in the layout whose turn it is."""
        if not self._taken_up:
            self.chosen.take_up()
            self._taken_up = True
        since = time.perf_counter()
        self.chosen.run(program)
        if len(self._layouts) > 1:
            self._note(program, time.perf_counter() - since)

    def _note(self, program: RecordedProgram, taken: float) -> None:
        """Note a time; go on to the next layout when there are enough, or begin again."""
        self._steps += 1
        if self._waiting:
            self._program = self._program or program
            if program is self._program:
                self._times.append(taken)
            if len(self._times) == TRIAL or self._is_slow():
                self._next()
        elif self._steps >= AGAIN:
            self._begin()
            self._take(self._waiting[0])

    def _is_slow(self) -> bool:
        """Return whether the layout whose turn it is will hardly be the fastest."""
        best = min((time for time, _ in self._found), default=np.inf)
        return min(self._times[1:], default=0.0) > SLOW * best

    def _next(self) -> None:
        """Note the least time of a layout and go on, or choose."""
        self._found.append((min(self._times[1:]), self._waiting.pop(0)))
        self._times = []
        fastest = min(self._found, key=lambda entry: entry[0])[1]
        self._take(self._waiting[0] if self._waiting else fastest)

    def _take(self, layout: _Layout) -> None:
        """Make a layout the one in use."""
        self.chosen, self._taken_up = layout, False


def _usable_cores() -> set[int]:
    """Return the cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return set(os.sched_getaffinity(0))
    return set(range(os.cpu_count() or 1))
