"""The passes around a metric, and matrices of each unit: against dense solutions and each other."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.backend import SparseRows, get_backend
from neurohm.kernels import Kernels

ROWS, INPUTS, UNITS = 9, 7, 3


@pytest.fixture(params=["reference", "compiled"])
def kernels(request: pytest.FixtureRequest) -> Kernels:
    return request.getfixturevalue(request.param)


def problem(dtype: str, rows: int = ROWS, seed: int = 0) -> tuple[np.ndarray, ...]:
    """Return activity, Fisher weights (one unit never varies) and gradients."""
    rng = np.random.default_rng(seed)
    activity = (rng.random((rows, INPUTS)) < 0.4).astype(dtype)
    activity[:, -1] = 1
    p = rng.random((rows, UNITS))
    weight = (p * (1 - p)).astype(dtype)
    weight[:, 0] = 0
    return activity, weight, rng.standard_normal((INPUTS, UNITS)).astype(dtype)


def matrix(activity: np.ndarray, weight: np.ndarray, unit: int, lateral: int) -> np.ndarray:
    seen = activity.astype(np.float64)
    if lateral >= 0:
        seen = seen.copy()
        seen[:, lateral + unit : lateral + UNITS] = 0
    return (seen.T * weight[:, unit]) @ seen / len(seen)


def step_of(
    activity: np.ndarray, weight: np.ndarray, g: np.ndarray, damping: float, lateral: int
) -> np.ndarray:
    steps = [
        np.linalg.solve(matrix(activity, weight, j, lateral) + damping * np.eye(INPUTS), g[:, j])
        for j in range(UNITS)
    ]
    return (1 + damping) * np.stack(steps, axis=1)


@pytest.mark.parametrize("form", ["dense", "sparse"])
def test_activity_is_placed_side_by_side(kernels: Kernels, dtype: str, form: str) -> None:
    values = (np.random.default_rng(0).random((3, 4)) < 0.5).astype(dtype)
    given = values
    if form == "sparse":
        given = SparseRows.room(get_backend("cpu"), (3, 4), dtype)
        given.set_dense(values)
    out = np.full((6, 9), np.nan, dtype)
    kernels.metric.place(given, 2, out)
    np.testing.assert_array_equal(out[:, 2:6], values.repeat(2, axis=0))
    assert np.isnan(out[:, [0, 1, 6, 7, 8]]).all()


def test_small_passes(kernels: Kernels, dtype: str, close) -> None:
    rng = np.random.default_rng(0)
    a, b = (rng.random((5, 13)).astype(dtype) for _ in range(2))
    out = a.copy()
    kernels.metric.variance(out)
    close(out, a * (1 - a))
    kernels.metric.multiply(b, out)
    close(out, a * (1 - a) * b, 2)
    kernels.metric.copy(a.reshape(13, 5), out)
    np.testing.assert_array_equal(out, a)
    kernels.metric.squares(b, out)
    close(out, b * b)
    kernels.metric.step(a, b, 0.25, out)
    close(out, 5 * (a - b), 4)
    kernels.metric.diagonal_step(a, b, 0.25, 4, out)
    close(out, 1.25 * a / (b / 4 + 0.25), 4)
    deviation = np.log(np.array([1.0, 2.0, 1e-9] * 4 + [0.5], dtype))
    kernels.metric.precision(deviation, out)
    close(out, np.tile(np.maximum(np.exp(deviation), 1e-3) ** -2, (5, 1)), 30)


@pytest.mark.parametrize("lateral", [-1, 3])
@pytest.mark.parametrize("rows", [1, 4, ROWS, 40])
@pytest.mark.parametrize("slots", [1, UNITS])
@pytest.mark.parametrize("damping", [1e-3, 0.1, 1e8])
def test_factors_solve_dense_matrices(
    kernels: Kernels, dtype: str, rows: int, slots: int, damping: float, lateral: int
) -> None:
    activity, weight, g = problem(dtype, rows)
    if lateral >= 0:
        g[lateral : lateral + UNITS] = np.triu(g[lateral : lateral + UNITS], 1)
    expected = step_of(activity, weight, g.astype(float), damping, lateral)
    anew, by_inputs = np.ones(1, dtype), np.full_like(g, np.nan)
    factors = np.zeros((slots, INPUTS**2), dtype)
    given = (activity, weight, g, anew, damping, lateral, factors)
    kernels.inverses.over_inputs(*given, by_inputs)
    seen, inner = activity @ g, np.full((rows, UNITS), np.nan, dtype)
    factors = np.zeros((slots, rows**2), dtype)
    kernels.inverses.over_rows(activity, weight, seen, anew, damping, lateral, factors, inner)
    by_rows = (1 + damping) / damping * (g - activity.T @ inner)
    if lateral >= 0:
        by_rows[lateral : lateral + UNITS] = np.triu(by_rows[lateral : lateral + UNITS], 1)
    near = 1e-9 if dtype == "float64" else 1e-4 if damping > 0.01 else 1e-2
    for found in (by_inputs, by_rows):
        np.testing.assert_allclose(found, expected, rtol=near, atol=near * abs(expected).max())


@pytest.mark.parametrize("name", ["over_rows", "over_inputs"])
def test_factors_are_kept(kernels: Kernels, dtype: str, name: str) -> None:
    activity, weight, g = problem(dtype)
    size, right = (ROWS, activity @ g) if name == "over_rows" else (INPUTS, g)
    factors, anew = np.zeros((UNITS, size**2), dtype), np.ones(1, dtype)
    first, again = np.empty((2, *right.shape), dtype)
    solve = getattr(kernels.inverses, name)
    solve(activity, weight, right, anew, 0.1, -1, factors, first)
    anew[0] = 0
    activity[...] = np.nan  # of which the factors are made, and nothing else
    solve(activity, weight, right, anew, 0.1, -1, factors, again)
    np.testing.assert_array_equal(again, first)


@pytest.mark.parametrize("lateral", [-1, 3])
def test_inverses_follow_the_damped_matrices(kernels: Kernels, lateral: int) -> None:
    """Each row is the two rank-one changes that it should be, of dense matrices."""
    activity, weight, g = problem("float64")
    damping, forgetting, events = 0.2, 0.9, np.array([4.0])
    dense = np.tile(damping * np.eye(INPUTS), (UNITS, 1, 1))
    inverses = np.linalg.inv(dense).reshape(UNITS, -1)
    kernels.inverses.follow(activity, weight, events, damping, forgetting, lateral, inverses)
    for row in range(ROWS):
        pulse = np.zeros((INPUTS, INPUTS))
        pulse[(4 + row) % INPUTS, (4 + row) % INPUTS] = damping * INPUTS
        for unit in range(UNITS):
            alone = slice(row, row + 1)
            fisher = matrix(activity[alone], weight[alone], unit, lateral)
            dense[unit] = forgetting * dense[unit] + (1 - forgetting) * (fisher + pulse)
    found = inverses.reshape(dense.shape)
    np.testing.assert_allclose(found, np.linalg.inv(dense), rtol=1e-9, atol=1e-10)
    out = np.empty_like(g)
    kernels.inverses.turn(inverses, g, damping, out)
    expected = np.stack([1.2 * found[j] @ g[:, j] for j in range(UNITS)], axis=1)
    np.testing.assert_allclose(out, expected, rtol=1e-12)
