"""A table of spikes in lists that also say in which trial each spike was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.clock import clock_of
from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.remainder import Remainder
from neurohm.recordings.recording import Recording
from neurohm.recordings.tables.headings import trials_among
from neurohm.recordings.tables.long_table import LongTable
from neurohm.recordings.tables.table_recording import recording_of_table

__all__ = ["read_trial_table", "trials_beside"]

_TIME = "time_s"  # so that its unit is beyond doubt


def trials_beside(file: Contents, times: str) -> str | None:
    """Return the name of a list with the trial of each spike beside a list of their times.

    Parameters
    ----------
    file : Contents
    times : str

    Returns
    -------
    str or None

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["times"], file["trials"] = [0.5, 1.0], [1, 2]
    ...     trials_beside(Contents(file), "times")
    'trials'
    """
    group = times.rpartition("/")[0] or "/"
    size = file[times].size
    alike = [n for n, item in file.numeric_in(group).items() if item.size == size]
    name = trials_among(alike)
    return None if name is None else f"{group}/{name}".lstrip("/")


def read_trial_table(
    file: Contents,
    names: tuple[str, str, str],
    columns: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
    options: ReadOptions,
    source: str,
) -> Recording:
    """Read a table with trials, which are laid out one after the other if each begins anew.

    Parameters
    ----------
    file : Contents
    names : tuple of str
        Of the lists of times, units and trials.
    columns : tuple of ndarray, shape (n_spikes,)
        What is in them.
    options : ReadOptions
    source : str

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If the unit of time is not clear, or it is no valid recording.
    """
    times, units, trials = names
    clock = clock_of(file, [times], columns[0], options, source)
    seconds = np.asarray(clock.seconds(columns[0]))
    plain = ReadOptions(
        sort=options.sort, time_scale=options.time_scale, time_column=_TIME, unit_column="unit"
    )
    recording = recording_of_table(_table(seconds, columns[1], columns[2]), plain, source)
    remainder = Remainder.of(file, set(names), None)
    what = f"a table of the time ('{times}') and the unit ('{units}') of each spike"
    of_trials = recording.layout.split(";", 1)[1].replace("column 'trial'", f"'{trials}'")
    return replace(
        recording,
        metadata=remainder.metadata,
        layout=f"{what}, {clock.sentence};{of_trials}{remainder.sentence}",
    )


def _table(times: NDArray[np.float64], units: NDArray[Any], trials: NDArray[Any]) -> LongTable:
    import pandas as pd

    # Of one unit the spikes of each trial are together, whatever the file is sorted by.
    order = np.argsort(trials, kind="stable")
    columns = {_TIME: times, "unit": units, "trial": trials}
    return LongTable({name: pd.Series(values[order]) for name, values in columns.items()})
