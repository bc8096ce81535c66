"""What there is to say of a recording: for programs, and for readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurohm.recordings.unit_observation import observed_duration_of_units, time_left_out
from neurohm.recordings.validation import unit_text

if TYPE_CHECKING:
    from neurohm.recordings import Recording

MOST_NAMED = 8


def recording_facts(recording: Recording) -> dict[str, Any]:
    """Return what is in a recording, as plain data.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> facts = recording_facts(Recording.from_trains([[0.1, 0.5], []], t_stop=1.0))
    >>> facts["units"], facts["spikes"], facts["silent_units"]
    (2, 2, [1])
    """
    rates = recording.rates[np.isfinite(recording.rates)]
    rates = rates if len(rates) else np.zeros(1)
    positions = recording.positions
    return {
        "kind": "recording",
        "source": recording.source,
        "layout": recording.layout,
        "units": recording.n_units,
        "spikes": recording.n_spikes,
        "time_unit": recording.time_unit,
        "t_start": recording.t_start,
        "t_stop": recording.t_stop,
        "duration": recording.duration,
        "observed": recording.observed.tolist(),
        "observed_duration": recording.observed_duration,
        "observed_at_different_times": _left_out(recording),
        "bin_width": recording.bin_width if recording.time_unit == "s" else None,
        "rates": {name: float(f(rates)) for name, f in _SUMMARIES.items()},
        "silent_units": recording.unit_ids[recording.spike_counts == 0].tolist(),
        "positions": None if positions is None else _ranges(positions),
        "unit_ids": recording.unit_ids.tolist(),
        "unit_columns": list(recording.unit_columns),
        "intervals": {name: len(rows) for name, rows in recording.intervals.items()},
        "interval_columns": {
            name: _columns(columns) for name, columns in recording.interval_columns.items()
        },
        "events": {name: len(moments) for name, moments in recording.events.items()},
        "metadata": dict(recording.metadata),
        "planted_assemblies": len((recording.truth or {}).get("members", [])),
        "fingerprint": recording.fingerprint(),
    }


def recording_rows(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts about a recording in words."""
    layout, _, unused = facts["layout"].partition("; not used: ")
    rows = {
        "file": facts["source"],
        "layout": layout,
        "not used": unused,
        "units": str(facts["units"]),
        "spikes": f"{facts['spikes']:,}",
        "duration": _duration(facts),
        "observed": facts["observed_at_different_times"],
        "rates": _rates(facts),
        "silent units": named(facts["silent_units"]) or "none",
        "bin width": _bin_width(facts),
        "positions": _positions(facts["positions"]),
        "columns": named(facts["unit_columns"]),
        "intervals": _counted(facts["intervals"]),
        "conditions": _conditions(facts["interval_columns"]),
        "events": _counted(facts["events"]),
        "metadata": ", ".join(f"{key} {value}" for key, value in facts["metadata"].items()),
        "planted": f"{facts['planted_assemblies']} assemblies" * bool(facts["planted_assemblies"]),
    }
    return {name: text for name, text in rows.items() if text}


def written(recording: Recording, path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what to say of a recording that was written to a file: as data, and in words."""
    facts = {**recording_facts(recording), "source": str(path)}
    names = ("file", "units", "spikes", "duration", "rates", "planted")
    return facts, {name: text for name, text in recording_rows(facts).items() if name in names}


_SUMMARIES: dict[str, Callable[[Any], Any]] = {
    "min": np.min,
    "median": np.median,
    "mean": np.mean,
    "max": np.max,
}


def _ranges(positions: Any) -> dict[str, list[float]]:
    columns = zip("xyz", positions.T, strict=False)  # two axes or three
    return {axis: [float(column.min()), float(column.max())] for axis, column in columns}


def _duration(facts: Mapping[str, Any]) -> str:
    unit, stretches = facts["time_unit"], len(facts["observed"])
    start, stop = (f"{facts[name]:.10g}" for name in ("t_start", "t_stop"))
    text = f"{unit_text(facts['duration'], unit)} (from {start} to {stop})"
    if stretches > 1 or facts["observed_duration"] < facts["duration"]:
        text += f", {unit_text(facts['observed_duration'], unit)} of it observed"
        text += f" in {stretches} stretch{'es' * (stretches != 1)}"
    return text


def _left_out(recording: Recording) -> str:
    """Say what units cost that were observed at other times than the rest; empty if none were."""
    left = time_left_out(recording)
    if left is None:
        return ""
    durations = observed_duration_of_units(recording)
    unit, ids = recording.time_unit, recording.unit_ids[list(left.units)].tolist()
    low, high, some, shared, regained = (
        unit_text(value, unit)
        for value in (durations.min(), durations.max(), left.some, left.shared, left.regained)
    )
    return (
        f"units were observed for {low} to {high} each, {shared} of {some} in all of them; without "
        f"{named(ids)} it would be {regained}"
    )


def _rates(facts: Mapping[str, Any]) -> str:
    unit = "Hz" if facts["time_unit"] == "s" else "per bin"
    low, median, high = (f"{facts['rates'][name]:.3g}" for name in ("min", "median", "max"))
    return f"{low} to {high} {unit}, median {median}"


def _bin_width(facts: Mapping[str, Any]) -> str:
    if facts["time_unit"] == "bin":
        return "not stated: time is counted in bins (give --bin-width)"
    return "" if facts["bin_width"] is None else f"{facts['bin_width']:g} s"


def _positions(ranges: Mapping[str, list[float]] | None) -> str:
    if ranges is None:
        return "none"
    return ", ".join(f"{axis} {low:g} to {high:g}" for axis, (low, high) in ranges.items()) + " µm"


def named(names: list[Any]) -> str:
    """Return how many names there are, and the first of them."""
    text = ", ".join(map(str, names[:MOST_NAMED])) + ", ..." * (len(names) > MOST_NAMED)
    return f"{len(names)}: {text}" if names else ""


def _columns(columns: Mapping[str, Any]) -> dict[str, int]:
    """Return how many values each column of intervals has."""
    return {name: len(np.unique(column)) for name, column in columns.items()}


def _conditions(columns: Mapping[str, Mapping[str, int]]) -> str:
    texts = (
        f"{column} of {name} ({number} value{'s' * (number != 1)})"
        for name, known in columns.items()
        for column, number in known.items()
    )
    return ", ".join(texts)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts.items())
