"""The small passes over arrays, rows and parameters: compiled against reference, and both exact."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from neurohm.kernels import Kernels
from neurohm.populations import all_states

Close = Callable[..., None]
SIZES = [1, 7, 8, 65, 1000]


@pytest.fixture(params=["reference", "compiled"])
def kernels(request: pytest.FixtureRequest) -> Kernels:
    return request.getfixturevalue(request.param)


def normal(size: int | tuple[int, ...], dtype: str, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(size).astype(dtype)


def pace(rate: float, epsilon: float = 0.0) -> np.ndarray:
    return np.array([rate, epsilon])


@pytest.mark.parametrize("shape", [(1,), (65,), (3, 21)])
def test_fill_writes_one_value_everywhere(kernels: Kernels, dtype: str, shape) -> None:
    out = np.full(shape, np.nan, dtype)
    kernels.arrays.fill(out, 0.3)
    np.testing.assert_array_equal(out, np.full(shape, 0.3, dtype))


@pytest.mark.parametrize("shape", [(1,), (65,), (3, 21)])
def test_add_adds(kernels: Kernels, dtype: str, shape) -> None:
    values, out = normal(shape, dtype), normal(shape, dtype, 1)
    expected = out + values
    kernels.arrays.add(values, out)
    np.testing.assert_array_equal(out, expected)
    kernels.arrays.add(out, out)
    np.testing.assert_array_equal(out, 2 * expected)


@pytest.mark.parametrize("shape", [(1,), (65,), (3, 21)])
def test_scale_multiplies_in_place(kernels: Kernels, dtype: str, shape) -> None:
    out = normal(shape, dtype)
    expected = out * np.dtype(dtype).type(0.3)
    kernels.arrays.scale(out, 0.3)
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("units", [1, 5, 130])
def test_chosen_rows_are_taken(kernels: Kernels, dtype: str, units: int) -> None:
    values, out = normal((5, units), dtype), normal((5, units), dtype, 1)
    chosen = np.array([[0], [1], [0], [1], [1]], dtype)
    expected = np.where(chosen != 0, values, out)
    kernels.arrays.take_rows(chosen, values, out)
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("size", SIZES)
def test_accumulate_adds_the_sum(kernels: Kernels, size: int) -> None:
    values, out = normal(size, "float64"), np.array([5.0])
    kernels.arrays.accumulate(values, out)
    assert out[0] == pytest.approx(5 + values.sum(), abs=1e-12 * size)


@pytest.mark.parametrize("size", SIZES)
def test_accumulate_sums_in_a_fixed_order(compiled: Kernels, size: int) -> None:
    # a sum of numbers of very different size shows in which order they were added
    values = normal(size, "float64") * 10.0 ** np.random.default_rng(1).integers(-9, 9, size)
    expected = 0.0
    for value in values.tolist():
        expected += value
    for shift in range(4):
        out, memory = np.zeros(1), np.empty(size + 4)
        memory[shift : shift + size] = values
        compiled.arrays.accumulate(memory[shift : shift + size], out)
        assert out[0] == expected


@pytest.mark.parametrize("size", SIZES)
def test_log_ratio_is_a_difference(kernels: Kernels, size: int) -> None:
    a, b, out = normal(size, "float64"), normal(size, "float64", 1), np.full(size, np.nan)
    kernels.weights.log_ratio(a, b, out)
    np.testing.assert_array_equal(out, a - b)


@pytest.mark.parametrize("share", [0.2, 0.999, 1e-300])
def test_the_mixture_of_a_distribution_with_a_constant(kernels: Kernels, share: float) -> None:
    log_q, out = np.array([-2.0, -700.0, -1e5, 0.0, -np.inf]), np.full(5, np.nan)
    kernels.weights.log_mixture(log_q, share, -3.0, out)
    expected = np.logaddexp(np.log1p(-share) + log_q, np.log(share) - 3)
    np.testing.assert_allclose(out, expected, rtol=1e-14)


@pytest.mark.parametrize("shape", [(1,), (4, 1), (3, 7), (64, 100)])
def test_advantage_is_what_exceeds_the_baseline(kernels: Kernels, dtype: str, shape) -> None:
    weights, out = normal(shape, dtype), np.full(shape, np.nan, dtype)
    kernels.weights.advantage(weights, 0.1, out)
    np.testing.assert_array_equal(out, weights - np.dtype(dtype).type(0.1))


@pytest.mark.parametrize("units", [1, 4, 10])
def test_a_table_is_looked_up_by_the_bits_of_a_row(kernels: Kernels, dtype: str, units) -> None:
    states = np.random.default_rng(0).permutation(all_states(units, dtype))
    table, out = normal(1 << units, dtype), np.full(1 << units, np.nan, dtype)
    kernels.weights.look_up(states, table, out)
    codes = [int("".join(str(int(bit)) for bit in row), 2) for row in states]
    np.testing.assert_array_equal(out, table[codes])


@pytest.mark.parametrize("size", SIZES)
def test_delta_steps_along_the_gradient(kernels: Kernels, dtype: str, size: int, close) -> None:
    parameter, gradient = normal(size, dtype), normal(size, dtype, 1)
    expected = parameter + 0.3 * gradient
    kernels.optimisers.delta(parameter, gradient, pace(0.3))
    close(parameter, expected)


def test_momentum_and_adam_follow_the_pace_as_it_is_now(kernels: Kernels, dtype, close) -> None:
    start, gradient, now = normal(65, dtype), normal(65, dtype, 1), pace(0.0)
    parameter, velocity, first, second = start.copy(), *(np.zeros(65, dtype) for _ in range(3))
    kernels.optimisers.momentum(parameter, gradient, velocity, now, 0.5)
    kernels.optimisers.adam(parameter, gradient, first, second, pace(0.0, 1e-8), (0.5, 0.5))
    np.testing.assert_array_equal(parameter, start)
    now[:] = 0.1, 1e-3
    kernels.optimisers.momentum(parameter, gradient, velocity, now, 0.5)
    close(parameter, start + 0.15 * gradient)
    parameter[:] = start
    kernels.optimisers.adam(parameter, gradient, first, second, now, (0.5, 0.5))
    g = gradient.astype(np.float64)
    close(parameter, start + 0.1 * 0.75 * g / (np.sqrt(0.75) * np.abs(g) + 1e-3), 3)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rate", [0.0, 0.1, 2.0, 5.0])
@pytest.mark.parametrize(("decay", "sparsity"), [(0.5, 0.0), (0.0, 1.0), (0.5, 0.3)])
def test_shrink_decays_and_then_thresholds(
    kernels: Kernels, dtype: str, size: int, rate: float, decay: float, sparsity: float, close
) -> None:
    parameter = normal(size, dtype)
    kept = parameter.astype(np.float64) * (1 - min(rate * decay, 1))
    expected = np.sign(kept) * np.maximum(np.abs(kept) - rate * sparsity, 0)
    kernels.optimisers.shrink(parameter, pace(rate), decay, sparsity)
    close(parameter, expected)
    if rate * sparsity > np.abs(kept).max() or rate * decay >= 1:
        assert not parameter.any()


def test_rectify_raises_negative_entries(kernels: Kernels, dtype: str) -> None:
    parameter = np.array([-1.0, 0.0, 2.0, -np.inf, np.inf, -1e-30] * 11, dtype)
    expected = np.where(parameter > 0, parameter, 0)
    kernels.optimisers.rectify(parameter)
    np.testing.assert_array_equal(parameter, expected)


def test_what_is_not_a_number_is_not_hidden(kernels: Kernels, dtype: str) -> None:
    # training finds trouble in the parameters, so that nothing may turn it into a number
    for size in SIZES:
        parameter = np.full(size, np.nan, dtype)
        kernels.optimisers.rectify(parameter)
        kernels.optimisers.shrink(parameter, pace(0.1), 0.5, 0.5)
        assert np.isnan(parameter).all()


@pytest.mark.parametrize("units", [1, 5, 64, 130])
def test_rows_are_taken_by_their_index(kernels: Kernels, dtype: str, units: int) -> None:
    data, out = normal((9, units), dtype), np.full((6, units), np.nan, dtype)
    indices = np.array([8, 0, 3, 3, 1, 8])
    kernels.windows.rows_of(data, indices, out)
    np.testing.assert_array_equal(out, data[indices])


@pytest.mark.parametrize(("rows", "share"), [(1, 1), (5, 1), (4, 3), (1, 7)])
@pytest.mark.parametrize("units", [1, 64, 65])
def test_a_shared_part_is_added_to_its_rows(
    kernels: Kernels, dtype: str, rows: int, share: int, units: int
) -> None:
    part, out = normal((rows, units), dtype), normal((rows * share, units), dtype, 1)
    expected = out + part.repeat(share, axis=0)
    kernels.products.add_shared(part, out)
    np.testing.assert_array_equal(out, expected)
