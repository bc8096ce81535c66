"""The electrodes that NWB names for each unit: where they are, and in which group."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.nwb_tables import lists_of_rows, table_columns

__all__ = ["POSITIONS_ONLY", "Electrodes", "electrodes_of"]

POSITIONS_ONLY = "where units of a recording are"
"""The description of the electrode group that neurohm writes, which says nothing else."""

_TABLE = "general/extracellular_ephys/electrodes"
_COLUMN = "electrodes"
_AXES = (("rel_x", "rel_y", "rel_z"), ("x", "y", "z"))  # on the probe, in the brain
_UNKNOWN = frozenset({"", "unknown", "none"})


@dataclass(frozen=True)
class Electrodes:
    """What is known of units by their electrodes.

    Attributes
    ----------
    positions : ndarray or None, shape (n_units, 2 or 3)
        The mean of each unit's electrodes, micrometres; None unless all are known.
    columns : dict of str to ndarray, shape (n_units,)
    used : set of str
        Names of the datasets that this was read from.
    note : str
        For the layout's sentence.
    """

    positions: NDArray[np.float64] | None = None
    columns: dict[str, NDArray[Any]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    note: str = ""


def electrodes_of(file: Contents, units: str, n_units: int) -> Electrodes:
    """Follow the references of a Units table to the table of electrodes.

    Parameters
    ----------
    file : Contents
    units : str
        Name of the Units table.
    n_units : int

    Returns
    -------
    Electrodes
        Empty if there are no references, or one does not lead to an electrode.
    """
    column, members = file.members[units].get(_COLUMN), file.members.get(_TABLE, {})
    index = file.members[units].get(f"{_COLUMN}_index")
    ids = members.get("id")
    if column is None or ids is None or not (_are_whole(column) and _are_whole(ids)):
        return Electrodes()
    borders = np.arange(n_units + 1) if index is None else lists_of_rows(column, index, n_units)
    rows = np.asarray(column[()]).astype(np.int64)
    if borders is None or borders[-1] != len(rows) or not _all_in(rows, len(ids)):
        return Electrodes(note="; the electrodes of the units lead nowhere")
    lists = np.split(rows, borders[1:-1]) if n_units else []
    known, used = table_columns(file, _TABLE, len(ids))
    used |= {f"{units}/{_COLUMN}", f"{_TABLE}/id"} | (
        {f"{units}/{_COLUMN}_index"} & file.datasets.keys()
    )
    own = _is_own(file)
    positions = _positions(known, lists, trusted=own)
    several = max(map(len, lists), default=0) > 1
    return Electrodes(
        positions=positions,
        columns={} if own else _columns(known, np.asarray(ids[()]), lists),
        used=used,
        note="; positions are the means of each unit's electrodes"
        if several and positions is not None
        else "",
    )


def _are_whole(item: Any) -> bool:
    return len(getattr(item, "shape", None) or ()) == 1 and item.dtype.kind in "iu"


def _all_in(rows: NDArray[np.int64], n_electrodes: int) -> bool:
    return bool(((rows >= 0) & (rows < n_electrodes)).all())


def _is_own(file: Contents) -> bool:
    """Whether the electrodes say nothing but positions, since neurohm wrote them."""
    group = _TABLE.rpartition("/")[0]
    described = (item.attrs.get("description") for item in file.members[group].values())
    return any(text == POSITIONS_ONLY for text in described if isinstance(text, str))


def _positions(
    known: dict[str, NDArray[Any]], lists: list[NDArray[np.int64]], *, trusted: bool
) -> NDArray[np.float64] | None:
    """Return mean positions by the first axes that are known of all electrodes of units."""
    asked = np.unique(np.concatenate(lists)) if lists else np.empty(0, dtype=np.int64)
    if not asked.size or not all(map(len, lists)):
        return None
    for names in _AXES:
        axes = [
            known[n].astype(np.float64)
            for n in names
            if n in known and known[n].dtype.kind in "iuf"
        ]
        axes = [axis for axis in axes if np.isfinite(axis[asked]).all()]
        # All at zero is how files say that nothing is known.
        if len(axes) >= 2 and (trusted or any(axis[asked].any() for axis in axes)):
            places = np.stack(axes, axis=1)
            return np.stack([places[rows].mean(axis=0) for rows in lists])
    return None


def _columns(
    known: dict[str, NDArray[Any]], ids: NDArray[Any], lists: list[NDArray[np.int64]]
) -> dict[str, NDArray[Any]]:
    """Return ids, group and location of each unit's electrodes; several are joined by commas."""
    columns: dict[str, NDArray[Any]] = {}
    if all(len(rows) == 1 for rows in lists):
        columns["electrode"] = ids[np.concatenate(lists)] if lists else ids[:0]
    else:
        columns["electrodes"] = np.array(
            [", ".join(map(str, ids[rows].tolist())) for rows in lists]
        )
    for name, source in (
        ("electrode_group_name", "group_name"),
        ("electrode_location", "location"),
    ):
        values = known.get(source)
        if values is None or values.dtype.kind != "U":
            continue
        texts = [", ".join(dict.fromkeys(values[rows].tolist())) for rows in lists]
        if not _UNKNOWN.issuperset(text.lower() for text in texts):
            columns[name] = np.array(texts, dtype=np.str_)
    return columns
