"""A table with a row for each spike, from whatever file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LongTable"]


def _row(place: int) -> str:
    return f"row {place + 1}"


@dataclass(frozen=True)
class LongTable:
    """The columns of a table, a row a spike, and how to speak of them.

    Attributes
    ----------
    columns : mapping of str to pandas.Series
        Equally long, by their headings.
    what : str
        What the table is, the start of the layout's sentence.
    row : callable of int to str
        How to call a row in a message, such as its line in the file.
    metadata : mapping of str to str, int, float or bool
        What the file says besides the spikes.

    Examples
    --------
    >>> LongTable({}, "an empty table").row(0)
    'row 1'
    """

    columns: Mapping[str, pd.Series]
    what: str = "a table"
    row: Callable[[int], str] = _row
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values()))) if self.columns else 0
