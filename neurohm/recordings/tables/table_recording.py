"""From a long table to a recording."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError
from neurohm.recordings.hdf5 import sorted_within_units
from neurohm.recordings.layouts.base import ReadOptions, refuse_options
from neurohm.recordings.layouts.remainder import plain_name
from neurohm.recordings.layouts.trains import span_of_spikes
from neurohm.recordings.recording import Recording
from neurohm.recordings.tables.grouping import Groups, grouped, same_within
from neurohm.recordings.tables.headings import Headings, find_headings, is_long
from neurohm.recordings.tables.laid_out import TrialTimes, trial_times
from neurohm.recordings.tables.long_table import LongTable
from neurohm.recordings.tables.table_clock import table_clock, times_of
from neurohm.recordings.tables.wide_table import recording_of_wide_table

__all__ = ["recording_of_table"]

_OPTIONS = frozenset({"sort", "sampling_rate", "time_scale", "time_column", "unit_column"})
# A table is in time order if no more of its rows than this come too early.
_FEW = 0.01


def recording_of_table(table: LongTable, options: ReadOptions, source: str) -> Recording:
    """Make the recording of a table with a row for each spike.

    Tables with a column for each unit are read, too. Columns that are the same in all rows of a
    unit become columns of the units; those that are the same in all rows of a trial, columns of the
    trials. Rows in the order of time, as instruments write them, may be slightly out of it; other
    times that do not ascend within each unit are refused unless `options.sort`.

    Parameters
    ----------
    table : LongTable
    options : ReadOptions
    source : str
        The file, for messages.

    Returns
    -------
    Recording

    Raises
    ------
    FileFormatError
        If a row lacks its time or unit; names the line.
    InputError
        If columns of times and units are not clear, nor the unit of time, or the content is no
        valid recording.

    Examples
    --------
    >>> import pandas as pd
    >>> columns = {"time_ms": pd.Series([10.0, 20.0, 25.0]), "unit": pd.Series(["a", "b", "a"])}
    >>> recording = recording_of_table(LongTable(columns), ReadOptions(), "a.csv")
    >>> recording.times(0).tolist(), recording.layout
    ([0.01, 0.025], "a table of the time ('time_ms') and the unit ('unit') of each spike, in ms \
(column 'time_ms'); observed from the first spike to the last")
    """
    if not table.n_rows:
        raise FileFormatError(f"'{source}': {table.what} without rows", "a row for each spike")
    if options.time_column is None and options.unit_column is None and not is_long(table.columns):
        wide = recording_of_wide_table(table, options, source)
        if wide is not None:
            return wide
    refuse_options(options, _OPTIONS, "a table with a row for each spike", source)
    headings = find_headings(list(table.columns), options.time_column, options.unit_column, source)
    raw = times_of(table, headings.time, source)
    clock = table_clock(table, headings.time, raw, options, source)
    units = _units(table, headings, options, source)
    trials = None if headings.trial is None else grouped(table, [headings.trial], source)
    seconds = np.asarray(clock.seconds(raw))
    scale = options.time_scale or 1.0  # load_recording multiplies all times by it
    laid, moments, of_unit = None, seconds, units.codes
    if trials is not None:
        laid = trial_times(seconds, trials, str(headings.trial), scale=scale)
        # Trials may come in any order; the rows of each are in that of time.
        by_trial = np.argsort(trials.codes, kind="stable")
        moments, of_unit = laid.times[by_trial], units.codes[by_trial]
    times, index, note = _by_unit(moments, of_unit, len(units), sort=options.sort)
    known = _known(table, headings, units, trials)
    return Recording(
        spike_times=times,
        spike_times_index=index,
        unit_ids=units.ids,
        unit_columns=_columns(units, known),
        metadata={plain_name(name): value for name, value in table.metadata.items()},
        layout=f"{table.what} of the time ({headings.time!r}) and the unit "
        f"({' of '.join(map(repr, reversed(units.values)))}) of each spike, {clock.sentence}"
        f"{note}{_observed_note(laid)}{known.sentence}",
        source=source,
        **_in_time(times, laid, known),
    )


@dataclass
class _Known:
    """What the other columns say: of units, of trials; and which say neither."""

    of_units: dict[str, NDArray[Any]] = field(default_factory=dict)
    of_trials: dict[str, NDArray[Any]] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """The end of a layout's sentence: what was not used."""
        return f"; not used: {', '.join(map(repr, self.unused))}" if self.unused else ""


