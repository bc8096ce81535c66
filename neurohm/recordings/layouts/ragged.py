"""The ragged layout of NWB: all spike times, and where each unit ends in them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.looks import is_list, is_numeric, is_text
from neurohm.recordings.layouts.names import TIMES_OR_SAMPLES, first_of, plain
from neurohm.recordings.layouts.remainder import Remainder
from neurohm.recordings.layouts.trains import Trains, held_times, recording_of
from neurohm.recordings.recording import Recording
from neurohm.recordings.tree import read_array

__all__ = ["RaggedLayout", "ends_of_units", "ragged_in"]

_IDS = ("unitids", "unitid", "ids", "id", "unitnames", "names")


class RaggedLayout:
    """``spike_times``: unit after unit; ``spike_times_index``: the end of each unit.

    In any group; ``id`` beside them names the units, and lists as long are columns. The Units table
    of an NWB file is one, ``/units``.

    References
    ----------
    Rübel et al. (2022) The Neurodata Without Borders ecosystem for neurophysiological data science.
    eLife 11:e78362, doi:10.7554/eLife.78362.
    """

    name = "ragged"
    description = "datasets 'spike_times' and 'spike_times_index' (the end of each unit; NWB)"
    options = frozenset({"sort", "sampling_rate", "time_scale"})

    def candidates(self, file: Contents) -> list[str]:
        """Lists of times with an index beside them."""
        found = ((name, ragged_in(file, name)) for name in file.groups)
        return [f"{name}/{pair[0]}".strip("/") for name, pair in found if pair is not None]

    def companions(self, file: Contents) -> set[str]:
        """The groups that hold them with all that is in them."""
        groups = {name.rpartition("/")[0] or "/" for name in self.candidates(file)}
        inside = {n for n in file.datasets if (n.rpartition("/")[0] or "/") in groups}
        return groups | inside | file.float_matrices

    def read(self, file: Contents, dataset: str, options: ReadOptions, source: str) -> Recording:
        """Read the recording."""
        group, _, _ = dataset.rpartition("/")
        start = f"{group}/" if group else ""
        pair = ragged_in(file, group or "/")
        assert pair is not None  # or it would be no candidate
        index_name = start + pair[1]
        times = held_times(file[dataset], f"'{dataset}'", source, lazy=options.lazy)
        index = ends_of_units(
            np.ravel(read_array(file[index_name])), len(times), index_name, source
        )
        ids = _ids(file, start, len(index))
        trains = Trains(
            times=times,
            index=index,
            unit_ids=np.arange(len(index)) if ids is None else np.ravel(read_array(file[ids])),
            paths=[dataset],
            what=f"spike times, unit after unit ('{dataset}'; ends in '{index_name}')",
        )
        used = {dataset, index_name} | ({ids} if ids is not None else set())
        remainder = Remainder.of(file, used, len(index), columns_in=start)
        return recording_of(trains, file, options, source, remainder)


def ragged_in(file: Contents, group: str) -> tuple[str, str] | None:
    """Return the names of a list of times and its index in a group.

    Parameters
    ----------
    file : Contents
    group : str

    Returns
    -------
    tuple of str, or None

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["spike_times"], file["spike_times_index"] = [0.5, 1.0], [1, 2]
    ...     ragged_in(Contents(file), "/")
    ('spike_times', 'spike_times_index')
    """
    lists = {plain(name): name for name, item in file.numeric_in(group).items() if is_list(item)}
    found = ((lists.get(name), lists.get(f"{name}index")) for name in TIMES_OR_SAMPLES)
    return next(((times, index) for times, index in found if times and index), None)


def ends_of_units(index: NDArray[Any], n_spikes: int, name: str, source: str) -> NDArray[np.int64]:
    """Return the end of each unit in a list of spike times, checked.

    Parameters
    ----------
    index : ndarray, shape (n_units,)
        As a file has it.
    n_spikes : int
    name : str
        What the file calls it.
    source : str
        The file's name.

    Returns
    -------
    ndarray of int64, shape (n_units,)

    Raises
    ------
    FileFormatError
        If it is anything but ascending whole numbers that end at `n_spikes`.

    Examples
    --------
    >>> ends_of_units(np.array([1.0, 3.0]), 3, "index", "x.h5")
    array([1, 3])
    """
    whole = np.isfinite(index).all() and (index == np.floor(index)).all()
    ends = index.astype(np.int64) if whole else np.array([-1])
    if (np.diff(ends, prepend=0) < 0).any() or not len(ends) or ends[-1] != n_spikes:
        raise FileFormatError(
            f"'{source}': '{name}' does not end at {n_spikes}, the number of spike times, or is "
            "not ascending",
            "the end of each unit in the spike times",
        )
    return ends


def _ids(file: Contents, start: str, n_units: int) -> str | None:
    """Name of the list beside the times that can name the units."""
    name = first_of(_IDS, file.members[start.rstrip("/") or "/"])
    dataset = file.datasets.get(f"{start}{name}")
    if dataset is None or dataset.size != n_units:
        return None
    is_whole = is_numeric(dataset) and dataset.dtype.kind in "iu"
    return f"{start}{name}" if is_whole or is_text(dataset) else None
