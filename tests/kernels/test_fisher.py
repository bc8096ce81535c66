"""Natural gradients: the kernels against dense Fisher matrices, and against each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest

from neurohm.exceptions import NumericalError
from neurohm.kernels.cpu.fisher import Fisher
from neurohm.kernels.cpu.instruction import run_at_once
from neurohm.kernels.reference import fisher as reference

Solver = Callable[..., None]
IMPLEMENTATIONS: dict[str, Solver] = {
    "reference": reference.conjugate_gradients,
    "cpu": Fisher(run_at_once).conjugate_gradients,
}
# rows, inputs, units
SHAPES = [(1, 1, 1), (7, 5, 3), (20, 33, 9), (65, 12, 4), (100, 130, 17)]


@dataclass
class Problem:
    """A population with binary presynaptic activity and units of very different gain."""

    activity: np.ndarray
    weight: np.ndarray
    error: np.ndarray

    @classmethod
    def draw(cls, rows: int, inputs: int, units: int) -> Problem:
        rng = np.random.default_rng(rows + inputs)
        drive = 2 * rng.standard_normal((rows, units)) + np.linspace(-4, 1, units)
        p = 1 / (1 + np.exp(-drive))
        activity = (rng.random((rows, inputs)) < 0.3).astype(float)
        return cls(activity, p * (1 - p), (rng.random(p.shape) < p) - p)

    def matrices(self, damping: float) -> np.ndarray:
        """The Fisher matrices, (units, inputs, inputs)."""
        h, d = self.activity, self.weight
        return (h.T * d.T[:, None, :]) @ h / len(h) + damping * np.eye(h.shape[1])

    def solution(self, damping: float) -> np.ndarray:
        gradient = self.activity.T @ self.error / len(self.error)
        return np.linalg.solve(self.matrices(damping), gradient.T[:, :, None])[:, :, 0].T

    def error_of(self, direction: np.ndarray, damping: float) -> np.ndarray:
        """Errors relative to the solutions, in the norms of the Fisher matrices."""
        expected, matrices = self.solution(damping), self.matrices(damping)

        def norm(w: np.ndarray) -> np.ndarray:
            return np.sqrt((w.T[:, None, :] @ matrices @ w.T[:, :, None]).ravel())

        return norm(direction - expected) / np.maximum(norm(expected), 1e-300)


def solved(
    solver: Solver,
    problem: Problem,
    damping: float,
    tolerance: float = 1e-9,
    limit: int = 1000,
    dtype: str = "float64",
) -> tuple[np.ndarray, np.ndarray]:
    h, d, e = (
        np.ascontiguousarray(values, dtype)
        for values in (problem.activity, problem.weight, problem.error)
    )
    out, spent = np.full((h.shape[1], e.shape[1]), np.nan, dtype), np.zeros(e.shape[1], np.int64)
    solver(h, d, e, np.array([damping, tolerance]), limit, out, spent)
    return out, spent


@pytest.fixture(params=SHAPES, ids=lambda s: "x".join(map(str, s)))
def problem(request: pytest.FixtureRequest) -> Problem:
    return Problem.draw(*request.param)


@pytest.fixture(params=list(IMPLEMENTATIONS))
def solver(request: pytest.FixtureRequest) -> Solver:
    return IMPLEMENTATIONS[request.param]


@pytest.mark.parametrize("damping", [1e-3, 0.1, 10.0])
def test_conjugate_gradients_solve_dense_fisher_matrices(
    solver: Solver, problem: Problem, damping: float
) -> None:
    got, spent = solved(solver, problem, damping)
    expected = problem.solution(damping)
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-6 * abs(expected).max())
    assert (spent >= 0).all()


@pytest.mark.parametrize("damping", [1e-6, 1e-3, 0.1, 10.0])
def test_exact_solves_dense_fisher_matrices(problem: Problem, damping: float) -> None:
    got = reference.exact(problem.activity, problem.weight, problem.error, damping)
    expected = problem.solution(damping)
    np.testing.assert_allclose(got, expected, rtol=1e-8, atol=1e-8 * abs(expected).max())


def test_both_forms_of_the_exact_solution_agree(problem: Problem) -> None:
    arguments = problem.activity, problem.weight, problem.error, len(problem.activity) * 0.01
    by_rows, by_inputs = reference._over_rows(*arguments), reference._over_inputs(*arguments)
    np.testing.assert_allclose(by_rows, by_inputs, rtol=1e-9, atol=1e-11)


def test_a_singular_matrix_is_named() -> None:
    with pytest.raises(NumericalError, match="singular"):
        reference.exact(np.ones((5, 2)), np.ones((5, 1)), np.ones((5, 1)), 1e-30)


@pytest.mark.parametrize("damping", [1e-3, 0.1])
@pytest.mark.parametrize(
    ("tolerance", "dtype"),
    [(0.3, "float64"), (1e-2, "float64"), (1e-6, "float64"), (1e-2, "float32"), (1e-3, "float32")],
)
def test_the_error_stays_below_the_tolerance(
    solver: Solver, problem: Problem, damping: float, tolerance: float, dtype: str
) -> None:
    got, _ = solved(solver, problem, damping, tolerance, dtype=dtype)
    assert problem.error_of(got.astype(float), damping).max() <= tolerance


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-10), ("float32", 1e-4)])
def test_compiled_and_reference_take_the_same_steps(
    problem: Problem, dtype: str, tolerance: float
) -> None:
    solve = partial(solved, problem=problem, damping=0.1, tolerance=1e-3, dtype=dtype)
    (expected, steps), (got, compiled_steps) = map(solve, IMPLEMENTATIONS.values())
    np.testing.assert_allclose(got, expected, atol=tolerance * abs(expected).max())
    np.testing.assert_array_equal(compiled_steps, steps)


def test_silent_units_get_the_plain_gradient_over_the_damping(solver: Solver) -> None:
    problem = Problem.draw(20, 33, 9)
    problem.weight[:, ::2] = 0
    problem.weight[:7] = 0
    got, _ = solved(solver, problem, 0.1)
    plain = problem.activity.T @ problem.error / 20
    np.testing.assert_allclose(got[:, ::2], plain[:, ::2] / 0.1, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(got, problem.solution(0.1), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_activity_and_no_error_give_nothing(solver: Solver, dtype: str) -> None:
    problem = Problem.draw(20, 33, 9)
    problem.error[:, 3] = 0
    got, spent = solved(solver, problem, 0.1, 1e-3, dtype=dtype)
    assert not got[:, 3].any()
    assert spent[3] == 0
    problem.activity[...] = 0
    got, spent = solved(solver, problem, 0.1, 1e-3, dtype=dtype)
    assert not got.any()
    assert not spent.any()


def test_a_unit_that_meets_the_limit_is_marked(solver: Solver) -> None:
    problem = Problem.draw(100, 130, 17)
    _, needed = solved(solver, problem, 0.01, 1e-6)
    limit = int(np.median(needed))
    _, spent = solved(solver, problem, 0.01, 1e-6, limit=limit)
    np.testing.assert_array_equal(spent, np.where(needed < limit, needed, -1))
    assert (spent < 0).any()
    assert (spent >= 0).any()


def test_rows_all_alike_need_no_step(solver: Solver) -> None:
    problem = Problem(np.ones((30, 1)), np.full((30, 2), 0.2), np.arange(60.0).reshape(30, 2))
    got, spent = solved(solver, problem, 0.1)
    np.testing.assert_allclose(got, problem.solution(0.1), rtol=1e-12)
    assert not spent.any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_twice_the_same_is_the_same_to_the_bit(solver: Solver, dtype: str) -> None:
    problem = Problem.draw(65, 130, 17)
    runs = [solved(solver, problem, 0.1, 1e-4, dtype=dtype) for _ in range(3)]
    for got, spent in runs[1:]:
        np.testing.assert_array_equal(got, runs[0][0])
        np.testing.assert_array_equal(spent, runs[0][1])
