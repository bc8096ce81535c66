"""Threads that work on programs: no result depends on how many, on when they wake, or on luck."""

from __future__ import annotations

import gc
import itertools
import os
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numba import njit

from neurohm.kernels import Kernels
from neurohm.kernels.cpu import crew as crew_module
from neurohm.kernels.cpu import replay
from neurohm.kernels.cpu.crew import Crew
from neurohm.kernels.cpu.program import RecordedProgram

WIDTH, DEPTH = 4, 6


def cores() -> set[int]:
    return set(os.sched_getaffinity(0))


two_cores = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="needs two cores, and a system that can hold threads to them",
)


class Strands:
    """Strands of work side by side that exchange what they have after every step."""

    def __init__(self, kernels: Kernels, size: int, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.start = rng.standard_normal((WIDTH, size))
        self.data = self.start.copy()
        self.kernels, self.pace = kernels, np.array([0.5, 0.0])
        self.program = kernels.record(self.body)
        self.body(kernels)
        self.expected = self.data.copy()

    def body(self, kernels: Kernels) -> None:
        for depth in range(DEPTH):
            for i in range(WIDTH):
                kernels.optimisers.delta(self.data[i], self.data[i - 1 - depth % 2], self.pace)
                kernels.optimisers.shrink(self.data[i], self.pace, 0.1, 0.01)

    def check(self, run: Callable[[RecordedProgram], None]) -> None:
        self.data[...] = self.start
        run(self.program)
        np.testing.assert_array_equal(self.data, self.expected)


@pytest.fixture
def strands(compiled: Kernels) -> Strands:
    return Strands(compiled, 3000)


@pytest.mark.parametrize("threads", [1, 2, None])
@pytest.mark.parametrize("size", [1, 100, 20_000])
def test_results_are_the_same_for_every_layout(compiled, threads, size: int) -> None:
    strands = Strands(compiled, size)
    with Crew(threads) as crew:
        for _ in range(200):  # long enough for every layout to be tried
            strands.check(crew.run)


@pytest.mark.parametrize(
    ("threads", "layouts"),
    [
        (1, {"one thread"}),
        pytest.param(2, {"two threads"}, marks=two_cores),
        pytest.param(None, {"one thread", "two threads", "two threads, one held"}, marks=two_cores),
    ],
)
def test_every_layout_that_there_is_to_choose_from_is_tried(strands, threads, layouts) -> None:
    seen = set()
    with Crew(threads) as crew:
        for _ in range(100):
            seen.add(crew.layout)
            strands.check(crew.run)
        assert crew.layout in layouts
        chosen = {crew.layout}
        for _ in range(50):
            strands.check(crew.run)
            chosen.add(crew.layout)
    assert seen == layouts
    assert len(chosen) == 1


def test_layouts_are_tried_once_more_after_a_while(strands, monkeypatch) -> None:
    monkeypatch.setattr(crew_module, "AGAIN", 40)
    layouts = []
    with Crew() as crew:
        for _ in range(400):
            layouts.append(crew.layout)
            strands.check(crew.run)
    # a trial begins with two threads: they come back although they may not be the fastest
    trial = 3 * crew_module.TRIAL
    assert all("two threads" in layouts[i : i + 40 + trial] for i in range(0, 300, 40 + trial))


@two_cores
def test_a_layout_that_is_much_slower_is_given_up_after_two_steps(strands) -> None:
    with Crew() as crew:
        trial = crew._trial
        two, _, one = trial._layouts
        for _ in range(2 * crew_module.TRIAL):
            trial._note(strands.program, 1.0)
        assert trial.chosen is one
        trial._note(strands.program, 9.0)  # the first step counts for nothing
        assert trial.chosen is one
        trial._note(strands.program, crew_module.SLOW + 0.1)
        assert trial.chosen is two


@two_cores
def test_on_one_core_there_is_one_thread(strands) -> None:
    before = cores()
    os.sched_setaffinity(0, {min(before)})
    try:
        with Crew() as crew:
            for _ in range(50):
                strands.check(crew.run)
                assert crew.layout == "one thread"
        assert cores() == {min(before)}
    finally:
        os.sched_setaffinity(0, before)


@pytest.fixture
def sleeps(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rounds after which a worker slept; it sleeps as soon as nothing comes."""
    seen: list[int] = []
    sleep = crew_module._Worker._sleep

    def watched(self, round_: int) -> None:
        seen.append(round_)
        sleep(self, round_)

    monkeypatch.setattr(crew_module._Worker, "_sleep", watched)
    monkeypatch.setattr(crew_module, "PATIENCE", 1)
    return seen


def wait_until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not what():
        assert time.monotonic() < end
        time.sleep(1e-4)


@two_cores
def test_a_worker_that_slept_is_woken_by_the_next_program(strands, sleeps) -> None:
    with Crew(threads=2) as crew:
        wait_until(lambda: sleeps[-1:] == [0])
        for done in range(1, 60):
            strands.check(crew.run)
            wait_until(lambda: sleeps[-1] == done)  # noqa: B023


@two_cores
def test_a_program_may_come_while_a_worker_falls_asleep(strands, sleeps) -> None:
    with Crew(threads=2) as crew:
        for _ in range(500):
            strands.check(crew.run)
        wait_until(lambda: sleeps[-1] == 500)


def test_a_crew_that_has_nothing_to_do_goes_home() -> None:
    before = threading.active_count()
    for _ in range(20):
        with Crew(threads=2):
            pass
    with Crew(threads=2):
        time.sleep(0.05)  # longer than a worker is patient
    assert threading.active_count() == before


@two_cores
def test_a_program_lives_as_long_as_a_thread_may_look_at_it(compiled) -> None:
    # a thread that comes late finds memory that is still the program's
    with Crew(threads=2) as crew:
        programs = [Strands(compiled, 10).program for _ in range(3)]
        alive = [weakref.ref(program) for program in programs]
        for program in programs:
            crew.run(program)
        del program, programs
        gc.collect()
        assert all(reference() is not None for reference in alive)


@pytest.mark.parametrize("threads", [1, 2, None])
def test_several_crews_work_at_once(compiled, threads) -> None:
    before = cores()

    def work(seed: int) -> None:
        strands = Strands(compiled, 500, seed)
        with Crew(threads) as crew:
            for _ in range(200):
                strands.check(crew.run)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert cores() == before


@two_cores
@pytest.mark.parametrize("runs", [0, 5, 15, 25, 60])
def test_an_exception_leaves_the_cores_of_the_thread_as_they_were(strands, runs: int) -> None:
    before, alive = cores(), threading.active_count()
    with pytest.raises(RuntimeError, match="trouble"), Crew() as crew:  # noqa: PT012
        for _ in range(runs):
            strands.check(crew.run)
        raise RuntimeError("trouble")
    assert cores() == before
    assert threading.active_count() == alive


@two_cores
def test_the_worker_alone_is_held_to_a_core(strands) -> None:
    before, held = cores(), {}
    with Crew() as crew:
        worker = next(t for t in threading.enumerate() if t.name == "neurohm")
        for _ in range(40):
            layout = crew.layout
            strands.check(crew.run)
            assert cores() == before
            held.setdefault(layout, set()).add(len(os.sched_getaffinity(worker.native_id or 0)))
    assert held["two threads"] == {len(before)}
    assert held["two threads, one held"] == {1}


# compiled anew in each run: a cache would not notice that what they call has changed
@njit(nogil=True)
def attend_until(mailbox, stop):  # type: ignore[no-untyped-def]
    seen = 0
    while stop[0] == 0:
        seen = replay.attend(mailbox, seen, 100)


@njit(nogil=True)
def run_rounds(mailbox, head, first, last, rounds):  # type: ignore[no-untyped-def]
    """Carry a program out again and again; return how often its result was wrong."""
    wrong = 0
    for now in range(rounds[0], rounds[1]):
        first[:] = now
        replay.announce(mailbox, head)
        replay.work(head)
        if (last != now).any():
            wrong += 1
    return wrong


class Crowd:
    """More threads than cores at one program, so that any of them may be late at any time."""

    def __init__(self, program: RecordedProgram, threads: int) -> None:
        self.program = program
        self.mailbox, self.stop = np.zeros(replay.MAILBOX, np.int64), np.zeros(1, np.int64)
        self.address = self.mailbox.ctypes.data
        self.threads = [
            threading.Thread(target=attend_until, args=(self.address, self.stop), daemon=True)
            for _ in range(threads)
        ]

    def __enter__(self) -> Crowd:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop[0] = 1
        for thread in self.threads:
            thread.join(10)


@pytest.fixture
def chain(compiled: Kernels) -> tuple[RecordedProgram, np.ndarray, np.ndarray]:
    """A program in which each instruction needs the one before, with its input and output."""
    links = [np.zeros(8) for _ in range(9)]

    def body(kernels: Kernels) -> None:
        for before, after in itertools.pairwise(links):
            kernels.arrays.fill(after, 0.0)
            kernels.arrays.add(before, after)

    return compiled.record(body), links[0], links[-1]


def test_late_threads_spoil_nothing(chain) -> None:
    # A thread that was held up in one round and goes on in the next must neither take an
    # instruction too early nor be counted twice. Wrong code is caught in most runs, not in all.
    program, first, last = chain
    found: list[int] = []

    def work() -> None:
        while time.monotonic() < end:
            rounds = 2000 * len(found) + np.array([0, 2000])
            found.append(run_rounds(crowd.address, program.head, first, last, rounds))

    with Crowd(program, 3) as crowd:
        end = time.monotonic() + 3
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(10)
        stuck = thread.is_alive()
        program._done[0] = 2**62  # lets stuck threads go
        thread.join(10)
    assert not stuck, "a program does not end"
    assert sum(found) == 0
