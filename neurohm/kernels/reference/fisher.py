"""Natural gradients of all units of a population: the Fisher matrix of each, solved for its error.

The Fisher matrix of unit j over its presynaptic activity H, with the Fisher weight d_j of each row
(the variance of the unit there), is

    F_j = H' diag(d_j) H / n + lambda I.

Its natural gradient w_j = F_j^-1 H' e_j / n lies in the span of the rows: w_j = H' a_j, where

    A_j a_j = e_j,    A_j = n lambda I + diag(d_j) K,    K = H H'.

The units share K and differ in a diagonal only. A_j is symmetric and positive in the inner product
<u, v> = u' K v, in which conjugate gradients in a_j are those in w_j. Nothing is divided by d_j:
a unit that hardly varies (d_j = 0) has a_j = e_j / (n lambda).
"""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array
from neurohm.exceptions import NumericalError


def conjugate_gradients(
    activity: Array,
    weight: Array,
    error: Array,
    setting: Array,
    limit: int,
    out: Array,
    spent: Array,
) -> None:
    """Write the natural gradients, by conjugate gradients over all units at once.

    Parameters
    ----------
    activity : ndarray, (rows, inputs)
        H: presynaptic activity.
    weight : ndarray, (rows, units)
        d: Fisher weights, none negative.
    error : ndarray, (rows, units)
        e: activity minus its prediction.
    setting : ndarray of float64, (2,)
        The damping lambda, and the tolerance t: a unit is done where its error in the norm of its
        Fisher matrix is surely below t of its solution, |w - w*|_F <= t |w*|_F.
    limit : int
        Largest number of products with K.
    out : ndarray, (inputs, units)
        Receives w.
    spent : ndarray of int64, (units,)
        Receives how many steps each unit took, -1 where the limit came first.

    Notes
    -----
    Activity is not centred, so its mean H' 1 dominates every Fisher matrix. The solution begins
    with the exact one in that direction, and the directions of all steps are kept conjugate to it
    (deflation), which K 1 suffices for; that saves about three steps in ten, and as many that
    single precision would add.

    The bound of the error: |w - w*|_F^2 = r' F^-1 r <= |r|^2 / lambda with the residual r, and
    |w*|_F^2 is no less than the sum of step length times |r|^2 over the steps taken.

    References
    ----------
    Y. Saad, M. Yeung, J. Erhel and F. Guyomarc'h (2000), A deflated version of the conjugate
    gradient algorithm, SIAM J. Sci. Comput. 21:1909-1926, doi:10.1137/S1064829598339761.
    """
    rows, units = error.shape
    real = error.dtype.type
    ridge, tolerance = real(rows * setting[0]), real(setting[1])
    gram = activity @ activity.T
    mean = gram.sum(axis=1, keepdims=True)  # K 1
    a_mean = ridge + weight * mean  # A 1
    norm = (a_mean * mean).sum(axis=0)
    inverse = np.divide(1, norm, out=np.zeros_like(norm), where=norm > 0)

    start = inverse * (mean * error).sum(axis=0)
    solution, residual = np.tile(start, (rows, 1)), error - start * a_mean
    energy = start**2 * norm
    p, kp = np.zeros_like(error), np.zeros_like(error)  # a direction, and K times it
    before = np.ones(units, real)
    spent[...] = -1
    live = np.arange(units)
    for step in range(limit):
        image = gram @ residual[:, live]
        power = (residual[:, live] * image).sum(axis=0)
        going = power > tolerance**2 * ridge * energy[live]
        spent[live[~going]] = step
        live, image, power = live[going], image[:, going], power[going]
        if not live.size:
            break
        along = inverse[live] * (a_mean[:, live] * image).sum(axis=0)
        kept = power / before[live]
        p[:, live] = residual[:, live] - along + kept * p[:, live]
        kp[:, live] = image - along * mean + kept * kp[:, live]
        ap = ridge * p[:, live] + weight[:, live] * kp[:, live]
        length = power / (ap * kp[:, live]).sum(axis=0)
        solution[:, live] += length * p[:, live]
        residual[:, live] -= length * ap
        energy[live] += length * power
        before[live] = power
    np.matmul(activity.T, solution, out=out)


def exact(activity: Array, weight: Array, error: Array, damping: float) -> Array:
    """Return the natural gradients by a Cholesky decomposition for each unit, in double precision.

    Parameters
    ----------
    activity, weight, error
        See `conjugate_gradients`.
    damping : float

    Returns
    -------
    ndarray of float64, (inputs, units)

    Raises
    ------
    NumericalError
        If a Fisher matrix is singular in double precision.

    Notes
    -----
    The matrices are (rows, rows), or (inputs, inputs) where there are about twice as many rows as
    inputs. The former are symmetric with S = diag(d)^1/2 on either side, and again nothing is
    divided by it: A^-1 = (I - S (n lambda I + S K S)^-1 S K) / (n lambda).
    """
    h, d, e = (np.asarray(values, dtype=np.float64) for values in (activity, weight, error))
    rows, inputs = h.shape
    try:
        if rows**3 / 3 <= rows * inputs**2 + inputs**3 / 3:
            return _over_rows(h, d, e, rows * damping)
        return _over_inputs(h, d, e, rows * damping)
    except np.linalg.LinAlgError as singular:
        raise NumericalError(
            f"damping {damping:g}, with which a Fisher matrix is singular", mend="raise it"
        ) from singular


def _over_rows(activity: Array, weight: Array, error: Array, ridge: float) -> Array:
    """Return the natural gradients by systems as large as there are rows."""
    from scipy.linalg import cho_factor, cho_solve

    gram = activity @ activity.T
    right, s = gram @ error, np.sqrt(weight)
    solution = np.empty_like(error)
    for j in range(error.shape[1]):
        system = s[:, j, None] * gram * s[:, j]
        system.flat[:: len(gram) + 1] += ridge
        inner = cho_solve(cho_factor(system, overwrite_a=True), s[:, j] * right[:, j])
        solution[:, j] = (error[:, j] - s[:, j] * inner) / ridge
    return activity.T @ solution


def _over_inputs(activity: Array, weight: Array, error: Array, ridge: float) -> Array:
    """Return the natural gradients by systems as large as there are inputs."""
    from scipy.linalg import cho_factor, cho_solve

    gradient = activity.T @ error
    for j in range(error.shape[1]):
        system = (activity.T * weight[:, j]) @ activity
        system.flat[:: len(system) + 1] += ridge
        gradient[:, j] = cho_solve(cho_factor(system, overwrite_a=True), gradient[:, j])
    return gradient
