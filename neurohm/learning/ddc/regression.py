"""Regression of many targets on one set of inputs, with what it says of new inputs.

Inputs are centred, so that the constant is among the regressors and is not shrunk. Then a
prediction is a weighted mean of the targets: ``weights`` give it for any target, without a matrix
of read-outs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from neurohm.exceptions import InputError

Matrix = npt.NDArray[np.float64]

# Of the largest variance of an input, the first that keeps the normal equations positive where
# inputs depend on each other.
JITTERS = (1e-13, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8)
# Rounding leaves the leverage of a row that decides its own prediction a little below or above 1.
MOST_LEVERAGE = 1 - 1e-9


@dataclass(frozen=True, eq=False)
class LinearMap:
    """A prediction, target + (input - centre) x matrix.

    Parameters
    ----------
    centre : ndarray, (n_inputs,)
    matrix : ndarray, (n_inputs, n_targets)
    target : ndarray, (n_targets,)
    """

    centre: Matrix
    matrix: Matrix
    target: Matrix

    def __call__(self, inputs: Matrix, shrink: Matrix | None = None) -> Matrix:
        """Return predictions, ``(rows, n_targets)``; deviations from the centre may be shrunk."""
        deviations = inputs - self.centre
        if shrink is not None:
            deviations = deviations * shrink[:, None]
        return np.asarray(self.target + deviations @ self.matrix)


class Ridge:
    """Least squares with a ridge, solved for one set of inputs.

    Parameters
    ----------
    inputs : ndarray, (rows, n_inputs)
    ridge : float or ndarray, (n_inputs,)
        Added to the diagonal of the covariance of the inputs (of their mean square, not their sum).
    shares : ndarray, (rows,), optional
        Of the rows, with sum 1; all alike by default.
    moments : ndarray, (n_inputs, n_inputs), optional
        Mean of the products of the inputs, if known.

    Examples
    --------
    >>> x = np.array([[0.0], [1.0], [2.0]])
    >>> fit = Ridge(x, 0.0)
    >>> fit.map(2 * x + 1)(np.array([[5.0]])).round(9).tolist()
    [[11.0]]
    """

    def __init__(
        self,
        inputs: Matrix,
        ridge: float | Matrix,
        shares: Matrix | None = None,
        moments: Matrix | None = None,
    ) -> None:
        rows = len(inputs)
        self.inputs = inputs
        self.shares = np.full(rows, 1 / rows) if shares is None else shares
        self.centre = self.shares @ inputs
        if moments is None:
            moments = inputs.T @ (self.shares[:, None] * inputs)
        covariance = moments - np.outer(self.centre, self.centre)
        self.factor: Matrix = cholesky(covariance, ridge)

    def map(self, targets: Matrix, products: Matrix | None = None) -> LinearMap:
        """Return the prediction of targets, ``(rows, n_targets)``.

        The mean products of inputs and targets may be known.
        """
        mean = self.shares @ targets
        if products is None:
            products = self.inputs.T @ (self.shares[:, None] * targets)
        return LinearMap(self.centre, self._solve(products - np.outer(self.centre, mean)), mean)

    def weights(self, points: Matrix, shrink: Matrix | None = None) -> Matrix:
        """Return how much each row counts in the mean prediction at some points, with sum 1.

        Parameters
        ----------
        points : ndarray, (n_points, n_inputs)
        shrink : ndarray, (n_points,), optional
            Of the deviations of the points from the centre.

        Returns
        -------
        ndarray, (rows,)
        """
        values = np.full((len(points), 1), 1 / len(points))
        return self.weighted(points, values, shrink)[:, 0]

    def weighted(self, points: Matrix, values: Matrix, shrink: Matrix | None = None) -> Matrix:
        """Return how much each row counts in sum_n values_n prediction_n.

        Parameters
        ----------
        points : ndarray, (n_points, n_inputs)
        values : ndarray, (n_points, n_values)
        shrink : ndarray, (n_points,), optional

        Returns
        -------
        ndarray, (rows, n_values)
        """
        scaled = values if shrink is None else shrink[:, None] * values
        crossed = points.T @ scaled - np.outer(self.centre, scaled.sum(axis=0))
        solved = self._solve(crossed)
        raised = self.inputs @ solved + (values.sum(axis=0) - self.centre @ solved)
        return np.asarray(self.shares[:, None] * raised)

    def leverage(self, points: Matrix) -> Matrix:
        """Return how far points are from the centre, in the metric of the inputs, ``(n_points,)``.

        The mean over the rows is the effective number of regressors.
        """
        inverted = solve_triangular(
            self.factor, (points - self.centre).T, lower=True, check_finite=False
        )
        return np.asarray(np.einsum("ij,ij->j", inverted, inverted))

    def _solve(self, right: Matrix) -> Matrix:
        return np.asarray(cho_solve((self.factor, True), right, check_finite=False))


def held_out_r_squared(
    ridge: Ridge,
    targets: Matrix,
    leverage: Matrix,
    rows: slice,
    linear: LinearMap | None = None,
) -> float:
    """Return the share of the variance of targets that is predicted of rows left out one by one.

    Parameters
    ----------
    ridge : Ridge
    targets : ndarray, (rows of the fit, n_targets)
    leverage : ndarray, (rows,)
        Of the rows that are looked at.
    rows : slice
    linear : LinearMap, optional
        The prediction of the targets, if known.

    Returns
    -------
    float
        Of all targets together; at most 1, and below 0 where the mean would predict better. A fit
        to targets that do not vary has 1.
    """
    shares = ridge.shares[rows]
    fitted = (linear or ridge.map(targets))(ridge.inputs[rows])
    hats = np.minimum(shares * (1 + leverage), MOST_LEVERAGE)
    missed = (targets[rows] - fitted) / (1 - hats)[:, None]
    spread = targets[rows] - shares @ targets[rows] / shares.sum()
    total = float((shares @ spread**2).sum())
    return 1.0 if total < 1e-12 else 1 - float((shares @ missed**2).sum()) / total


def cholesky(covariance: Matrix, ridge: float | Matrix) -> Matrix:
    """Return the lower Cholesky factor, with as little jitter as makes it positive."""
    largest = max(1.0, float(covariance.diagonal().max()))
    for jitter in JITTERS:
        matrix = covariance.copy()
        matrix.flat[:: len(matrix) + 1] += ridge + jitter * largest
        try:
            return np.asarray(np.tril(cho_factor(matrix, lower=True, check_finite=True)[0]))
        except (np.linalg.LinAlgError, ValueError):
            continue
    raise InputError(
        "normal equations that are not positive",
        "regressors that are finite",
        "give a larger ridge, or a lower learning rate",
    )
