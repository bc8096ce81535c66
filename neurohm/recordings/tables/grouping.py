"""Rows of a table in groups: by unit, by trial; and what is the same all over a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError
from neurohm.recordings.layouts.names import natural_order
from neurohm.recordings.tables.long_table import LongTable

__all__ = ["Groups", "grouped", "same_within"]

_LOOKED_AT = 4096  # rows


@dataclass(frozen=True)
class Groups:
    """Rows in groups of equal values.

    Attributes
    ----------
    codes : ndarray of int64, shape (n_rows,)
        The group of each row.
    firsts : ndarray of int64, shape (n_groups,)
        A row of each group: the first.
    values : dict of str to ndarray, shape (n_groups,)
        What the rows of each group have in common, by column.

    Examples
    --------
    >>> import pandas as pd
    >>> groups = grouped(LongTable({"unit": pd.Series(["u10", "u2", "u10"])}), ["unit"], "a.csv")
    >>> groups.codes.tolist(), groups.ids.tolist()
    ([1, 0, 1], ['u2', 'u10'])
    """

    codes: NDArray[np.int64]
    firsts: NDArray[np.int64]
    values: dict[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.firsts)

    @property
    def ids(self) -> NDArray[Any]:
        """A name for each group: its value, or its values with dashes between them."""
        columns = list(self.values.values())
        if len(columns) == 1:
            return columns[0]
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return np.array(["-".join(map(str, row)) for row in rows], dtype=np.str_)


def grouped(table: LongTable, names: Sequence[str], source: str) -> Groups:
    """Group the rows by the values of some columns, groups in the order of these values.

    Parameters
    ----------
    table : LongTable
    names : sequence of str
        The columns, the coarsest first.
    source : str

    Returns
    -------
    Groups

    Raises
    ------
    FileFormatError
        If a value is missing, or a number that is not whole; names its line.

    Examples
    --------
    >>> import pandas as pd
    >>> table = LongTable({"channel": pd.Series([2.0, 1.0]), "sort": pd.Series([0, 1])})
    >>> grouped(table, ["channel", "sort"], "a.csv").ids.tolist()
    ['1-1', '2-0']
    """
    keys, known = [], []
    for name in names:
        codes, values = _ranked(table, name, source)
        keys.append(codes)
        known.append(values)
    joint = keys[0]
    for codes, values in zip(keys[1:], known[1:], strict=True):
        joint = np.unique(joint, return_inverse=True)[1] * len(values) + codes
    _, firsts, groups = np.unique(joint, return_index=True, return_inverse=True)
    of_each = {
        name: values[codes[firsts]] for name, codes, values in zip(names, keys, known, strict=True)
    }
    return Groups(groups.astype(np.int64), firsts.astype(np.int64), of_each)


def same_within(column: Any, groups: Groups) -> NDArray[Any] | None:
    """Return the value that a column has all over each group, if it has.

    Parameters
    ----------
    column : pandas.Series, length n_rows
    groups : Groups

    Returns
    -------
    ndarray, shape (n_groups,), or None
        Numbers, booleans or text; missing text is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> groups = grouped(LongTable({"unit": pd.Series([7, 7, 8])}), ["unit"], "a.csv")
    >>> same_within(pd.Series(["CA1", "CA1", "CA3"]), groups)
    array(['CA1', 'CA3'], dtype='<U3')
    >>> same_within(pd.Series([0.1, 0.2, 0.3]), groups) is None
    True
    """
    import pandas as pd

    codes = column.to_numpy()
    is_plain = codes.dtype.kind in "biuf"
    # Most columns that differ do so at once.
    for length in (_LOOKED_AT, len(codes)):
        part = codes[:length] if is_plain else pd.factorize(column.iloc[:length])[0]
        known = groups.firsts < length
        firsts = np.zeros(len(groups), part.dtype)
        firsts[known] = part[groups.firsts[known]]
        if not np.array_equal(firsts[groups.codes[:length]], part, equal_nan=is_plain):
            return None
    values = column.iloc[groups.firsts]
    array = values.to_numpy()
    if array.dtype.kind in "biuf":
        return np.asarray(array)
    if pd.api.types.is_numeric_dtype(values):  # of an extension type
        return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
    return np.array(["" if pd.isna(value) else str(value) for value in values.tolist()], np.str_)


def _ranked(table: LongTable, name: str, source: str) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Rank of each row's value among the values in their natural order, and these values."""
    import pandas as pd

    codes, values = pd.factorize(table.columns[name])
    if (codes < 0).any():
        raise FileFormatError(
            f"'{source}', {table.row(int(np.argmax(codes < 0)))}: nothing in column {name!r} "
            f"({int((codes < 0).sum())} of {len(codes)} rows)",
            "a value in every row that has a time",
            "fill it in, or remove the row",
        )
    array = np.asarray(values)
    if array.dtype.kind in "biuf":
        return _ranked_numbers(array, codes, table, name, source)
    texts = [str(value) for value in array.tolist()]
    order = natural_order(set(texts))
    rank = {text: place for place, text in enumerate(order)}
    places = np.array([rank[text] for text in texts], dtype=np.int64)
    return places[codes], np.array(order, dtype=np.str_)


def _ranked_numbers(
    array: NDArray[Any], codes: NDArray[Any], table: LongTable, name: str, source: str
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    wrong = ~np.isfinite(array) | (array != np.floor(array)) | (np.abs(array) >= 2.0**63)
    if wrong.any():
        code = int(np.argmax(wrong))
        raise FileFormatError(
            f"'{source}', {table.row(int(np.argmax(codes == code)))}: {array[code]:g} in column "
            f"{name!r}",
            "whole numbers or text",
            "another column? unit_column= / --unit-column",
        )
    whole, places = np.unique(array.astype(np.int64), return_inverse=True)
    return places.astype(np.int64)[codes], whole
