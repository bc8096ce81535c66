"""From an error to one line and an exit code."""

from __future__ import annotations

import os
import shlex
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from neurohm.cli.printing import complain
from neurohm.exceptions import NeurohmError, NeurohmWarning, NumericalError, WriteError

FAILED, WRONG_INPUT, STOPPED = 1, 2, 130


def explain(error: BaseException, arguments: Sequence[str]) -> tuple[str, int]:
    """Return what to say of an error, and the exit code.

    Parameters
    ----------
    error : exception
    arguments : sequence of str
        Of the command, as it was called.

    Returns
    -------
    text : str
    code : int

    Examples
    --------
    >>> explain(NeurohmError("hidden size 0", "at least one unit"), ["fit"])
    ('hidden size 0; expected at least one unit', 2)
    >>> explain(KeyboardInterrupt(), ["fit"])
    ('stopped', 130)
    """
    if isinstance(error, KeyboardInterrupt):
        return _stopped(str(error), arguments), STOPPED
    if isinstance(error, NeurohmError):
        failed = isinstance(error, NumericalError | WriteError)
        return str(error), FAILED if failed else WRONG_INPUT
    if hasattr(error, "format_message"):  # typer's: an argument is missing or unknown
        return _usage(error), WRONG_INPUT
    if isinstance(error, MemoryError):
        return f"not enough memory {error}", FAILED
    if isinstance(error, OSError):
        return _os_error(error), FAILED
    return f"{type(error).__name__}: {error} (run with --debug for the traceback)", FAILED


@contextmanager
def warnings_as_lines() -> Iterator[None]:
    """Show each of neurohm's warnings once, as a yellow line."""
    said: set[str] = set()
    with warnings.catch_warnings():
        usual = warnings.showwarning

        def shown(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if not issubclass(category, NeurohmWarning):
                usual(message, category, filename, lineno, file, line)
            elif str(message) not in said:
                said.add(str(message))
                complain(f"warning: {message}", style="yellow")

        warnings.simplefilter("always", NeurohmWarning)
        warnings.showwarning = shown
        yield


def silence_pipe() -> int:
    """Keep Python from complaining about a closed stdout at exit; return the exit code."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED


def _stopped(state: str, arguments: Sequence[str]) -> str:
    """Return how to go on, if the state was written before the end."""
    if not state:
        return "stopped"
    again = [argument for argument in arguments if argument not in ("--resume", "--overwrite")]
    return f"{state}; to go on: {shlex.join(['neurohm', *again, '--resume'])}"


def _usage(error: BaseException) -> str:
    text = str(error.format_message()) if hasattr(error, "format_message") else str(error)
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "neurohm"
    return f"{text.rstrip('.')}; see '{path} --help'"


def _os_error(error: OSError) -> str:
    if error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    return (str(error).splitlines() or [type(error).__name__])[0]
