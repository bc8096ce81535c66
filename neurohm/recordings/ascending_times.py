"""The check of spike times: finite, inside the recording, ascending within each unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import InputError
from neurohm.recordings.spike_times import blocks

if TYPE_CHECKING:
    from neurohm.recordings.recording import Recording

__all__ = ["check_times"]


def check_times(recording: Recording, start: str) -> None:
    """Raise unless the spike times are what they must be; one pass over them.

    Parameters
    ----------
    recording : Recording
    start : str
        Of the message.

    Raises
    ------
    InputError

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> check_times(Recording.from_trains([[1.0, 2.0]]), "")
    """
    faults = _Faults(recording)
    faults.find()
    if faults.not_finite is not None:
        raise faults.error(start, faults.not_finite, "a spike time is {:g}", "finite times")
    if faults.early is not None:
        t_start = recording.t_start
        negative = t_start == 0 or faults.earliest < 0 < t_start
        found = "a negative spike time, {:g}" if negative else "a spike at {:g}, before t_start"
        mend = "if that is meant, state an earlier t_start in the file" if negative else ""
        expected = f"times from t_start={t_start:g} on"
        raise faults.error(start, faults.early, found, expected, mend)
    if faults.late is not None:
        expected = f"times up to t_stop={recording.t_stop:g}"
        raise faults.error(start, faults.late, "a spike at {:g}", expected)
    if faults.descending is not None:
        before = recording.spike_times[faults.descending - 1]
        raise faults.error(
            start,
            faults.descending,
            f"a spike at {{:g}} after one at {before:g}",
            "ascending times within each unit",
            "sort them (load_recording: sort=True / --sort)",
        )


class _Faults:
    """The first place of each kind of fault, and the earliest time of all."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.not_finite: int | None = None
        self.early: int | None = None
        self.late: int | None = None
        self.descending: int | None = None
        self.earliest = np.inf

    def find(self) -> None:
        """Go through the times."""
        t_start, t_stop = self.recording.t_start, self.recording.t_stop
        last = -np.inf
        for first, times in blocks(self.recording.spike_times):
            self._note("not_finite", first, ~np.isfinite(times))
            self._note("early", first, times < t_start)
            self._note("late", first, times > t_stop)
            self._note("descending", first, self._descents(first, times, last))
            self.earliest, last = min(self.earliest, times.min()), times[-1]

    def _descents(self, first: int, times: NDArray[np.float64], last: float) -> NDArray[np.bool_]:
        descends = np.empty(len(times), dtype=bool)
        descends[0] = times[0] < last
        np.less(times[1:], times[:-1], out=descends[1:])
        begins = self.recording.spike_times_index - first
        descends[begins[(begins >= 0) & (begins < len(times))]] = False
        return descends

    def _note(self, kind: str, first: int, bad: NDArray[np.bool_]) -> None:
        if getattr(self, kind) is None and bad.any():
            setattr(self, kind, first + int(np.argmax(bad)))

    def error(
        self, start: str, place: int, found: str, expected: str, mend: str = ""
    ) -> InputError:
        """Return the error that names the unit and the time."""
        recording = self.recording
        unit = int(np.searchsorted(recording.spike_times_index, place, side="right"))
        name, value = recording.unit_ids[unit].item(), recording.spike_times[place]
        return InputError(f"{start}unit {name!r}: {found.format(value)}", expected, mend)
