"""What a file says besides the spikes: nothing of it is lost in silence."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.interval_tables import IntervalTable, interval_tables
from neurohm.recordings.layouts.looks import describe, is_numeric, is_text
from neurohm.recordings.tree import read_array

__all__ = ["Remainder", "attributes_of", "plain_name", "plain_value"]

# A text longer than this is a document (the schema in an NWB file), not a word about a recording.
_LONGEST_TEXT = 200
# Attributes that libraries write for themselves.
_INTERNAL = re.compile("MATLAB_.*|PYTABLES_.*|H5PATH|CLASS|TITLE|VERSION|FLAVOR|NAME|_.*|.*_LIST")


@dataclass(frozen=True)
class Remainder:
    """What a file says besides the spikes.

    Attributes
    ----------
    unit_columns : dict of str to ndarray, shape (n_units,)
    metadata : dict of str to str, int, float or bool
    unused : dict of str to h5py.Dataset
        What could not be understood.
    tables : dict of str to IntervalTable
        Trials, epochs and the like, by name.

    Examples
    --------
    >>> Remainder().sentence
    ''
    """

    unit_columns: dict[str, NDArray[Any]] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    unused: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, IntervalTable] = field(default_factory=dict)

    @classmethod
    def of(
        cls, file: Contents, used: set[str], n_units: int | None, *, columns_in: str = ""
    ) -> Remainder:
        """Sort the datasets not in `used` by their size: a value, one for each unit, other.

        Parameters
        ----------
        file : Contents
        used : set of str
            Names of datasets that are the spikes or were read with them.
        n_units : int or None
            None where no dataset can hold one value for each unit in the units' order.
        columns_in : str
            Start of the names of those that can; by default any.

        Returns
        -------
        Remainder
        """
        remainder = cls(metadata=attributes_of(file.file), tables=interval_tables(file))
        tabled = {path for table in remainder.tables.values() for path in table.paths}
        for path, dataset in file.datasets.items():
            if path in used or path in tabled:
                continue
            base = path.rsplit("/", 1)[-1]
            name = path.replace("/", ".") if base in remainder.names else base
            known = is_text(dataset) or is_numeric(dataset)
            is_column = known and dataset.size == n_units and dataset.size in dataset.shape
            if known and dataset.size == 1 and (value := plain_value(read_array(dataset))) != "":
                remainder.metadata[name] = value
            elif is_column and path.startswith(columns_in):
                remainder.unit_columns[name] = np.ravel(read_array(dataset))
            else:
                remainder.unused[path] = dataset
        return remainder

    @property
    def names(self) -> set[str]:
        """Names taken so far."""
        return {*self.unit_columns, *self.metadata}

    @property
    def intervals(self) -> dict[str, NDArray[np.float64]]:
        """Trials, epochs and the like by name: starts and stops, seconds."""
        return {name: table.intervals for name, table in self.tables.items()}

    @property
    def interval_columns(self) -> dict[str, dict[str, NDArray[Any]]]:
        """What is known of each of them."""
        return {name: table.columns for name, table in self.tables.items() if table.columns}

    @property
    def sentence(self) -> str:
        """The end of a layout's sentence: what was not used."""
        return f"; not used: {describe(self.unused)}" if self.unused else ""


def plain_name(name: str) -> str:
    """Return a name that can be a member of an HDF5 group, where a slash would open another.

    Parameters
    ----------
    name : str

    Returns
    -------
    str

    Examples
    --------
    >>> plain_name("V/sample")
    'V.sample'
    """
    name = name.strip().replace("/", ".")
    return name if name not in ("", ".") else "unnamed"


def plain_value(value: Any) -> Any:
    """Return the one number or short text in an attribute or array; empty text where none is.

    Parameters
    ----------
    value : object

    Returns
    -------
    str, int, float or bool

    Examples
    --------
    >>> plain_value(np.array([[5]])), plain_value(b"mouse"), plain_value([1, 2])
    (5, 'mouse', '')
    """
    array = np.asarray(value)
    if array.size != 1:
        return ""
    item = array.item()
    if isinstance(item, bytes):
        item = item.decode("utf-8", "replace")
    if isinstance(item, str):
        item = item.partition("\0")[0]  # in a field of fixed length, anything may stand behind
        # h5py keeps bytes that are no UTF-8 as lone surrogates, which cannot be written again.
        item = item.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return item if len(item) <= _LONGEST_TEXT else ""
    return item if isinstance(item, bool | int | float) else ""


def attributes_of(item: Any) -> dict[str, Any]:
    """Return the attributes that are one value, without those that libraries write for themselves.

    Parameters
    ----------
    item : h5py.Dataset or h5py.Group

    Returns
    -------
    dict of str to str, int, float or bool

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file.attrs["species"], file.attrs["CLASS"] = "mouse", "GROUP"
    ...     attributes_of(file)
    {'species': 'mouse'}
    """
    plain = {
        plain_name(name): plain_value(item.attrs[name])
        for name in item.attrs
        if not _INTERNAL.fullmatch(name) and math.prod(item.attrs.get_id(name).shape or ()) == 1
    }
    return {name: value for name, value in plain.items() if value != ""}
