"""Tables of NWB: one row a unit, an electrode or an interval; columns of many kinds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.looks import is_numeric, is_text
from neurohm.recordings.tree import read_array

__all__ = ["given_name", "lists_of_rows", "names_of_references", "table_columns"]

_INDEX = "_index"  # the ends of a column of lists


def table_columns(
    file: Contents, group: str, n_rows: int, *, without: Collection[str] = ()
) -> tuple[dict[str, NDArray[Any]], set[str]]:
    """Read the columns of a table that have one value a row.

    References to groups become their names, lists of texts are joined by commas, codes become the
    words that they stand for. Columns of several numbers a row are left.

    Parameters
    ----------
    file : Contents
    group : str
        The table.
    n_rows : int
    without : collection of str
        Columns that are not asked for.

    Returns
    -------
    columns : dict of str to ndarray, shape (n_rows,)
        In the order that the table states.
    used : set of str
        Names of the datasets that were read.

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["units/tags"], file["units/tags_index"] = ["a", "b", "c"], [2, 3]
    ...     table_columns(Contents(file), "units", 2)[0]
    {'tags': array(['a, b', 'c'], dtype='<U4')}
    """
    members = file.members[group]
    columns: dict[str, NDArray[Any]] = {}
    used: set[str] = set()
    for name in _in_order(file.groups[group], members):
        item, index = members[name], members.get(name + _INDEX)
        is_column = hasattr(item, "dtype") and getattr(item, "shape", None)
        if name in without or not is_column or name + 2 * _INDEX in members:
            continue
        if index is None:
            values = _plain(file, item, n_rows)
        else:
            values = _one_a_row(file, item, lists_of_rows(item, index, n_rows))
        if values is not None:
            columns[given_name(name, item)] = values
            used |= {f"{group}/{name}"} | (
                {f"{group}/{name}{_INDEX}"} if index is not None else set()
            )
    return columns, used


def given_name(name: str, item: Any) -> str:
    """Return the name that neurohm had for what NWB allows under a changed one only.

    Parameters
    ----------
    name : str
    item : h5py.Dataset
        Its description is that name, in a file by neurohm.

    Returns
    -------
    str

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["tags_"] = [1, 2]
    ...     file["tags_"].attrs["description"] = "tags"
    ...     given_name("tags_", file["tags_"])
    'tags'
    """
    described = item.attrs.get("description")
    if not isinstance(described, str) or "/" in described:
        return name
    return described if name.rstrip("_") == described.replace(":", "_").rstrip("_") else name


def lists_of_rows(item: Any, index: Any, n_rows: int) -> NDArray[np.int64] | None:
    """Return where the list of each row begins, and where the last ends.

    Parameters
    ----------
    item, index : h5py.Dataset
        A column of lists, and the end of each row's list in it.
    n_rows : int

    Returns
    -------
    ndarray of int64, shape (n_rows + 1,), or None
        None if the ends do not fit.

    Examples
    --------
    >>> lists_of_rows(np.zeros(3), np.array([2, 3]), 2)
    array([0, 2, 3])
    """
    if getattr(index, "shape", None) != (n_rows,) or index.dtype.kind not in "iu":
        return None
    ends = np.asarray(index[()]).astype(np.int64)
    borders = np.concatenate([[0], ends])
    fits = bool((np.diff(borders) >= 0).all()) and borders[-1] == item.shape[0]
    return borders if fits else None


def names_of_references(file: Contents, references: Sequence[Any]) -> NDArray[np.str_]:
    """Return what references refer to: the last part of its name; empty where to nothing.

    Parameters
    ----------
    file : Contents
    references : sequence of h5py.Reference

    Returns
    -------
    ndarray of str
    """
    import h5py

    paths = (h5py.h5r.get_name(one, file.file.id) if one else b"" for one in references)
    names = [(path or b"").decode("utf-8", "replace").rpartition("/")[2] for path in paths]
    return np.array(names, dtype=np.str_)


def _in_order(table: Any, members: dict[str, Any]) -> list[str]:
    """Names of the columns: as the table states them, then those that it does not mention."""
    stated = np.ravel(table.attrs.get("colnames", [])).tolist()
    texts = [
        name.decode("utf-8", "replace") if isinstance(name, bytes) else name for name in stated
    ]
    rest = [name for name in members if name != "id"]
    names = dict.fromkeys(
        [*(text for text in texts if isinstance(text, str) and text in members), *rest]
    )
    return [n for n in names if not (n.endswith(_INDEX) and n.removesuffix(_INDEX) in members)]


def _plain(file: Contents, item: Any, n_rows: int) -> NDArray[Any] | None:
    if item.shape not in [(n_rows,), (n_rows, 1)]:
        return None
    return _read(file, item)


def _read(file: Contents, item: Any) -> NDArray[Any] | None:
    """Read a column whole: numbers, texts, names of what is referred to, words for codes."""
    import h5py

    if h5py.check_ref_dtype(item.dtype) is h5py.Reference:
        return names_of_references(file, np.ravel(item[()]).tolist())
    if not (is_text(item) or is_numeric(item)):
        return None
    values = np.ravel(read_array(item))
    words = item.attrs.get("elements")
    if not isinstance(words, h5py.Reference) or not words or values.dtype.kind not in "iu":
        return values
    texts = np.ravel(read_array(file.file[words]))
    return (
        texts[values] if values.size and 0 <= values.min() <= values.max() < len(texts) else values
    )


def _one_a_row(file: Contents, item: Any, borders: NDArray[np.int64] | None) -> NDArray[Any] | None:
    """Return the values of a column of lists if each has one, or joined if they are texts."""
    if borders is None or item.ndim != 1:
        return None
    if not (np.diff(borders) == 1).all() and not is_text(item):
        return None
    values = _read(file, item)
    if values is None or (np.diff(borders) == 1).all():
        return values
    joined = [", ".join(values[start:stop]) for start, stop in pairwise(borders)]
    return np.array(joined, dtype=np.str_)
