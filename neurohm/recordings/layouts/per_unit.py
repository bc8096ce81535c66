"""The layout of a dataset for each unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.clock import CLOCK_NAMES
from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.looks import is_list, is_numeric, is_text
from neurohm.recordings.layouts.names import (
    TIMES,
    first_of,
    holds_units,
    ids_of_names,
    names_a_unit,
    natural_order,
    plain,
)
from neurohm.recordings.layouts.ragged import ragged_in
from neurohm.recordings.layouts.remainder import Remainder, attributes_of, plain_value
from neurohm.recordings.layouts.table import table_in
from neurohm.recordings.layouts.trains import Trains, held_lists, recording_of
from neurohm.recordings.recording import Recording
from neurohm.recordings.tree import read_array

__all__ = ["PerUnitLayout", "column_of"]

_DIGITS = re.compile(r"\d+")


class PerUnitLayout:
    """A group with a list of spike times for each unit: ``units/unit_1``, ``spikes/17``.

    Or a group for each unit with the times in it: ``unit_12/spike_times``. What else is in that
    group, or is an attribute, and is one value, becomes a column. An empty list is a silent unit.
    The group may have any name if its members are called like units (a word for it and a number),
    and its members any name if it is called ``units``, ``spikes``, ``cells`` or the like.
    """

    name = "per-unit"
    description = "a group with a dataset of spike times for each unit"
    options = frozenset({"sort", "sampling_rate", "time_scale"})

    def candidates(self, file: Contents) -> list[str]:
        """Groups of units."""
        return [name for name in file.groups if _units(file, name)]

    def companions(self, file: Contents) -> set[str]:
        """The groups, all below their units, and what is named after a unit (waveforms)."""
        spoken_for = file.float_matrices
        for name in self.candidates(file):
            units = set(_units(file, name))
            spoken_for |= {name} | {n for n in file.datasets if units & set(n.split("/"))}
        return spoken_for

    def read(self, file: Contents, dataset: str, options: ReadOptions, source: str) -> Recording:
        """Read the recording, the units in the natural order of their names."""
        units = _units(file, dataset) or _lists_in(file, dataset)
        if not units:
            raise FileFormatError(
                f"'{source}': no lists of numbers in the group '{dataset}'", self.description
            )
        names = natural_order(units)
        start = f"{dataset}/".lstrip("/")
        paths = [start + units[name] for name in names]
        lists = [file[path] for path in paths]
        quoted = [f"'{path}'" for path in paths]
        times, index = held_lists(lists, quoted, source, lazy=options.lazy)
        columns, used = _columns(file, start, names, paths)
        trains = Trains(
            times=times,
            index=index,
            unit_ids=ids_of_names(names),
            # The empty ones are of any type and have no say in the unit of time.
            paths=[p for p in paths if file[p].size] or paths[:1],
            what=f"a list of spike times for each unit ('{paths[0]}'"
            + (f" to '{paths[-1]}')" if len(paths) > 1 else ")"),
            unit_columns=columns,
        )
        remainder = Remainder.of(file, {*paths, *used}, None)
        return recording_of(trains, file, options, source, remainder)


def _units(file: Contents, group: str) -> dict[str, str]:
    """Units of a group and where in it their times are; none if it does not look like one."""
    if ragged_in(file, group) or table_in(file, group):
        return {}
    return _groups_of_units(file, group) or _datasets_of_units(file, group)


def _groups_of_units(file: Contents, group: str) -> dict[str, str]:
    found = {}
    is_called_so = holds_units(group.rpartition("/")[2])
    for name, item in file.members[group].items():
        path = f"{group}/{name}".lstrip("/")
        # Behaviour has "timestamps" too: they are spikes' only in what is called a unit.
        if not hasattr(item, "keys") or not (is_called_so or names_a_unit(name)):
            continue
        if table_in(file, path):
            return {}  # nor are those beside it units: they are populations
        times = first_of(TIMES, file.numeric_in(path))
        if times is None or ragged_in(file, path):
            continue
        # In a group of any name, what numbers each spike may well be its unit.
        if names_a_unit(name) or not _numbers_beside(file, path, times):
            found[name] = f"{name}/{times}"
    return found


def _numbers_beside(file: Contents, group: str, times: str) -> bool:
    """Whether there is a list of whole numbers, some of them several times, one for each spike."""
    numeric = file.numeric_in(group)
    beside = [item for n, item in numeric.items() if n != times and item.dtype.kind in "iu"]
    size = numeric[times].size
    alike = [item for item in beside if is_list(item) and item.size == size > 1]
    return any(len(np.unique(read_array(item))) < size for item in alike)


def _datasets_of_units(file: Contents, group: str) -> dict[str, str]:
    is_called_so = holds_units(group.rpartition("/")[2])
    named = {n: item for n, item in file.numeric_in(group).items() if names_a_unit(n)}
    if not is_called_so and group != "/":
        # Mere numbers are members of any list.
        named = {n: item for n, item in named.items() if not n.isdecimal()}
    if named:
        if not any(map(is_list, named.values())):
            return {}
        # One of another shape among lists is complained of when it is read.
        return {n: n for n in [*named, *_single_spikes(file, group, named)]}
    lists = _lists_in(file, group) if is_called_so else {}
    # Equally long lists are columns of a table.
    return lists if len({file.members[group][n].size for n in lists}) > 1 else {}


def _single_spikes(file: Contents, group: str, units: Iterable[str]) -> list[str]:
    """Single numbers that are called as units beside them are: lists of one, squeezed."""
    ways = {_DIGITS.sub("#", name) for name in units}
    return [
        name
        for name, item in file.members[group].items()
        if getattr(item, "shape", None) == ()
        and _DIGITS.sub("#", name) in ways
        and is_numeric(item)
    ]


def _lists_in(file: Contents, group: str) -> dict[str, str]:
    """All lists of numbers in a group: what it holds if the user says that these are units."""
    return {name: name for name, item in file.numeric_in(group).items() if is_list(item)}


def _columns(
    file: Contents, start: str, names: Sequence[str], paths: Sequence[str]
) -> tuple[dict[str, NDArray[Any]], set[str]]:
    """Columns of what each unit's group or dataset says of it, and the datasets used for them."""
    rows, used = [], set()
    for name, path in zip(names, paths, strict=True):
        row = attributes_of(file[path])
        own = start + name
        if own != path:
            row |= attributes_of(file[own])
            single = {k: i for k, i in file.members[own].items() if getattr(i, "size", 0) == 1}
            for key, item in single.items():
                value = plain_value(read_array(item)) if is_numeric(item) or is_text(item) else ""
                if f"{own}/{key}" != path and value != "":
                    row[key] = value
                    used.add(f"{own}/{key}")
        rows.append({key: value for key, value in row.items() if plain(key) not in CLOCK_NAMES})
    keys = dict.fromkeys(key for row in rows for key in row)
    return {key: column_of([row.get(key) for row in rows]) for key in keys}, used


def column_of(values: Sequence[Any]) -> NDArray[Any]:
    """Make a column of one value for each unit; nan or empty text where a unit has none.

    Parameters
    ----------
    values : sequence of float, int, bool, str or None

    Returns
    -------
    ndarray, shape (n_units,)

    Examples
    --------
    >>> column_of([1, None]), column_of(["a", None])
    (array([ 1., nan]), array(['a', ''], dtype='<U1'))
    """
    given = [value for value in values if value is not None]
    if any(isinstance(value, str) for value in given):
        return np.array(["" if value is None else str(value) for value in values])
    if len(given) < len(values):
        return np.array([np.nan if value is None else float(value) for value in values])
    return np.array(values)
