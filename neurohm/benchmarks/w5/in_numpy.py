"""W5 in NumPy: batched solves, block conjugate gradients; and the gradient that is not natural."""

from __future__ import annotations

import numpy as np

from neurohm.benchmarks.chains import Floats
from neurohm.benchmarks.w5.problem import Layer
from neurohm.benchmarks.workload import Steps, repeated


def batched_solve(problem: Layer, threads: int) -> Steps:
    """All systems in one call of ``numpy.linalg.solve``."""
    activity, variance, error = problem.activity, problem.variance, problem.error
    rows = np.arange(len(activity))

    def step() -> Floats:
        systems = variance.T[:, :, None] * (activity @ activity.T)
        systems[:, rows, rows] += len(rows) * problem.damping
        solutions = np.linalg.solve(systems, error.T[:, :, None])[:, :, 0]
        return activity.T @ solutions.T

    return Steps(repeated(step), 1)


def conjugate_gradient(problem: Layer, threads: int) -> Steps:
    """All systems at once, one product for each iteration."""
    return Steps(repeated(lambda: solved(problem)), 1)


def solved(problem: Layer, tolerance: float = 1e-4) -> tuple[Floats, int]:
    """Return the natural gradient and the iterations that it took.

    The systems are made symmetric: with s = sqrt(p (1 - p)) and a = s z,
    (n damping + s K s) z = e / s.
    """
    activity, scale = problem.activity, np.sqrt(problem.variance)
    damping = np.float32(len(activity) * problem.damping)
    gram = activity @ activity.T
    residual = problem.error / scale
    solution, direction = np.zeros_like(residual), residual.copy()
    square = np.einsum("ij,ij->j", residual, residual)
    goal, iterations = tolerance**2 * square, 0
    while (square > goal).any():
        image = (gram @ (direction * scale)) * scale + damping * direction
        pace = square / np.einsum("ij,ij->j", direction, image)
        solution += pace * direction
        residual -= pace * image
        before, square = square, np.einsum("ij,ij->j", residual, residual)
        direction = residual + square / before * direction
        iterations += 1
    return activity.T @ (solution * scale), iterations


def plain_gradient(problem: Layer, threads: int) -> Steps:
    """The product H^T e alone."""
    out = np.empty((problem.activity.shape[1], problem.error.shape[1]), np.float32)
    return Steps(repeated(lambda: np.matmul(problem.activity.T, problem.error, out=out)), 1)
