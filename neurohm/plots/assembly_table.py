"""What pictures of assemblies need of their table: checked columns, colours, an order of units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from neurohm.exceptions import ArgumentTypeError, InputError

if TYPE_CHECKING:
    import pandas as pd

COLOURS = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00",
    "#56B4E9", "#882255", "#332288", "#999933", "#5C3A21",
)  # fmt: skip
"""Of assemblies; told apart by colour-blind readers too. Marks change where they repeat."""

MARKS = ("v", "o", "s", "D", "*", "X")

_COLUMNS = ("members", "lags", "times", "field")
_SETTINGS = ("bin_size", "time_unit", "unit_ids")


class Assembly(NamedTuple):
    """One row of the table, as it is drawn.

    Parameters
    ----------
    name : str
        Its label in the table.
    members : ndarray of int64, (n_members,)
        Positions of its units, by lag.
    lags : ndarray of float64, (n_members,)
        Behind the first one, seconds (or bins).
    peaks : ndarray of float64, (n_members,)
        Of the members' fields, Hz (or spikes per bin).
    times : ndarray of float64, (n_occurrences,)
        Moments of the first member, seconds (or bins).
    colour, mark : str
    """

    name: str
    members: npt.NDArray[np.int64]
    lags: npt.NDArray[np.float64]
    peaks: npt.NDArray[np.float64]
    times: npt.NDArray[np.float64]
    colour: str
    mark: str


def assemblies_of(table: pd.DataFrame, unit_ids: npt.NDArray[Any] | None = None) -> list[Assembly]:
    """Return what is to be drawn of each assembly.

    Parameters
    ----------
    table : DataFrame
        What `SpikeHelmholtz.assemblies` returns, or some rows of it.
    unit_ids : ndarray, (n_units,), optional
        In which positions of units are counted; by default those of the table.

    Returns
    -------
    list of Assembly

    Raises
    ------
    InputError, ArgumentTypeError
        If it is another table, holds no assembly, or a member is not among the units.
    """
    missing = [name for name in _COLUMNS if name not in getattr(table, "columns", ())]
    if missing or not set(_SETTINGS) <= set(table.attrs):
        lacks = f"a table without {missing[0]!r}" if missing else "a table without its settings"
        if not hasattr(table, "columns"):
            lacks = f"assemblies of type {type(table).__name__}"
        raise ArgumentTypeError(lacks, "the table that model.assemblies(recording) returns")
    if not len(table):
        raise InputError(
            "a table without an assembly", "at least one", "there may be none in this recording"
        )
    fitted = list(table.attrs["unit_ids"])
    given = fitted if unit_ids is None else unit_ids.tolist()
    places = {unit: place for place, unit in enumerate(given)}
    rows = {unit: row for row, unit in enumerate(fitted)}
    return [
        _assembly(i, label, row, places, rows) for i, (label, row) in enumerate(table.iterrows())
    ]


def _assembly(
    position: int, label: Any, row: pd.Series, places: dict[Any, int], rows: dict[Any, int]
) -> Assembly:
    members = list(row["members"])
    unknown = [unit for unit in members if unit not in places]
    if unknown:
        raise InputError(
            f"an assembly with the unit {unknown[0]!r}",
            "units of the recording",
            "give the recording in which the assemblies were found",
        )
    lags = np.asarray(row["lags"], dtype=np.float64)
    order = np.argsort(lags, kind="stable")
    field = np.asarray(row["field"], dtype=np.float64)
    peaks = field[[rows[unit] for unit in members]].max(axis=1)
    # by label, so that an assembly keeps its colour in a part of the table
    number = int(label) if isinstance(label, int | np.integer) else position
    return Assembly(
        str(label),
        np.array([places[unit] for unit in members], dtype=np.int64)[order],
        lags[order],
        peaks[order],
        np.asarray(row["times"], dtype=np.float64),
        COLOURS[number % len(COLOURS)],
        MARKS[number // len(COLOURS) % len(MARKS)],
    )


def member_order(assemblies: Sequence[Assembly]) -> npt.NDArray[np.int64]:
    """Return the units that are members, assembly by assembly and by lag; each once.

    Parameters
    ----------
    assemblies : sequence of Assembly

    Returns
    -------
    ndarray of int64, (n_members,)
    """
    everyone = [int(unit) for assembly in assemblies for unit in assembly.members]
    return np.array(list(dict.fromkeys(everyone)), dtype=np.int64)


def in_axis_unit(table: pd.DataFrame) -> tuple[float, str]:
    """Return by what short times are multiplied for an axis, and how they are called there.

    Parameters
    ----------
    table : DataFrame

    Returns
    -------
    factor : float
    unit : str
        ``"ms"`` or ``"bins"``.
    """
    return (1000.0, "ms") if table.attrs["time_unit"] == "s" else (1.0, "bins")
