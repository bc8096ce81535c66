"""The layout of MATLAB cells and structs in each other: ``spikes{3}{7}.time``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError, InputError
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.cells import value_of
from neurohm.recordings.layouts.clock import PER_SECOND, Clock
from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.looks import is_list, is_numeric, is_text, matlab_class
from neurohm.recordings.layouts.names import (
    TIMES,
    first_of,
    holds_units,
    ids_of_names,
    names_a_unit,
    plain,
)
from neurohm.recordings.layouts.per_unit import column_of
from neurohm.recordings.layouts.remainder import Remainder
from neurohm.recordings.layouts.trains import (
    Trains,
    held_lists,
    joined,
    read_times,
    recording_of,
)
from neurohm.recordings.recording import Recording
from neurohm.recordings.spike_times import SpikeTimes
from neurohm.recordings.tree import read_array

__all__ = ["NestLayout"]

_DEEPEST = 16
_TRIALS = frozenset(["trials", "trial", "segments", "segment", "sweeps", "sweep"])
_UNITS = ("timeunits", "timeunit", "units", "unit")
_MOST_NODES = 20_000  # references may lead to one place a thousand times
_TELLING_TIMES = TIMES[:5]  # spike times by their name alone
_TABLE, _TABLE_FIELDS = "data", ("fields", "descript")  # a matrix, and what its columns are


@dataclass(frozen=True)
class _Leaf:
    """The spike times of one unit, and how one comes to them."""

    path: tuple[str, ...]
    times: Any
    fields: dict[str, Any] = field(default_factory=dict)
    hops: int = 0  # references on the way
    name: str = ""  # of the field with the times; empty for a list in a cell
    is_table: bool = False  # the times are the first column
    in_array: bool = False  # the struct is one of an array of structs

    @property
    def is_told(self) -> bool:
        """Whether a name on the way says that these are spikes."""
        words = [part for part in (*self.path, self.name) if not part.isdecimal()]
        by_name = any(holds_units(word) or names_a_unit(word) for word in words)
        return by_name or plain(self.path[0]) in TIMES or plain(self.name) in _TELLING_TIMES

    @property
    def unit(self) -> str:
        """The unit of time that a field states; empty where none."""
        name = first_of((*(f"{plain(self.name)}{end}" for end in _UNITS[2:]), *_UNITS), self.fields)
        text = None if name is None else _value(self.fields[name])
        return text.lower() if isinstance(text, str) and text.lower() in PER_SECOND else ""


class NestLayout:
    """A variable whose cells hold cells or structs, however deep; at the end, times of a unit.

    What ends in a struct with a field of spike times (``time``, ``spike_times``, ...) is a unit,
    and its fields with one number or text are columns. Without such structs each list of numbers
    is. The way through the nest names the unit, but for what is the same for all. Cells with
    nothing in them are no units, structs with no times in them are silent ones.
    """

    name = "nest"
    description = "MATLAB cells or structs in each other, with the spike times of each unit"
    options = frozenset({"sort", "sampling_rate", "time_scale"})

    def candidates(self, file: Contents) -> list[str]:
        """Variables that lead to units through more than one cell array, or to structs in one."""
        found = [name for name in file.members["/"] if _is_nest(_units(file, name, told=True))]
        telling = [name for name in found if holds_units(name) or plain(name) in TIMES]
        return telling if len(found) > 1 and telling else found

    def companions(self, file: Contents) -> set[str]:
        """Beside spike times, matrices of floats are waveforms or positions."""
        return file.float_matrices

    def read(self, file: Contents, dataset: str, options: ReadOptions, source: str) -> Recording:
        """Read the recording, the units in the order of the nest."""
        leaves = _units(file, dataset, told=True) or _units(file, dataset, told=False)
        if not leaves:
            raise FileFormatError(f"'{source}': no lists of times in '{dataset}'", self.description)
        if options.layout != self.name:
            _refuse_trials(leaves, dataset, source)
        names = _names([leaf.path for leaf in leaves])
        units = {leaf.unit for leaf in leaves} if options.time_scale is None else {""}
        times, index = _joined_times(leaves, names, source, options, stated=any(units))
        columns, unused = _columns(leaves)
        of_field = f".{leaves[0].name}" if leaves[0].name else ""
        trains = Trains(
            times=times,
            index=index,
            unit_ids=ids_of_names(names),
            paths=[dataset],
            what=f"a list of spike times for each unit, in a nest of cells and structs "
            f"('{_way(dataset, leaves[0].path)}{of_field}' and so on)"
            + f", stated to be in {' and '.join(sorted(filter(None, units)))}"
            * any(units),
            unit_columns=columns,
        )
        inside = {name for name in file.datasets if name.split("/")[0] == dataset.split("/")[0]}
        remainder = Remainder.of(file, inside, None)
        recording = recording_of(trains, file, options, source, remainder)
        return recording if not unused else _noted(recording, unused)


def _noted(recording: Recording, unused: Sequence[str]) -> Recording:
    start = "; not used: " if "; not used: " not in recording.layout else ", "
    text = start + "of each unit " + ", ".join(map(repr, unused))
    return replace(recording, layout=recording.layout + text)


def _is_nest(leaves: list[_Leaf]) -> bool:
    """Whether this layout, and none of a plain list of cells, is meant."""
    return any(
        leaf.hops > 1 or (leaf.hops == 1 and leaf.name and not leaf.in_array) for leaf in leaves
    )


def _units(file: Contents, name: str, *, told: bool) -> list[_Leaf]:
    """Units below a variable: structs with times, or else lists in cells; or what is called so."""
    leaves = list(_walk(file, file[name], (name,), 0, [_MOST_NODES]))
    leaves = [leaf for leaf in leaves if leaf.is_told or not told]
    structs = [leaf for leaf in leaves if leaf.name]
    if structs:
        return structs
    full = [leaf for leaf in leaves if leaf.times.size and "MATLAB_empty" not in leaf.times.attrs]
    # An empty cell among lists is a silent unit; among cells it is nothing.
    holders = {leaf.path[:-1] for leaf in full}
    return [leaf for leaf in leaves if leaf.path[:-1] in holders]


def _walk(
    file: Contents, node: Any, path: tuple[str, ...], hops: int, left: list[int]
) -> Iterator[_Leaf]:
    """Go through a nest depth first, in MATLAB's order."""
    left[0] -= 1
    if len(path) > _DEEPEST or left[0] < 0:
        raise FileFormatError(
            f"'{file.file.filename}': the nest '{path[0]}' has more than {_DEEPEST} levels or "
            f"{_MOST_NODES} cells",
            "one that can be gone through",
            "name another variable with dataset= / --dataset",
        )
    if hasattr(node, "keys"):
        for place, element, more in _structs(file, node):
            for leaf in _walk_struct(file, element, (*path, *place), hops + more, left):
                yield replace(leaf, in_array=True) if more and leaf.hops == hops + more else leaf
    elif _is_cell(node):
        for at, cell in _cells(file, node):
            if cell is not None:
                yield from _walk(file, cell, (*path, at), hops + 1, left)
    elif hops and _is_numbers(node) and is_list(node):
        yield _Leaf(path, node, hops=hops)


