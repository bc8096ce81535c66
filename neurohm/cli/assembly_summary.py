"""What there is to say of assemblies: for programs, and for readers."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from neurohm.recordings.validation import unit_text

if TYPE_CHECKING:
    import pandas as pd

_MOST_MEMBERS = 6  # named in the table
_WIDTH = 100  # where nobody says how wide the output is

_REASONS = {
    "silent": "hardly ever active",
    "always on": "always on",
    "too rare": "in too few windows (fewer than {least_occurrences})",
    "no field": "without a pattern",
    "not significant": "not significant (p above {alpha:g})",
    "too few members": "with too few members (fewer than {least_members})",
    "too few occurrences": "with too few occurrences (fewer than {least_occurrences})",
}


def assembly_facts(table: pd.DataFrame) -> dict[str, Any]:
    """Return what a table of assemblies holds, as plain data; all but the fields.

    Parameters
    ----------
    table : DataFrame
        What `SpikeHelmholtz.assemblies` returns.

    Returns
    -------
    dict
    """
    settings = dict(table.attrs)
    left_out = settings.pop("left_out", {})
    rows = table.drop(columns="field").reset_index(names="assembly")
    return {
        "kind": "assemblies",
        "assemblies": rows.to_dict("records"),
        "left_out": left_out,
        "settings": settings,
    }


def assembly_rows(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return in words how many assemblies there are, how they were tested and what was left out."""
    settings, number = facts["settings"], len(facts["assemblies"])
    rows = {
        "found": f"{number} assembl{'y' if number == 1 else 'ies'}" if number else _nothing(facts),
        "tested": _tested(settings),
        "left out": _left_out(facts),
    }
    return {name: text for name, text in rows.items() if text}


def print_assemblies(facts: Mapping[str, Any]) -> None:
    """Print a table of assemblies on stdout, a line each; nothing where there is none."""
    if not facts["assemblies"]:
        return
    in_seconds = facts["settings"]["time_unit"] == "s"
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), pad_edge=False, show_edge=False)
    table.add_column("", style="bold")
    table.add_column("members, by lag", overflow="fold")
    # what a bin lasts is not known, where time is counted in bins
    lags, strength, often = ("ms", "Hz", "(/min)") if in_seconds else ("bins", "/bin", "")
    for title in (
        f"lags\n{lags}", f"strength\n{strength}", f"occurrences\n{often}", "p-value",
        "stable\nhalves", "stable\nseeds",
    ):  # fmt: skip
        table.add_column(title, justify="right", no_wrap=True)
    for row in facts["assemblies"]:
        table.add_row(*map(Text, _cells(row, in_seconds)))
    console = Console() if sys.stdout.isatty() else Console(width=_WIDTH)
    console.print(table)
    console.print()


def _cells(row: Mapping[str, Any], in_seconds: bool) -> list[str]:
    in_order = sorted(zip(row["lags"], map(str, row["members"]), strict=True), key=lambda x: x[0])
    span = in_order[-1][0] * 1000 if in_seconds else in_order[-1][0]
    per_minute = f" ({row['rate']:.3g})" if in_seconds and "rate" in row else ""
    return [
        str(row["assembly"]),
        _members([unit for _, unit in in_order]),
        f"0-{span:.0f}",
        _number(row, "strength", ".3g"),
        f"{len(row['times']):,}{per_minute}",
        _number(row, "p_value", ".3g"),
        _number(row, "stability_halves", ".2f"),
        _number(row, "stability_seeds", ".2f"),
    ]


def _members(units: Sequence[str]) -> str:
    """Return the names of some units, and how many more there are.

    Examples
    --------
    >>> _members(list("abcdefgh")), _members(list("abcdefg"))
    ('a, b, c, d, e, f and 2 more', 'a, b, c, d, e, f, g')
    """
    if len(units) <= _MOST_MEMBERS + 1:
        return ", ".join(units)
    more = len(units) - _MOST_MEMBERS
    return f"{', '.join(units[:_MOST_MEMBERS])} and {more} more"


def _number(row: Mapping[str, Any], name: str, form: str) -> str:
    value = row.get(name, math.nan)
    return "-" if math.isnan(value) else format(value, form)  # nan: not computed


def _tested(settings: Mapping[str, Any]) -> str:
    if "surrogates" not in settings:
        return ""
    unseen = ", in time not fitted to" if settings.get("refit", True) else ""
    return (
        f"against {settings['surrogates']} copies of the recording with spikes jittered within "
        f"{_jitter(settings)}{unseen}"
    )


def _left_out(facts: Mapping[str, Any]) -> str:
    """Return how many hidden units stand for no assembly, by the reason."""
    what = "code" if facts["settings"].get("of") == "codes" else "hidden unit"
    parts: list[str] = []
    for reason, names in facts["left_out"].items():
        number = f"{len(names)} {what}{'s' * (len(names) > 1)} " if not parts else f"{len(names)} "
        why = _REASONS.get(reason, reason)
        parts.append(number + why.format(**facts["settings"]))
    return ", ".join(parts)


def _nothing(facts: Mapping[str, Any]) -> str:
    """Return what it means that there is no assembly, and what might be tried."""
    why, settings = facts["left_out"], facts["settings"]
    if "too few occurrences" in why or "too few members" in why:
        return "no assembly: the significant patterns are too small or too rare to be one"
    if "not significant" in why or "jitter" not in settings:
        beyond = f" beyond jitter of {_jitter(settings)}" if "jitter" in settings else ""
        return (
            f"no assembly: units do not coincide{beyond} more than by chance; slower patterns need "
            "larger bins (neurohm fit --bin), rare ones a longer recording"
        )
    return (
        "no assembly: the model has learned no pattern to test; fit for more epochs (neurohm fit "
        "--epochs), or to more time"
    )


def _jitter(settings: Mapping[str, Any]) -> str:
    jitter, in_seconds = settings["jitter"], settings["time_unit"] == "s"
    return (
        f"{1000 * jitter:g} ms"
        if in_seconds and jitter < 1
        else unit_text(jitter, settings["time_unit"])
    )
