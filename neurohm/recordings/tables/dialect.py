"""How a text file holds a table: what parts its columns, whether they have headings."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Dialect", "find_dialect", "lines_of"]

WHITESPACE = r"\s+"
# The more particular ones first: a comma may be in a number, a blank in a heading.
_SEPARATORS = ("\t", ";", "|", ",", WHITESPACE)
_CALLED = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas", WHITESPACE: "blanks"}
_LOOKED_AT = 60  # lines
_NUMBER = re.compile(r"[-+]?(\d+[.,]?\d*|[.,]\d+)(e[-+]?\d+)?|[-+]?(nan|inf(inity)?)", re.I)
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+(e[-+]?\d+)?", re.I)


@dataclass(frozen=True)
class Dialect:
    """How a text file holds a table.

    Attributes
    ----------
    separator : str
        Between columns; a regular expression for any blanks.
    headings : list of str
        One for each column: of the file, or numbers from 1.
    skipped : int
        Lines before the first row.
    decimal : str
        Point or comma.
    has_headings : bool

    Examples
    --------
    >>> find_dialect(["unit;time", "3;0,5"])
    Dialect(separator=';', headings=['unit', 'time'], skipped=1, decimal=',', has_headings=True)
    """

    separator: str
    headings: list[str]
    skipped: int
    decimal: str = "."
    has_headings: bool = True

    @property
    def called(self) -> str:
        """What the columns are separated by, in a word."""
        return _CALLED[self.separator]

    def split(self, line: str) -> list[str]:
        """Return the fields of a line."""
        return _fields(line, self.separator)


def lines_of(text: str) -> list[str]:
    r"""Return the lines of a text, whichever system wrote it.

    Examples
    --------
    >>> lines_of("a\r\nb\rc")
    ['a', 'b', 'c']
    """
    return re.split(r"\r\n|\r|\n", text)


def find_dialect(lines: Sequence[str]) -> Dialect | None:
    """Find out how a table is written, from its first lines.

    Lines that begin with ``#`` or ``%`` before the table are passed over; the last of them may
    have the headings.

    Parameters
    ----------
    lines : sequence of str

    Returns
    -------
    Dialect or None
        None where the lines do not have two columns, or no number.

    Examples
    --------
    >>> find_dialect(["# time unit", "0.5 1", "0.7 2"]).headings
    ['time', 'unit']
    >>> find_dialect(["0.5,1", "0.7,2"]).headings
    ['1', '2']
    """
    first, comment = 0, ""
    while first < len(lines) and (not lines[first].strip() or lines[first].lstrip()[0] in "#%"):
        comment = lines[first].strip().lstrip("#% ") or comment
        first += 1
    looked_at = [line for line in lines[first : first + _LOOKED_AT] if line.strip()]
    separator = _separator(looked_at)
    if separator is None:
        return None
    rows = [_fields(line, separator) for line in looked_at]
    if len(rows) > 1 and not any(is_number(field) for row in rows for field in row):
        return None  # prose
    width = Counter(map(len, rows)).most_common(1)[0][0]
    headings = _headings(looked_at[0], separator, width)
    above = _headings(comment, separator, width) if comment and headings is None else None
    above = above if above is not None and len(above) == width else None
    body = rows if headings is None else rows[1:]
    names = headings or above or [str(place + 1) for place in range(width)]
    # Rows of another width than the headings are complained of by their lines.
    return Dialect(
        separator=separator,
        headings=_distinct(names),
        skipped=first + (headings is not None),
        decimal=_decimal(body, separator),
        has_headings=bool(headings or above),
    )


def is_number(text: str) -> bool:
    """Whether a field is a number, with a point or a comma.

    Examples
    --------
    >>> is_number("-1.5e3"), is_number("0,5"), is_number("D3_31")
    (True, True, False)
    """
    return _NUMBER.fullmatch(text.strip()) is not None


def _separator(lines: Sequence[str]) -> str | None:
    """The first by which nearly all lines have as many fields, or else half of them."""
    shares = {}
    for separator in _SEPARATORS if lines else ():
        widths = Counter(len(_fields(line, separator)) for line in lines)
        width, number = widths.most_common(1)[0]
        shares[separator] = number / len(lines) if width > 1 else 0.0
    for least in (0.8, 0.5):
        found = [separator for separator, share in shares.items() if share >= least]
        if found:
            return found[0]
    return None


def _fields(line: str, separator: str) -> list[str]:
    if separator == WHITESPACE:
        return line.split()
    try:
        row = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        return [line]
    return [field.strip() for field in row]


def _headings(line: str, separator: str, width: int) -> list[str] | None:
    """The fields of a line, if none is a number and two or more are there."""
    fields = _fields(line, separator)
    if separator == WHITESPACE and len(fields) > width:
        fields = re.sub(r"\s+(?=[(\[])", "", line).split()  # Time (s)
    named = [field for field in fields if field]
    if len(named) < 2 or any(map(is_number, named)):
        return None
    return fields


def _distinct(names: Sequence[str]) -> list[str]:
    """Headings in the same order, none empty, none twice."""
    found: list[str] = []
    for place, name in enumerate(names):
        name = name or f"column {place + 1}"
        while name in found:
            name += "'"
        found.append(name)
    return found


def _decimal(rows: Sequence[Sequence[str]], separator: str) -> str:
    if separator == ",":
        return "."
    fields = [field for row in rows for field in row]
    with_comma = any(_DECIMAL_COMMA.fullmatch(field) for field in fields)
    with_point = any("." in field and is_number(field) for field in fields)
    return "," if with_comma and not with_point else "."
