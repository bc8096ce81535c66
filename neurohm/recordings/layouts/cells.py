"""The layout of arrays in an array: a cell of spike times for each unit (MATLAB)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.hdf5_lists import read_lists
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.looks import is_list, is_numeric, is_text, matlab_class
from neurohm.recordings.layouts.names import TIMES, holds_units, plain
from neurohm.recordings.layouts.remainder import Remainder
from neurohm.recordings.layouts.trains import Trains, held_lists, recording_of
from neurohm.recordings.recording import Recording
from neurohm.recordings.tree import read_array

__all__ = ["CellsLayout", "cells_of", "value_of"]


class CellsLayout:
    """A list whose entries are lists of spike times, one for each unit.

    In MATLAB 7.3 files a cell array, or one field of a struct array, is a dataset of references to
    the arrays, which lie in ``#refs#``. Other fields of the struct array with one number or text a
    unit are columns. Elsewhere it is a dataset of arrays of variable length.
    """

    name = "cells"
    description = "a MATLAB cell array (or a dataset of arrays) with the spike times of each unit"
    options = frozenset({"sort", "sampling_rate", "time_scale"})

    def candidates(self, file: Contents) -> list[str]:
        """Lists of lists of numbers; of several, those that are called so."""
        found = [name for name, item in file.datasets.items() if _holds_lists(file, item)]
        # The times of spikes, not those of their waveforms: spikes/times, waveforms/times.
        for is_so in (_is_telling, _is_of_units):
            if len(found) > 1:
                found = [name for name in found if is_so(name)] or found
        return found

    def companions(self, file: Contents) -> set[str]:
        """Beside spike times, matrices of floats are waveforms or positions."""
        return file.float_matrices

    def read(self, file: Contents, dataset: str, options: ReadOptions, source: str) -> Recording:
        """Read the recording, the units in the order of the cells."""
        cells = cells_of(file, file[dataset])
        names = [f"cell {place + 1} of '{dataset}'" for place in range(len(cells))]
        times, index = held_lists(cells, names, source, lazy=options.lazy)
        columns, used = _other_fields(file, dataset, len(cells))
        trains = Trains(
            times=times,
            index=index,
            unit_ids=np.arange(len(cells)),
            paths=[dataset],
            what=f"one list of spike times for each unit (the cells of '{dataset}')",
            unit_columns=columns,
        )
        remainder = Remainder.of(file, used | {dataset}, len(cells))
        return recording_of(trains, file, options, source, remainder)


def _is_telling(path: str) -> bool:
    name = path.rpartition("/")[2]
    return holds_units(name) or plain(name) in TIMES


def _is_of_units(path: str) -> bool:
    return any(map(holds_units, path.split("/")))


def _holds_lists(file: Contents, dataset: Any) -> bool:
    """Whether all cells are numeric; a cell of the wrong shape is complained of when read."""
    if dataset.dtype.kind != "O" or is_text(dataset) or not is_list(dataset):
        return False
    cells = [cell for cell in cells_of(file, dataset) if cell is not None]
    numeric = all(is_numeric(c) if hasattr(c, "attrs") else c.dtype.kind in "iuf" for c in cells)
    # A number in each cell is a property of the units, unless it is called spikes.
    least = 0 if _is_telling(dataset.name) else 1
    return bool(cells) and numeric and any(cell.size > least for cell in cells)


def cells_of(file: Contents, dataset: Any) -> list[Any]:
    """Return the datasets or arrays in a list of lists.

    Parameters
    ----------
    file : Contents
    dataset : h5py.Dataset

    Returns
    -------
    list of h5py.Dataset, ndarray or None
        None for what refers to nothing; empty if it is no such list, or there is a struct in it.
    """
    import h5py

    if h5py.check_ref_dtype(dataset.dtype) is h5py.Reference:
        targets = [
            file.file[reference] if reference else None for reference in np.ravel(dataset[()])
        ]
        # A struct among them, or a mere type, makes it no list of lists.
        return targets if all(t is None or hasattr(t, "shape") for t in targets) else []
    if h5py.check_vlen_dtype(dataset.dtype) is not None:
        return list(np.ravel(read_lists(dataset)))
    return []


def _other_fields(
    file: Contents, dataset: str, n_units: int
) -> tuple[dict[str, NDArray[Any]], set[str]]:
    """Fields, in the same struct or one round it, that hold one number or text for each unit."""
    columns: dict[str, NDArray[Any]] = {}
    used = set()
    for path, item in _in_structs_of(file, dataset):
        if path != dataset and item.size == n_units and item.dtype.kind == "O" and is_list(item):
            values = [value_of(cell) for cell in cells_of(file, item)]
            kinds = {type(value) for value in values}
            name = path.rpartition("/")[2]
            if len(kinds) == 1 and kinds <= {float, str} and name not in columns:
                columns[name] = np.array(values)
                used.add(path)
    return columns, used


def _in_structs_of(file: Contents, dataset: str) -> Iterator[tuple[str, Any]]:
    """The datasets in the same group, then in those above it; none of a file without groups."""
    parts = dataset.split("/")[:-1]
    for length in range(len(parts), 0, -1):
        group = "/".join(parts[:length])
        for name, item in file.members[group].items():
            if hasattr(item, "dtype"):
                yield f"{group}/{name}", item


def value_of(cell: Any) -> float | str | None:
    """Return the one number or the text in what MATLAB stored; None if it is neither.

    Parameters
    ----------
    cell : h5py.Dataset or other

    Returns
    -------
    float, str or None
    """
    if not (hasattr(cell, "attrs") and hasattr(cell, "shape")):
        return None
    if matlab_class(cell) == "char":
        codes = [] if "MATLAB_empty" in cell.attrs else np.ravel(read_array(cell)).tolist()
        return "".join(map(chr, codes))
    return float(read_array(cell).item()) if is_numeric(cell) and cell.size == 1 else None
