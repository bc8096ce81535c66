"""Tables of what `--details`, `--fits` and `--compare` say of assemblies."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDTH = 100  # where nobody says how wide the output is


def print_details(facts: Mapping[str, Any]) -> None:
    """Print order, overlaps, places and recurrence of assemblies, if they are known.

    Parameters
    ----------
    facts : mapping
        What `assembly_facts` returns.
    """
    rows = facts["assemblies"]
    if not rows:
        return
    columns = {
        "order": [_with_p(row, "order", "order_p") for row in rows],
        "members in\ncommon with": [row.get("overlaps", "") for row in rows],
        "distance\nµm": [_with_p(row, "distance", "distance_p") for row in rows],
        "found again\nof fits": [_number(row, "recurrence") for row in rows],
        "with the same\nmembers": [_number(row, "jaccard") for row in rows],
    }
    _print({name: cells for name, cells in columns.items() if any(cells)}, rows)


def print_comparison(facts: Mapping[str, Any]) -> None:
    """Print how often assemblies occur in two conditions, if these were compared.

    Parameters
    ----------
    facts : mapping
        What `assembly_facts` returns.
    """
    rows, names = facts["assemblies"], facts["settings"].get("conditions")
    if not rows or not names:
        return
    per = "/min" if facts["settings"]["time_unit"] == "s" else "/bin"
    columns = {
        f"{name}\n{per}": [
            _interval(row, f"rate_{letter}", f"rate_low_{letter}", f"rate_high_{letter}")
            for row in rows
        ]
        for name, letter in zip(names, "ab", strict=True)
    }
    columns |= {
        "ratio": [_interval(row, "ratio", "ratio_low", "ratio_high") for row in rows],
        "p-value": [_number(row, "change_p", ".3g") for row in rows],
        "change": [row["change"] or "-" for row in rows],
        "members that\nchange": [_changed(row, facts["settings"]["compared_at"]) for row in rows],
    }
    _print(columns, rows)


def _print(columns: Mapping[str, Sequence[str]], rows: Sequence[Mapping[str, Any]]) -> None:
    if not columns:
        return
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), pad_edge=False, show_edge=False)
    table.add_column("", style="bold")
    for title in columns:
        table.add_column(title, justify="right", overflow="fold")
    for i, row in enumerate(rows):
        table.add_row(str(row["assembly"]), *(Text(cells[i]) for cells in columns.values()))
    console = Console() if sys.stdout.isatty() else Console(width=_WIDTH)
    console.print(table)
    console.print()


def _changed(row: Mapping[str, Any], alpha: float) -> str:
    """Return the members that take part more or less often, with signs.

    Examples
    --------
    >>> row = {"members": (4, 7), "participation_p": (0.001, 0.5)}
    >>> _changed({**row, "participation_a": (0.9, 0.9), "participation_b": (0.2, 0.8)}, 0.05)
    '-4'
    """
    signs = []
    for unit, p_value, before, after in zip(
        row["members"],
        row["participation_p"],
        row["participation_a"],
        row["participation_b"],
        strict=True,
    ):
        if p_value <= alpha:
            signs.append(f"{'+' if after > before else '-'}{unit}")
    return ", ".join(signs) or "-"


def _number(row: Mapping[str, Any], name: str, form: str = ".2f") -> str:
    value = row.get(name, math.nan)
    return "" if math.isnan(value) else format(value, form)


def _with_p(row: Mapping[str, Any], name: str, p_value: str) -> str:
    value = _number(row, name, ".3g")
    return f"{value} (p {row[p_value]:.2g})" if value else ""


def _interval(row: Mapping[str, Any], name: str, low: str, high: str) -> str:
    return f"{_number(row, name, '.3g') or '-'} ({row[low]:.2g} to {row[high]:.2g})"
