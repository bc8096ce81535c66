"""Checks of numbers that a user gives, with errors in plain words."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

from neurohm.exceptions import ArgumentTypeError, InputError


def whole_number(name: str, value: Any, least: int = 1, *, mend: str = "") -> int:
    """Return a whole number as Python's, so that arithmetic with it does not overflow.

    Parameters
    ----------
    name : str
        Of the argument, for the message.
    value : object
    least : int
    mend : str, optional

    Returns
    -------
    int

    Raises
    ------
    ArgumentTypeError
        If it is not a whole number; True and False are none.
    InputError
        If it is too small.

    Examples
    --------
    >>> import numpy as np
    >>> whole_number("epochs", np.int8(100))
    100
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ArgumentTypeError(f"{name} {value!r}", "a whole number", mend)
    if value < least:
        raise InputError(f"{name} {value}", f"at least {least}", mend)
    return int(value)


def real_number(
    name: str,
    value: Any,
    *,
    least: float = -math.inf,
    above: float = -math.inf,
    most: float = math.inf,
    below: float = math.inf,
    mend: str = "",
) -> float:
    """Return a finite number within bounds as Python's.

    Parameters
    ----------
    name : str
        Of the argument, for the message.
    value : object
    least, above : float
        Lower bound, itself allowed or not.
    most, below : float
        Upper bound, itself allowed or not.
    mend : str, optional

    Returns
    -------
    float

    Raises
    ------
    ArgumentTypeError
        If it is not a number; True and False are none.
    InputError
        If it is out of bounds, infinite or NaN.

    Examples
    --------
    >>> real_number("validation", 1.5, least=0, below=1)
    Traceback (most recent call last):
    ...
    neurohm.exceptions.InputError: validation 1.5; expected a number of at least 0 and below 1
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ArgumentTypeError(f"{name} {value!r}", "a number", mend)
    number = float(value)
    if not (math.isfinite(number) and least <= number <= most and above < number < below):
        bounds = {"of at least": least, "above": above, "at most": most, "below": below}
        words = " and ".join(f"{word} {b:g}" for word, b in bounds.items() if math.isfinite(b))
        raise InputError(
            f"{name} {value}", f"a number {words}" if words else "a finite number", mend
        )
    return number
