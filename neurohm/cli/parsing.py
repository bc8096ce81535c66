"""Texts on the command line: times and lists of sizes."""

from __future__ import annotations

import math
import re

from neurohm.exceptions import InputError

EXPONENTS = {"": 0, "s": 0, "ms": -3, "us": -6, "µs": -6, "μs": -6, "ns": -9}  # both signs for mu


def parse_time(text: str, option: str, *, zero: bool = False) -> float:
    """Return a time in seconds.

    Parameters
    ----------
    text : str
        Such as ``20ms``, ``0.02`` or ``5us``.
    option : str
        Where it was given, for the message.
    zero : bool
        Whether zero is a time.

    Returns
    -------
    float

    Raises
    ------
    InputError
        If it is not a positive time.

    Examples
    --------
    >>> [parse_time(text, "--bin") for text in ("20ms", "0.02", "0.02s", "5us")]
    [0.02, 0.02, 0.02, 5e-06]
    """
    seconds = _in_seconds(text)
    if not (math.isfinite(seconds) and (seconds > 0 or (zero and seconds == 0))):
        kind = "time" if zero else "positive time"
        raise InputError(f"{option} {text}", f"a {kind}", f"give e.g. {option} 20ms or 0.02 (s)")
    return seconds


def parse_moment(text: str, option: str) -> float:
    """Return a moment in seconds, which may lie before zero.

    Parameters
    ----------
    text : str
        Such as ``50ms`` or ``-0.2``.
    option : str
        Where it was given, for the message.

    Returns
    -------
    float

    Raises
    ------
    InputError
        If it is no time.

    Examples
    --------
    >>> parse_moment("-200ms", "--since")
    -0.2
    """
    seconds = _in_seconds(text)
    if not math.isfinite(seconds):
        raise InputError(f"{option} {text}", "a moment", f"give e.g. {option} 50ms or -0.2 (s)")
    return seconds


def parse_span(text: str, option: str) -> tuple[float, float]:
    """Return the start and the stop of a stretch of time, in seconds.

    Parameters
    ----------
    text : str
        Such as ``60s,360s``.
    option : str
        Where it was given, for the message.

    Returns
    -------
    start, stop : float

    Raises
    ------
    InputError

    Examples
    --------
    >>> parse_span("0,500ms", "--between")
    (0.0, 0.5)
    """
    moments = [_in_seconds(part) for part in text.split(",")]
    if len(moments) != 2 or not all(map(math.isfinite, moments)):
        raise InputError(f"{option} {text}", "a start and a stop", f"give e.g. {option} 60s,360s")
    start, stop = moments
    if stop <= start:
        raise InputError(f"{option} {text}", "a stop after the start")
    return start, stop


def parse_sizes(text: str, option: str) -> tuple[int, ...]:
    """Return whole numbers of at least 1.

    Parameters
    ----------
    text : str
        Such as ``40,10``.
    option : str
        Where it was given, for the message.

    Returns
    -------
    tuple of int

    Raises
    ------
    InputError

    Examples
    --------
    >>> parse_sizes("40,10", "--hidden")
    (40, 10)
    """
    try:
        sizes = tuple(int(part) for part in text.split(","))
    except ValueError:
        sizes = ()
    if not sizes or min(sizes) < 1:
        raise InputError(
            f"{option} {text!r}", "whole numbers of at least 1", f"give e.g. {option} 40,10"
        )
    return sizes


def parse_layers(text: str, option: str) -> tuple[int | str, ...]:
    """Return hidden layers separated by commas: sizes, or kinds of units with sizes.

    Parameters
    ----------
    text : str
    option : str
        Where it was given, for the message.

    Returns
    -------
    tuple of int or str

    Raises
    ------
    InputError

    Examples
    --------
    >>> parse_layers("autoregressive:40,10", "--hidden")
    ('autoregressive:40', 10)
    """
    from neurohm.populations import POPULATIONS, as_population

    parts = [part.strip() for part in text.split(",")]
    if not any(":" in part or part in POPULATIONS for part in parts):
        return parse_sizes(text, option)
    for part in parts:
        as_population(int(part) if part.isdecimal() else part)
    return tuple(int(part) if part.isdecimal() else part for part in parts)


def parse_epochs(text: str, option: str) -> int | str:
    """Return a number of epochs, or ``"auto"``.

    Parameters
    ----------
    text : str
    option : str
        Where it was given, for the message.

    Returns
    -------
    int or str

    Raises
    ------
    InputError

    Examples
    --------
    >>> parse_epochs("50", "--epochs"), parse_epochs("auto", "--epochs")
    (50, 'auto')
    """
    if text == "auto":
        return text
    if not re.fullmatch("[0-9]+", text) or int(text) < 1:
        raise InputError(f"{option} {text!r}", "a whole number of at least 1, or auto")
    return int(text)


def _in_seconds(text: str) -> float:
    """Return a time in seconds; nan if it is none."""
    found = re.fullmatch(r"([-+.0-9e]+?)\s*([a-zµμ]*)", text.strip().lower())
    return _seconds(*found.groups()) if found else math.nan


def _seconds(number: str, unit: str) -> float:
    """Return seconds; the exponent is joined to the text, so that 20ms is 0.02 to the bit."""
    if unit not in EXPONENTS:
        return math.nan
    mantissa, _, exponent = number.partition("e")
    try:
        return float(f"{mantissa}e{int(exponent or 0) + EXPONENTS[unit]}")
    except ValueError:
        return math.nan
