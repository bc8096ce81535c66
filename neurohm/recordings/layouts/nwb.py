"""The layout of NWB, Neurodata Without Borders: a Units table and what is around it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError
from neurohm.recordings.hdf5 import sorted_within_units
from neurohm.recordings.intervals import merged, total_duration
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.clock import Clock, clock_of
from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.looks import describe, is_text
from neurohm.recordings.layouts.nwb_electrodes import electrodes_of
from neurohm.recordings.layouts.nwb_session import SPAN, Session, neurodata_type, session_of
from neurohm.recordings.layouts.nwb_tables import lists_of_rows, table_columns
from neurohm.recordings.layouts.ragged import ends_of_units, ragged_in
from neurohm.recordings.layouts.trains import held_times
from neurohm.recordings.recording import Recording
from neurohm.recordings.spike_times import SpikeTimes, extremes, inside, runs_inside
from neurohm.recordings.tree import read_array

__all__ = ["COUNTED", "UNIT_ID", "NwbLayout"]

UNIT_ID = "id of the unit in the recording"
"""The description of the column that holds ids which are no numbers, in files by neurohm."""
COUNTED = "units of a matrix of counts, in bins of the stated resolution"
"""The description of the Units table of such a recording, in files by neurohm."""

_OBSERVED = "obs_intervals"


class NwbLayout:
    """A file that says that it is NWB; its ``/units``, or another Units table in it.

    Columns with one value a unit are kept; electrodes are followed to their positions and groups.
    Observation intervals are the observed time, of each unit where they differ. Trials, epochs
    and other tables of intervals come with their columns, series of events as moments, what is
    said of the session and the subject as metadata.

    References
    ----------
    Rübel et al. (2022) The Neurodata Without Borders ecosystem for neurophysiological data science.
    eLife 11:e78362, doi:10.7554/eLife.78362.
    """

    name = "nwb"
    description = "an NWB file with a Units table"
    options = frozenset({"sort", "sampling_rate", "time_scale"})

    def candidates(self, file: Contents) -> list[str]:
        """The spike times of the Units tables; ``units`` if it is NWB and has none."""
        if not {"nwb_version", "neurodata_type"} & set(file.file.attrs):
            return []
        if "nwb_version" not in file.file.attrs and neurodata_type(file, "/") != "NWBFile":
            return []
        tables = [g for g in file.groups if g == "units" or neurodata_type(file, g) == "Units"]
        found = [f"{group}/{pair[0]}" for group in tables if (pair := ragged_in(file, group))]
        return found or ["units"]

    def companions(self, file: Contents) -> set[str]:
        """Everything: who says NWB means it."""
        return {*file.datasets, *file.groups} if self.candidates(file) else set()

    def read(self, file: Contents, dataset: str, options: ReadOptions, source: str) -> Recording:
        """Read the recording."""
        group = dataset.rpartition("/")[0]
        pair = ragged_in(file, group) if dataset in file.datasets else None
        if pair is None:
            raise FileFormatError(
                f"'{source}': an NWB file without spike times; it holds "
                f"{describe(file.datasets) or 'no datasets'}",
                "spike_times and spike_times_index in a Units table",
                "sort the spikes first, or name another dataset with dataset= / --dataset",
            )
        stored = held_times(file[dataset], f"'{dataset}'", source, lazy=options.lazy)
        index_name = f"{group}/{pair[1]}"
        ends = np.ravel(read_array(file[index_name]))
        index = ends_of_units(ends, len(stored), index_name, source)
        clock = _clock(file, dataset, stored, options, source)
        times = clock.seconds(stored)
        if options.sort:
            times = sorted_within_units(np.asarray(times), index)
        return _recording(file, _Units(file, group, pair, index), times, clock, source)


class _Units:
    """A Units table: ids, columns, electrodes, and the time in which each was observed."""

    def __init__(
        self, file: Contents, group: str, pair: tuple[str, str], index: NDArray[np.int64]
    ) -> None:
        self.group, self.index, self.n_units = group, index, len(index)
        self.table = file.groups[group]
        without = {*pair, "electrodes", _OBSERVED}
        self.columns, self.used = table_columns(file, group, self.n_units, without=without)
        self.used |= {f"{group}/{name}" for name in (*pair, "id")} & file.datasets.keys()
        self.electrodes = electrodes_of(file, group, self.n_units)
        self.used |= self.electrodes.used
        for name, column in self.electrodes.columns.items():
            self.columns.setdefault(name, column)
        self.notes: list[str] = []
        self.ids = self._ids(file)
        self.by_unit: list[NDArray[np.float64]] | None = None
        self.observed = self._observed(file)

    def _ids(self, file: Contents) -> NDArray[Any]:
        """Ids of the table; its rows, and a column of the ids, if these are not distinct."""
        for name, item in file.members[self.group].items():
            if item.attrs.get("description") == UNIT_ID and name in self.columns:
                return self.columns.pop(name)
        item = file.members[self.group].get("id")
        fits = getattr(item, "shape", None) == (self.n_units,)
        if item is None or not fits or not (item.dtype.kind in "iu" or is_text(item)):
            return np.arange(self.n_units)
        stated = read_array(item)
        if len(np.unique(stated)) == self.n_units:
            return stated
        self.notes.append("unit ids repeat: numbered from 0, column 'id' has those of the file")
        self.columns["id"] = stated
        return np.arange(self.n_units)

    def _observed(self, file: Contents) -> NDArray[np.float64] | None:
        """Return when any unit was observed; keep when each was, if that differs."""
        members = file.members[self.group]
        item, index = members.get(_OBSERVED), members.get(f"{_OBSERVED}_index")
        shape = getattr(item, "shape", None) or ()
        if item is None or index is None or shape[1:] != (2,) or item.dtype.kind not in "iuf":
            return None
        borders = lists_of_rows(item, index, self.n_units)
        pairs = np.asarray(item[()], dtype=np.float64)
        if borders is None or not np.isfinite(pairs).all() or not len(pairs):
            return None
        self.used |= {f"{self.group}/{_OBSERVED}", f"{self.group}/{_OBSERVED}_index"}
        lists = [merged(part) for part in np.split(pairs, borders[1:-1])]
        if all(np.array_equal(part, lists[0]) for part in lists) and len(lists[0]):
            return lists[0]
        self.by_unit = lists
        return merged(pairs)


def _outside(units: _Units, times: SpikeTimes, stop: float) -> int:
    """How many spikes were seen when their unit was not observed."""
    if units.by_unit is not None:
        trains = (times[slice(*ends)] for ends in pairwise([0, *units.index.tolist()]))
        within = map(inside, trains, units.by_unit, repeat(stop))
        return len(times) - sum(int(np.count_nonzero(each)) for each in within)
    if units.observed is None:
        return 0
    return len(times) - int(np.diff(runs_inside(times, units.observed, stop), axis=1).sum())


def _clock(
    file: Contents, dataset: str, times: SpikeTimes, options: ReadOptions, source: str
) -> Clock:
    """Seconds, as NWB has it, unless the user says otherwise or samples were written."""
    told = options.sampling_rate is not None or options.time_scale is not None
    if times.dtype.kind == "f" and not told:
        return Clock()
    return clock_of(file, [dataset], times, options, source)


def _recording(
    file: Contents, units: _Units, times: SpikeTimes, clock: Clock, source: str
) -> Recording:
    session = session_of(file)
    (start, stop), how = _span(times, units.observed, session, differ=units.by_unit is not None)
    shared = units.observed if units.by_unit is None else None
    if shared is not None and shared.tolist() != [[start, stop]]:
        session.intervals["observed"] = shared
    outside = _outside(units, times, stop)
    if outside:
        units.notes.append(f"{outside} spikes outside of the observed time")
    used = units.used | session.used
    unused = {name: item for name, item in _series(file) if name not in used}
    counted = units.table.attrs.get("description") == COUNTED
    notes = "".join(f"; {note}" for note in (*units.notes, *session.notes))
    return Recording(
        spike_times=times,
        spike_times_index=units.index,
        unit_ids=units.ids,
        t_start=start,
        t_stop=stop,
        unit_columns=units.columns,
        intervals=session.intervals,
        interval_columns=session.interval_columns,
        events=session.events,
        positions=units.electrodes.positions,
        observed_by_unit=units.by_unit,
        bin_width=_resolution(file, units) if counted else None,
        metadata=session.metadata,
        layout=f"NWB {_version(file)}, Units table '{units.group}', {clock.sentence}; observed "
        f"{how}{units.electrodes.note}{notes}" + (f"; not used: {describe(unused)}" * bool(unused)),
        source=source,
    )


def _series(file: Contents) -> Iterator[tuple[str, Any]]:
    """All datasets, but of a series with data its data only."""
    for name, item in file.datasets.items():
        group, _, last = name.rpartition("/")
        if last == "data" or "data" not in file.members[group or "/"]:
            yield name, item


def _version(file: Contents) -> str:
    stated = file.file.attrs.get("nwb_version", b"")
    return stated.decode("utf-8", "replace") if isinstance(stated, bytes) else str(stated)


def _resolution(file: Contents, units: _Units) -> float | None:
    stated = file[f"{units.group}/spike_times"].attrs.get("resolution")
    return None if stated is None else float(stated)


def _span(
    times: SpikeTimes, observed: NDArray[np.float64] | None, session: Session, *, differ: bool
) -> tuple[tuple[float, float], str]:
    """First and last moment: of the observed time, the epochs, or the spikes."""
    own = session.intervals.pop(SPAN, np.empty((0, 2)))
    if len(own) == 1:
        return (own[0, 0], own[0, 1]), f"from {own[0, 0]:.10g} to {own[0, 1]:.10g} s"
    first, last = extremes(times) if len(times) else (np.inf, -np.inf)
    if observed is not None:
        start, stop = min(first, observed[0, 0]), max(last, observed[-1, 1])
        each = ", which differ between units" * differ
        return (start, stop), f"as obs_intervals say ({total_duration(observed):.10g} s{each})"
    epochs = session.intervals.get("epochs", np.empty((0, 2)))
    if len(epochs) and epochs.min() <= first <= last <= epochs.max():
        start, stop = float(epochs.min()), float(epochs.max())
        return (start, stop), f"from {start:.10g} to {stop:.10g} s (first to last of the epochs)"
    if last > first:
        # A negative first spike is left outside: the recording's own check names its unit.
        return (max(first, 0.0), last), "from the first spike to the last"
    return (0.0, max(last, 1.0)), "from 0 to the last spike"
