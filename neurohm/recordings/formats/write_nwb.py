"""Writing NWB, and checking files against its schema, by its own library (extra ``nwb``)."""

from __future__ import annotations

import os
import warnings
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError, InputError, NeurohmWarning
from neurohm.files import atomic_path, check_readable
from neurohm.recordings.formats.extras import library
from neurohm.recordings.intervals import merged
from neurohm.recordings.layouts.nwb import COUNTED, UNIT_ID
from neurohm.recordings.layouts.nwb_electrodes import POSITIONS_ONLY
from neurohm.recordings.layouts.nwb_session import SPAN, UNKNOWN_START
from neurohm.recordings.recording import Recording
from neurohm.recordings.validation import where

__all__ = ["validate_nwb", "write_nwb"]

# What NWB says of a session, by the names under which it is read.
_SESSION = (
    "experimenter",
    "institution",
    "lab",
    "session_id",
    "experiment_description",
    "notes",
    "pharmacology",
    "protocol",
    "surgery",
    "virus",
    "stimulus",
    "slices",
    "data_collection",
    "keywords",
    "related_publications",
)
_LISTS = ("experimenter", "keywords", "related_publications")
_OF_FILE = ("identifier", "session_description", "session_start_time", "subject_description")
_SUBJECT = ("subject_id", "species", "age", "sex", "genotype", "strain", "weight")
# Columns to which NWB gives a type or a meaning of its own.
_RESERVED_UNITS = frozenset(
    {
        *("id", "spike_times", "obs_intervals", "electrodes", "electrode_group"),
        *("waveform_mean", "waveform_sd", "waveforms"),
    }
)
_RESERVED_INTERVALS = frozenset({"id", "start_time", "stop_time", "tags", "timeseries"})


def write_nwb(recording: Recording, path: str | os.PathLike[str]) -> None:
    """Write a recording as NWB; the file appears complete or not at all.

    Observed time becomes the ``obs_intervals`` of each unit, events become series of annotations,
    positions become electrodes. A start that the recording's metadata do not state
    (``session_start_time``) is written as the first of January 1970.

    Parameters
    ----------
    recording : Recording
    path : str or path

    Raises
    ------
    InputError
        If time is counted in bins.
    MissingExtraError
        If pynwb is not installed.
    MissingFileError
        If the folder is not there or may not be written.

    Warns
    -----
    NeurohmWarning
        If the recording holds what NWB has no place for.
    """
    pynwb = library("pynwb", "nwb", "writing NWB")
    if recording.time_unit == "bin":
        raise InputError(
            f"{where(recording)}time is counted in bins",
            "seconds, as NWB has it",
            "give bin_width= / --bin-width",
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of style and of deprecated columns
        file = _session(recording, pynwb)
        _add_units(recording, file, pynwb)
        _add_intervals(recording, file, pynwb)
        _add_events(recording, file, pynwb)
        with atomic_path(path) as temporary, pynwb.NWBHDF5IO(str(temporary), "w") as io:
            io.write(file)
    left = ["truth"] if recording.truth is not None else []
    left += [name for name, value in recording.metadata.items() if not _is_plain(value)]
    if left:
        text = f"{where(recording)}NWB has no place for {', '.join(left)}: not written"
        warnings.warn(text, NeurohmWarning, stacklevel=2)


def validate_nwb(path: str | os.PathLike[str]) -> list[str]:
    """Check a file against the schema of NWB that it states.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    list of str
        What is not as it should be; empty for a valid file.

    Raises
    ------
    MissingFileError
        If the file is not there.
    FileFormatError
        If pynwb cannot open it.
    MissingExtraError
        If pynwb is not installed.
    """
    checked = check_readable(path)
    pynwb = library("pynwb", "nwb", "checking NWB")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = pynwb.validate(path=str(checked))
        except Exception as error:  # whatever a library raises on a file that it cannot read
            text = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise FileFormatError(
                f"'{checked}': pynwb cannot check it ({text})", "an NWB file"
            ) from error
    errors = found[0] if isinstance(found, tuple) else found
    return [str(error) for error in errors]


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | bool | int | float)


def _session(recording: Recording, pynwb: Any) -> Any:
    """The file with what is known of session and subject."""
    known = dict(recording.metadata)
    subject = {name: str(known[name]) for name in _SUBJECT if name in known}
    if "subject_description" in known:
        subject["description"] = str(known["subject_description"])
    texts = {name: str(known[name]) for name in _SESSION if name in known}
    lists = {name: texts.pop(name).split(", ") for name in _LISTS if name in texts}
    file = pynwb.NWBFile(
        session_description=str(known.get("session_description", "a recording of spikes")),
        identifier=str(known.get("identifier", recording.fingerprint())),
        session_start_time=_start(known.get("session_start_time")),
        subject=pynwb.file.Subject(**subject) if subject else None,
        **texts,
        **lists,
    )
    for name in sorted(known.keys() - {*texts, *lists, *subject, *_OF_FILE}):
        if _is_plain(known[name]):
            file.add_scratch(known[name], name=_free(name, frozenset()), description=name)
    return file


