"""What is going to be removed goes on for a while, and says what to take instead."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from neurohm.exceptions import InputError, NeurohmDeprecationWarning

Made = TypeVar("Made", bound=Callable[..., Any])


def deprecated(since: str, removed: str, instead: str) -> Callable[[Made], Made]:
    """Return a decorator of functions and methods that will be removed.

    Parameters
    ----------
    since, removed : str
        Versions: from which on it warns, and which no longer has it.
    instead : str
        What to use.

    Returns
    -------
    callable

    Examples
    --------
    >>> @deprecated("0.2", "0.4", "new()")
    ... def old():
    ...     return 1
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     old(), str(caught[0].message)
    (1, 'old is deprecated since 0.2 and will be removed in 0.4; use new()')
    """

    def decorate(function: Made) -> Made:
        @wraps(function)
        def wrapped(*given: Any, **named: Any) -> Any:
            _warn(function.__name__, since, removed, instead)
            return function(*given, **named)

        return wrapped  # type: ignore[return-value]

    return decorate


def renamed_arguments(since: str, removed: str, **names: str) -> Callable[[Made], Made]:
    """Return a decorator of functions whose arguments have new names.

    Parameters
    ----------
    since, removed : str
        Versions: from which on an old name warns, and which no longer knows it.
    **names : str
        The new name of each old one.

    Returns
    -------
    callable

    Raises
    ------
    InputError
        By a call that gives an argument under both names.

    Examples
    --------
    >>> @renamed_arguments("0.2", "0.4", lr="learning_rate")
    ... def learn(learning_rate):
    ...     return learning_rate
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     learn(lr=0.1), str(caught[0].message)
    (0.1, 'lr= of learn is deprecated since 0.2 and will be removed in 0.4; use learning_rate=')
    """

    def decorate(function: Made) -> Made:
        @wraps(function)
        def wrapped(*given: Any, **named: Any) -> Any:
            for old, new in names.items():
                if old in named:
                    if new in named:
                        raise InputError(f"both {old}= and {new}=", f"{new}= alone")
                    _warn(f"{old}= of {function.__name__}", since, removed, f"{new}=")
                    named[new] = named.pop(old)
            return function(*given, **named)

        return wrapped  # type: ignore[return-value]

    return decorate


def _warn(what: str, since: str, removed: str, instead: str) -> None:
    text = f"{what} is deprecated since {since} and will be removed in {removed}; use {instead}"
    warnings.warn(text, NeurohmDeprecationWarning, stacklevel=3)
