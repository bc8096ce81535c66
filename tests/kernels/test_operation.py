"""Arguments of compiled operations: what fits is used in place, the rest is copied or refused."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from neurohm.kernels import Kernels
from neurohm.kernels.cpu import operation as module
from neurohm.kernels.cpu.operation import operation, vector, words_of


def strided(rows: int, units: int) -> np.ndarray:
    """Return every second column of a matrix."""
    return np.ones((rows, 2 * units))[:, ::2]


def ones(*shape: int) -> np.ndarray:
    return np.ones(shape)


PACE = np.array([0.1, 1e-8])
# each call writes to an array that is not in one piece
WRITES: dict[str, Callable[[Kernels, Any], None]] = {
    "mean": lambda k, draws: k.bernoulli.mean(ones(2, 3), ones(3), strided(2, 3)),
    "draw": lambda k, draws: k.bernoulli.draw(ones(2, 3), ones(3), draws, strided(2, 3)),
    "error": lambda k, draws: k.poisson.error(ones(2, 3), ones(3), ones(2, 3), strided(2, 3)),
    "total": lambda k, draws: k.poisson.log_probability(
        ones(2, 3), ones(3), ones(2, 3), strided(1, 2)[0]
    ),
    "product": lambda k, draws: k.products.product(ones(2, 4), ones(4, 3), strided(2, 3)),
    "transposed": lambda k, draws: k.products.transposed_product(
        ones(2, 4), ones(2, 3), ones(3, 4).T
    ),
    "shared": lambda k, draws: k.products.add_shared(ones(1, 3), strided(2, 3)),
    "fill": lambda k, draws: k.arrays.fill(ones(2, 3).T, 1.0),
    "add": lambda k, draws: k.arrays.add(ones(2, 3), strided(2, 3)),
    "delta": lambda k, draws: k.optimisers.delta(strided(1, 3)[0], ones(3), PACE),
    "adam": lambda k, draws: k.optimisers.adam(
        ones(3), ones(3), strided(1, 3)[0], ones(3), PACE, (0.9, 0.9)
    ),
    "shrink": lambda k, draws: k.optimisers.shrink(strided(1, 3)[0], PACE, 0.1, 0.1),
    "rectify": lambda k, draws: k.optimisers.rectify(strided(1, 3)[0]),
    "rows": lambda k, draws: k.windows.rows_of(ones(4, 3), np.arange(2), strided(2, 3)),
    "weigh": lambda k, draws: k.weights.weigh_rows(
        ones(4, 3), ones(1), 1.0, strided(2, 3), ones(3)
    ),
}


@pytest.mark.parametrize("call", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("when", ["at once", "recorded"])
def test_an_array_to_be_written_has_to_be_in_one_piece(call, when, compiled, draws) -> None:
    carry_out = compiled.record if when == "recorded" else lambda body: body(compiled)
    with pytest.raises(ValueError, match="C-contiguous"):
        carry_out(lambda kernels: call(kernels, draws))


def test_words_are_addresses_shapes_and_numbers() -> None:
    matrix, vector = np.zeros((3, 4)), np.zeros(5, np.float32)
    words = words_of((matrix, vector, matrix[1:], 7, 0.5)).reshape(-1, 3)
    assert words[0].tolist() == [matrix.ctypes.data, 3, 4]
    assert words[1].tolist() == [vector.ctypes.data, 5, 1]
    assert words[2].tolist() == [matrix.ctypes.data + 32, 2, 4]
    assert words[3].tolist() == [7, 0, 0]
    assert words[4, 0] == np.array(0.5).view(np.int64)


FORMS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "columns first": np.asfortranarray,
    "strided": lambda a: a.repeat(2, axis=1)[:, ::2],
    "backwards": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
    "of whole numbers": lambda a: a.astype(np.int64),
    "of bytes": lambda a: a.astype(np.int8),
    "of the other precision": lambda a: a.astype("f8" if a.dtype == np.float32 else "f4"),
    "read-only": lambda a: np.broadcast_to(a, a.shape),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_inputs_of_another_order_or_kind_are_copied(kind, dtype, form, compiled, draws) -> None:
    rng, passes = np.random.default_rng(0), getattr(compiled, kind)
    drive, values = (rng.integers(0, 2, (6, 21)).astype(dtype) for _ in range(2))
    weights, bias = rng.standard_normal((21, 5)).astype(dtype), np.zeros(21, dtype)

    def run(drive: np.ndarray, values: np.ndarray) -> list[bytes]:
        given = drive.copy(), values.copy()
        out, drawn, total = np.empty((6, 21), dtype), np.empty((6, 21), dtype), np.zeros(6)
        product, gradient = np.empty((6, 5), dtype), np.empty((21, 21), dtype)
        passes.mean(drive, bias, out)
        results = [out.tobytes()]
        passes.draw(drive, bias, draws, drawn)
        passes.error_with_log_probability(drive, bias, values, out, total)
        passes.log_probability(drive, bias, values, total)
        compiled.products.product(values, weights, product)
        compiled.products.transposed_product(values, out, gradient)
        np.testing.assert_array_equal(drive, given[0])
        np.testing.assert_array_equal(values, given[1])
        return [*results, *(a.tobytes() for a in (drawn, out, total, product, gradient))]

    assert run(form(drive), form(values)) == run(drive, values)


# in none of these calls does a wrong reading leave the memory of an array
MIXED: dict[str, Callable[[Kernels], None]] = {
    "drawn into": lambda k: k.bernoulli.mean(
        np.ones((2, 3), "f4"), np.ones(3, "f4"), np.ones((2, 3))
    ),
    "multiplied": lambda k: k.products.product(
        np.ones((2, 3), "f4"), np.ones((3, 2)), np.ones((2, 2), "f4")
    ),
    "added": lambda k: k.arrays.add(np.ones(3), np.ones(3, "f4")),
    "a gradient": lambda k: k.optimisers.delta(np.ones(3, "f4"), np.ones(3), PACE),
    "a pace": lambda k: k.optimisers.delta(np.ones(3), np.ones(3), np.ones(4, "f4")),
    "an index": lambda k: k.windows.rows_of(ones(4, 3), np.zeros(4, np.int32), ones(2, 3)),
}


@pytest.mark.parametrize("call", MIXED.values(), ids=MIXED)
def test_arrays_of_another_type_are_not_recorded(call, compiled) -> None:
    with pytest.raises(TypeError, match="argument"):
        compiled.record(call)


def test_arrays_of_another_type_are_read_as_what_they_are_and_not_written(compiled) -> None:
    with pytest.raises(TypeError, match="argument 2 of _mean"):
        MIXED["drawn into"](compiled)
    out, parameter = np.empty((2, 2), "f4"), np.ones(3, "f4")
    compiled.products.product(np.ones((2, 3), "f4"), np.ones((3, 2)), out)
    compiled.arrays.add(np.full(3, 2.0), parameter)
    np.testing.assert_array_equal(out, 3)
    np.testing.assert_array_equal(parameter, 3)


@pytest.mark.parametrize("one", [np.float32(0.5), np.float64(0.5), 0.5])
def test_a_number_of_any_kind_means_the_same(one, compiled) -> None:
    parameter, first, second = np.zeros(3), np.zeros(3), np.zeros(3)
    compiled.optimisers.adam(parameter, np.ones(3), first, second, PACE, (one, one))
    np.testing.assert_array_equal(first, 0.5)
    compiled.arrays.fill(parameter, one)
    np.testing.assert_array_equal(parameter, 0.5)


def test_a_recording_does_not_keep_an_old_copy(compiled) -> None:
    # what does not fit cannot be read in place, so a replay would see what it was at first
    drive, out = np.zeros((1, 3), np.int64), np.zeros((1, 3))
    try:
        program = compiled.record(lambda k: k.poisson.mean(drive, np.zeros(3), out))
    except (TypeError, ValueError):
        return
    drive[:] = 1
    program.run()
    np.testing.assert_allclose(out, np.e)


@operation
def _clear(words, real):  # type: ignore[no-untyped-def]
    vector(words, 0, real)[0] = 0.0


def test_threads_that_need_an_operation_compile_it_once(monkeypatch) -> None:
    compilers, compile_ = [], module.cfunc

    def cfunc(*arguments: Any, **options: Any) -> Any:
        compilers.append(arguments)
        return compile_(*arguments, **{**options, "cache": False})

    monkeypatch.setattr(module, "cfunc", cfunc)
    with ThreadPoolExecutor(4) as pool:
        addresses = set(pool.map(lambda _: _clear.address(np.dtype("f4")), range(4)))
    assert len(addresses) == len(compilers) == 1
