"""From a path to a recording."""

from __future__ import annotations

import os
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from neurohm.checks import real_number
from neurohm.exceptions import InputError, NeurohmWarning
from neurohm.files import check_readable
from neurohm.recordings.formats.registry import FOLDER, format_of, reader_of
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.recording import Recording
from neurohm.recordings.stored_times import StoredTimes
from neurohm.recordings.suspicions import suspicions
from neurohm.recordings.validation import file_path

__all__ = ["load_recording"]


def load_recording(
    path: str | os.PathLike[str],
    *,
    bin_width: float | None = None,
    units_axis: int | None = None,
    dataset: str | None = None,
    layout: str | None = None,
    sort: bool = False,
    time_scale: float | None = None,
    sampling_rate: float | None = None,
    time_column: str | None = None,
    unit_column: str | None = None,
    reader: str | None = None,
    lazy: bool | None = None,
) -> Recording:
    """Load a spike recording; how the file holds it is found out from its content.

    Read are HDF5 files (NWB and MATLAB 7.3 files are), MATLAB 5 files and archives of NumPy arrays:
    in NWB, or in neurohm's own format; with all spike times in one list and the spikes, the end or
    the unit of each in another; with a list of spike times for each unit, in groups, in cells or
    in a nest of cells and structs; or with a matrix of spike counts. Tables with a row for each
    spike are read from text (CSV, TSV, plain or gzipped), Feather and Parquet files. The
    recording's `layout` says how the file was understood.

    Parameters
    ----------
    path : str or path
        The file; or a folder of NumPy arrays (Kilosort, phy, ALF).
    bin_width : float, optional
        Of a matrix: width of a bin, seconds. Without it, and if the file does not state it, time
        is counted in bins.
    units_axis : {0, 1}, optional
        Of a matrix: 0 if rows are units, 1 if columns are, as the program that wrote the file
        shows it (MATLAB's own order for its files). By default the shorter side.
    dataset : str, optional
        Name of the dataset with the spikes, or of the group with a dataset for each unit, where
        there could be several.
    layout : str, optional
        How to read the file, where there could be several ways: ``"neurohm"``, ``"nwb"``,
        ``"spikes-sCount"``, ``"ragged"``, ``"table"``, ``"cells"``, ``"nest"``, ``"per-unit"``,
        ``"pairs"``, ``"padded"`` or ``"matrix"``.
    sort : bool
        Sort the spike times of each unit instead of refusing unsorted ones.
    time_scale : float, optional
        Seconds in one unit of the file's time, for files not in seconds (0.001: milliseconds),
        whatever the file states of it. 1 says that whole numbers are seconds.
    sampling_rate : float, optional
        Of spike times in samples of a clock: its rate, Hz. By default what the file states; whole
        numbers without a rate are refused.
    time_column, unit_column : str, optional
        Of a table: the columns with the time and the unit of each spike, where their headings do
        not tell. Several columns that name a unit together have commas between them, the coarsest
        first: ``"channel,sort"``.
    reader : {"neo"}, optional
        Have this library read the file (extra ``neo``), or the folder. Some of Neo's readers run
        code that lies beside the data: only for files whose origin is trusted.
    lazy : bool, optional
        Whether spike times stay in the file, to be read a part at a time when they are needed, with
        the same results; the file is open only while it is read from. That can be where they lie in
        lists in an HDF5 file, one of all units or one of each: all layouts but ``"table"``,
        ``"pairs"``, ``"padded"`` and ``"matrix"``. By default if they are more than 8 million
        (64 MB). `Recording.load` reads them all.

    Returns
    -------
    Recording

    Raises
    ------
    MissingFileError
        If the file is not there or may not be read.
    FileFormatError
        If it is in no known format, damaged, or in no known layout.
    MissingExtraError
        If pyarrow, which reads Feather and Parquet files, is not installed.
    InputError
        If the layout is ambiguous (the message names the option that settles it), or the content
        is no valid recording: no spikes, times not finite or not ascending, an index that does
        not match; or if spike times cannot stay in such a file.

    Warns
    -----
    NeurohmWarning
        If units have no spike, if there is only one, if the mean rate or the mean count in a bin
        is implausible, or if spike times lie on a coarse grid.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "recording.h5"
    >>> Recording.from_trains({"a": [0.1, 0.5], "b": [0.3]}, t_stop=1.0).save(path)
    >>> load_recording(path)
    Recording(2 units, 3 spikes, 1 s, mean rate 1.5 Hz)
    """
    options = ReadOptions(
        bin_width=bin_width,
        units_axis=units_axis,
        dataset=dataset,
        layout=layout,
        sort=sort,
        sampling_rate=sampling_rate,
        time_scale=time_scale,
        time_column=time_column,
        unit_column=unit_column,
        reader=reader,
        lazy=bool(lazy),
    )
    _check_options(options)
    recording = _read(file_path(path), options)
    if time_scale not in (None, 1.0):
        recording = _rescaled(recording, float(time_scale or 1.0))
    if not recording.n_spikes:
        raise InputError(
            f"'{recording.source}': no spikes in it ({recording.n_units} units)",
            "a recording with spikes",
        )
    if lazy and not isinstance(recording.spike_times, StoredTimes):
        raise InputError(
            f"lazy=True for '{recording.source}', {recording.layout}",
            "an HDF5 file with spike times in lists, of all units or of each",
            "'neurohm convert' writes one; or leave out lazy=",
        )
    recording = recording.load() if lazy is False else recording
    for suspicion in suspicions(recording):
        warnings.warn(suspicion, NeurohmWarning, stacklevel=2)
    return recording


