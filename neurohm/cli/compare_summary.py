"""A comparison for readers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from neurohm.comparison.table import TITLES, about, about_surrogates, rows_of

if TYPE_CHECKING:
    from neurohm.comparison import Comparison

_WIDTH = 120  # where nobody says how wide the output is
_BETWEEN = 3  # columns of text
_GIVEN_UP = (7, 6, 3, 1)  # columns that a narrow terminal does without, the first one first


def print_comparison(compared: Comparison) -> None:
    """Print what was scored, a line a model, and what surrogates say, on stdout."""
    console = Console() if sys.stdout.isatty() else Console(width=_WIDTH)
    rows = rows_of(compared)
    shown = _columns(rows, console.width)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), pad_edge=False, show_edge=False)
    for i in shown:
        title, unit = TITLES[i]
        table.add_column(
            f"{title}\n{unit}",
            justify="right" if i else "left",
            style="" if i else "bold",
            no_wrap=True,
        )
    for row in rows:
        table.add_row(*(Text(row[i]) for i in shown))
    console.print(table)
    console.print()
    for line in (about(compared), *about_surrogates(compared)):
        console.print(line, soft_wrap=True, markup=False, highlight=False)


def _columns(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the columns that have room side by side, so that no figure is cut off."""
    widths = [
        max(len(title), len(unit), *(len(row[i]) for row in rows))
        for i, (title, unit) in enumerate(TITLES)
    ]
    shown = list(range(len(TITLES)))
    for column in _GIVEN_UP:
        if sum(widths[i] + _BETWEEN for i in shown) <= width:
            break
        shown.remove(column)
    return shown
