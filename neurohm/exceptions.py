"""Errors and warnings of neurohm: what was found, what was expected, how to mend it."""

from __future__ import annotations

import os

__all__ = [
    "ArgumentTypeError",
    "FileFormatError",
    "InputError",
    "MissingExtraError",
    "MissingFileError",
    "NeurohmDeprecationWarning",
    "NeurohmError",
    "NeurohmWarning",
    "NotFittedError",
    "NumericalError",
    "WriteError",
]


class NeurohmError(Exception):
    """Root of every error that neurohm raises on purpose.

    Parameters
    ----------
    found : str
        What was found.
    expected : str, optional
        What was expected instead.
    mend : str, optional
        How to mend it.

    Examples
    --------
    >>> print(NeurohmError("bin size 0 s", "a positive number of seconds", "give e.g. 0.02"))
    bin size 0 s; expected a positive number of seconds; give e.g. 0.02
    """

    def __init__(self, found: str, expected: str = "", mend: str = "") -> None:
        self.found, self.expected, self.mend = found, expected, mend
        super().__init__(found, expected, mend)

    def __str__(self) -> str:
        parts = [self.found, f"expected {self.expected}" if self.expected else "", self.mend]
        return "; ".join(part for part in parts if part)


class InputError(NeurohmError, ValueError):
    """A value, an argument or the content of a file is not usable."""


class ArgumentTypeError(NeurohmError, TypeError):
    """An argument is of the wrong type."""


class FileFormatError(InputError):
    """A file is damaged, or not of a kind that neurohm reads."""


class MissingFileError(InputError, FileNotFoundError):
    """A file or folder is not there, or may not be read or written."""


class WriteError(NeurohmError, OSError):
    """A file could not be written: the disk is full, or became read-only."""

    @classmethod
    def of(cls, path: object, error: OSError) -> WriteError:
        """Say it of a path, with the reason that the operating system gave.

        Examples
        --------
        >>> print(WriteError.of("fit.h5", OSError(28, "No space left on device")))
        fit.h5 could not be written (No space left on device); expected room on a disk that can be
        written; free some, or give another folder: what was there before is unchanged
        """
        reason = os.strerror(error.errno) if error.errno else str(error)
        return cls(
            f"{path} could not be written ({reason})",
            "room on a disk that can be written",
            "free some, or give another folder: what was there before is unchanged",
        )


class MissingExtraError(NeurohmError, ImportError):
    """An optional dependency is not installed; the message names the extra."""


class NotFittedError(NeurohmError, ValueError, AttributeError):
    """An estimator was asked for a result before ``fit``."""


class NumericalError(NeurohmError, ArithmeticError):
    """Learning left the finite numbers (a rate that is too high, as a rule)."""


class NeurohmWarning(UserWarning):
    """The input is usable, but something about it is probably not as intended."""


class NeurohmDeprecationWarning(NeurohmWarning, FutureWarning):
    """Something will be removed; the message says when, and what to use instead."""