def _walk_struct(
    file: Contents, fields: dict[str, Any], path: tuple[str, ...], hops: int, left: list[int]
) -> Iterator[_Leaf]:
    lists = {n: item for n, item in fields.items() if _is_numbers(item) and is_list(item)}
    name = first_of(TIMES, lists)
    if name is not None:
        yield _Leaf(path, fields[name], fields, hops, name)
        return
    if _is_table(fields):
        yield _Leaf(path, fields[_TABLE], fields, hops, _TABLE, is_table=True)
        return
    for key, item in fields.items():
        if hasattr(item, "keys") or _is_cell(item):
            yield from _walk(file, item, (*path, key), hops, left)


def _structs(file: Contents, group: Any) -> Iterator[tuple[tuple[str, ...], dict[str, Any], int]]:
    """Structs in an array of them: place, fields and references on the way; the one, if single."""
    # A name that is no UTF-8 comes as bytes.
    members = {name: item for name, item in group.items() if isinstance(name, str)}
    arrays = [item for item in members.values() if _is_cell(item) and not matlab_class(item)]
    if not arrays or len(arrays) < len(members) or len({item.shape for item in arrays}) > 1:
        yield (), members, 0
        return
    columns = {name: [cell for _, cell in _cells(file, item)] for name, item in members.items()}
    for place in range(arrays[0].size):
        fields = {n: cells[place] for n, cells in columns.items() if cells[place] is not None}
        yield (str(place + 1),), fields, 1


def _is_cell(item: Any) -> bool:
    import h5py

    dtype = getattr(item, "dtype", None)
    has_shape = getattr(item, "shape", None) is not None
    return has_shape and dtype is not None and h5py.check_ref_dtype(dtype) is h5py.Reference


def _is_numbers(item: Any) -> bool:
    return getattr(item, "shape", None) is not None and is_numeric(item)


def _is_table(fields: dict[str, Any]) -> bool:
    """Whether there is a matrix whose first column, so the file says, is time."""
    matrix: Any = fields.get(_TABLE)
    empty = _is_numbers(matrix) and "MATLAB_empty" in matrix.attrs
    if not empty and not (_is_numbers(matrix) and matrix.ndim == 2):
        return False
    texts = [value_of(fields[name]) for name in _TABLE_FIELDS if name in fields]
    return any(isinstance(text, str) and text.lower().startswith("time") for text in texts)


