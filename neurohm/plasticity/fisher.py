"""Natural gradients: each unit's gradient times the inverse of its own Fisher matrix."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from neurohm.backend import Array
from neurohm.backend.numpy_ import CPU
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.kernels import get_kernels


def solve(
    activity: npt.ArrayLike,
    weight: npt.ArrayLike,
    error: npt.ArrayLike,
    damping: float,
    *,
    method: str = "cg",
    tolerance: float = 1e-4,
    iterations: int = 200,
) -> Array:
    """Return the natural gradient of every unit of a population.

    Gradient and Fisher matrix are means over the rows: of activity x error, and of Fisher weight x
    activity x activity, plus the damping on the diagonal. Rows count differently by a factor in
    both weight and error. Where every row stands K times, it may stand once, with the means of its
    weights and errors: the result is the same, and K^2 times cheaper.

    Parameters
    ----------
    activity : array_like, (rows, inputs)
        Presynaptic activity; a column of ones stands for the bias.
    weight : array_like, (rows, units)
        Fisher weights: the variance of each unit given the row, p (1 - p) for Bernoulli units, the
        rate for Poisson ones. Zero is allowed.
    error : array_like, (rows, units)
        Activity of the units minus what the row predicted.
    damping : float
        Added to the diagonal of every Fisher matrix. The larger it is, the more the result is the
        plain gradient divided by it.
    method : {"cg", "exact"}
        Conjugate gradients over all units at once, or a Cholesky decomposition for each, in double
        precision.
    tolerance : float
        For ``"cg"``: largest error of a unit relative to its natural gradient, both measured in
        the norm of its Fisher matrix. The bound holds down to the rounding error, in single
        precision about 1e-7 times the condition number of the Fisher matrix.
    iterations : int
        For ``"cg"``: units that need more are solved exactly.

    Returns
    -------
    ndarray, (inputs, units)
        In single precision if all arrays are, else in double.

    Raises
    ------
    InputError
        If shapes do not fit, a weight is negative, a value is not finite, or a setting is out of
        range.
    ArgumentTypeError
        If a setting is not a number.
    NumericalError
        If a Fisher matrix is singular in double precision.

    Notes
    -----
    The Fisher matrix of a network of conditionally independent units is block-diagonal, one block
    a unit, for the joint distribution of visible and hidden activity. This is not the natural
    gradient of the likelihood of the visible alone.

    All is done in the space of the rows; where there are far more rows than inputs, ``"exact"``
    turns to that of the inputs.

    References
    ----------
    C. Varady, R. Volpi, L. Malagò and N. Ay (2022), Natural reweighted wake-sleep, Neural Networks
    155:574-591, doi:10.48550/arXiv.2008.06687.

    Examples
    --------
    One unit, driven by a bias alone: the step is the error over the variance.

    >>> solve([[1.0]], [[0.25]], [[0.5]], damping=1e-9).round(6)
    array([[2.]])
    """
    if method not in ("cg", "exact"):
        raise InputError(f"method {method!r}", "'cg' or 'exact'")
    damping = real_number("damping", damping, above=0, mend="e.g. 0.1")
    tolerance = real_number("tolerance", tolerance, above=0, below=1, mend="e.g. 0.0001")
    iterations = whole_number("iterations", iterations)
    arrays = _checked(activity, weight, error)
    if method == "exact":
        return _exact(arrays, damping)
    return _conjugate_gradients(arrays, damping, tolerance, iterations)


def _checked(*given: Any) -> tuple[Array, Array, Array]:
    """Return activity, weight and error in one precision."""
    arrays = [np.asarray(values) for values in given]
    dtype = np.result_type(np.float32, *arrays)
    if dtype not in (np.float32, np.float64):
        raise InputError(f"values of type {dtype}", "real numbers")
    activity, weight, error = (CPU.asarray(values, dtype) for values in arrays)
    if activity.ndim != 2 or not activity.size:
        raise InputError(f"activity of shape {activity.shape}", "(rows, inputs)")
    for name, values in (("weight", weight), ("error", error)):
        if values.ndim != 2 or not values.size or len(values) != len(activity):
            raise InputError(f"{name} of shape {values.shape}", f"({len(activity)}, units)")
    if weight.shape != error.shape:
        raise InputError(f"weight of shape {weight.shape}", f"{error.shape}, as the error has")
    for name, values in (("activity", activity), ("weight", weight), ("error", error)):
        if not np.isfinite(values).all():
            raise InputError(f"{name} that is not finite", "finite numbers")
    if weight.min() < 0:
        raise InputError(f"Fisher weight {weight.min():g}", "none below zero")
    return activity, weight, error


def _exact(arrays: tuple[Array, Array, Array], damping: float) -> Array:
    """Return the exact solution in the precision of the input."""
    from neurohm.kernels.reference.fisher import exact

    return exact(*arrays, damping).astype(arrays[0].dtype, copy=False)


@functools.cache
def _pools() -> ThreadpoolController:
    """Return what limits the threads of matrix products, found once: looking takes milliseconds."""
    get_kernels(CPU)  # loads the libraries
    return ThreadpoolController()


def _conjugate_gradients(
    arrays: tuple[Array, Array, Array], damping: float, tolerance: float, iterations: int
) -> Array:
    """Return the solution of all units; those that need too many steps are solved exactly."""
    activity, weight, error = arrays
    units = error.shape[1]
    out = CPU.empty((activity.shape[1], units), activity.dtype)
    spent = CPU.empty((units,), np.int64)
    setting = np.array([damping, tolerance])
    # one thread: the products are small, and a second one costs more than it brings
    with _pools().limit(limits=1, user_api="blas"):
        get_kernels(CPU).fisher.conjugate_gradients(
            activity, weight, error, setting, iterations, out, spent
        )
    left = spent < 0
    if left.any():
        out[:, left] = _exact((activity, weight[:, left], error[:, left]), damping)
    return out
