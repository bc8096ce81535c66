"""Kernel ridge regression on data: the gradient model of amortised learning by wake-sleep."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve

from neurohm.exceptions import InputError

Matrix = npt.NDArray[np.float64]

MOST_ROWS = 4000
# Rows of which the median distance is taken.
SAMPLE = 500


class KernelRidge:
    """Regression of targets, less their mean, with the kernel exp(-|x - y|^2 / (2 width^2)).

    Parameters
    ----------
    inputs : ndarray, (rows, n_inputs)
    ridge : float
        Added to the diagonal of the kernel matrix over the number of rows.
    width : float, optional
        By default the median distance of the inputs.

    Raises
    ------
    InputError
        If there are too many rows to solve for.

    References
    ----------
    Wenliang, Moskovitz, Kanagawa, Sahani (2020). Amortised learning by wake-sleep. ICML.
    arXiv:2002.09737.

    Examples
    --------
    >>> x = np.linspace(0, 1, 20)[:, None]
    >>> weights = KernelRidge(x, 1e-6).weights(np.array([[0.5]]))
    >>> float((weights @ x)[0].round(3))
    0.5
    """

    def __init__(self, inputs: Matrix, ridge: float, width: float | None = None) -> None:
        rows = len(inputs)
        if rows > MOST_ROWS:
            raise InputError(
                f"kernel regression on {rows} dreams",
                f"at most {MOST_ROWS}",
                "give window=1, or fewer sleep_samples",
            )
        self.inputs = inputs
        self.shares: Matrix = np.full(rows, 1 / rows)
        self.width = median_distance(inputs[:SAMPLE]) if width is None else width
        matrix = self._kernel(inputs)
        matrix.flat[:: rows + 1] += ridge * rows
        self._factor = cho_factor(matrix, lower=True, check_finite=False)

    def weights(self, points: Matrix, shrink: Matrix | None = None) -> Matrix:
        """Return how much each row counts in the mean prediction at some points, ``(rows,)``."""
        return self.weighted(points, np.full((len(points), 1), 1 / len(points)))[:, 0]

    def weighted(self, points: Matrix, values: Matrix, shrink: Matrix | None = None) -> Matrix:
        """Return how much each row counts in sum_n values_n prediction_n, ``(rows, n_values)``."""
        raised = cho_solve(self._factor, self._kernel(points) @ values, check_finite=False)
        return np.asarray(raised + (values.sum(axis=0) - raised.sum(axis=0)) * self.shares[:, None])

    def _kernel(self, points: Matrix) -> Matrix:
        return np.asarray(np.exp(-squared_distances(self.inputs, points) / (2 * self.width**2)))


def squared_distances(first: Matrix, second: Matrix) -> Matrix:
    """Return |x - y|^2 of all pairs, ``(rows of first, rows of second)``.

    Examples
    --------
    >>> squared_distances(np.zeros((1, 2)), np.ones((2, 2))).tolist()
    [[2.0, 2.0]]
    """
    squares = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)
    return np.asarray(np.maximum(squares - 2 * first @ second.T, 0))


def median_distance(points: Matrix) -> float:
    """Return the median distance of different points, or 1 where all are alike.

    Examples
    --------
    >>> median_distance(np.array([[0.0], [1.0], [3.0]]))
    2.0
    """
    upper = np.triu_indices(len(points), 1)
    distances = squared_distances(points, points)[upper]
    positive = distances[distances > 0]
    return float(np.sqrt(np.median(positive))) if positive.size else 1.0
