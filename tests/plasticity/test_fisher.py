"""Natural gradients as they are asked for: conventions, limits, invariance, bad input."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.plasticity.fisher import solve

ROWS, INPUTS, UNITS = 24, 10, 6


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


@pytest.fixture
def activity(rng: np.random.Generator) -> np.ndarray:
    return (rng.random((ROWS, INPUTS)) < 0.4).astype(float)


@pytest.fixture
def weight(rng: np.random.Generator) -> np.ndarray:
    p = rng.random((ROWS, UNITS))
    return p * (1 - p)


@pytest.fixture
def error(rng: np.random.Generator) -> np.ndarray:
    return rng.uniform(-1, 1, (ROWS, UNITS))


@pytest.fixture(params=["cg", "exact"])
def method(request: pytest.FixtureRequest) -> str:
    return request.param


def dense(
    activity: np.ndarray, weight: np.ndarray, error: np.ndarray, damping: float
) -> np.ndarray:
    rows, inputs = activity.shape
    columns = [
        np.linalg.solve(
            (activity.T * d) @ activity / rows + damping * np.eye(inputs), activity.T @ e / rows
        )
        for d, e in zip(weight.T, error.T, strict=True)
    ]
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("rows", [3, INPUTS, ROWS])
def test_gradient_and_fisher_matrix_are_means_over_rows(
    activity: np.ndarray, weight: np.ndarray, error: np.ndarray, method: str, rows: int
) -> None:
    part = activity[:rows], weight[:rows], error[:rows]
    got = solve(*part, 0.05, method=method, tolerance=1e-8)
    np.testing.assert_allclose(got, dense(*part, 0.05), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_precision_is_that_of_the_input(
    activity: np.ndarray, weight: np.ndarray, error: np.ndarray, method: str, dtype: str
) -> None:
    arrays = [values.astype(dtype) for values in (activity, weight, error)]
    got = solve(*arrays, 0.1, method=method)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, dense(activity, weight, error, 0.1), rtol=5e-3, atol=5e-4)


def test_large_damping_leaves_the_plain_gradient(
    activity: np.ndarray, weight: np.ndarray, error: np.ndarray, method: str
) -> None:
    got = solve(activity, weight, error, 1e8, method=method)
    np.testing.assert_allclose(1e8 * got, activity.T @ error / ROWS, rtol=1e-6, atol=1e-8)


def test_without_damping_the_step_does_not_depend_on_the_coding(
    activity: np.ndarray, weight: np.ndarray, error: np.ndarray, method: str
) -> None:
    zero_one = np.column_stack([activity, np.ones(ROWS)])
    plus_minus = np.column_stack([2 * activity - 1, np.ones(ROWS)])
    moves = [
        h @ solve(h, weight, error, 1e-7, method=method, tolerance=1e-9)
        for h in (zero_one, plus_minus)
    ]
    np.testing.assert_allclose(moves[0], moves[1], rtol=1e-4, atol=1e-4)
    plain = [h @ h.T @ error for h in (zero_one, plus_minus)]
    assert abs(plain[0] - plain[1]).max() > 1


def test_fisher_scoring_finds_the_maximum_of_a_logistic_regression(
    activity: np.ndarray, rng: np.random.Generator, method: str
) -> None:
    h = np.column_stack([activity[:, :3], np.ones(ROWS)])
    x = rng.permutation(np.repeat([0.0, 1.0], ROWS // 2))[:, None]
    w = np.zeros((4, 1))
    for _ in range(12):
        p = 1 / (1 + np.exp(-h @ w))
        w += solve(h, p * (1 - p), x - p, 1e-7, method=method, tolerance=1e-9)
    np.testing.assert_allclose(h.T @ (x - 1 / (1 + np.exp(-h @ w))), 0, atol=1e-8)


def test_rows_that_stand_several_times_may_stand_once(
    activity: np.ndarray, weight: np.ndarray, error: np.ndarray, method: str
) -> None:
    merged = solve(
        activity[: ROWS // 3],
        weight.reshape(-1, 3, UNITS).mean(axis=1),
        error.reshape(-1, 3, UNITS).mean(axis=1),
        0.02,
        method=method,
        tolerance=1e-8,
    )
    repeated = np.repeat(activity[: ROWS // 3], 3, axis=0)
    got = solve(repeated, weight, error, 0.02, method=method, tolerance=1e-8)
    np.testing.assert_allclose(got, merged, rtol=1e-6, atol=1e-7)


def test_a_weighted_row_counts_as_often_as_it_weighs(
    activity: np.ndarray, weight: np.ndarray, error: np.ndarray, method: str
) -> None:
    times = np.arange(ROWS) % 4
    share = (times * ROWS / times.sum())[:, None]
    got = solve(activity, share * weight, share * error, 0.02, method=method, tolerance=1e-8)
    repeated = (np.repeat(values, times, axis=0) for values in (activity, weight, error))
    np.testing.assert_allclose(got, dense(*repeated, 0.02), rtol=1e-6, atol=1e-7)


def test_units_do_not_depend_on_each_other(
    activity: np.ndarray, weight: np.ndarray, error: np.ndarray, method: str
) -> None:
    alone = solve(activity, weight[:, 2:3], error[:, 2:3], 0.1, method=method, tolerance=1e-8)
    together = solve(activity, weight, error, 0.1, method=method, tolerance=1e-8)
    np.testing.assert_allclose(together[:, 2:3], alone, rtol=1e-10, atol=1e-12)


def test_units_that_need_too_many_steps_are_solved_exactly(
    activity: np.ndarray, weight: np.ndarray, error: np.ndarray
) -> None:
    weight[:, 0] = 0  # needs a single step, the others more
    got = solve(activity, weight, error, 1e-3, tolerance=1e-12, iterations=3)
    np.testing.assert_allclose(got, dense(activity, weight, error, 1e-3), rtol=1e-8)


def test_an_uphill_step_stays_uphill(
    activity: np.ndarray, weight: np.ndarray, error: np.ndarray
) -> None:
    for tolerance in (0.5, 0.01):
        step = solve(activity, weight, error, 0.01, tolerance=tolerance)
        assert ((step * (activity.T @ error)).sum(axis=0) > 0).all()


@pytest.mark.parametrize("kind", [bool, np.int8, np.float16])
def test_whole_numbers_and_flags_are_activity(
    activity: np.ndarray, weight: np.ndarray, error: np.ndarray, kind: type
) -> None:
    got = solve(activity.astype(kind), weight, error, 0.1)
    np.testing.assert_array_equal(got, solve(activity, weight, error, 0.1))


@pytest.mark.parametrize("where", ["activity", "weight", "error"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(
    activity: np.ndarray, weight: np.ndarray, error: np.ndarray, where: str, value: float
) -> None:
    arrays = {"activity": activity, "weight": weight, "error": error}
    arrays[where][1, 1] = value
    with pytest.raises(InputError, match=f"{where} that is not finite"):
        solve(**arrays, damping=0.1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"activity": np.ones(ROWS)}, "activity of shape"),
        ({"activity": np.ones((0, INPUTS))}, "activity of shape"),
        ({"weight": np.ones((ROWS - 1, UNITS))}, "weight of shape"),
        ({"weight": np.ones((ROWS, UNITS + 1))}, "as the error has"),
        ({"error": np.ones((ROWS, 0))}, "error of shape"),
        ({"error": np.ones((ROWS, UNITS), complex)}, "real numbers"),
        ({"weight": np.full((ROWS, UNITS), -0.1)}, "none below zero"),
        ({"damping": 0.0}, "damping"),
        ({"damping": np.nan}, "damping"),
        ({"tolerance": 0}, "tolerance"),
        ({"iterations": 0}, "iterations"),
        ({"method": "lu"}, "'cg' or 'exact'"),
    ],
)
def test_bad_input_is_refused(
    activity: np.ndarray,
    weight: np.ndarray,
    error: np.ndarray,
    change: dict[str, object],
    message: str,
) -> None:
    given = {"activity": activity, "weight": weight, "error": error, "damping": 0.1} | change
    with pytest.raises(InputError, match=message):
        solve(**given)  # type: ignore[arg-type]


def test_a_setting_that_is_no_number_is_refused(
    activity: np.ndarray, weight: np.ndarray, error: np.ndarray
) -> None:
    with pytest.raises(ArgumentTypeError, match="damping"):
        solve(activity, weight, error, "much")  # type: ignore[arg-type]
