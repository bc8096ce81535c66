"""Tables with a column for each unit: of its spike times, or of its counts in each bin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.clock import PER_SECOND
from neurohm.recordings.layouts.names import TIMES, ids_of_names, names_a_unit, plain
from neurohm.recordings.layouts.trains import joined
from neurohm.recordings.recording import Recording
from neurohm.recordings.tables.headings import base_and_unit
from neurohm.recordings.tables.long_table import LongTable

__all__ = ["recording_of_trains", "recording_of_wide_table", "recording_of_words"]

# What a column that numbers the rows is called; without a heading, the first is so.
_ROWS = ("column1", "index", "unnamed:0")
# Bins are as long as each other but for what is lost where their times are rounded.
_ROUNDING = 0.01


def recording_of_wide_table(
    table: LongTable, options: ReadOptions, source: str
) -> Recording | None:
    """Make the recording of a table with a column for each unit.

    Columns of spike times ascend, and are blank below the last spike of each. Counts have a row for
    each bin; a column with the time of each row, evenly spaced, gives the width. Other numbers may
    be anything: they are counts only if all columns are called like units, or hold 0 and 1, or -1
    and 1, alone.

    Parameters
    ----------
    table : LongTable
    options : ReadOptions
    source : str
        The file, for messages.

    Returns
    -------
    Recording or None
        None where the table is neither.

    Raises
    ------
    InputError
        If it is one, but the unit of time is not clear, or it is no valid recording.

    Examples
    --------
    >>> import pandas as pd
    >>> columns = {"a": pd.Series([0.5, 1.5]), "b": pd.Series([1.0, np.nan])}
    >>> recording = recording_of_wide_table(LongTable(columns), ReadOptions(), "a.csv")
    >>> recording.unit_ids.tolist(), recording.times(1).tolist()
    (['a', 'b'], [1.0])
    """
    columns = {name: _numbers(column) for name, column in table.columns.items()}
    columns = {n: c for n, c in columns.items() if not (plain(n) in _ROWS and _counts_up(c))}
    if len(columns) < 2 or any(numbers is None for numbers in columns.values()):
        return None
    numeric = {name: numbers for name, numbers in columns.items() if numbers is not None}
    has_headings = list(numeric) != [str(place + 1) for place in range(len(numeric))]
    trains = _trains(numeric) if has_headings else None
    if trains is not None:
        what = f"{table.what} with the spike times of each unit in a column"
        return recording_of_trains(trains, list(numeric), what, options, source)
    return _of_counts(numeric, has_headings, table.what, options, source)


def recording_of_trains(
    trains: Sequence[NDArray[Any]],
    names: Sequence[str],
    what: str,
    options: ReadOptions,
    source: str,
) -> Recording:
    """Make the recording of lists of spike times.

    Parameters
    ----------
    trains : sequence of ndarray
        The times of each unit.
    names : sequence of str
    what : str
        What holds them, the start of the layout's sentence.
    options : ReadOptions
    source : str

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If the unit of time is not clear, or it is no valid recording.

    Examples
    --------
    >>> recording_of_trains([np.array([0.5, 1.5])], ["7"], "lists", ReadOptions(), "x").unit_ids
    array([7])
    """
    times, index = joined(trains)
    whole = [train.dtype.kind in "iu" for train in trains if train.size]
    times = times if times.dtype.kind != "f" or not all(whole) else times.astype(np.int64)
    members = {"spike_times": times, "spike_times_index": index, "unit_ids": ids_of_names(names)}
    recording = _read(members, options, source)
    _, found, rest = recording.layout.partition(", in ")  # what is said of the time remains
    return replace(recording, layout=what + found + rest)


def recording_of_words(
    words: NDArray[np.uint8], what: str, options: ReadOptions, source: str
) -> Recording:
    """Make the recording of a matrix of zeros and ones.

    Parameters
    ----------
    words : ndarray of uint8, shape (n_lines, n)
    what : str
        What holds it, the start of the layout's sentence.
    options : ReadOptions
    source : str

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If it is not clear which axis is units, or it is no valid recording.

    Examples
    --------
    >>> words = np.eye(2, 5, dtype=np.uint8)
    >>> recording_of_words(words, "words", ReadOptions(), "x").n_units
    2
    """
    recording = _read({"counts": words}, options, source)
    return replace(recording, layout=_called(recording.layout, what))


def _called(layout: str, what: str) -> str:
    return layout.replace("a table: matrix 'counts'", f"{what}: a matrix")


def _read(members: dict[str, NDArray[Any]], options: ReadOptions, source: str) -> Recording:
    from neurohm.recordings.formats.numpy_file import read_arrays

    return read_arrays(members.items(), "a table", options, source)


def _numbers(column: Any) -> NDArray[Any] | None:
    """A column without the blanks at its end; None if it holds else than numbers, or gaps."""
    values = column.dropna()
    if values.empty:
        return np.empty(0)
    numbers = values.to_numpy()
    is_whole_list = values.index[-1] - column.index[0] + 1 == len(values)
    if numbers.dtype.kind not in "biuf" or not is_whole_list or not np.isfinite(numbers).all():
        return None
    is_cut = numbers.dtype.kind == "f" and len(values) < len(column)
    # With blanks below them, whole numbers are read as floating-point ones.
    if is_cut and (numbers == np.floor(numbers)).all() and np.abs(numbers).max() < 2**53:
        return np.asarray(numbers, dtype=np.int64)
    return np.asarray(numbers)


def _counts_up(numbers: NDArray[Any] | None) -> bool:
    return numbers is not None and np.array_equal(numbers, np.arange(len(numbers)))


def _trains(columns: dict[str, NDArray[Any]]) -> list[NDArray[Any]] | None:
    """Columns of spike times: unequal, or all called like units, each of times that ascend."""
    lists = list(columns.values())
    if any(base_and_unit(name)[0] in TIMES for name in columns):
        return None  # of rows, then, whatever else there is
    telling = len({len(times) for times in lists}) > 1 or all(map(names_a_unit, columns))
    ascending = all((np.diff(times) >= 0).all() and times.dtype.kind != "b" for times in lists)
    # Counts may happen to ascend; of times, hardly two are the same.
    alike = sum(int((np.diff(times) == 0).sum()) for times in lists)
    n_spikes = sum(map(len, lists))
    are_times = ascending and n_spikes > len(lists) and 10 * alike < n_spikes
    return lists if telling and are_times else None


def _of_counts(
    columns: dict[str, NDArray[Any]],
    has_headings: bool,
    what: str,
    options: ReadOptions,
    source: str,
) -> Recording | None:
    time = next((name for name in columns if base_and_unit(name)[0] in TIMES), None)
    counted = {name: values for name, values in columns.items() if name != time}
    if len({len(values) for values in columns.values()}) > 1 or len(counted) < 2:
        return None
    matrix = np.stack(list(counted.values()), axis=1)
    are_states = bool(np.isin(matrix, (0, 1)).all() or np.isin(matrix, (-1, 1)).all())
    if not (are_states or (_are_counts(matrix) and all(map(names_a_unit, counted)))):
        return None
    members = {"counts": matrix}
    width = None if time is None else _width(columns[time], base_and_unit(time)[1])
    if time is not None and width is None:
        return None
    if width is not None and options.bin_width is None:
        members["bin_width"] = np.array(width)
    # Under headings, it is the columns that are units.
    chosen = replace(options, units_axis=1) if has_headings else options
    recording = _read(members, chosen, source)
    ids = ids_of_names(list(counted)) if has_headings else recording.unit_ids
    return replace(recording, unit_ids=ids, layout=_called(recording.layout, what))


def _are_counts(matrix: NDArray[Any]) -> bool:
    return bool((matrix >= 0).all() and (matrix == np.floor(matrix)).all())


def _width(times: NDArray[Any], unit: str) -> float | None:
    """Seconds from row to row; None if rows are not evenly spaced, or in no unit that is said."""
    steps = np.diff(times)
    if not steps.size or (unit and unit not in PER_SECOND):
        return None
    width = float(times[-1] - times[0]) / len(steps)
    if not width > 0 or not (np.abs(steps - width) <= _ROUNDING * width).all():
        return None
    return width / PER_SECOND.get(unit, 1.0)
