"""Matrices that users give: checked, and compared with those that an estimator was fitted to."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import ArgumentTypeError, InputError


def as_matrix(X: Any, *, missing: bool = False) -> Any:
    """Return a matrix, dense or in compressed rows.

    Parameters
    ----------
    X : array_like or sparse matrix, (n_samples, n_features)
    missing : bool
        Whether nan may stand for missing entries of a dense one.

    Returns
    -------
    ndarray or sparse matrix

    Raises
    ------
    InputError, ArgumentTypeError
        If it is not a matrix of finite real numbers with a row and a column at least.

    Examples
    --------
    >>> as_matrix([[0, 1], [1, 0]]).shape
    (2, 2)
    """
    matrix = X.tocsr() if hasattr(X, "tocsr") else _numbers(_array(X))
    if len(matrix.shape) != 2:
        raise InputError(
            f"data of shape {matrix.shape}",
            "(samples, features)",
            "Reshape your data, e.g. X.reshape(1, -1) if it is one sample",
        )
    for number, what in zip(matrix.shape, ("sample", "feature"), strict=True):
        if number == 0:
            raise InputError(
                f"0 {what}(s) (shape={matrix.shape}) while a minimum of 1 is required",
                f"a {what} at least",
            )
    if matrix.dtype.kind == "c":
        raise InputError("Complex data not supported", "real numbers")
    if matrix.dtype.kind not in "biuf":
        raise InputError(f"data of type {matrix.dtype}", "numbers")
    is_sparse = hasattr(matrix, "tocsr")
    values = matrix.data if is_sparse else matrix
    if not (np.isfinite(values) | (missing and not is_sparse and np.isnan(values))).all():
        raise InputError(
            "data with NaN or infinite (inf) values",
            "finite numbers",
            "missing entries, nan, are for score and score_samples" * bool(np.isnan(values).any()),
        )
    return matrix


def matrix_for(estimator: Any, X: Any, *, reset: bool = False, missing: bool = False) -> Any:
    """Return a matrix with the columns that an estimator was fitted to, or that it will be.

    Parameters
    ----------
    estimator : BaseEstimator
        Keeps the number of columns, and their names, if they have any.
    X : array_like or sparse matrix, (n_samples, n_features)
    reset : bool
        Whether these columns are to be kept, not compared.
    missing : bool
        Whether nan may stand for missing entries.

    Returns
    -------
    ndarray or sparse matrix

    Raises
    ------
    InputError, ArgumentTypeError
        If it is no matrix, or has other columns.
    """
    from sklearn.utils.validation import validate_data

    matrix = as_matrix(X, missing=missing)
    named = X if hasattr(X, "columns") else matrix
    try:
        validate_data(estimator, named, reset=reset, skip_check_array=True)
    except ValueError as error:
        raise InputError(" ".join(str(error).split())) from error
    return matrix


def require_binary(X: Any) -> None:
    """Raise unless every entry is 0 or 1, and say how to make grey levels so.

    Parameters
    ----------
    X : ndarray or sparse matrix

    Raises
    ------
    InputError
    """
    values = X.data if hasattr(X, "tocsr") else X
    wrong = ~((values == 0) | (values == 1))
    if not wrong.any():
        return
    value = float(values[wrong][0])
    mend = "take observation='poisson' for counts"
    if 0 < value < 1:
        mend = "binarise grey levels, e.g. nh.load_images(..., binarise='fixed')"
    raise InputError(f"value {value:g} for Bernoulli units", "0 or 1", mend)


def _array(X: Any) -> npt.NDArray[Any]:
    try:
        return np.asarray(X)
    except ValueError as error:
        raise InputError("data with rows of different lengths", "a matrix") from error


def _numbers(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return objects as the numbers that they are."""
    if array.dtype.kind != "O":
        return array
    try:
        return array.astype(np.float64)
    except TypeError as error:
        raise ArgumentTypeError(str(error), "a matrix of numbers") from error
    except ValueError as error:
        raise InputError(f"data that are no numbers ({error})", "a matrix of numbers") from error
