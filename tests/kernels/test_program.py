"""Recorded programs: what is replayed gives, to the bit, what the calls give at once."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurohm.backend import Draws, RandomStream, SparseRows, get_backend
from neurohm.kernels import Kernels, get_kernels
from neurohm.kernels.cpu import division
from neurohm.kernels.cpu.crew import Crew
from neurohm.kernels.cpu.instruction import Instruction
from neurohm.kernels.cpu.program import RecordedProgram, dependencies

SIZE = 12


@pytest.fixture(params=["reference", "compiled"])
def kernels(request: pytest.FixtureRequest) -> Kernels:
    return request.getfixturevalue(request.param)


@pytest.fixture(params=[1, 2], ids=["one thread", "two threads"])
def threads(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture(scope="module", params=[1, 3], ids=["whole", "cut"], autouse=True)
def parts(request: pytest.FixtureRequest) -> Iterator[None]:
    """Carry calls out whole, or cut them wherever they may be cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(division, "PARTS", request.param)
        patch.setattr(division, "ROWS", 1)
        patch.setattr(division, "WORTH", 1e-9)
        yield


class Memory:
    """Every array that a step may use, some of them views of the same memory."""

    def __init__(self, dtype: str, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.real = rng.standard_normal(20 * SIZE).astype(dtype)
        self.real[180:192] **= 2  # running averages of squares
        self.totals = rng.standard_normal(3 * SIZE)
        self.rows = SparseRows.room(get_backend("cpu"), (4, 3), dtype)
        self.rows.set_dense(rng.random((4, 3)) < 0.5)
        self.keys, self.clock = np.array([[1, 2]], np.uint32), np.array([3, 0], np.uint32)
        self.pace, self.indices = np.array([0.1, 1e-3]), np.array([2, 0, 1, 2])

    def vector(self, start: int, size: int = SIZE) -> np.ndarray:
        return self.real[start : start + size]

    def matrix(self, start: int, rows: int, columns: int) -> np.ndarray:
        return self.vector(start, rows * columns).reshape(rows, columns)

    def total(self, start: int, size: int = 4) -> np.ndarray:
        return self.totals[start : start + size]

    def arrays(self) -> list[np.ndarray]:
        sparse = [self.rows.indptr, self.rows.columns, self.rows.values]
        return [self.real, self.totals, self.clock, self.pace, *sparse]

    def state(self) -> list[np.ndarray]:
        return [array.copy() for array in self.arrays()]

    def restore(self, state: list[np.ndarray]) -> None:
        for array, values in zip(self.arrays(), state, strict=True):
            array[...] = values

    def draws(self, site: int) -> Draws:
        return Draws(self.keys, 2**62, site, self.clock)


Call = Callable[[Kernels, Memory, int, int], None]
# a call at two places a and b of the real memory, which may overlap
CALLS: dict[str, Call] = {
    "fill": lambda k, m, a, b: k.arrays.fill(m.vector(a), 0.5),
    "add": lambda k, m, a, b: k.arrays.add(m.vector(a), m.vector(b)),
    "accumulate": lambda k, m, a, b: k.arrays.accumulate(m.total(a % 8), m.total(20, 1)),
    "log ratio": lambda k, m, a, b: k.weights.log_ratio(
        m.total(a % 9), m.total(b % 9), m.total(12 + a % 9)
    ),
    "importance": lambda k, m, a, b: k.weights.importance_weights(
        m.total(0, 6).reshape(2, 3), m.matrix(a, 2, 3), m.total(24, 2), m.total(26, 2)
    ),
    "advantage": lambda k, m, a, b: k.weights.advantage(m.vector(a), 0.3, m.vector(b)),
    "weigh": lambda k, m, a, b: k.weights.weigh_rows(
        m.matrix(a, 4, 3), m.vector(200, 4), 0.5, m.matrix(b, 2, 3), m.vector(210, 3)
    ),
    "delta": lambda k, m, a, b: k.optimisers.delta(m.vector(a), m.vector(b), m.pace),
    "momentum": lambda k, m, a, b: k.optimisers.momentum(
        m.vector(a), m.vector(b), m.vector(160), m.pace, 0.9
    ),
    "adam": lambda k, m, a, b: k.optimisers.adam(
        m.vector(a), m.vector(b), m.vector(160), m.vector(180), m.pace, (0.9, 0.99)
    ),
    "shrink": lambda k, m, a, b: k.optimisers.shrink(m.vector(a), m.pace, 0.1, 0.2),
    "rectify": lambda k, m, a, b: k.optimisers.rectify(m.vector(a)),
    "rows": lambda k, m, a, b: k.windows.rows_of(m.matrix(a, 3, 3), m.indices, m.matrix(b, 4, 3)),
    "shared": lambda k, m, a, b: k.products.add_shared(m.matrix(a, 2, 3), m.matrix(b, 4, 3)),
    "product": lambda k, m, a, b: k.products.product(
        m.matrix(a, 4, 3), m.matrix(140, 3, 3), m.matrix(215, 4, 3)
    ),
    "transposed": lambda k, m, a, b: k.products.transposed_product(
        m.matrix(a, 4, 3), m.matrix(b, 4, 3), m.matrix(215, 3, 3)
    ),
    "gather": lambda k, m, a, b: k.products.product(m.rows, m.matrix(a, 3, 3), m.matrix(215, 4, 3)),
    "scatter": lambda k, m, a, b: k.products.transposed_product(
        m.rows, m.matrix(a, 4, 3), m.matrix(215, 3, 3)
    ),
}
for name in ("bernoulli", "poisson"):

    def unit_calls(kind: str) -> dict[str, Call]:
        def passes(kernels: Kernels) -> Any:
            return getattr(kernels, kind)

        return {
            "mean": lambda k, m, a, b: passes(k).mean(
                m.matrix(a, 2, 3), m.vector(b, 3), m.matrix(100, 4, 3)
            ),
            "draw": lambda k, m, a, b: passes(k).draw(
                m.matrix(a, 2, 3), m.vector(b, 3), m.draws(a), m.matrix(112, 4, 3)
            ),
            "draw compressed": lambda k, m, a, b: passes(k).draw(
                m.matrix(a, 2, 3), m.vector(b, 3), m.draws(b), m.rows
            ),
            "draw with log p": lambda k, m, a, b: passes(k).draw_with_log_probability(
                m.matrix(a, 2, 3), m.vector(b, 3), m.draws(a), m.matrix(112, 4, 3), m.total(28)
            ),
            "error": lambda k, m, a, b: passes(k).error(
                m.matrix(a, 4, 3), m.vector(b, 3), m.rows, m.matrix(124, 4, 3)
            ),
            "error with log p": lambda k, m, a, b: passes(k).error_with_log_probability(
                m.matrix(a, 4, 3), m.vector(b, 3), m.rows, m.matrix(124, 4, 3), m.total(28)
            ),
            "log p": lambda k, m, a, b: passes(k).log_probability(
                m.matrix(a, 4, 3), m.vector(b, 3), m.rows, m.total(28)
            ),
            "log p of dense": lambda k, m, a, b: passes(k).log_probability(
                m.matrix(a, 4, 3), m.vector(b, 3), m.matrix(112, 4, 3), m.total(28)
            ),
        }

    CALLS.update({f"{name} {what}": call for what, call in unit_calls(name).items()})


def assert_state(memory: Memory, expected: list[np.ndarray]) -> None:
    for got, wanted in zip(memory.arrays(), expected, strict=True):
        assert got.tobytes() == wanted.tobytes()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_recorded_call_does_nothing_until_it_is_run(kernels, dtype, call) -> None:
    memory = Memory(dtype)
    before = memory.state()
    program = kernels.record(lambda k: call(k, memory, 0, 30))
    assert_state(memory, before)
    call(kernels, memory, 0, 30)
    expected = memory.state()
    memory.restore(before)
    program.run()
    assert_state(memory, expected)
    assert any((a != b).any() for a, b in zip(before, expected, strict=True))


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_program_runs_again_on_what_its_arrays_hold_by_then(kernels, dtype, call) -> None:
    memory = Memory(dtype)
    program = kernels.record(lambda k: call(k, memory, 0, 30))
    for seed in range(1, 4):
        memory.restore(Memory(dtype, seed).state())
        memory.clock[0], memory.pace[0] = seed, 0.1 * seed
        before = memory.state()
        call(kernels, memory, 0, 30)
        expected = memory.state()
        memory.restore(before)
        with kernels.workers(1) as workers:
            workers.run(program)
        assert_state(memory, expected)


def test_a_replay_draws_fresh_numbers_when_the_clock_has_moved(kernels) -> None:
    memory, out = Memory("float64"), np.empty((4, 30))
    drive, bias = np.zeros((1, 30)), np.zeros(30)
    program = kernels.record(lambda k: k.bernoulli.draw(drive, bias, memory.draws(5), out))
    seen = []
    for step in range(4):
        memory.clock[0] = step
        program.run()
        seen.append(out.copy())
        expected = np.empty((4, 30))
        stream = RandomStream(1 + (2 << 32), step)
        kernels.bernoulli.draw(drive, bias, stream.at(5), expected)
        np.testing.assert_array_equal(out, expected)
    assert len({array.tobytes() for array in seen}) == 4


@dataclass(frozen=True)
class Step:
    """A call and its places."""

    name: str
    a: int
    b: int

    def __call__(self, kernels: Kernels, memory: Memory) -> None:
        CALLS[self.name](kernels, memory, self.a, self.b)


# few places, so that calls meet: the same, next to each other, and overlapping in part
PLACES = st.sampled_from([0, 5, 12, 24, 30, 100, 112, 118, 124, 215])
STEPS = st.lists(st.builds(Step, st.sampled_from(sorted(CALLS)), PLACES, PLACES), max_size=40)


@pytest.mark.parametrize("threads", [1, 2])
@settings(max_examples=60)
@given(steps=STEPS)
def test_random_programs_give_what_their_calls_give_in_order(
    steps: list[Step], compiled: Kernels, threads: int
) -> None:
    memory = Memory("float64")

    def body(kernels: Kernels) -> None:
        for step in steps:
            step(kernels, memory)

    program, before = compiled.record(body), memory.state()
    body(compiled)
    expected = memory.state()
    with Crew(threads) as crew:
        for _ in range(5):
            memory.restore(before)
            crew.run(program)
            assert_state(memory, expected)


def wide_program(memory: Memory, length: int = 60) -> Callable[[Kernels], None]:
    """Return a body whose calls partly depend on each other, at random places."""
    rng = np.random.default_rng(length)
    names = sorted(CALLS)
    steps = [
        Step(names[rng.integers(len(names))], *rng.choice([0, 5, 24, 30, 48, 60, 84], 2).tolist())
        for _ in range(length)
    ]

    def body(kernels: Kernels) -> None:
        for step in steps:
            step(kernels, memory)

    return body


@pytest.mark.parametrize("length", [3, 30, 90])
def test_no_two_runs_differ(length: int, compiled: Kernels, threads: int) -> None:
    memory = Memory("float64")
    body, before = wide_program(memory, length), memory.state()
    program = compiled.record(body)
    body(compiled)
    expected = memory.state()
    assert np.isfinite(memory.real).all()
    with Crew(threads) as crew:
        for _ in range(300):
            memory.restore(before)
            crew.run(program)
            assert_state(memory, expected)


def test_programs_take_turns(compiled: Kernels, threads: int) -> None:
    one, other = Memory("float64"), Memory("float32", 1)
    programs = [compiled.record(wide_program(memory, 20)) for memory in (one, other, one)]
    starts = [memory.state() for memory in (one, other)]
    results = set()
    with Crew(threads) as crew:
        for _ in range(100):
            one.restore(starts[0])
            other.restore(starts[1])
            for program in programs:
                crew.run(program)
            results.add(b"".join(a.tobytes() for m in (one, other) for a in m.arrays()))
    assert len(results) == 1


def test_a_program_of_no_calls_does_nothing(kernels: Kernels) -> None:
    program = kernels.record(lambda k: None)
    program.run()
    for threads in (1, 2, None):
        with kernels.workers(threads) as workers:
            for _ in range(50):
                workers.run(program)


def test_a_program_keeps_its_memory(compiled: Kernels) -> None:
    out = np.zeros(1000)

    def body(kernels: Kernels) -> None:
        # nobody else holds these arrays
        values = np.arange(1000.0)
        kernels.poisson.error(np.zeros((1, 1000)), np.zeros(1000), values[None], out[None])
        part = np.empty(1000)
        kernels.arrays.fill(part, 1.0)
        kernels.arrays.add(part, out)

    program = compiled.record(body)
    rubbish = [np.full(1000, np.nan) for _ in range(100)]
    program.run()
    np.testing.assert_array_equal(out, np.arange(1000))
    assert len(rubbish) == 100


def test_branches_change_no_result(kernels: Kernels) -> None:
    a, b = np.zeros(5), np.zeros(5)

    def body(k: Kernels) -> None:
        with k.branch():
            k.arrays.fill(a, 1.0)
        k.arrays.fill(b, 2.0)
        k.arrays.add(a, b)

    kernels.record(body).run()
    np.testing.assert_array_equal(b, 3)


def instruction(reads: tuple, writes: tuple, cost: float = 1.0) -> Instruction:
    return Instruction("", 0, np.zeros(0, np.int64), reads, writes, cost)


MEMORY = np.zeros(10)
LOW, MIDDLE, HIGH = MEMORY[:4], MEMORY[2:8], MEMORY[6:]
NEXT = MEMORY[4:6]


@pytest.mark.parametrize(
    ("first", "second", "waits"),
    [
        (((), (LOW,)), ((LOW,), ()), True),  # read after write
        (((LOW,), ()), ((), (LOW,)), True),  # write after read
        (((), (LOW,)), ((), (LOW,)), True),  # write after write
        (((LOW,), ()), ((LOW,), ()), False),  # read after read
        (((), (LOW,)), ((), (HIGH,)), False),
        (((), (LOW,)), ((), (NEXT,)), False),  # neighbours
        (((), (NEXT,)), ((LOW,), (HIGH,)), False),
        (((), (LOW,)), ((MIDDLE,), ()), True),  # overlap in part
        (((), (MIDDLE,)), ((HIGH,), ()), True),
        (((), (MEMORY,)), ((NEXT,), ()), True),  # one within the other
        (((NEXT,), ()), ((), (MEMORY,)), True),
        (((), (LOW, HIGH)), ((NEXT, MIDDLE), ()), True),  # any of several
        (((), (MEMORY.reshape(2, 5)[:1],)), ((), (MEMORY[5:],)), False),
        (((), (MEMORY.view(np.uint8)[:9],)), ((MEMORY[1:2],), ()), True),  # by bytes
        (((), (MEMORY.view(np.uint8)[:8],)), ((MEMORY[1:2],), ()), False),
    ],
)
def test_an_instruction_waits_for_those_that_touch_its_memory(first, second, waits: bool) -> None:
    found = dependencies([instruction(*first), instruction(*second)])
    assert found == [set(), {0} if waits else set()]


@given(st.lists(st.tuples(*[st.tuples(st.integers(0, 8), st.integers(1, 4))] * 2), max_size=12))
def test_dependencies_are_those_of_every_pair(places) -> None:
    def view(place: tuple[int, int]) -> np.ndarray:
        return MEMORY[place[0] : sum(place)]

    def cells(place: tuple[int, int]) -> set[int]:
        return set(range(place[0], min(sum(place), len(MEMORY))))

    found = dependencies([instruction((view(r),), (view(w),)) for r, w in places])
    for now, (reads, writes) in enumerate(places):
        expected = {
            before
            for before, (earlier_reads, earlier_writes) in enumerate(places[:now])
            if cells(earlier_writes) & (cells(reads) | cells(writes))
            or cells(earlier_reads) & cells(writes)
        }
        assert found[now] == expected


@given(st.lists(st.tuples(PLACES, PLACES, st.floats(0, 1e9)), max_size=15))
def test_no_instruction_comes_before_one_that_it_waits_for(calls) -> None:
    memory = Memory("float64")
    given_ = [instruction((memory.vector(a),), (memory.vector(b),), cost) for a, b, cost in calls]
    order = [given_.index(i) for i in RecordedProgram(given_).instructions]
    assert sorted(order) == list(range(len(given_)))
    for now, waits_for in enumerate(dependencies(given_)):
        assert all(order.index(before) < order.index(now) for before in waits_for)


def test_the_longest_way_comes_first() -> None:
    a, b, c = np.zeros(1), np.zeros(1), np.zeros(1)
    short, first, then = (
        instruction((), (a,), 5.0),
        instruction((), (b,), 1.0),
        instruction((b,), (c,), 9.0),
    )
    assert RecordedProgram([short, first, then]).instructions == [first, then, short]


def test_a_deep_copy_of_kernels_is_themselves() -> None:
    kernels = get_kernels(get_backend("cpu"))
    assert copy.deepcopy(kernels) is kernels
