"""Every CUDA kernel, run on the host and on a GPU if there is one, against the NumPy reference.

Activity may differ where a uniform number lies within rounding of a probability: exp of the C
library, as CUDA's, differs from NumPy's in the last bits. Chance of one such draw: about 1e-7 in
single precision (a few ulp of 2**-24), so that of any test below failing with a new seed is 1e-3.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy as np
import pytest

from neurohm.backend import Draws, RandomStream, SparseRows, get_backend, uniform
from neurohm.backend.cupy_ import CudaBackend
from neurohm.images import Pyramid
from neurohm.kernels import Kernels, get_kernels
from neurohm.kernels.cuda.call import Multiplication, rowwise
from neurohm.kernels.cuda.products import NARROW, Products
from neurohm.learning.cues import Cover

Close = Callable[..., None]
TIES = 1e-6  # share of draws that may differ


def sparse(rows: int, units: int, dtype: str, matrix: np.ndarray | None = None) -> SparseRows:
    result = SparseRows.room(get_backend(), (rows, units), dtype)
    if matrix is not None:
        result.set_dense(matrix)
    return result


def mostly_silent(rows: int, units: int, dtype: str, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(0.1, (rows, units)).astype(dtype)


@pytest.mark.parametrize("columns", [1, 63, 64, 65, 784])
@pytest.mark.parametrize("first_row", [0, 2**32 - 3])
def test_uniform_numbers_are_equal_to_the_bit(issue, columns: int, first_row: int, dtype) -> None:
    keys = np.array([[2**32 - 1, 5], [0, 2**31]], np.uint32)
    draws = Draws(keys, 3, 7 << 16 | 3, np.array([2**32 - 1, first_row], np.uint32))
    out = np.empty((6, columns), dtype)
    arguments = (keys, np.int32(3), draws.clock, np.int32(draws.site), np.int32(columns), out)
    issue(rowwise("uniforms", 6, columns, out, *arguments))
    np.testing.assert_array_equal(out, uniform(draws, 6, columns))


def test_means_agree(kind, case, reference, cuda, close: Close) -> None:
    expected, got = case.out(), case.out()
    getattr(reference, kind).mean(case.drive, case.bias, expected)
    getattr(cuda, kind).mean(case.drive, case.bias, got)
    close(got, expected)


def test_draws_agree_draw_by_draw(kind, case, reference, cuda, draws, close: Close) -> None:
    plain, scored, expected = case.out(), case.out(), case.out()
    total, expected_total = case.total(), case.total()
    getattr(reference, kind).draw_with_log_probability(
        case.drive, case.bias, draws, expected, expected_total
    )
    getattr(cuda, kind).draw(case.drive, case.bias, draws, plain)
    getattr(cuda, kind).draw_with_log_probability(case.drive, case.bias, draws, scored, total)
    np.testing.assert_array_equal(plain, expected)
    np.testing.assert_array_equal(scored, expected)
    close(total, expected_total, 10)


def test_ties_are_few(kind, dtype, reference, cuda) -> None:
    rows, units = 100, 1000
    rng = np.random.default_rng(3)
    drive, bias = rng.standard_normal((rows, units)).astype(dtype), np.zeros(units, dtype)
    results = np.empty((2, rows, units), dtype)
    for kernels, out in zip((reference, cuda), results, strict=True):
        getattr(kernels, kind).draw(drive, bias, RandomStream(3, 5).at(1), out)
    assert (results[0] != results[1]).sum() <= TIES * results[0].size + 1


def test_rows_with_keys_of_their_own(kind, dtype, reference, cuda) -> None:
    keys = np.arange(6, dtype=np.uint32).reshape(3, 2)
    draws = Draws(keys, 4, 5, np.array([6, 1000], np.uint32))
    drive = np.random.default_rng(0).standard_normal((3, 70)).astype(dtype)
    outs = np.empty((2, 12, 70), dtype)
    for kernels, out in zip((reference, cuda), outs, strict=True):
        getattr(kernels, kind).draw(drive, np.zeros(70, dtype), draws, out)
    np.testing.assert_array_equal(outs[0], outs[1])


def test_errors_and_log_probabilities_agree(kind, case, reference, cuda, close: Close) -> None:
    expected, plain, scored = case.out(), case.out(), case.out()
    totals = [case.total() for _ in range(3)]
    a, b, s = case.drive, case.bias, case.values
    getattr(reference, kind).error_with_log_probability(a, b, s, expected, totals[0])
    getattr(cuda, kind).error_with_log_probability(a, b, s, scored, totals[1])
    getattr(cuda, kind).log_probability(a, b, s, totals[2])
    getattr(cuda, kind).error(a, b, s, plain)
    close(plain, expected, 30)  # rates reach e^5, and their rounding with them
    np.testing.assert_array_equal(scored, plain)
    np.testing.assert_allclose(totals[1], totals[0], rtol=1e-6 if "32" in a.dtype.name else 1e-13)
    np.testing.assert_array_equal(totals[2], totals[1])


@pytest.mark.parametrize("units", [1, 65, 300])
def test_autoregressive_units_agree(units, dtype, reference, cuda, draws, close: Close) -> None:
    rows = 12
    rng = np.random.default_rng(units)
    drive, bias = rng.standard_normal((rows // 3, units)), rng.standard_normal(units)
    lateral = np.triu(rng.standard_normal((units, units)) / np.sqrt(units), 1)
    given = [np.ascontiguousarray(array, dtype) for array in (drive, bias, lateral)]
    results = []
    for kernels in (reference, cuda):
        drawn, plain, mean = (np.empty((rows, units), dtype) for _ in range(3))
        total = np.arange(rows, dtype=np.float64)
        kernels.autoregressive.draw(*given, draws, drawn, total)
        kernels.autoregressive.draw(*given, draws, plain)
        kernels.autoregressive.mean(*given, mean)
        results.append((drawn, plain, mean, total))
    np.testing.assert_array_equal(results[1][0], results[0][0])
    np.testing.assert_array_equal(results[1][1], results[0][0])
    close(results[1][2], results[0][2], 30)
    close(results[1][3], results[0][3], 30)


def test_nade_agrees(nade_case, reference, cuda, draws, close: Close) -> None:
    case, results = nade_case, []
    for kernels in (reference, cuda):
        drawn, plain, mean, error, alone = (case.out() for _ in range(5))
        totals = [case.total() for _ in range(3)]
        kernels.nade.draw(case.given, draws, drawn, totals[0])
        kernels.nade.draw(case.given, draws, plain)
        kernels.nade.mean(case.given, mean)
        kernels.nade.error(case.given, case.values, error, totals[1])
        kernels.nade.error(case.given, case.values, alone)
        kernels.nade.log_probability(case.given, case.values, totals[2])
        np.testing.assert_array_equal(plain, drawn)
        np.testing.assert_array_equal(alone, error)
        results.append((drawn, mean, error, *totals))
    np.testing.assert_array_equal(results[1][0], results[0][0])
    for got, expected in zip(results[1], results[0], strict=True):
        close(got, expected, 30)


@pytest.mark.parametrize("single", [True, False], ids=["one gain", "gain of each row"])
def test_changes_of_nade_agree(nade_case, single, dtype, reference, cuda, close: Close) -> None:
    rng = np.random.default_rng(0)
    error = rng.standard_normal(nade_case.out().shape).astype(dtype)
    gain = rng.standard_normal(1 if single else nade_case.rows).astype(dtype)
    results = []
    for kernels in (reference, cuda):
        out = nade_case.change()
        kernels.nade.change(nade_case.given, nade_case.values, error, gain, 0.3, out)
        results.append(out)
    for got, expected in zip(results[1], results[0], strict=True):
        close(got, expected, 30)


def test_only_entries_above_the_diagonal_are_kept(dtype, reference, cuda) -> None:
    results = [np.ones((7, 7), dtype) for _ in range(2)]
    for kernels, out in zip((reference, cuda), results, strict=True):
        kernels.arrays.keep_upper(out)
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], np.triu(np.ones((7, 7), dtype), 1))


@pytest.mark.parametrize("extreme", [1e3, -1e3, 1e30, -1e30])
def test_extreme_drives_stay_finite(kind, dtype, extreme, draws, cuda) -> None:
    passes = getattr(cuda, kind)
    drive, bias = np.full((4, 65), extreme, dtype), np.zeros(65, dtype)
    drawn, mean, error = (np.empty((4, 65), dtype) for _ in range(3))
    total = np.zeros(4)
    passes.draw_with_log_probability(drive, bias, draws, drawn, total)
    passes.mean(drive, bias, mean)
    passes.error_with_log_probability(drive, bias, 1 - np.minimum(drawn, 1), error, total)
    for result in (drawn, mean, error, total):
        assert np.isfinite(result).all()
    top = 1 if kind == "bernoulli" else 500
    np.testing.assert_allclose(mean, top if extreme > 0 else 0, rtol=1e-5, atol=1e-30)


@pytest.mark.parametrize("units", [1, 64, 300, 700])
def test_compressed_draws_are_the_dense_ones(kind, dtype, units, draws, cuda) -> None:
    rows = 300  # more than one block of the threads that add up their sizes
    drive = np.random.default_rng(1).standard_normal((rows // 3, units)).astype(dtype) - 3
    bias, dense = np.full(units, 0.5, dtype), np.empty((rows, units), dtype)
    total, other_total = np.zeros(rows), np.zeros(rows)
    compressed, again = sparse(rows, units, dtype), sparse(rows, units, dtype)
    passes = getattr(cuda, kind)
    passes.draw_with_log_probability(drive, bias, draws, dense, total)
    passes.draw_with_log_probability(drive, bias, draws, compressed, other_total)
    passes.draw(drive, bias, draws, again)
    for result in (compressed, again):
        np.testing.assert_array_equal(result.toarray(), dense)
        expected = sparse(rows, units, dtype, dense)
        count = expected.indptr[-1]
        np.testing.assert_array_equal(result.columns[:count], expected.columns[:count])
    np.testing.assert_array_equal(other_total, total)


def test_compressed_values_give_what_dense_ones_give(kind, dtype, cuda) -> None:
    rng = np.random.default_rng(2)
    drive, bias = rng.standard_normal((8, 70)).astype(dtype), np.zeros(70, dtype)
    dense = mostly_silent(4, 70, dtype)
    if kind == "bernoulli":
        dense = np.minimum(dense, 1)
    results = []
    for values in (dense, sparse(4, 70, dtype, dense)):
        out, plain, total, alone = (
            np.empty((8, 70), dtype),
            np.empty((8, 70), dtype),
            *np.ones((2, 8)),
        )
        passes = getattr(cuda, kind)
        passes.error_with_log_probability(drive, bias, values, out, total)
        passes.error(drive, bias, values, plain)
        passes.log_probability(drive, bias, values, alone)
        results.append((out, plain, total, alone))
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("form", ["dense", "compressed"])
@pytest.mark.parametrize(
    ("rows", "units", "columns"),
    [(1, 1, 1), (5, 70, 33), (300, 20, 300), (300, 16, 70), (129, 3, 9)],
)
def test_products_agree(form, rows, units, columns, dtype, cuda, close: Close) -> None:
    rng = np.random.default_rng(rows)
    matrix = mostly_silent(rows, units, dtype)
    left = matrix if form == "dense" else sparse(rows, units, dtype, matrix)
    weights = rng.standard_normal((units, columns)).astype(dtype)
    error = rng.standard_normal((rows, columns)).astype(dtype)
    drive, gradient = (
        np.full((rows, columns), np.nan, dtype),
        np.full((units, columns), np.nan, dtype),
    )
    cuda.products.product(left, weights, drive)
    cuda.products.transposed_product(left, error, gradient)
    close(drive, matrix @ weights, 10)
    close(gradient, matrix.T @ error, 10)
    cuda.products.transposed_product(left, error, gradient, True)
    close(gradient, 2 * (matrix.T @ error), 10)


@pytest.mark.parametrize(
    ("precision", "counter"), [("fast", "fast_products"), ("bf16", "bf16_products")]
)
def test_products_are_rounded_in_single_precision_alone(host, precision, counter) -> None:
    for dtype, expected in (("float32", 1), ("float64", 0)):
        asked = ctypes.c_int.in_dll(host.libraries[dtype], counter)
        before, x, out = asked.value, np.eye(3, dtype=dtype), np.empty((3, 3), dtype)
        Products(host).product(x, x, out)
        assert asked.value == before
        Products(host, precision).product(x, x, out)
        assert asked.value == before + expected
        np.testing.assert_array_equal(out, x)


def test_the_precision_of_a_backend_is_that_of_its_products(monkeypatch) -> None:
    calls: list[Multiplication] = []
    monkeypatch.setattr(Multiplication, "run", lambda call: calls.append(call))
    x = np.eye(NARROW + 1)
    for precision in ("full", "fast", "bf16"):
        products = get_kernels(CudaBackend("cuda", np, precision=precision)).products
        products.product(x, x, x)
        products.transposed_product(x, x, x)
        assert [call.precision for call in calls[-2:]] == [precision] * 2


def test_shared_rows_are_added(dtype, reference, cuda) -> None:
    part = np.random.default_rng(0).standard_normal((2, 300)).astype(dtype)
    outs = [np.ones((6, 300), dtype) for _ in range(2)]
    for kernels, out in zip((reference, cuda), outs, strict=True):
        kernels.products.add_shared(part, out)
    np.testing.assert_array_equal(outs[0], outs[1])


@pytest.mark.parametrize("shape", [(1,), (3, 400)])
def test_arrays_are_filled_and_added(shape, dtype, cuda) -> None:
    out = np.full(shape, np.nan, dtype)
    cuda.arrays.fill(out, 0.1)
    np.testing.assert_array_equal(out, np.full(shape, 0.1, dtype))
    cuda.arrays.add(np.ones(shape, dtype), out)
    np.testing.assert_array_equal(out, np.full(shape, 0.1, dtype) + np.ones(1, dtype))


def test_arrays_are_scaled(dtype, reference, cuda) -> None:
    outs = [np.arange(700).astype(dtype) for _ in range(2)]
    for kernels, out in zip((reference, cuda), outs, strict=True):
        kernels.arrays.scale(out, 0.3)
    np.testing.assert_array_equal(outs[0], outs[1])


@pytest.mark.parametrize("units", [1, 70, 300])
def test_chosen_rows_are_taken(units: int, dtype, cuda) -> None:
    values, out = np.ones((5, units), dtype), np.zeros((5, units), dtype)
    cuda.arrays.take_rows(np.array([[0], [1], [0], [1], [1]], dtype), values, out)
    np.testing.assert_array_equal(out.sum(axis=1), [0, units, 0, units, units])


def test_mixtures_agree(reference, cuda) -> None:
    log_q = np.concatenate([[-np.inf, 0.0], -np.geomspace(1e-3, 1e6, 400)])
    outs = np.empty((2, 402))
    for kernels, out in zip((reference, cuda), outs, strict=True):
        kernels.weights.log_mixture(log_q, 0.2, -30.0, out)
    np.testing.assert_allclose(outs[1], outs[0], rtol=1e-14)


@pytest.mark.parametrize("size", [1, 256, 1000])
def test_sums_are_accumulated(size: int, cuda) -> None:
    values, out = np.random.default_rng(size).standard_normal(size), np.array([3.0])
    cuda.arrays.accumulate(values, out)
    np.testing.assert_allclose(out, 3 + values.sum(), rtol=1e-13)


def test_empty_arrays_are_no_work(cuda, dtype) -> None:
    cuda.arrays.fill(np.empty((0, 3), dtype), 1.0)
    cuda.optimisers.rectify(np.empty(0, dtype))


@pytest.mark.parametrize(("samples", "particles"), [(1, 1), (3, 5), (7, 300)])
def test_importance_weights_agree(
    samples: int, particles: int, dtype, reference: Kernels, cuda: Kernels, close: Close
) -> None:
    log_weights = 30 * np.random.default_rng(0).standard_normal((samples, particles)) - 1e4
    results = []
    for kernels in (reference, cuda):
        written = np.empty(log_weights.shape, dtype), np.empty(samples), np.empty(samples)
        kernels.weights.importance_weights(log_weights, *written)
        results.append(written)
    close(results[1][0], results[0][0])
    np.testing.assert_allclose(results[1][1], results[0][1], rtol=1e-13)
    np.testing.assert_allclose(results[1][2], results[0][2], rtol=1e-13)


def test_ratios_and_advantages_agree(dtype, reference, cuda) -> None:
    rng = np.random.default_rng(0)
    numerator, denominator = rng.standard_normal((2, 300))
    weights = rng.random((3, 100)).astype(dtype)
    ratios, advantages = np.empty((2, 300)), np.empty((2, 3, 100), dtype)
    for i, kernels in enumerate((reference, cuda)):
        kernels.weights.log_ratio(numerator, denominator, ratios[i])
        kernels.weights.advantage(weights, 1 / 3, advantages[i])
    np.testing.assert_array_equal(ratios[0], ratios[1])
    np.testing.assert_array_equal(advantages[0], advantages[1])


def test_tables_are_looked_up_alike(dtype, reference, cuda) -> None:
    rng = np.random.default_rng(0)
    bits, table = rng.integers(0, 2, (300, 9)).astype(dtype), rng.random(512).astype(dtype)
    found = np.empty((2, 300), dtype)
    for i, kernels in enumerate((reference, cuda)):
        kernels.weights.look_up(bits, table, found[i])
    np.testing.assert_array_equal(found[0], found[1])


@pytest.mark.parametrize(
    ("rows", "share", "units"), [(1, 1, 1), (4, 1, 64), (40, 5, 65), (300, 1, 3)]
)
@pytest.mark.parametrize("single", [True, False], ids=["one gain", "gain of each row"])
def test_rows_are_weighed_and_gathered(
    rows, share, units, single, dtype, reference, cuda, close: Close
) -> None:
    rng = np.random.default_rng(units)
    error = rng.standard_normal((rows * share, units)).astype(dtype)
    gain = rng.random(1 if single else rows * share).astype(dtype)
    results = []
    for kernels in (reference, cuda):
        out, total = np.full((rows, units), np.nan, dtype), np.full(units, np.nan, dtype)
        kernels.weights.weigh_rows(error, gain, 0.3, out, total)
        results.append((out, total))
    close(results[1][0], results[0][0])
    close(results[1][1], results[0][1], 3)


def test_optimiser_steps_agree(dtype, reference: Kernels, cuda: Kernels, close: Close) -> None:
    rng = np.random.default_rng(2)
    start, gradient = rng.standard_normal((2, 700)).astype(dtype)
    results = []
    for kernels in (reference, cuda):
        w, v, first, second = start.copy(), *(np.zeros(700, dtype) for _ in range(3))
        for rate in (0.1, 0.05):
            pace = np.array([rate, 1e-8])
            kernels.optimisers.delta(w, gradient, pace)
            kernels.optimisers.momentum(w, gradient, v, pace, 0.9)
            kernels.optimisers.adam(w, gradient, first, second, pace, (0.9, 0.999))
            kernels.optimisers.shrink(w, pace, 0.5, 0.3)
        results.append((w.copy(), v, first, second))
        kernels.optimisers.shrink(w, np.array([2.0, 0.0]), 1.0, 0.0)
        assert not w.any()
    for got, expected in zip(*results, strict=True):
        close(got, expected)


def test_negative_entries_are_raised_to_zero(dtype, cuda) -> None:
    w = np.array([-1, 0, 2, -1e-30], dtype)
    cuda.optimisers.rectify(w)
    assert w.tolist() == [0, 0, 2, 0]


@pytest.mark.parametrize("form", ["dense", "compressed"])
@pytest.mark.parametrize("lags", [1, 5])
def test_windows_are_those_of_the_counts(form, lags, dtype, cuda) -> None:
    rng = np.random.default_rng(lags)
    counts = rng.poisson(0.2, (40, 30))
    bins, unit = np.nonzero(counts)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(bins, minlength=40))]).astype(np.int64)
    spikes = indptr, unit.astype(np.int32), counts[bins, unit].astype(np.int32)
    starts = rng.integers(0, 40 - lags + 1, 9)
    expected = np.stack([counts[s : s + lags].T.ravel() for s in starts]).astype(dtype)
    shape = (9, 30 * lags)
    out = np.full(shape, np.nan, dtype) if form == "dense" else sparse(*shape, dtype)
    cuda.windows.gather(*spikes, starts, lags, out)
    if form == "compressed":
        entries = sparse(*shape, dtype, expected)
        count = entries.indptr[-1]
        np.testing.assert_array_equal(out.columns[:count], entries.columns[:count])
        out = out.toarray()
    np.testing.assert_array_equal(out, expected)


def test_rows_are_taken_by_index(dtype, cuda) -> None:
    data = np.random.default_rng(0).random((10, 300)).astype(dtype)
    indices, out = np.array([9, 0, 3, 3]), np.empty((4, 300), dtype)
    cuda.windows.rows_of(data, indices, out)
    np.testing.assert_array_equal(out, data[indices])


@pytest.mark.parametrize("form", ["dense", "compressed"])
@pytest.mark.parametrize("units", [1, 70, 300])
def test_rows_of_a_compressed_matrix_are_taken_by_index(form, units, dtype, cuda) -> None:
    data, indices = mostly_silent(10, units, dtype), np.array([9, 0, 3, 3])
    row, column = np.nonzero(data)
    indptr = np.searchsorted(row, np.arange(11)).astype(np.int64)
    matrix = indptr, column.astype(np.int32), data[row, column]
    out = np.full((4, units), np.nan, dtype) if form == "dense" else sparse(4, units, dtype)
    cuda.windows.compressed_rows_of(*matrix, indices, out)
    np.testing.assert_array_equal(out if form == "dense" else out.toarray(), data[indices])


@pytest.mark.parametrize(
    "argument", [np.zeros(4, np.float32)[::2], np.zeros(2, np.float64), np.zeros(2, np.int32)]
)
def test_arrays_that_a_kernel_would_misread_are_refused(cuda, argument) -> None:
    w, pace = np.zeros(2, np.float32), np.zeros(2)
    with pytest.raises(TypeError, match="argument 1 of kernel 'delta' is no const real"):
        cuda.optimisers.delta(w, argument, pace)
    with pytest.raises(TypeError, match="matrices of one type"):
        cuda.products.product(argument[None], w[:1, None], np.zeros((1, 1), np.float32))


@pytest.mark.parametrize(("rows", "inputs", "units"), [(5, 3, 1), (40, 70, 9), (300, 20, 4)])
def test_natural_gradients_agree(rows, inputs, units, dtype, reference, cuda) -> None:
    rng = np.random.default_rng(rows)
    activity = (rng.random((rows, inputs)) < 0.3).astype(dtype)
    p = 1 / (1 + np.exp(-2 * rng.standard_normal((rows, units))))
    error = (rng.random((rows, units)) < p) - p
    weight, error = (p * (1 - p)).astype(dtype), error.astype(dtype)
    weight[:, 0] = 0  # a unit that does not vary
    setting, outs, steps = np.array([0.1, 1e-3]), np.empty((2, inputs, units), dtype), []
    for kernels, out in zip((reference, cuda), outs, strict=True):
        spent = np.zeros(units, np.int64)
        kernels.fisher.conjugate_gradients(activity, weight, error, setting, 30, out, spent)
        steps.append(spent)
    assert (steps[1] >= 0).all()
    assert abs(steps[0] - steps[1]).max() <= 1  # rounding may decide whether a step is needed
    same = dtype == "float64" and (steps[0] == steps[1]).all()
    near = 1e-9 if same else 5 * setting[1]
    np.testing.assert_allclose(outs[1], outs[0], rtol=near, atol=near * abs(outs[0]).max())
    few = np.zeros(units, np.int64)
    cuda.fisher.conjugate_gradients(activity, weight, error, setting, 1, outs[1], few)
    assert set(few.tolist()) <= {-1, 0}


def test_passes_around_a_metric_agree(dtype, reference, cuda, close: Close) -> None:
    rng = np.random.default_rng(0)
    a, b = (rng.random((5, 70)).astype(dtype) for _ in range(2))
    dense = (rng.random((5, 20)) < 0.3).astype(dtype)
    results = []
    for kernels in (reference, cuda):
        metric, outs = kernels.metric, [a.copy() for _ in range(6)]
        metric.variance(outs[0])
        metric.multiply(b, outs[0])
        metric.copy(b, outs[1])
        metric.squares(b, outs[2])
        metric.step(a, b, 0.1, outs[3])
        metric.diagonal_step(a, b, 0.1, 5, outs[4])
        metric.precision(np.log(b[0]), outs[5])
        for given in (dense, sparse(5, 20, dtype, dense)):
            placed = np.ones((10, 30), dtype)
            metric.place(given, 4, placed)
            outs.append(placed)
        results.append(outs)
    for got, expected in zip(results[1], results[0], strict=True):
        close(got, expected, 30)


@pytest.mark.parametrize("lateral", [-1, 5])
@pytest.mark.parametrize("rows", [3, 40])
def test_matrices_of_units_agree(rows, lateral, dtype, reference, cuda) -> None:
    inputs, units = 12, 4
    rng = np.random.default_rng(rows)
    activity = (rng.random((rows, inputs)) < 0.4).astype(dtype)
    p = rng.random((rows, units)).astype(dtype)
    weight, g = p * (1 - p), rng.standard_normal((inputs, units)).astype(dtype)
    weight[:, 0] = 0
    results = []
    for kernels in (reference, cuda):
        anew, outs = np.ones(1, dtype), list(np.empty((3, inputs, units), dtype))
        outs.insert(0, np.empty_like(weight))
        factors = [np.zeros((units, size**2), dtype) for size in (rows, inputs)]
        setting = (anew, 0.1, lateral)
        kernels.inverses.over_rows(activity, weight, activity @ g, *setting, factors[0], outs[0])
        kernels.inverses.over_inputs(activity, weight, g, *setting, factors[1], outs[1])
        anew[0] = 0
        kernels.inverses.over_inputs(activity * 2, weight, g, *setting, factors[1], outs[2])
        inverses = np.tile(np.eye(inputs, dtype=dtype).ravel(), (units, 1))
        events = np.array([3.0])
        kernels.inverses.follow(activity, weight, events, 0.1, 0.9, lateral, inverses)
        kernels.inverses.turn(inverses, g, 0.1, outs[3])
        results.append([*outs, inverses])
    near = 1e-10 if dtype == "float64" else 1e-4
    for got, expected in zip(results[1], results[0], strict=True):
        np.testing.assert_allclose(got, expected, rtol=near, atol=near * abs(expected).max())
    few = np.zeros((1, inputs**2), dtype)
    with pytest.raises(ValueError, match="side by side"):
        cuda.inverses.over_inputs(activity, weight, g, np.ones(1, dtype), 0.1, -1, few, outs[1])


@pytest.mark.parametrize("form", ["dense", "compressed"])
@pytest.mark.parametrize("pool", ["area", "max"])
def test_coarse_images_agree(pool: str, form: str, dtype, reference, cuda) -> None:
    x, cover = mostly_silent(9, 300, dtype), Cover.of(Pyramid((20, 15), [(7, 10)], pool).shares[0])
    given, parts = x if form == "dense" else sparse(9, 300, dtype, x), vars(cover).values()
    levels = np.full((2, 9, 70), np.nan)
    for kernels, level in zip((reference, cuda), levels, strict=True):
        kernels.cues.coarsen(given, *parts, pool == "max", 1, level)
    np.testing.assert_allclose(levels[1], levels[0], rtol=1e-14)
    told = levels.copy()
    for i, kernels in enumerate((reference, cuda)):
        kernels.cues.decide(levels[i], 0.13, 0.01)
        kernels.cues.stretch(told[i], 3.0, 0.1)
    np.testing.assert_array_equal(levels[0], levels[1])
    np.testing.assert_allclose(told[1], told[0], rtol=1e-14)


@pytest.mark.parametrize(("rows", "drives", "images"), [(6, 6, 2), (8, 2, 4), (5, 1, 5)])
@pytest.mark.parametrize("units", [5, 300])
def test_mixtures_with_cues_agree(
    rows: int, drives: int, images: int, units: int, dtype, reference, cuda, close: Close
) -> None:
    rng = np.random.default_rng(units)
    drive, bias = rng.standard_normal((drives, units)), rng.standard_normal(units)
    chosen = rng.permutation(units)[: units - 1]
    given = drive.astype(dtype), bias.astype(dtype), rng.uniform(0.01, 0.99, (images, units - 1))
    share, outs = rng.random(units).astype(dtype), np.full((2, 3, rows, units), np.nan, dtype)
    for kernels, out in zip((reference, cuda), outs, strict=True):
        kernels.cues.mix(*given, chosen, 0.3, 1e-6, out[0])
        kernels.cues.mix_log_odds(*given, chosen, 0.3, out[1])
        kernels.weights.weigh_units(out[0], share, out[2])
    close(outs[1], outs[0], 5)
