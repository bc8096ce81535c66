"""A comparison for readers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from neurohm.comparison.table import TITLES, about, about_surrogates, rows_of

if TYPE_CHECKING:
    from neurohm.comparison import Comparison

_WIDTH = 120  # where nobody says how wide the output is


def print_comparison(compared: Comparison) -> None:
    """Print what was scored, a line a model, and what surrogates say, on stdout."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), pad_edge=False, show_edge=False)
    for i, (title, unit) in enumerate(TITLES):
        table.add_column(
            f"{title}\n{unit}",
            justify="right" if i else "left",
            style="" if i else "bold",
            no_wrap=True,
        )
    for row in rows_of(compared):
        table.add_row(*map(Text, row))
    console = Console() if sys.stdout.isatty() else Console(width=_WIDTH)
    console.print(table)
    console.print()
    for line in (about(compared), *about_surrogates(compared)):
        console.print(line, soft_wrap=True, markup=False, highlight=False)
