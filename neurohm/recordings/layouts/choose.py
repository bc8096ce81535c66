"""Which layout a file is in: by content, and by the user's word where content does not tell."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from neurohm.exceptions import FileFormatError, InputError
from neurohm.recordings.layouts.base import (
    Layout,
    ReadOptions,
    datasets_of,
    describe,
    stated_format,
)
from neurohm.recordings.layouts.counted import CountedLayout
from neurohm.recordings.layouts.matrix import MatrixLayout
from neurohm.recordings.layouts.own import OwnLayout
from neurohm.recordings.recording import Recording

__all__ = ["LAYOUTS", "read_hdf5"]

# A new layout (NWB, a dataset for each unit, integer clocks) is one file and one entry here.
LAYOUTS: tuple[Layout, ...] = (OwnLayout(), CountedLayout(), MatrixLayout())

_MODEL = "neurohm-model"


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
        If more than one fits, an option is none of the layout's, or the file holds a model.

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["spikes"], file["sCount"] = [0.5, 1.5, 1.0], [2, 1]
    ...     read_hdf5(file, ReadOptions(), "x").n_units
    2
    """
    if stated_format(file) == _MODEL:
        raise InputError(f"'{source}' holds a model", "a recording", "models: neurohm.load")
    layout, dataset = _choose(file, options, source)
    _check_options(layout, options, source)
    return layout.read(file, dataset, options, source)


def _choose(file: Any, options: ReadOptions, source: str) -> tuple[Layout, str]:
    found = _found(file, _allowed(options))
    if options.dataset is not None:
        found = _with_dataset(file, found, options, source)
    if not found:
        raise FileFormatError(
            f"'{source}': no layout of spikes that neurohm knows; the file holds "
            f"{describe(datasets_of(file)) or 'no datasets'}",
            "; or ".join(layout.description for layout in LAYOUTS),
        )
    if len(found) > 1:
        ways = " or ".join(f"'{name}' (layout {layout.name!r})" for layout, name in found)
        raise InputError(
            f"'{source}': the spikes could be in {ways}",
            "to be told which",
            "give dataset= / --dataset or layout= / --layout",
        )
    return found[0]


def _allowed(options: ReadOptions) -> tuple[Layout, ...]:
    if options.layout is None:
        return LAYOUTS
    allowed = tuple(layout for layout in LAYOUTS if layout.name == options.layout)
    if not allowed:
        known = ", ".join(repr(layout.name) for layout in LAYOUTS)
        raise InputError(f"layout={options.layout!r}", f"one of {known}")
    return allowed


def _found(file: Any, layouts: tuple[Layout, ...]) -> list[tuple[Layout, str]]:
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


def _with_dataset(
    file: Any, found: list[tuple[Layout, str]], options: ReadOptions, source: str
) -> list[tuple[Layout, str]]:
    name = str(options.dataset).strip("/")
    datasets = datasets_of(file)
    if name not in datasets:
        raise InputError(
            f"'{source}': no dataset '{name}'", f"one of {describe(datasets)}", "see dataset="
        )
    chosen = [pair for pair in found if pair[1] == name]
    if not chosen and datasets[name].ndim == 2:
        # Named outright, a matrix need not stand out from the others.
        matrices = [layout for layout in _allowed(options) if isinstance(layout, MatrixLayout)]
        return [(layout, name) for layout in matrices]
    return chosen


def _check_options(layout: Layout, options: ReadOptions, source: str) -> None:
    for option in fields(options):
        given = getattr(options, option.name) != option.default
        if given and option.name not in layout.options | {"dataset", "layout"}:
            raise InputError(
                f"'{source}': {option.name}= given for {layout.description}",
                "this option only for a matrix of counts",
                "leave it out, or choose the matrix with dataset= / --dataset",
            )
