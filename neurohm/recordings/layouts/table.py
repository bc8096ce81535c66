"""The layout of a flat table: the time of every spike, and the unit that fired it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError, InputError
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.looks import describe, is_list, is_numeric, is_text
from neurohm.recordings.layouts.names import TIMES_OR_SAMPLES, UNITS_OR_PLACES, first_of, plain
from neurohm.recordings.layouts.remainder import Remainder
from neurohm.recordings.layouts.trains import Trains, read_times, recording_of
from neurohm.recordings.layouts.trial_table import read_trial_table, trials_beside
from neurohm.recordings.recording import Recording
from neurohm.recordings.tree import read_array

__all__ = ["TableLayout", "by_unit", "named_tables", "table_in"]

_UNNAMED = ReadOptions()


class TableLayout:
    """Two lists of one entry a spike: times, and unit ids (whole numbers or text).

    In any group, or as columns of a dataset of records, by their names: ``spike_times`` with
    ``spike_clusters`` (Kilosort, phy), ``times`` with ``units`` or ``senders`` (NEST), ``t`` with
    ``i`` (Brian), ``timestamps`` with ``node_ids`` (SONATA). Others are named (`time_column`,
    `unit_column`). A unit without a spike is in no such file.

    References
    ----------
    Pachitariu et al. (2024) Spike sorting with Kilosort4. Nature Methods 21:914-921,
    doi:10.1038/s41592-024-02232-7.

    Dai et al. (2020) The SONATA data format for efficient description of large-scale network
    models. PLoS Computational Biology 16:e1007696, doi:10.1371/journal.pcbi.1007696.
    """

    name = "table"
    description = "two equally long lists, the time and the unit of each spike"
    options = frozenset({"sort", "sampling_rate", "time_scale", "time_column", "unit_column"})

    def candidates(self, file: Contents) -> list[str]:
        """Lists of times with a list of units beside them."""
        return _tables(file, _UNNAMED)

    def companions(self, file: Contents) -> set[str]:
        """The groups that hold them, and whatever has one entry a spike."""
        times = self.candidates(file)
        datasets = file.datasets
        lengths = {datasets[name].size for name in times}
        alike = {n for n, item in datasets.items() if item.ndim and item.shape[0] in lengths}
        groups = {name.rpartition("/")[0] or "/" for name in times}
        return groups | alike | file.float_matrices

    def read(self, file: Contents, dataset: str, options: ReadOptions, source: str) -> Recording:
        """Read the recording, the units in the order of their ids."""
        group, _, _ = dataset.rpartition("/")
        pair = table_in(file, group or "/", options)
        assert pair is not None  # or it would be no candidate
        labels = f"{group}/{pair[1]}".strip("/")
        times = read_times(file[dataset], f"'{dataset}'", source)
        units = _labels(file[labels], labels, source)
        trials = trials_beside(file, dataset)
        if trials is not None:
            columns = (times, units, np.ravel(read_array(file[trials])))
            return read_trial_table(file, (dataset, labels, trials), columns, options, source)
        times, index, unit_ids = by_unit(times, units)
        trains = Trains(
            times=times,
            index=index,
            unit_ids=unit_ids,
            paths=[dataset],
            what=f"a table of the time ('{dataset}') and the unit ('{labels}') of each spike",
        )
        # No list of the file is known to be in the order of the units.
        remainder = Remainder.of(file, {dataset, labels}, None)
        return recording_of(trains, file, options, source, remainder)


def by_unit(
    times: NDArray[Any], units: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[Any]]:
    """Put the times of each unit together, in the order of their ids.

    Parameters
    ----------
    times : ndarray, shape (n_spikes,)
    units : ndarray of int or str, shape (n_spikes,)

    Returns
    -------
    times : ndarray, shape (n_spikes,)
    index : ndarray of int64, shape (n_units,)
        End of each unit in `times`.
    unit_ids : ndarray of int or str, shape (n_units,)

    Examples
    --------
    >>> by_unit(np.array([0.5, 1.0, 1.5]), np.array([7, 3, 7]))
    (array([1. , 0.5, 1.5]), array([1, 3]), array([3, 7]))
    """
    unit_ids, unit = np.unique(units, return_inverse=True)
    counts = np.bincount(unit, minlength=len(unit_ids))
    return times[np.argsort(unit, kind="stable")], np.cumsum(counts, dtype=np.int64), unit_ids


def named_tables(file: Contents, options: ReadOptions, source: str) -> list[str]:
    """Return the lists of times of tables whose columns the user names.

    Parameters
    ----------
    file : Contents
    options : ReadOptions
        With a `time_column` or a `unit_column`: names of datasets, whole or their last parts.
    source : str
        The file, for messages.

    Returns
    -------
    list of str

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["spike_times"], file["source"] = [0.5, 1.0], [7, 3]
    ...     named_tables(Contents(file), ReadOptions(unit_column="source"), "x")
    ['spike_times']
    """
    found = _tables(file, options)
    if not found:
        named = (options.time_column or "of spike times", options.unit_column or "of their units")
        raise InputError(
            f"'{source}': no lists {' and '.join(map(repr, named))} of one length in one group",
            f"two of {describe(file.datasets)}",
            "see time_column= / --time-column and unit_column= / --unit-column",
        )
    return found


def _tables(file: Contents, options: ReadOptions) -> list[str]:
    found = ((name, table_in(file, name, options)) for name in file.groups)
    return [f"{name}/{pair[0]}".strip("/") for name, pair in found if pair is not None]


def table_in(file: Contents, group: str, options: ReadOptions = _UNNAMED) -> tuple[str, str] | None:
    """Return the names of a list of times and of the units of the same spikes in a group.

    Parameters
    ----------
    file : Contents
    group : str
    options : ReadOptions
        Where the user names them.

    Returns
    -------
    tuple of str, or None

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["spike_times"], file["spike_clusters"] = [0.5, 1.0], [7, 3]
    ...     table_in(Contents(file), "/")
    ('spike_times', 'spike_clusters')
    """
    numeric = file.numeric_in(group)
    lists = [n for n, item in numeric.items() if is_list(item) and item.size > 1]
    times = first_of(_known(options.time_column, group, TIMES_OR_SAMPLES), lists)
    if times is None:
        return None
    size = numeric[times].size
    datasets = {n: item for n, item in file.members[group].items() if hasattr(item, "dtype")}
    alike = [n for n, item in datasets.items() if item.size == size and is_list(item)]
    known = _known(options.unit_column, group, UNITS_OR_PLACES)
    units = first_of(known, [name for name in alike if name != times])
    return (times, units) if units is not None else None


def _known(given: str | None, group: str, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    """The names that a column may have in a group: the one that the user gives, or the usual."""
    if given is None:
        return otherwise
    above, _, name = given.strip("/").rpartition("/")
    return (plain(name),) if above in ("", group) else ()


def _labels(dataset: Any, name: str, source: str) -> NDArray[Any]:
    labels = np.ravel(read_array(dataset)) if is_text(dataset) or is_numeric(dataset) else None
    if labels is None or (
        labels.dtype.kind == "f"
        and not (np.isfinite(labels).all() and (labels == np.floor(labels)).all())
    ):
        raise FileFormatError(
            f"'{source}': '{name}' of type {dataset.dtype}, with other values than whole numbers",
            "the unit of each spike, whole numbers or text",
        )
    return labels.astype(np.int64) if labels.dtype.kind in "bf" else labels
