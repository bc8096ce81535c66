"""A folder of NumPy arrays, as spike sorters and ALF leave it: Kilosort, phy, spikes.times.npy."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import MissingFileError
from neurohm.files import check_readable
from neurohm.recordings.formats.npy import read_npy
from neurohm.recordings.formats.numpy_file import is_one_list, read_arrays
from neurohm.recordings.formats.unit_tables import unit_columns
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.clock import RATES
from neurohm.recordings.layouts.names import TIMES_OR_SAMPLES, UNITS, plain
from neurohm.recordings.recording import Recording

__all__ = ["NumpyFolder", "folder_of_spikes"]

_EXPECTED = "a file, or a folder with spike_times.npy and spike_clusters.npy, or the like"
# In ALF, parts of a name are parted by points; what identifies a version of a file is no part.
_NAMESPACE = re.compile(r"^_[a-z]+_")
_VERSION = re.compile(r"\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
# phy keeps the sampling rate in a program, which is read and never run.
_PARAMETERS = "params.py"
_STATED = re.compile(r"^\s*(\w+)\s*=\s*(\d+\.?\d*(?:[eE][-+]?\d+)?)\s*(?:#.*)?$", re.M)
_LONGEST_PROGRAM = 2**20


class NumpyFolder:
    """Arrays beside each other, each in its file: the times of all spikes, and their units.

    They are read as a table in an archive of the same names would be, where ``spikes.times.npy`` is
    called ``spikes/times``. ``params.py`` (phy) may state the sampling rate, tables
    ``cluster_*.tsv`` what is known of the units. No other array is opened.
    """

    name = "a folder of NumPy arrays"

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether a folder holds such arrays; `start` is that of no file."""
        del start
        return path.is_dir() and folder_of_spikes(path)

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Read the recording."""
        files = _arrays(path)
        options = replace(
            options,
            time_column=_as_dataset(options.time_column),
            unit_column=_as_dataset(options.unit_column),
        )
        wanted = {*TIMES_OR_SAMPLES, *UNITS, *_named(options)}
        chosen = {
            name: file
            for name, file in files.items()
            if plain(name.rpartition("/")[2]) in wanted and is_one_list(file)
        }
        if not folder_of_spikes(path) and not _named(options):
            raise MissingFileError(
                f"{path} is a folder, without spike times and their units in NumPy arrays",
                _EXPECTED,
                "name the arrays with time_column= / --time-column, unit_column= / --unit-column",
            )
        members: dict[str, NDArray[Any]] = {n: _read(file) for n, file in chosen.items()}
        members |= _rates(path / _PARAMETERS)
        recording = read_arrays(members.items(), self.name, options, str(path))
        columns, tables = unit_columns(path, recording.unit_ids)
        others = sorted(file.name for name, file in files.items() if name not in chosen)
        unused = f"; not opened: {', '.join(map(repr, others))}" if others else ""
        known = f"; units as in {', '.join(map(repr, tables))}" if tables else ""
        return replace(
            recording,
            unit_columns={**recording.unit_columns, **columns},
            layout=f"{recording.layout}{known}{unused}",
        )


def folder_of_spikes(folder: Path) -> bool:
    """Whether there are arrays of spike times and of their units in a folder, by their names.

    Parameters
    ----------
    folder : pathlib.Path

    Returns
    -------
    bool

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("spike_times", "spike_clusters"):
    ...     np.save(folder / name, [1, 2])
    >>> folder_of_spikes(folder)
    True
    """
    known: dict[str, set[str]] = {}
    for name in _arrays(folder):
        above, _, last = name.rpartition("/")
        known.setdefault(above, set()).add(plain(last))
    return any(
        not names.isdisjoint(TIMES_OR_SAMPLES) and not names.isdisjoint(UNITS)
        for names in known.values()
    )


def _arrays(folder: Path) -> dict[str, Path]:
    """The arrays of a folder by the names that datasets would have."""
    found = sorted(path for path in folder.glob("*.npy") if path.is_file())
    return {str(_as_dataset(path.name)): path for path in found}


def _as_dataset(name: str | None) -> str | None:
    """The name that a dataset with that array would have: spikes/times for spikes.times.npy."""
    if name is None:
        return None
    stem = _NAMESPACE.sub("", name.removesuffix(".npy"))
    return _VERSION.sub("", stem).replace(".", "/")


def _named(options: ReadOptions) -> set[str]:
    given = (options.time_column, options.unit_column)
    return {plain(name.rpartition("/")[2]) for name in given if name is not None}


def _read(path: Path) -> NDArray[Any]:
    with check_readable(path).open("rb") as file:
        return read_npy(file, path.stat().st_size, f"'{path}'")


def _rates(path: Path) -> dict[str, NDArray[Any]]:
    """The sampling rate that phy's parameters state."""
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        program = file.read(_LONGEST_PROGRAM).decode("utf-8", "replace")
    stated = {name: np.array(float(number)) for name, number in _STATED.findall(program)}
    return {name: value for name, value in stated.items() if plain(name) in RATES}