def _read(path: Path, options: ReadOptions) -> Recording:
    if options.reader is not None:
        reader = reader_of(options.reader)
        # For some of its formats, a recording is a folder.
        return reader.read(path if path.is_dir() else check_readable(path), options)
    if path.is_dir():
        return FOLDER.read(path, options)
    whole = check_readable(path)
    return format_of(whole).read(whole, options)


def _check_options(options: ReadOptions) -> None:
    bin_width, time_scale, rate = options.bin_width, options.time_scale, options.sampling_rate
    for name, value, unit in (
        ("bin_width", bin_width, "seconds"),
        ("time_scale", time_scale, "seconds"),
        ("sampling_rate", rate, "Hz"),
    ):
        if value is not None:
            real_number(name, value, above=0, mend=f"give it in {unit}")
    if options.units_axis not in (None, 0, 1):
        raise InputError(
            f"units_axis={options.units_axis!r}", "0 (rows are units) or 1 (columns are units)"
        )
    if bin_width is not None and time_scale not in (None, 1.0):
        raise InputError(
            "both bin_width= and time_scale=", "one of them", "give bin_width in seconds"
        )
    if options.lazy and options.sort:
        raise InputError(
            "both lazy= and sort=", "one of them", "convert the file with sort=True first"
        )
    if rate is not None and time_scale is not None:
        raise InputError(
            "both sampling_rate= and time_scale=", "one of them", "samples have a sampling_rate"
        )


def _rescaled(recording: Recording, factor: float) -> Recording:
    if recording.time_unit == "bin":
        raise InputError(
            f"'{recording.source}': time_scale= for a matrix without a bin width",
            "the width of a bin",
            "give bin_width= / --bin-width in seconds",
        )
    width = recording.bin_width

    def scaled(arrays: Any) -> dict[str, Any]:
        return {name: np.asarray(array) * factor for name, array in arrays.items()}

    times, spans = recording.spike_times, recording.observed_by_unit
    return replace(
        recording,
        spike_times=times.scaled(factor) if isinstance(times, StoredTimes) else times * factor,
        t_start=recording.t_start * factor,
        t_stop=recording.t_stop * factor,
        intervals=scaled(recording.intervals),
        events=scaled(recording.events),
        observed_by_unit=None if spans is None else [each * factor for each in spans],
        bin_width=None if width is None else width * factor,
        layout=f"{recording.layout}; times multiplied by {factor:g}",
    )
