"""Options of the commands from a file: what is given on the line goes before it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neurohm.exceptions import FileFormatError, InputError
from neurohm.files import check_readable

OPTION, VARIABLE = "--config", "NEUROHM_CONFIG"
_EXAMPLE = '[fit]\\nlags = 5\\nhidden = "40,10"'


def taken_off(arguments: list[str]) -> tuple[list[str], Path | None]:
    """Return the arguments before ``--config FILE`` and after, and the file, if there is one.

    The variable ``NEUROHM_CONFIG`` names it where the option is not given. Only before the
    command is the option that of all commands.

    Parameters
    ----------
    arguments : list of str

    Returns
    -------
    arguments : list of str
    path : Path or None

    Raises
    ------
    InputError
        If no file follows.

    Examples
    --------
    >>> taken_off(["--config", "mine.toml", "fit", "r.h5"])
    (['fit', 'r.h5'], PosixPath('mine.toml'))
    """
    first = arguments[0] if arguments else ""
    if first == OPTION:
        if len(arguments) < 2:
            raise InputError(f"{OPTION} without a file", f"{OPTION} FILE COMMAND ...")
        return arguments[2:], Path(arguments[1])
    if first.startswith(f"{OPTION}="):
        return arguments[1:], Path(first.partition("=")[2])
    named = os.environ.get(VARIABLE)
    return arguments, Path(named) if named else None


def defaults(path: Path | None, group: Any) -> dict[str, dict[str, Any]]:
    """Return the values of options in a file by command, as typer takes them.

    Parameters
    ----------
    path : Path or None
        A TOML file with a table for each command.
    group : typer's group of commands
        Knows which options there are.

    Returns
    -------
    dict of str to dict

    Raises
    ------
    FileFormatError, MissingFileError
        If it cannot be read.
    InputError
        If a command or an option in it is unknown.
    """
    if path is None:
        return {}
    try:
        said = tomllib.loads(check_readable(path).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileFormatError(f"{path} is no TOML ({error})", "tables of options") from error
    return {name: _checked(path, group, name, values) for name, values in said.items()}


def _checked(path: Path, group: Any, command: str, values: Any) -> dict[str, Any]:
    if command not in group.commands or not isinstance(values, Mapping):
        raise InputError(
            f"[{command}] in {path}", "a table for one of " + ", ".join(group.commands)
        )
    known = {
        option.removeprefix("--"): p.name
        for p in group.commands[command].params
        for option in p.opts
        if option.startswith("--")
    }
    result = {}
    for name, value in values.items():
        option = str(name).replace("_", "-")
        if option not in known:
            raise InputError(f"{name!r} of [{command}] in {path}", "one of " + ", ".join(known))
        result[known[option]] = value
    return result
