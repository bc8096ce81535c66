"""What the commands print: results on stdout, notes and complaints on stderr."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any


def complain(text: str, *, style: str = "red") -> None:
    """Print one line ``neurohm: ...`` on stderr, coloured on a terminal only."""
    from rich.console import Console

    line = " ".join(f"neurohm: {text}".split())
    Console(stderr=True, soft_wrap=True).print(line, style=style, markup=False, highlight=False)


def note(text: str) -> None:
    """Print a line about the progress of a command, on stderr."""
    complain(text, style="default")


def on_terminal() -> bool:
    """Return whether someone reads stderr as it is written."""
    return sys.stderr.isatty()


def show(result: Mapping[str, Any], rows: Mapping[str, str], *, as_json: bool) -> None:
    """Print a result on stdout.

    Parameters
    ----------
    result : mapping
        The whole of it, for programs.
    rows : mapping of str to str
        What a reader wants to see.
    as_json : bool
        Which of the two.
    """
    if as_json:
        print(json.dumps(strict(result), indent=2, allow_nan=False))
    else:
        print_rows(rows)


def print_rows(rows: Mapping[str, str]) -> None:
    """Print names and what belongs to them in two columns, folded where a terminal ends."""
    if not sys.stdout.isatty():
        width = max(map(len, rows))
        print("\n".join(f"{name:<{width}}  {text}" for name, text in rows.items()))
        return

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, text in rows.items():
        grid.add_row(name, Text(text))
    Console().print(grid)


def strict(value: Any) -> Any:
    """Return a value as strict JSON can hold it: arrays as lists, what is not finite as null.

    Examples
    --------
    >>> strict({"gain": float("nan"), "units": (1, 2)})
    {'gain': None, 'units': [1, 2]}
    """
    if hasattr(value, "tolist"):  # NumPy's arrays and numbers
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): strict(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [strict(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