def _start(stated: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(str(stated))
    except ValueError:
        return datetime.fromisoformat(UNKNOWN_START)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _add_units(recording: Recording, file: Any, pynwb: Any) -> None:
    counted = recording.bin_width is not None
    table = pynwb.misc.Units(
        name="units",
        description=COUNTED if counted else "units of a recording",
        id=_numbers(recording.unit_ids),
        columns=_unit_columns(recording, file, pynwb),
        **({"resolution": recording.bin_width} if counted else {}),
    )
    if recording.positions is not None:
        _add_positions(recording, file, table)
    file.units = table


def _numbers(ids: NDArray[Any]) -> Any:
    return ids if ids.dtype.kind in "iu" else np.arange(len(ids))


def _unit_columns(recording: Recording, file: Any, pynwb: Any) -> list[Any]:
    common = pynwb.core
    times = common.VectorData(
        name="spike_times", description="seconds", data=np.asarray(recording.spike_times)
    )
    observed = [recording.observed_of(unit) for unit in range(recording.n_units)]
    spans = common.VectorData(
        name="obs_intervals",
        description="observed time of each unit, seconds",
        data=np.concatenate(observed),
    )
    ends = np.cumsum([len(each) for each in observed])
    columns = [
        common.VectorIndex(
            name="spike_times_index", data=recording.spike_times_index, target=times
        ),
        times,
        common.VectorIndex(name="obs_intervals_index", data=ends, target=spans),
        spans,
    ]
    if recording.unit_ids.dtype.kind not in "iu":
        columns.append(_column("unit_name", recording.unit_ids, UNIT_ID, pynwb))
    for name, values in recording.unit_columns.items():
        free = _free(name, {*_RESERVED_UNITS, *(column.name for column in columns)})
        columns.append(_column(free, values, name, pynwb))
    return columns


def _free(name: str, taken: set[str] | frozenset[str]) -> str:
    """Return a name that NWB allows, the given one if it can be; see `given_name`."""
    free = name.replace(":", "_")
    while free in taken or free.endswith("_index"):
        free += "_"
    return free


def _column(name: str, values: NDArray[Any], description: str, pynwb: Any) -> Any:
    data = values.tolist() if values.dtype.kind == "U" else values
    return pynwb.core.VectorData(name=name, description=description, data=data)


def _add_positions(recording: Recording, file: Any, table: Any) -> None:
    device = file.create_device(name="array")
    group = file.create_electrode_group(
        name="units", description=POSITIONS_ONLY, location="unknown", device=device
    )
    assert recording.positions is not None
    axes = ("rel_x", "rel_y", "rel_z")[: recording.positions.shape[1]]
    for place in recording.positions.tolist():
        file.add_electrode(location="unknown", group=group, **dict(zip(axes, place, strict=True)))
    region = file.create_electrode_table_region(
        region=list(range(recording.n_units)), description="where units are", name="electrodes"
    )
    table.add_column(
        name="electrodes",
        description="where units are",
        data=list(range(recording.n_units)),
        index=list(range(1, recording.n_units + 1)),
        table=region.table,
    )


def _add_intervals(recording: Recording, file: Any, pynwb: Any) -> None:
    intervals = {k: v for k, v in recording.intervals.items() if k != "observed"}
    observed = merged(np.concatenate([recording.observed_of(u) for u in range(recording.n_units)]))
    if (observed[0, 0], observed[-1, 1]) != (recording.t_start, recording.t_stop):
        intervals[SPAN] = np.array([[recording.t_start, recording.t_stop]])
    for name, pairs in intervals.items():
        table = pynwb.epoch.TimeIntervals(
            name=_free(name, frozenset()),
            description=f"{name}, seconds",
            id=np.arange(len(pairs)),
            columns=_interval_columns(recording, name, pairs, pynwb),
        )
        if name in ("trials", "epochs", "invalid_times"):
            setattr(file, name, table)
        else:
            file.add_time_intervals(table)


def _interval_columns(
    recording: Recording, name: str, pairs: NDArray[np.float64], pynwb: Any
) -> list[Any]:
    columns = [
        _column("start_time", pairs[:, 0], "start, seconds", pynwb),
        _column("stop_time", pairs[:, 1], "stop, seconds", pynwb),
    ]
    for key, values in recording.interval_columns.get(name, {}).items():
        if key == "tags":
            tags = _column(key, values.astype(np.str_), key, pynwb)
            ends = np.arange(1, len(pairs) + 1)
            columns += [pynwb.core.VectorIndex(name="tags_index", data=ends, target=tags), tags]
            continue
        free = _free(key, {*_RESERVED_INTERVALS, *(column.name for column in columns)})
        columns.append(_column(free, values, key, pynwb))
    return columns


def _add_events(recording: Recording, file: Any, pynwb: Any) -> None:
    for name, moments in recording.events.items():
        series = pynwb.misc.AnnotationSeries(
            name=_free(name, frozenset()),
            description="moments of one kind, seconds",
            data=np.full(len(moments), name).astype(object),
            timestamps=moments,
        )
        file.add_acquisition(series)
