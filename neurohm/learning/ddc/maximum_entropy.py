"""The distribution of largest entropy with given means of functions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import logsumexp

Matrix = npt.NDArray[np.float64]

# Of the squared natural parameters: means that are off by a little belong to no distribution, and
# would let them grow forever.
PENALTY = 3e-3


def maximum_entropy(functions: Matrix, means: Matrix, penalty: float = PENALTY) -> Matrix:
    """Return q_s proportional to exp(sum_i eta_i T_i(s)), whose means are near those given.

    The natural parameters minimise log sum_s exp(eta T(s)) - eta means + penalty |eta|^2 / 2, which
    is convex, so that means are met but for penalty x eta.

    Parameters
    ----------
    functions : ndarray, (n_states, n_functions)
        T in each state.
    means : ndarray, (n_functions,)
    penalty : float

    Returns
    -------
    ndarray, (n_states,)
        With sum 1.

    References
    ----------
    Wainwright, Jordan (2008). Graphical models, exponential families, and variational inference.
    Foundations and Trends in Machine Learning 1:1, section 3.

    Examples
    --------
    >>> maximum_entropy(np.array([[0.0], [1.0]]), np.array([0.75]), 1e-9).round(4).tolist()
    [0.25, 0.75]
    """
    centre = functions.mean(axis=0)
    deviations, wanted = functions - centre, means - centre

    def cost(eta: Matrix) -> tuple[float, Matrix]:
        exponents = deviations @ eta
        log_total = logsumexp(exponents)
        expected = np.exp(exponents - log_total) @ deviations
        value = log_total - eta @ wanted + penalty * (eta @ eta) / 2
        return float(value), expected - wanted + penalty * eta

    start = np.zeros(len(means))
    found = minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": 1000})
    exponents = deviations @ found.x
    return np.asarray(np.exp(exponents - logsumexp(exponents)))
