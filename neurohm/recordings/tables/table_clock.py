"""In what a column counts time, by its heading, by the user's word, or by its type."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError, InputError
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.clock import (
    MEND,
    PER_SECOND,
    RATES,
    Clock,
    check_samples,
    look_like_samples,
)
from neurohm.recordings.layouts.names import first_of
from neurohm.recordings.tables.headings import base_and_unit, is_of_samples
from neurohm.recordings.tables.long_table import LongTable

__all__ = ["table_clock", "times_of"]


def times_of(table: LongTable, name: str, source: str) -> NDArray[Any]:
    """Return a column of times as numbers.

    Parameters
    ----------
    table : LongTable
    name : str
    source : str

    Returns
    -------
    ndarray of int or float, shape (n_rows,)

    Raises
    ------
    FileFormatError
        If one is no finite number; names its line.

    Examples
    --------
    >>> import pandas as pd
    >>> times_of(LongTable({"t": pd.Series([0.5, 1.0])}), "t", "a.csv")
    array([0.5, 1. ])
    """
    import pandas as pd

    column = table.columns[name]
    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        numbers = pd.to_numeric(column.astype(object).astype(str), errors="coerce")
        wrong = numbers.isna().to_numpy()
        if not wrong.any():  # decimals, or digits stored as text
            return np.asarray(numbers.to_numpy())
        place = int(np.argmax(wrong))
        text = "" if pd.isna(column.iloc[place]) else str(column.iloc[place])
        raise FileFormatError(
            f"'{source}', {table.row(place)}: {text[:40]!r} in the column of times {name!r}",
            "a number",
            "another column? time_column= / --time-column",
        )
    missing = column.isna().to_numpy()
    if missing.any():
        raise FileFormatError(
            f"'{source}', {table.row(int(np.argmax(missing)))}: no time (column {name!r}; "
            f"{int(missing.sum())} of {len(column)} rows)",
            "a time in every row that has a unit",
            "remove the row",
        )
    values = column.to_numpy()
    if values.dtype.kind not in "iuf":  # of an extension type, or complex
        values = column.to_numpy(dtype=np.float64)
    infinite = ~np.isfinite(values)
    if infinite.any():
        place = int(np.argmax(infinite))
        raise FileFormatError(
            f"'{source}', {table.row(place)}: a spike time is {values[place]:g}", "finite times"
        )
    return values


def table_clock(
    table: LongTable, name: str, times: NDArray[Any], options: ReadOptions, source: str
) -> Clock:
    """Find out in what unit a column of times is.

    What the user says goes first; then the heading; then whole numbers are refused without a
    rate, which a column or the table's metadata may state; all else is seconds.

    Parameters
    ----------
    table : LongTable
    name : str
        The heading.
    times : ndarray, shape (n_rows,)
    options : ReadOptions
    source : str

    Returns
    -------
    Clock

    Raises
    ------
    InputError
        If the times are samples, and no rate is stated.

    Examples
    --------
    >>> import pandas as pd
    >>> table = LongTable({"time_ms": pd.Series([5, 10])})
    >>> table_clock(table, "time_ms", np.array([5, 10]), ReadOptions(), "a.csv")
    Clock(rate=1000.0, sentence="in ms (column 'time_ms')")
    """
    start = f"'{source}': the times in column {name!r}"
    if options.time_scale is not None:
        return Clock(sentence="as they are")  # load_recording multiplies them
    if options.sampling_rate is not None:
        check_samples(times, start)
        return Clock(options.sampling_rate, f"in samples of {options.sampling_rate:.10g} Hz")
    word = base_and_unit(name)[1]
    if word in PER_SECOND:
        return Clock(PER_SECOND[word], f"in {word} (column {name!r})")
    if not is_of_samples(name) and not look_like_samples(times):
        return Clock()
    rate = _stated_rate(table)
    if rate is None:
        raise InputError(
            f"{start} are whole numbers ({times.dtype}): samples of a clock?",
            "the sampling rate, which the table does not state",
            f"{MEND} (1: they are seconds)",
        )
    check_samples(times, start)
    return Clock(rate[1], f"in samples of {rate[1]:.10g} Hz ({rate[0]})")


def _stated_rate(table: LongTable) -> tuple[str, float] | None:
    """A sampling rate: in a column of one value, or in the metadata."""
    name = first_of(RATES, table.columns)
    if name is not None and table.columns[name].nunique(dropna=False) == 1:
        value, where = table.columns[name].iloc[0], f"column {name!r}"
    else:
        name = first_of(RATES, table.metadata)
        if name is None:
            return None
        value, where = table.metadata[name], f"{name} of the file"
    try:
        number = float(str(value).lower().removesuffix("hz"))
    except ValueError:
        return None
    return (where, number) if 0 < number < np.inf else None
