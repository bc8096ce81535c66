"""Texts without columns: a spike train a line, or a word of zeros and ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neurohm.recordings.tables.dialect import Dialect, lines_of

__all__ = ["trains_in_lines", "words_in_lines"]

_SEPARATOR = re.compile(r"[\s,;]+")
_LOOKED_AT = 60  # lines
_WIDEST_TABLE = 4  # columns, if its rows are of unequal length


def trains_in_lines(text: bytes, dialect: Dialect | None) -> list[NDArray[np.generic]] | None:
    r"""Return the spike trains in the lines of a text.

    A table is none: with headings, or with more rows than columns. Empty lines, and those that
    begin with ``#`` or ``%``, are passed over.

    Parameters
    ----------
    text : bytes
        In UTF-8.
    dialect : Dialect or None
        How it holds a table, if it does.

    Returns
    -------
    list of ndarray, or None
        None where there is anything but numbers, or they do not ascend in each line.

    Examples
    --------
    >>> trains_in_lines(b"0.5 1.5 2\n1.0\n0.25 0.75\n", None)
    [array([0.5, 1.5, 2. ]), array([1.]), array([0.25, 0.75])]
    """
    lines = [line.strip() for line in lines_of(text.decode("utf-8"))]
    lines = [line.strip(",;") for line in lines if line and line[0] not in "#%"]
    if dialect is not None and (dialect.has_headings or _is_table(lines)):
        return None
    rows = [_SEPARATOR.split(line) for line in lines]
    if len(rows) < 2 or max(map(len, rows)) < 2:
        return None
    trains = [_numbers(row) for row in rows]
    if any(train is None or not (np.diff(train) > 0).all() for train in trains):
        return None
    return [train for train in trains if train is not None]


def _is_table(lines: Sequence[str]) -> bool:
    """Whether lines are rows: of few columns, or alike and no fewer than these."""
    widths = [len(_SEPARATOR.split(line)) for line in lines[:_LOOKED_AT]]
    common = Counter(widths).most_common(1)[0][0] if widths else 0
    return common <= _WIDEST_TABLE or (len(set(widths)) < 2 and common <= len(lines))


def words_in_lines(text: bytes) -> NDArray[np.uint8] | None:
    r"""Return the words of zeros and ones, without anything between them, in the lines of a text.

    Parameters
    ----------
    text : bytes

    Returns
    -------
    ndarray of uint8, shape (n_lines, n), or None
        None where there is anything else, or lines differ in length.

    Examples
    --------
    >>> words_in_lines(b"011\n000\n")
    array([[0, 1, 1],
           [0, 0, 0]], dtype=uint8)
    """
    lines = text.split()
    if len(lines) < 2 or len(lines[0]) < 2 or len(set(map(len, lines))) > 1:
        return None
    words = np.frombuffer(b"".join(lines), dtype=np.uint8).reshape(len(lines), -1) - ord("0")
    return words if words.max() <= 1 else None


def _numbers(fields: Sequence[str]) -> NDArray[np.generic] | None:
    """Whole numbers as such, since they may be samples."""
    for dtype in (np.int64, np.float64):
        try:
            numbers = np.array(fields, dtype=np.str_).astype(dtype)
        except (ValueError, OverflowError):  # the latter of more digits than 64 bits hold
            continue
        return numbers if np.isfinite(numbers).all() else None
    return None
