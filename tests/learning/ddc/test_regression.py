"""Ridge regression, its weighted-mean form, leave-one-out, kernels, and the delta rule."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.exceptions import InputError
from neurohm.learning.ddc.delta import delta_rule
from neurohm.learning.ddc.kernel import KernelRidge, squared_distances
from neurohm.learning.ddc.regression import Ridge, held_out_r_squared


@pytest.fixture
def fit() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs, targets and new points."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(1, 1, (40, 3))
    return inputs, inputs @ rng.normal(0, 1, (3, 2)) + rng.normal(0, 1, (40, 2)), inputs[:5] + 0.3


def test_ridge_is_that_of_the_mean_normal_equations(fit) -> None:
    inputs, targets, points = fit
    x, y = inputs - inputs.mean(axis=0), targets - targets.mean(axis=0)
    slopes = np.linalg.solve(x.T @ x / 40 + 0.1 * np.eye(3), x.T @ y / 40)
    expected = targets.mean(axis=0) + (points - inputs.mean(axis=0)) @ slopes
    np.testing.assert_allclose(Ridge(inputs, 0.1).map(targets)(points), expected, rtol=1e-9)


def test_a_prediction_is_a_weighted_mean_of_the_targets(fit) -> None:
    inputs, targets, points = fit
    ridge, shrink = Ridge(inputs, 0.1), np.linspace(0.2, 1, 5)
    predicted = ridge.map(targets)(points, shrink)
    weights = ridge.weights(points, shrink)
    assert weights.sum() == pytest.approx(1)
    np.testing.assert_allclose(weights @ targets, predicted.mean(axis=0), rtol=1e-9)
    values = np.random.default_rng(1).normal(0, 1, (5, 2))
    weighted = ridge.weighted(points, values, shrink)
    np.testing.assert_allclose(
        (weighted * targets).sum(axis=0), (values * predicted).sum(axis=0), rtol=1e-9
    )


def test_shares_count_rows_as_if_repeated(fit) -> None:
    inputs, targets, points = fit
    counts = np.arange(40) % 3
    repeated = np.repeat(np.arange(40), counts)
    shared = Ridge(inputs, 0.1, counts / counts.sum()).map(targets)
    np.testing.assert_allclose(
        shared(points), Ridge(inputs[repeated], 0.1).map(targets[repeated])(points), rtol=1e-9
    )


def test_the_mean_leverage_is_the_effective_number_of_regressors(fit) -> None:
    inputs = fit[0]
    assert Ridge(inputs, 0.0).leverage(inputs).mean() == pytest.approx(3)


def test_held_out_r_squared_is_that_of_leaving_rows_out(fit) -> None:
    inputs, targets, _ = fit
    ridge = Ridge(inputs, 0.0)
    found = held_out_r_squared(ridge, targets, ridge.leverage(inputs), slice(None))
    missed = []
    for row in range(40):
        rest = np.delete(np.arange(40), row)
        fitted = Ridge(inputs[rest], 0.0).map(targets[rest])
        missed.append(targets[row] - fitted(inputs[row : row + 1])[0])
    total = ((targets - targets.mean(axis=0)) ** 2).sum()
    assert found == pytest.approx(1 - (np.array(missed) ** 2).sum() / total, rel=1e-9)


def test_targets_that_do_not_vary_are_told_without_error(fit) -> None:
    inputs = fit[0]
    ridge = Ridge(inputs, 0.1)
    leverage = ridge.leverage(inputs)
    assert held_out_r_squared(ridge, np.ones((40, 1)), leverage, slice(None)) == 1


def test_the_delta_rule_ends_where_least_squares_do(fit) -> None:
    inputs, targets, points = fit
    centred = np.append(inputs - inputs.mean(axis=0), np.ones((40, 1)), axis=1)
    weights = np.zeros((4, 2))
    delta_rule(weights, centred, targets, 1.0, passes=2000)
    new = np.append(points - inputs.mean(axis=0), np.ones((5, 1)), axis=1)
    np.testing.assert_allclose(new @ weights, Ridge(inputs, 0.0).map(targets)(points), rtol=1e-8)


def test_a_linear_kernel_would_give_ridge_and_this_one_meets_its_equations(fit) -> None:
    inputs, targets, points = fit
    kernel = KernelRidge(inputs, 0.01, width=2.0)
    gram = np.exp(-squared_distances(inputs, inputs) / 8)
    crossed = np.exp(-squared_distances(inputs, points) / 8)
    alpha = np.linalg.solve(gram + 0.01 * 40 * np.eye(40), targets - targets.mean(axis=0))
    expected = targets.mean(axis=0) + crossed.T @ alpha
    weights = kernel.weights(points)
    assert weights.sum() == pytest.approx(1)
    np.testing.assert_allclose(weights @ targets, expected.mean(axis=0), rtol=1e-9)


def test_kernels_of_too_many_rows_are_refused() -> None:
    with pytest.raises(InputError, match="kernel regression on 5000 dreams; .*window=1"):
        KernelRidge(np.zeros((5000, 1)), 0.1)


def test_inputs_that_are_not_finite_are_refused() -> None:
    with pytest.raises(InputError, match="normal equations"):
        Ridge(np.full((4, 2), np.nan), 0.1)
