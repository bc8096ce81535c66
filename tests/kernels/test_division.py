"""Calls cut into parts: what the parts are, and that together they are the call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from neurohm.backend import Draws, SparseRows, get_backend
from neurohm.kernels import Kernels
from neurohm.kernels.cpu import division
from neurohm.kernels.cpu.crew import Crew
from neurohm.kernels.cpu.division import PARTS, ROWS, WORTH, Division, divided
from neurohm.kernels.cpu.instruction import Tape
from neurohm.kernels.cpu.instruction_set import kernels as compiled_kernels
from neurohm.kernels.cpu.program import dependencies

ENOUGH = float(WORTH * PARTS)
SAMPLES, SHARE, UNITS, SOURCES = 35, 4, 70, 20


def cut_into(parts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every call be cut, however small."""
    monkeypatch.setattr(division, "PARTS", parts)
    monkeypatch.setattr(division, "ROWS", 1)
    monkeypatch.setattr(division, "WORTH", 1e-9)


@pytest.mark.parametrize(
    ("rows", "cost", "expected"),
    [
        (2 * ROWS, ENOUGH, 2),
        (2 * ROWS - 1, ENOUGH, 1),  # too few rows
        (2 * ROWS, ENOUGH - 1, 1),  # too little to do
        (10**6, 1e12, 2),
        (1, ENOUGH, 1),
        (0, ENOUGH, 1),
    ],
)
def test_a_call_is_cut_by_what_it_computes(rows: int, cost: float, expected: int) -> None:
    out = np.zeros((rows, 3))
    parts = divided(Division((0,)), (out,), cost)
    assert len(parts) == expected
    assert [part.rows[0] for part in parts] == [0, *(part.rows[1] for part in parts[:-1])]
    assert parts[-1].rows[1] == rows
    assert rows < ROWS or min(end - first for first, end in (p.rows for p in parts)) >= ROWS


def test_parts_touch_their_rows_and_those_that_serve_them() -> None:
    out, shared, one, other = (np.zeros((rows, 3)) for rows in (200, 50, 1, 7))
    first, second = divided(Division((0, 1, 2)), (out, shared, one, other), ENOUGH)
    assert [touched.shape[0] for touched in first.touched] == [100, 25, 1, 7]
    assert second.touched[0].ctypes.data == out[100:].ctypes.data
    assert second.touched[1].ctypes.data == shared[25:].ctypes.data
    assert all(second.arrays[i] is array for i, array in enumerate((out, shared, one, other)))


def test_a_row_that_serves_rows_of_two_parts_is_touched_by_both() -> None:
    out, shared = np.zeros((130, 3)), np.zeros((13, 3))
    first, second = divided(Division((0, 1)), (out, shared), ENOUGH)
    assert (first.rows, second.rows) == ((0, 65), (65, 130))
    assert [part.touched[1].shape[0] for part in (first, second)] == [7, 7]


def test_each_part_has_room_of_its_own() -> None:
    out, room = np.zeros((200, 3)), np.zeros(5, np.uint32)
    first, second = divided(Division((0,), own=(1,)), (out, room), ENOUGH)
    assert first.arrays[1] is first.touched[1] is room
    assert second.arrays[1] is second.touched[1]
    assert second.arrays[1].dtype == room.dtype
    assert second.arrays[1].shape == room.shape
    assert not np.shares_memory(second.arrays[1], room)


class Material:
    """Arrays to call kernels with: some serve several rows of the result."""

    def __init__(self, dtype: str) -> None:
        rng, rows = np.random.default_rng(5), SAMPLES * SHARE
        self.drive = rng.standard_normal((SAMPLES, UNITS)).astype(dtype)
        self.bias = rng.standard_normal(UNITS).astype(dtype)
        self.counts = rng.poisson(0.3, (SAMPLES, UNITS)).astype(dtype)
        self.sparse = SparseRows.room(get_backend("cpu"), self.counts.shape, dtype)
        self.sparse.set_dense(self.counts)
        self.source = rng.standard_normal((rows, SOURCES)).astype(dtype)
        self.weights = rng.standard_normal((SOURCES, UNITS)).astype(dtype)
        self.wide = rng.standard_normal((UNITS, SOURCES)).astype(dtype)
        self.out = rng.standard_normal((rows, UNITS)).astype(dtype)
        self.few = rng.standard_normal((SAMPLES, SOURCES)).astype(dtype)
        self.gradient = rng.standard_normal((SOURCES, UNITS)).astype(dtype)
        self.total = rng.standard_normal(rows)
        keys = rng.integers(0, 2**32, (SAMPLES, 2)).astype(np.uint32)
        self.draws = Draws(keys, SHARE, 7, np.array([3, 5], np.uint32))
        self.results = [self.out, self.few, self.gradient, self.total]


