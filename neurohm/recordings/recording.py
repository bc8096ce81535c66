"""The recording: spike times of many units, and what is known of them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurohm.checks import real_number
from neurohm.recordings.counts import bin_centres, count_matrix, spikes_of_counts, unit_ids_of
from neurohm.recordings.normalising import normalised_fields, numbers_of
from neurohm.recordings.observed_time import Observable
from neurohm.recordings.parts import Divisible
from neurohm.recordings.spike_times import SpikeTimes, blocks
from neurohm.recordings.unit_observation import observed_duration_of_units
from neurohm.recordings.validation import check_recording, file_path, unit_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Recording"]


@dataclass(frozen=True, eq=False, repr=False)
class Recording(Observable, Divisible):
    """Spike times of simultaneously recorded units. Immutable; methods return new recordings.

    Parameters
    ----------
    spike_times : ndarray of float64, shape (n_spikes,)
        Spike times in seconds, unit after unit, ascending within each. Very many of them stay in
        their file and are read a part at a time (`StoredTimes`, which NumPy takes as an array).
    spike_times_index : ndarray of int64, shape (n_units,)
        End of each unit in `spike_times` (the ragged convention of NWB).
    unit_ids : ndarray of int64 or str, shape (n_units,)
        A distinct name for each unit.
    t_start, t_stop : float
        First and last moment of the recording, seconds.
    unit_columns : mapping of str to ndarray, shape (n_units,), optional
        What the file says of each unit; see `units`.
    intervals : mapping of str to ndarray of float64, shape (n, 2), optional
        Named starts and stops (trials, epochs), seconds. The name ``"observed"`` means the time
        in which spikes could be seen; without it all of ``[t_start, t_stop]`` is observed.
    interval_columns : mapping of str to mapping of str to ndarray, shape (n,), optional
        What is known of each interval, by the name of the intervals and of the column: the
        condition of each trial, for example ``{"trials": {"orientation": [0, 90, 0]}}``.
    events : mapping of str to ndarray of float64, shape (n,), optional
        Named moments, seconds.
    positions : ndarray of float64, shape (n_units, 2) or (n_units, 3), optional
        Where each unit was recorded, micrometres.
    bin_width : float, optional
        Resolution, seconds, of a recording that came as a matrix of counts: its spikes lie at the
        centres of bins of this width, and it can be binned by multiples of it only.
    observed_by_unit : sequence of ndarray of float64, each of shape (n, 2), optional
        Starts and stops of the time in which each unit was observed, where units were found later
        or lost earlier than others, seconds. See `observed`.
    time_unit : {"s", "bin"}
        ``"bin"`` when a matrix came without a bin width: every time is then counted in bins, and
        every rate is per bin.
    truth : mapping, optional
        What was planted in a simulated recording (nested mappings, lists, arrays, scalars).
    metadata : mapping of str to str, int or float, optional
        What the file says of the recording as a whole (species, age, array).
    layout : str
        How the file was understood, one sentence.
    source : str
        The file that it came from.

    Raises
    ------
    InputError
        If times are not finite, not ascending within a unit or outside ``[t_start, t_stop]``, if
        the index does not match, or if unit ids repeat.

    Examples
    --------
    >>> recording = Recording.from_trains({"a": [0.1, 0.5], "b": [0.3]}, t_stop=1.0)
    >>> recording
    Recording(2 units, 3 spikes, 1 s, mean rate 1.5 Hz)
    >>> recording.times(0)
    array([0.1, 0.5])
    >>> recording.rates
    array([2., 1.])
    """

    spike_times: SpikeTimes
    spike_times_index: NDArray[np.int64]
    unit_ids: NDArray[Any]
    t_start: float
    t_stop: float
    unit_columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    intervals: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    interval_columns: Mapping[str, Mapping[str, NDArray[Any]]] = field(default_factory=dict)
    events: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    positions: NDArray[np.float64] | None = None
    bin_width: float | None = None
    observed_by_unit: Sequence[NDArray[np.float64]] | None = None
    time_unit: Literal["s", "bin"] = "s"
    truth: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    layout: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        for name, value in normalised_fields(self).items():
            object.__setattr__(self, name, value)
        check_recording(self)

    # ---- making one

    @classmethod
    def from_trains(
        cls,
        trains: Mapping[Any, ArrayLike] | Sequence[ArrayLike],
        *,
        t_start: float = 0.0,
        t_stop: float | None = None,
        **fields: Any,
    ) -> Recording:
        """Make a recording of one array of spike times per unit.

        Parameters
        ----------
        trains : mapping of unit id to array_like, or sequence of array_like
            Ascending spike times of each unit, seconds, shape (n_spikes_of_unit,).
        t_start : float
            First moment of the recording, seconds.
        t_stop : float, optional
            Last moment, seconds; by default the last spike.
        **fields
            Any other field of `Recording`.

        Returns
        -------
        Recording

        Raises
        ------
        InputError
            As `Recording`.

        Examples
        --------
        >>> Recording.from_trains([[0.2, 0.4], []], t_stop=2.0).n_units
        2
        """
        given = dict(trains) if isinstance(trains, Mapping) else dict(enumerate(trains))
        arrays = [
            np.ravel(numbers_of(train, f"spike times of unit {unit!r}"))
            for unit, train in given.items()
        ]
        times = np.concatenate(arrays) if arrays else np.empty(0)
        fields.setdefault("unit_ids", np.asarray(list(given)) if given else np.arange(0))
        last = float(times.max()) if times.size else t_start
        return cls(
            spike_times=times,
            spike_times_index=np.cumsum([array.size for array in arrays], dtype=np.int64),
            t_start=t_start,
            t_stop=last if t_stop is None else t_stop,
            **fields,
        )

    @classmethod
    def from_counts(
        cls, counts: ArrayLike, bin_width: float | None = None, **fields: Any
    ) -> Recording:
        """Make a recording of a matrix of spike counts.

        Each spike is put at the centre of its bin, so that binning at `bin_width` gives the matrix
        back exactly.

        Parameters
        ----------
        counts : array_like of int, bool or integral float, shape (n_bins, n_units)
            Spikes of each unit in each bin. A sparse matrix of SciPy's will do, and a data frame,
            whose columns name the units.
        bin_width : float, optional
            Width of a bin, seconds. Without it time is counted in bins (``time_unit="bin"``).
        **fields
            Any other field of `Recording`.

        Returns
        -------
        Recording

        Raises
        ------
        InputError
            If the matrix is not two-dimensional, or holds anything but 0, 1, 2, ... or masked
            values.

        Examples
        --------
        >>> recording = Recording.from_counts([[0, 1], [2, 0], [0, 0]], bin_width=0.02)
        >>> recording.times(0)
        array([0.03, 0.03])
        """
        width = 1.0 if bin_width is None else real_number("bin_width", bin_width, above=0)
        matrix = count_matrix(counts, source=fields.get("source", ""))
        bins, index = spikes_of_counts(matrix, source=fields.get("source", ""))
        fields.setdefault("unit_ids", unit_ids_of(counts, len(index)))
        return cls(
            spike_times=bin_centres(bins, width),
            spike_times_index=index,
            t_start=0.0,
            t_stop=matrix.shape[0] * width,
            bin_width=width,
            time_unit="bin" if bin_width is None else "s",
            **fields,
        )

    # ---- what is in it

    @property
    def n_units(self) -> int:
        """Number of units."""
        return len(self.spike_times_index)

    @property
    def n_spikes(self) -> int:
        """Number of spikes of all units."""
        return len(self.spike_times)

    @property
    def spike_counts(self) -> NDArray[np.int64]:
        """Number of spikes of each unit, shape (n_units,)."""
        return np.diff(self.spike_times_index, prepend=0)

    @property
    def duration(self) -> float:
        """Time from `t_start` to `t_stop`, gaps included, seconds."""
        return self.t_stop - self.t_start

    @property
    def units(self) -> pd.DataFrame:
        """One row per unit: what the file says of it, where it is, spike count and rate.

        Where units were observed at different times, ``observed_duration`` is how long, seconds.
        """
        import pandas as pd

        counted: dict[str, NDArray[Any]] = {"n_spikes": self.spike_counts, "rate": self.rates}
        if self.observed_by_unit is not None:
            counted["observed_duration"] = observed_duration_of_units(self)
        columns: dict[str, NDArray[Any]] = {
            # The counted columns must not be shadowed by what a file claims them to be.
            f"{name}_in_file" if name in counted else name: column
            for name, column in self.unit_columns.items()
        }
        if self.positions is not None:
            columns.update(zip("xyz", self.positions.T, strict=False))
        columns |= counted
        return pd.DataFrame(columns, index=pd.Index(self.unit_ids, name="unit"))

    def times(self, unit_index: int) -> NDArray[np.float64]:
        """Spike times of one unit.

        Parameters
        ----------
        unit_index : int
            Position of the unit, 0 to ``n_units - 1``.

        Returns
        -------
        ndarray of float64, shape (n_spikes_of_unit,)
            Seconds, read-only: a view where the times are in memory, else read from the file.

        Raises
        ------
        IndexError
            If there is no such unit.

        Examples
        --------
        >>> Recording.from_trains([[0.1], [0.2, 0.4]]).times(1)
        array([0.2, 0.4])
        """
        position = range(self.n_units)[unit_index]
        start = self.spike_times_index[position - 1] if position else 0
        times: NDArray[np.float64] = self.spike_times[start : self.spike_times_index[position]]
        return times

    def __repr__(self) -> str:
        rate = "Hz" if self.time_unit == "s" else "per bin"
        units = f"{self.n_units} unit{'s' * (self.n_units != 1)}"
        time = unit_text(self.observed_duration, self.time_unit)
        if len(self.observed) > 1:
            time += f" in {len(self.observed)} stretches"
        rates = self.rates[np.isfinite(self.rates)]
        mean = float(rates.mean()) if len(rates) else 0.0
        return f"Recording({units}, {self.n_spikes} spikes, {time}, mean rate {mean:.3g} {rate})"

    # ---- keeping it

    def load(self) -> Recording:
        """Return the recording with all spike times in memory, if they are still in their file.

        Returns
        -------
        Recording

        Examples
        --------
        >>> Recording.from_trains([[0.5, 1.0]]).load().spike_times
        array([0.5, 1. ])
        """
        if isinstance(self.spike_times, np.ndarray):
            return self
        return replace(self, spike_times=np.asarray(self.spike_times))

    def fingerprint(self) -> str:
        """Hash of the spikes, the unit ids and the observed time.

        Returns
        -------
        str
            SHA-256, 64 hexadecimal digits; equal for equal data, whatever file it came from.

        Examples
        --------
        >>> len(Recording.from_trains([[0.1]]).fingerprint())
        64
        """
        digest = hashlib.sha256(b"neurohm-recording 1")
        span = np.array([self.t_start, self.t_stop])
        spans = self.observed_by_unit or ()
        for array in (span, self.observed, *spans, self.spike_times, self.spike_times_index):
            digest.update(np.int64(array.size).tobytes())
            for _, values in blocks(array.ravel() if isinstance(array, np.ndarray) else array):
                digest.update(values.astype(values.dtype.newbyteorder("<")).tobytes())
        digest.update(repr((self.time_unit, self.bin_width, self.unit_ids.tolist())).encode())
        return digest.hexdigest()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write to a file in neurohm's format; all or nothing.

        The format is HDF5, or an archive of NumPy arrays where the name ends in ``.npz``. Both
        hold all of the recording, to the bit.

        Parameters
        ----------
        path : str or path
            File to write; an existing one is replaced in one step.

        Raises
        ------
        MissingFileError
            If the folder is not there or may not be written.

        Examples
        --------
        >>> import tempfile, pathlib
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "recording.h5"
        >>> Recording.from_trains([[0.1], [0.2]]).save(path)
        >>> path.exists()
        True
        """
        from neurohm.recordings.formats.writers import writer_for

        whole = file_path(path)
        writer_for(whole)(self, whole)