def _cells(file: Contents, dataset: Any) -> Iterator[tuple[str, Any]]:
    """Places, counted from 1 as MATLAB does, and what is there."""
    references = np.asarray(dataset[()])
    shape = references.shape[::-1]
    is_row = sum(length != 1 for length in shape) <= 1
    for place, reference in enumerate(np.ravel(references)):
        if is_row:
            at = str(place + 1)
        else:
            axes = np.unravel_index(place, shape, order="F")
            at = ",".join(str(int(axis) + 1) for axis in axes)
        yield at, file.file[reference] if reference else None


def _joined_times(
    leaves: Sequence[_Leaf],
    names: Sequence[str],
    source: str,
    options: ReadOptions,
    *,
    stated: bool,
) -> tuple[SpikeTimes, NDArray[np.int64]]:
    """Times of all units, and the end of each; in seconds, if the file states units of time."""
    per_second = [PER_SECOND.get(leaf.unit, 1.0) if stated else None for leaf in leaves]
    if set(per_second) <= {None, 1.0} and not any(leaf.is_table for leaf in leaves):
        called = [f"unit {name}" for name in names]
        times, index = held_lists(
            [leaf.times for leaf in leaves], called, source, lazy=options.lazy
        )
        return (Clock().seconds(times) if stated else times), index
    rates = zip(leaves, names, per_second, strict=True)
    return joined([_times(leaf, name, source, rate) for leaf, name, rate in rates])


def _times(leaf: _Leaf, name: str, source: str, per_second: float | None) -> NDArray[Any]:
    """Times of a unit, in seconds if it is known how many of them are one."""
    if leaf.is_table and "MATLAB_empty" not in leaf.times.attrs and leaf.times.size:
        times = np.asarray(leaf.times[0])  # stored by MATLAB, a column is a row
    else:
        times = read_times(leaf.times, f"unit {name}", source)
    return times if per_second is None else times.astype(np.float64) / per_second


def _refuse_trials(leaves: list[_Leaf], dataset: str, source: str) -> None:
    """Raise if there are trials by name, or lists form a rectangle, as units in trials do."""
    after = {b for leaf in leaves for a, b in pairwise(leaf.path) if plain(a) in _TRIALS}
    if len(after) > 1:
        raise InputError(
            f"'{source}': '{dataset}' holds {len(after)} trials of its units",
            "one list for each unit",
            "join the trials first; layout='nest' / --layout nest takes each list for a unit",
        )
    if leaves[0].name or len(leaves) < 4:
        return
    inner, outer = {leaf.path[-1] for leaf in leaves}, {leaf.path[:-1] for leaf in leaves}
    if "," not in leaves[0].path[-1] and len(inner) * len(outer) != len(leaves):
        return
    if "," in leaves[0].path[-1] or min(len(inner), len(outer)) > 1:
        raise InputError(
            f"'{source}': '{dataset}' holds a rectangle of {len(leaves)} lists: trials of units?",
            "one list for each unit",
            "join the trials first; layout='nest' / --layout nest takes each list for a unit",
        )


def _names(paths: Sequence[tuple[str, ...]]) -> list[str]:
    """Names of units: the way to each, without what is the same for all."""
    if len({len(path) for path in paths}) == 1:
        varying = [len(set(level)) > 1 for level in zip(*paths, strict=True)]
        if any(varying):
            paths = [tuple(p for p, v in zip(path, varying, strict=True) if v) for path in paths]
        else:
            paths = [path[-1:] for path in paths]
    return [".".join(path) for path in paths]


def _way(dataset: str, path: tuple[str, ...]) -> str:
    """The way to a unit as MATLAB writes it."""
    steps = [f"{{{part}}}" if part[:1].isdecimal() else f".{part}" for part in path[1:]]
    return dataset + "".join(steps)


def _columns(leaves: Sequence[_Leaf]) -> tuple[dict[str, NDArray[Any]], list[str]]:
    """Columns of the fields with one value, and the names of the other fields."""
    rows = [
        {
            name: value
            for name, item in leaf.fields.items()
            if name != leaf.name and (value := _value(item)) is not None
        }
        for leaf in leaves
    ]
    keys = dict.fromkeys(key for row in rows for key in row)
    others = dict.fromkeys(n for leaf in leaves for n in leaf.fields if n not in keys)
    unused = [name for name in others if name not in {leaf.name for leaf in leaves}]
    return {key: column_of([row.get(key) for row in rows]) for key in keys}, unused


def _value(item: Any) -> float | str | None:
    if getattr(item, "shape", None) is None:
        return None
    if is_text(item) and item.size == 1:
        return str(np.ravel(read_array(item))[0])
    return value_of(item)