Call = Callable[[Any, Material], None]
PASSES: dict[str, Call] = {
    "mean": lambda k, m: k.mean(m.drive, m.bias, m.out),
    "draw": lambda k, m: k.draw(m.drive, m.bias, m.draws, m.out),
    "draw, scored": lambda k, m: k.draw_with_log_probability(
        m.drive, m.bias, m.draws, m.out, m.total
    ),
    "error": lambda k, m: k.error(m.drive, m.bias, m.counts, m.out),
    "error, scored": lambda k, m: k.error_with_log_probability(
        m.drive, m.bias, m.counts, m.out, m.total
    ),
    "score": lambda k, m: k.log_probability(m.drive[:1], m.bias, m.counts, m.total),
    "sparse error": lambda k, m: k.error(m.drive, m.bias, m.sparse, m.out),
    "sparse error, scored": lambda k, m: k.error_with_log_probability(
        m.drive[:1], m.bias, m.sparse, m.out, m.total
    ),
    "sparse score": lambda k, m: k.log_probability(m.drive, m.bias, m.sparse, m.total),
}
CALLS: dict[str, Call] = {
    "product": lambda k, m: k.products.product(m.source, m.weights, m.out),
    "transposed": lambda k, m: k.products.transposed_product(m.source, m.out, m.gradient),
    "transposed, added": lambda k, m: k.products.transposed_product(
        m.source, m.out, m.gradient, True
    ),
    "gathered": lambda k, m: k.products.product(m.sparse, m.wide, m.few),
    "shared": lambda k, m: k.products.add_shared(m.drive, m.out),
}
for kind in ("bernoulli", "poisson"):
    CALLS.update(
        {
            f"{kind} {name}": lambda k, m, kind=kind, call=call: call(getattr(k, kind), m)
            for name, call in PASSES.items()
        }
    )


@pytest.mark.parametrize("parts", [2, 3, 16])
@pytest.mark.parametrize(("name", "call"), CALLS.items(), ids=CALLS)
def test_the_parts_are_the_call(name, call, parts, dtype, compiled, close, monkeypatch) -> None:
    whole, cut = Material(dtype), Material(dtype)
    call(compiled, whole)
    cut_into(parts, monkeypatch)
    tape = Tape()
    call(compiled_kernels(tape), cut)
    assert len({i.words.tobytes() for i in tape.instructions}) >= parts
    call(compiled, cut)
    for got, expected in zip(cut.results, whole.results, strict=True):
        if name.startswith(("product", "transposed")):
            close(got, expected, 9)  # a BLAS may round otherwise for fewer rows
        else:
            np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("parts", [2, 5])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_threads_share_a_call_to_the_bit(
    call, parts, threads, dtype, compiled, monkeypatch
) -> None:
    cut_into(parts, monkeypatch)
    at_once, recorded = Material(dtype), Material(dtype)
    call(compiled, at_once)
    start = [array.copy() for array in recorded.results]
    program = compiled.record(lambda kernels: call(kernels, recorded))
    with Crew(threads) as crew:
        for _ in range(20):
            for array, values in zip(recorded.results, start, strict=True):
                array[...] = values
            crew.run(program)
            for got, expected in zip(recorded.results, at_once.results, strict=True):
                assert got.tobytes() == expected.tobytes()


def test_a_part_waits_for_the_rows_that_it_reads(monkeypatch) -> None:
    """Product, draw, product, gradient: halves go side by side until a sum needs them all."""
    cut_into(2, monkeypatch)
    m, tape = Material("float32"), Tape()
    k, drawn, back = compiled_kernels(tape), np.empty_like(m.out), np.empty_like(m.source)
    k.products.product(m.source, m.weights, m.out)
    k.bernoulli.draw(m.out, m.bias, m.draws, drawn)
    k.products.product(drawn, m.wide, back)
    k.products.transposed_product(back, drawn, m.gradient)
    waits = dependencies(tape.instructions)
    assert waits[:6] == [set(), set(), {0}, {1}, {2}, {3}]
    assert waits[6] == waits[7] == {2, 3, 4, 5}


def test_drawing_compressed_rows_is_one_call(compiled: Kernels, monkeypatch) -> None:
    """Where a row's entries lie depends on all rows before it."""
    cut_into(4, monkeypatch)
    m, tape = Material("float32"), Tape()
    compiled_kernels(tape).bernoulli.draw(m.drive, m.bias - 3, m.draws, m.sparse)
    assert len(tape.instructions) == 1
    m.draws = Draws(m.draws.keys, 1, 7, m.draws.clock)
    dense = np.empty_like(m.counts)
    compiled.bernoulli.draw(m.drive, m.bias - 3, m.draws, m.sparse)
    compiled.bernoulli.draw(m.drive, m.bias - 3, m.draws, dense)
    np.testing.assert_array_equal(m.sparse.toarray(), dense)
