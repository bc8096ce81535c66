"""The assemblies that were found: as a table and in pictures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from neurohm import plots
from neurohm.plots.assembly_table import assemblies_of, in_axis_unit
from neurohm.plots.canvas import figure_of
from neurohm.plots.style import plural
from neurohm.recordings import Recording
from neurohm.report.html import paragraph, picture, section, table

if TYPE_CHECKING:
    import pandas as pd

_MOST = 30  # rows of the table, and panels of a picture
_MOST_MEMBERS = 20  # named in a row


def about_assemblies(assemblies: pd.DataFrame, recording: Recording | None) -> str:
    """Return the section about assemblies.

    Parameters
    ----------
    assemblies : DataFrame
        What `SpikeHelmholtz.assemblies` returns, or some rows of it.
    recording : Recording, optional
        In which they were found; without it they are not drawn in time.

    Returns
    -------
    str
        HTML.
    """
    if not len(assemblies) and "members" in assemblies:
        verdict = "No assembly was found: nothing that hidden units stand for occurs more often "
        verdict += "than in surrogates, in which each spike is moved within a short window."
        return section("Assemblies", paragraph(verdict), *_left_out(assemblies))
    assemblies_of(assemblies)  # is the right table
    drawn = assemblies.iloc[:_MOST]
    return section(
        "Assemblies",
        _table(drawn, len(assemblies)),
        *_left_out(assemblies),
        *_pictures(drawn, recording),
    )


def _table(assemblies: pd.DataFrame, found: int) -> str:
    """Return the table of the strongest ones."""
    in_seconds = assemblies.attrs["time_unit"] == "s"
    factor, unit = in_axis_unit(assemblies)
    names = {
        "strength": f"Strength ({'Hz' if in_seconds else 'per bin'})",
        "occurrences": "Occurrences",
        "p_value": "p",
        "stability_seeds": "Seeds",
        "stability_halves": "Halves",
    }
    shown = [name for name in names if name in assemblies and assemblies[name].notna().any()]
    rows = []
    for (label, row), assembly in zip(
        assemblies.iterrows(), assemblies_of(assemblies), strict=True
    ):
        units = assemblies.attrs["unit_ids"]
        members = _listed(units[unit] for unit in assembly.members)
        lags = _listed(f"{factor * lag:.0f}" for lag in assembly.lags)
        values = (_cell(row[name], 2 if name == "p_value" else 3) for name in shown)
        rows.append((str(label), members, lags, *values))
    head = ("Assembly", "Members", f"Lags ({unit})", *(names[name] for name in shown))
    which = plural(found, "assembly") if found == 1 else f"{found} assemblies"
    caption = (
        f"{which if len(rows) == found else f'The first {len(rows)} of {which}'}. Members are "
        "in the order in which they fire; strength is the mean peak of their rates above baseline. "
        "Seeds, halves: similarity, 0 to 1, to what was found with other seeds and in each half."
    )
    return table(head, rows, caption=caption, numbers=3)


def _pictures(assemblies: pd.DataFrame, recording: Recording | None) -> Iterator[str]:
    """Draw assemblies: in time where there is a recording, in space where it has positions."""
    if recording is not None:
        yield picture(
            figure_of(plots.assembly_raster(recording, assemblies)),
            alt="Two panels over one time axis: the occurrences of each assembly, and the spikes "
            "of all units, coloured where they take part in one.",
            caption="Where most different assemblies occur. Units lie by assembly, then by lag.",
        )
    yield picture(
        figure_of(plots.assembly_matrix(assemblies)),
        alt="Two matrices of units by assemblies: the peak of each member's rate above baseline, "
        "and its lag behind the first member.",
        caption="How much each member fires in the assembly, and when.",
    )
    if recording is None:
        return
    yield picture(
        figure_of(plots.triggered_average(recording, assemblies)),
        alt="A panel for each assembly: the mean rate of every unit around its occurrences.",
        caption="If an assembly is more than a pattern of the model, its members fire one after "
        "the other, and no other unit with them.",
    )
    if recording.positions is not None:
        yield picture(
            figure_of(plots.assembly_map(recording, assemblies)),
            alt="A panel for each assembly: the electrode array, with the places of its members, "
            "coloured by lag.",
            caption="Units at the same place are drawn around it.",
        )


def _left_out(assemblies: pd.DataFrame) -> Iterator[str]:
    """Say how many hidden units stand for no assembly, and why."""
    reasons = assemblies.attrs.get("left_out", {})
    counts = [f"{len(units)} ({reason})" for reason, units in reasons.items()]
    if counts:
        what = "Joint activities" if assemblies.attrs.get("of") == "codes" else "Hidden units"
        yield paragraph(f"{what} that stand for no assembly: {', '.join(counts)}.", "soft")


def _listed(values: Iterable[Any]) -> str:
    """Return some values in a row, those beyond the first ones left out."""
    names = [str(value) for value in islice(values, _MOST_MEMBERS + 1)]
    return ", ".join([*names[:_MOST_MEMBERS], *(["…"] if len(names) > _MOST_MEMBERS else [])])


def _cell(value: float, digits: int) -> str:
    if isinstance(value, float) and math.isnan(value):
        return "–"
    return f"{value:,.{digits}g}" if isinstance(value, float) else f"{value:,}"
