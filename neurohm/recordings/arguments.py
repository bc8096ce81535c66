"""Checks of single arguments: each returns the value in its one type, or says what is wrong."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from numbers import Real
from pathlib import Path
from typing import Any

from neurohm.exceptions import ArgumentTypeError, InputError

__all__ = ["file_path", "number", "positive"]


def number(
    name: str, value: Any, expected: str, fits: Callable[[float], bool] = math.isfinite
) -> float:
    """Return a number as a float.

    Parameters
    ----------
    name : str
        Of the argument, for the message.
    value : float
        NumPy's numbers are numbers, truth values and text are none.
    expected : str
        What it should be, for the message.
    fits : callable
        Whether a number is what it should be.

    Returns
    -------
    float

    Raises
    ------
    ArgumentTypeError
        If it is no number.
    InputError
        If it does not fit.

    Examples
    --------
    >>> number("gap", 2, "a time")
    2.0
    >>> number("gap", "2 s", "a time")
    Traceback (most recent call last):
    neurohm.exceptions.ArgumentTypeError: gap '2 s'; expected a time
    """
    if hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ArgumentTypeError(f"{name} {value!r}", expected)
    if not fits(float(value)):
        raise InputError(f"{name} {value!r}", expected)
    return float(value)


def positive(name: str, value: Any, unit: str = "seconds") -> float:
    """Return a positive, finite number; errors as of `number`.

    Parameters
    ----------
    name : str
    value : float
    unit : str
        What it is a number of, for the message.

    Returns
    -------
    float

    Examples
    --------
    >>> positive("bin_width", 0.02)
    0.02
    """
    return number(name, value, f"a positive number of {unit}", lambda given: 0 < given < math.inf)


def file_path(path: Any) -> Path:
    """Return the path of a file.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    pathlib.Path

    Raises
    ------
    ArgumentTypeError
        If it is neither text nor a path.

    Examples
    --------
    >>> file_path("recordings/a.h5").name
    'a.h5'
    """
    if not isinstance(path, str | os.PathLike):
        raise ArgumentTypeError(f"the path {path!r}", "the name of a file")
    return Path(path)
