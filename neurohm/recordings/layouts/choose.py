"""Which layout a file is in: by content, and by the user's word where content does not tell."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from neurohm.exceptions import FileFormatError, InputError
from neurohm.recordings.hdf5 import FORMAT
from neurohm.recordings.layouts.base import Layout, ReadOptions
from neurohm.recordings.layouts.cells import CellsLayout
from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.counted import CountedLayout
from neurohm.recordings.layouts.looks import describe, stated_format
from neurohm.recordings.layouts.matrix import MatrixLayout
from neurohm.recordings.layouts.nest import NestLayout
from neurohm.recordings.layouts.nwb import NwbLayout
from neurohm.recordings.layouts.own import OwnLayout
from neurohm.recordings.layouts.padded import PaddedLayout
from neurohm.recordings.layouts.pairs import PairsLayout
from neurohm.recordings.layouts.per_unit import PerUnitLayout
from neurohm.recordings.layouts.ragged import RaggedLayout
from neurohm.recordings.layouts.table import TableLayout, named_tables
from neurohm.recordings.recording import Recording

__all__ = ["LAYOUTS", "read_hdf5"]

# A new layout is one file and one entry here; the more particular ones come first.
LAYOUTS: tuple[Layout, ...] = (
    OwnLayout(),
    NwbLayout(),
    CountedLayout(),
    RaggedLayout(),
    TableLayout(),
    CellsLayout(),
    NestLayout(),
    PerUnitLayout(),
    PairsLayout(),
    PaddedLayout(),
    MatrixLayout(),
)

_OWN = "neurohm-"  # how neurohm's formats begin
# Files of neurohm's that are no recordings: what they hold, and how to load it.
_OTHERS = {
    "neurohm-model": ("a model", "models: neurohm.load"),
    "neurohm-assemblies": ("assemblies", "assemblies: neurohm.load_assemblies"),
}


def read_hdf5(file: Any, options: ReadOptions, source: str) -> Recording:
    """Read the recording in an open HDF5 file.

    Parameters
    ----------
    file : h5py.File
    options : ReadOptions
        What the user says of the file.
    source : str
        Its name, for messages.

    Returns
    -------
    Recording

    Raises
    ------
    FileFormatError
        If no layout fits.
    InputError
        If more than one fits, an option is none of the layout's, or the file is one of neurohm's
        that is no recording.

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["spikes"], file["sCount"] = [0.5, 1.5, 1.0], [2, 1]
    ...     read_hdf5(file, ReadOptions(), "x").n_units
    2
    """
    _refuse_others(stated_format(file), source)
    contents = Contents(file)
    layout, dataset = _choose(contents, options, source)
    _check_options(layout, options, source)
    return layout.read(contents, dataset, options, source)


def _refuse_others(stated: str, source: str) -> None:
    """Raise if a file says that it is one of neurohm's, but no recording."""
    if not stated.startswith(_OWN) or stated == FORMAT:
        return
    what, mend = _OTHERS.get(
        stated, (f"{stated!r}, which this neurohm does not know", "use the neurohm that wrote it")
    )
    raise InputError(f"'{source}' holds {what}", "a recording", mend)


def _choose(file: Contents, options: ReadOptions, source: str) -> tuple[Layout, str]:
    found = _found(file, _allowed(options))
    if options.time_column is not None or options.unit_column is not None:
        found = _named(file, options, source)
    if options.dataset is not None:
        found = _with_dataset(file, found, options, source)
    if not found:
        raise FileFormatError(
            f"'{source}': no layout of spikes that neurohm knows; the file holds "
            f"{describe(file.datasets) or 'no datasets'}",
            "; or ".join(layout.description for layout in LAYOUTS),
            _advice(file),
        )
    if len(found) > 1:
        ways = " or ".join(f"'{name}' (layout {layout.name!r})" for layout, name in found)
        raise InputError(
            f"'{source}': the spikes could be in {ways}",
            "to be told which",
            "give dataset= / --dataset or layout= / --layout",
        )
    return found[0]


def _advice(file: Contents) -> str:
    """What to do with a file in no known layout, by what it holds."""
    if any(item.ndim == 3 for item in file.datasets.values()):
        return "counts in trials? save them one trial after the other, bins x units"
    numeric = [name for name in file.groups if len(file.numeric_in(name)) > 1]
    return "two lists of other names? time_column= / --time-column, unit_column=" if numeric else ""


def _allowed(options: ReadOptions) -> tuple[Layout, ...]:
    if options.layout is None:
        return LAYOUTS
    allowed = tuple(layout for layout in LAYOUTS if layout.name == options.layout)
    if not allowed:
        known = ", ".join(repr(layout.name) for layout in LAYOUTS)
        raise InputError(f"layout={options.layout!r}", f"one of {known}")
    return allowed


def _found(file: Contents, layouts: tuple[Layout, ...]) -> list[tuple[Layout, str]]:
    found = [(layout, name) for layout in layouts for name in layout.candidates(file)]
    # Positions beside spike times are a matrix too: a layout speaks for what comes with it, and
    # those earlier in the list are the more particular.
    spoken_for: set[str] = set()
    kept = []
    for layout in layouts:
        kept += [pair for pair in found if pair[0] is layout and pair[1] not in spoken_for]
        if any(pair[0] is layout for pair in kept):
            spoken_for |= layout.companions(file)
    return kept


def _named(file: Contents, options: ReadOptions, source: str) -> list[tuple[Layout, str]]:
    """The tables whose columns the user names."""
    tables = [layout for layout in _allowed(options) if isinstance(layout, TableLayout)]
    return [(layout, name) for layout in tables for name in named_tables(file, options, source)]


def _with_dataset(
    file: Contents, found: list[tuple[Layout, str]], options: ReadOptions, source: str
) -> list[tuple[Layout, str]]:
    name = str(options.dataset).strip("/") or "/"
    datasets = file.datasets
    is_group = name in file.groups
    if name not in datasets and not is_group:
        raise InputError(
            f"'{source}': no dataset '{name}'", f"one of {describe(datasets)}", "see dataset="
        )
    chosen = [pair for pair in found if pair[1] == name]
    if is_group and not chosen:
        chosen = [pair for pair in found if (pair[1].rpartition("/")[0] or "/") == name]
    if chosen:
        return chosen
    # Named outright, a group of units, a nest or a matrix need not stand out from the others.
    outright: tuple[type, ...] = (PerUnitLayout,) if is_group else ()
    if not is_group and datasets[name].dtype.kind == "O":
        outright = (NestLayout,)
    if not is_group and datasets[name].ndim == 2:
        outright = (MatrixLayout,)
    return [(layout, name) for layout in _allowed(options) if isinstance(layout, outright)]


def _check_options(layout: Layout, options: ReadOptions, source: str) -> None:
    for option in fields(options):
        given = getattr(options, option.name) != option.default
        if given and option.name not in layout.options | {"dataset", "layout", "lazy"}:
            takers = [known.name for known in LAYOUTS if option.name in known.options]
            expected = "a matrix of counts" if takers == ["matrix"] else "lists of spike times"
            expected = expected if takers else "a table in a text, Feather or Parquet file"
            raise InputError(
                f"'{source}': {option.name}= given for {layout.description}",
                f"this option only for {expected}",
                "leave it out, or choose other data with dataset= / --dataset",
            )
