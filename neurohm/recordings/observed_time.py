"""When a recording's units were observed, and how much they fired then: its methods."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from neurohm.recordings.intervals import shared_time, total_duration
from neurohm.recordings.spike_times import kept_before, runs_inside
from neurohm.recordings.unit_observation import rates_of_units, session_time

if TYPE_CHECKING:
    from neurohm.recordings.recording import Recording

__all__ = ["Observable"]


class Observable:
    """The properties of a `Recording` that speak of observed time."""

    @cached_property
    def observed(self) -> NDArray[np.float64]:
        """Time in which all units were observed, shape (n, 2), seconds.

        Disjoint ascending starts and stops; empty, if there is no such time.
        """
        recording = _recording(self)
        time = session_time(recording)
        if recording.observed_by_unit is not None:
            time = shared_time([time, *recording.observed_by_unit])
        time.flags.writeable = False
        return time

    @property
    def observed_duration(self) -> float:
        """Total time in which all units were observed, seconds."""
        return total_duration(self.observed)

    def observed_of(self, unit_index: int) -> NDArray[np.float64]:
        """Time in which one unit was observed.

        Parameters
        ----------
        unit_index : int
            Position of the unit, 0 to ``n_units - 1``.

        Returns
        -------
        ndarray of float64, shape (n, 2)
            Disjoint ascending starts and stops, seconds.

        Raises
        ------
        IndexError
            If there is no such unit.

        Examples
        --------
        >>> from neurohm.recordings import Recording
        >>> spans = [[[0.0, 4.0]], [[1.0, 3.0]]]
        >>> recording = Recording.from_trains([[0.1], [2.0]], t_stop=4.0, observed_by_unit=spans)
        >>> recording.observed_of(0).tolist(), recording.observed.tolist()
        ([[0.0, 4.0]], [[1.0, 3.0]])
        """
        recording = _recording(self)
        position = range(recording.n_units)[unit_index]
        time = session_time(recording)
        if recording.observed_by_unit is None:
            return time
        return shared_time([time, recording.observed_by_unit[position]])

    @property
    def rates(self) -> NDArray[np.float64]:
        """Mean rate of each unit over the time in which it was observed, Hz (or per bin).

        Shape (n_units,); nan for a unit that was never observed.
        """
        recording = _recording(self)
        if recording.observed_by_unit is not None:
            return rates_of_units(recording)
        before = recording.spike_times_index
        if "observed" in recording.intervals:
            runs = runs_inside(recording.spike_times, self.observed, closed_at=recording.t_stop)
            before = kept_before(runs, before)
        return np.diff(before, prepend=0) / self.observed_duration


def _recording(observable: Observable) -> Recording:
    """Return the recording that has the properties."""
    return cast("Recording", observable)
