"""Tables beside spike times with a row for each unit: cluster_group.tsv, cluster_info.tsv (phy)."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError
from neurohm.recordings.layouts.names import first_of
from neurohm.recordings.layouts.remainder import plain_name

__all__ = ["unit_columns"]

_TABLES = ("cluster_*.tsv", "cluster_*.csv")
_IDS = ("clusterid", "unitid", "id")


def unit_columns(folder: Path, unit_ids: NDArray[Any]) -> tuple[dict[str, NDArray[Any]], list[str]]:
    r"""Return what the tables of a folder say of units.

    Parameters
    ----------
    folder : pathlib.Path
    unit_ids : ndarray of int or str, shape (n_units,)

    Returns
    -------
    columns : dict of str to ndarray, shape (n_units,)
        Numbers where a column holds only these (nan for units that a table leaves out), else text.
    tables : list of str
        Names of the files that they come from.

    Raises
    ------
    FileFormatError
        If one is no table.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> table = folder / "cluster_group.tsv"
    >>> _ = table.write_text("cluster_id\tgroup\n3\tgood\n7\tmua\n")
    >>> unit_columns(folder, np.array([3, 7]))
    ({'group': array(['good', 'mua'], dtype='<U4')}, ['cluster_group.tsv'])
    """
    columns: dict[str, NDArray[Any]] = {}
    tables = []
    for path in sorted(path for pattern in _TABLES for path in folder.glob(pattern)):
        rows = _rows(path)
        ids = first_of(_IDS, rows[0]) if rows else None
        if ids is None:
            continue
        place = rows[0].index(ids)
        by_id = {row[place]: row for row in rows[1:] if len(row) == len(rows[0])}
        for column, name in enumerate(rows[0]):
            if column != place and name:
                found = [by_id.get(str(unit), [""] * len(rows[0]))[column] for unit in unit_ids]
                columns[plain_name(name)] = _typed(found)
        tables.append(path.name)
    return columns, tables


def _rows(path: Path) -> list[list[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        separator = "\t" if "\t" in text.partition("\n")[0] else ","
        rows = csv.reader(text.splitlines(), delimiter=separator)
        return [[field.strip() for field in row] for row in rows if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileFormatError(
            f"'{path}' is no table ({error})", "a row for each unit", "mend it, or move it away"
        ) from error


def _typed(fields: Sequence[str]) -> NDArray[Any]:
    try:
        return np.array([float(field) if field else np.nan for field in fields])
    except ValueError:
        return np.array(fields)
