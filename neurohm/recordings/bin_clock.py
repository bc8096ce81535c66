"""The clock of bins: whole ticks, so that the edges of bins are exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.recordings.recording import Recording

__all__ = ["BinClock"]

# A tick is about this long (seconds, or bins): spikes closer to an edge are taken to be on it.
_TICK = 1e-9
# Below this, the rounding errors of a tick number in float64 stay far from half a tick.
_MOST_TICKS = 2**49


@dataclass(frozen=True)
class BinClock:
    """Time in whole ticks from the start of a recording.

    Attributes
    ----------
    t_start : float
        Time of tick 0, seconds.
    ticks_per_time : float
        Ticks in a second.
    ticks_per_bin : int

    Examples
    --------
    >>> clock = BinClock.of(Recording.from_trains([[0.3]], t_stop=1.0), 0.1)
    >>> clock.bin_after(0.1 * 3)
    3
    """

    t_start: float
    ticks_per_time: float
    ticks_per_bin: int

    @classmethod
    def of(cls, recording: Recording, bin_size: float) -> BinClock:
        """Return the clock of a recording and a bin size, seconds."""
        latest = max(abs(recording.t_start), abs(recording.t_stop))
        # Times far from zero (a Unix clock) are themselves known to their float spacing only.
        tick = max(_TICK, recording.duration / _MOST_TICKS, 4 * float(np.spacing(latest)))
        ticks_per_bin = max(2, round(bin_size / tick))
        return cls(recording.t_start, ticks_per_bin / bin_size, ticks_per_bin)

    def ticks(self, times: Any) -> NDArray[np.int64]:
        """Return the nearest ticks of times, seconds."""
        ticks = np.rint((np.asarray(times) - self.t_start) * self.ticks_per_time)
        return ticks.astype(np.int64)

    def bin_after(self, time: float) -> int:
        """Return the first bin that begins at a time or later."""
        return -(-int(self.ticks(time)) // self.ticks_per_bin)