def _units(table: LongTable, headings: Headings, options: ReadOptions, source: str) -> Groups:
    """Group the rows by unit; one that has its number in several places is several."""
    names = [headings.unit]
    units = grouped(table, names, source)
    for place in headings.places:
        column = table.columns[place]
        if options.unit_column is not None or same_within(column, units) is None:
            names = [place, *names]
            units = grouped(table, names, source)
    return units


def _known(table: LongTable, headings: Headings, units: Groups, trials: Groups | None) -> _Known:
    known = _Known()
    if trials is not None:
        known.of_trials[plain_name(str(headings.trial))] = trials.ids
    for name, column in table.columns.items():
        if name in (headings.time, headings.trial, *units.values):
            continue
        of_units = same_within(column, units)
        of_trials = None if trials is None or of_units is not None else same_within(column, trials)
        if of_units is not None:
            known.of_units[plain_name(name)] = of_units
        elif of_trials is not None:
            known.of_trials[_free_name(name)] = of_trials
        else:
            known.unused.append(name)
    return known


def _free_name(name: str) -> str:
    """A name that files do not keep the times of intervals under."""
    name = plain_name(name)
    return f"{name}_in_file" if name in ("start", "stop") else name


def _columns(units: Groups, known: _Known) -> dict[str, NDArray[Any]]:
    """Columns of the units: the parts of joint names, and what else is known."""
    parts = units.values if len(units.values) > 1 else {}
    return {plain_name(name): values for name, values in parts.items()} | known.of_units


def _by_unit(
    times: NDArray[np.float64], unit: NDArray[np.int64], n_units: int, *, sort: bool
) -> tuple[NDArray[np.float64], NDArray[np.int64], str]:
    """Put the times of each unit together; sort them if the rows are nearly in time order."""
    ordered = times[np.argsort(unit, kind="stable")]
    index = np.cumsum(np.bincount(unit, minlength=n_units), dtype=np.int64)
    descends = np.diff(ordered) < 0
    descends[index[:-1] - 1] = False
    early = int(np.count_nonzero(np.diff(times) < 0))
    if not descends.any() or not (sort or early <= _FEW * len(times)):
        return ordered, index, ""  # the recording's own check names the unit and the option
    note = f"; {early} row{'s' * (early != 1)} out of the order of time, sorted"
    return sorted_within_units(ordered, index), index, note


def _observed_note(laid: TrialTimes | None) -> str:
    if laid is None:
        return "; observed from the first spike to the last"
    return laid.sentence + (
        "; observed from the first spike to the last" if laid.zeros is None else ""
    )


def _in_time(times: NDArray[np.float64], laid: TrialTimes | None, known: _Known) -> dict[str, Any]:
    """The fields of a recording that tell when it was."""
    start, stop = span_of_spikes(float(times.min()), float(times.max()))
    if laid is None:
        return {"t_start": start, "t_stop": stop}
    intervals = {"trials": laid.intervals}
    columns = {"interval_columns": {"trials": known.of_trials}}
    if laid.zeros is None:
        return {"t_start": start, "t_stop": stop, "intervals": intervals, **columns}
    return {
        "t_start": 0.0,
        "t_stop": float(laid.intervals[-1, 1]),
        "intervals": intervals | {"observed": laid.intervals},
        "events": {"trial_zero": laid.zeros},
        **columns,
    }
