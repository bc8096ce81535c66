"""Windows around the spikes of one unit: what the others do when it fires."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.recordings.recording import Recording
from neurohm.recordings.validation import unit_text

__all__ = ["TriggerWindows", "trigger_windows"]

# Counts that are held in memory, 8 bytes each.
_MOST = 2**29
# Share of a bin by which rounding may carry a window over the edge of observed time.
_ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class TriggerWindows:
    """Counts in windows whose centre is a spike of the trigger unit.

    Parameters
    ----------
    counts : ndarray of float64, (n_windows, n_units * lags)
        Column ``unit * lags + lag``, lag 0 the oldest bin. Zero in the bin that holds the trigger:
        there is a spike in it by selection, which says nothing, and so it adds nothing to scores.
    times : ndarray of float64, (n_windows,)
        Of the trigger spikes, seconds.
    lags : int
        Bins in a window, an odd number.
    bin_size : float
        Seconds (bins of the file for ``time_unit="bin"``).
    trigger : int
        Position of the trigger unit.
    """

    counts: NDArray[np.float64]
    times: NDArray[np.float64]
    lags: int
    bin_size: float
    trigger: int

    def __len__(self) -> int:
        return len(self.times)

    @property
    def n_units(self) -> int:
        """Number of units."""
        return int(self.counts.shape[1]) // self.lags

    @property
    def cube(self) -> NDArray[np.float64]:
        """The counts by unit and bin, ``(n_windows, n_units, lags)``; a view."""
        return self.counts.reshape(len(self), self.n_units, self.lags)


def trigger_windows(
    recording: Recording, trigger: Any, *, bin_size: float = 0.01, lags: int = 11
) -> TriggerWindows:
    """Cut a window around each spike of a unit that lies, whole, in observed time.

    The bins are counted from the trigger spike itself, which is in the middle of the middle bin.
    Windows of spikes that follow each other closely overlap.

    Parameters
    ----------
    recording : Recording
    trigger : object
        Id of the trigger unit.
    bin_size : float
        Seconds (bins of the file for ``time_unit="bin"``).
    lags : int
        Bins in a window, an odd number.

    Returns
    -------
    TriggerWindows
        In the order of time; there may be none.

    Raises
    ------
    InputError, ArgumentTypeError
        If there is no such unit, or an argument cannot be used.

    References
    ----------
    de Sa, deCharms, Merzenich (1998). Using Helmholtz machines to analyze multi-channel neuronal
    recordings. NIPS 10:131.

    Examples
    --------
    >>> recording = Recording.from_trains({"a": [0.5], "b": [0.48, 0.52]}, t_stop=1.0)
    >>> windows = trigger_windows(recording, "a", bin_size=0.02, lags=3)
    >>> windows.cube.tolist()
    [[[0.0, 0.0, 0.0], [1.0, 0.0, 1.0]]]
    """
    position = _position(recording, trigger)
    bin_size, lags = _checked(recording, bin_size, lags)
    times = _inside(recording, recording.times(position), bin_size * lags / 2, bin_size)
    if len(times) * recording.n_units * lags > _MOST:
        raise InputError(
            f"{len(times)} windows of {recording.n_units * lags} counts",
            f"at most {_MOST:.2g} counts",
            "take a part of the recording, fewer units or fewer lags",
        )
    counts = np.zeros((len(times), recording.n_units, lags))
    for unit in range(recording.n_units):
        _count(recording.times(unit), times, bin_size, counts[:, unit])
    counts[:, position, lags // 2] = 0
    rows = counts.reshape(len(times), recording.n_units * lags)
    return TriggerWindows(rows, times, lags, bin_size, position)


def _position(recording: Recording, trigger: Any) -> int:
    """Return the position of a unit; a number on the command line may be the name of one."""
    ids = recording.unit_ids.tolist()
    for place, unit in enumerate(ids):
        if unit == trigger or str(unit) == str(trigger):
            return place
    shown = ", ".join(map(str, ids[:8])) + ", ..." * (len(ids) > 8)
    raise InputError(f"no unit {trigger!r} to trigger on", f"one of {len(ids)}: {shown}")


def _checked(recording: Recording, bin_size: float, lags: int) -> tuple[float, int]:
    """Return bin size and lags, if windows of them can be centred on spikes."""
    lags = whole_number("lags", lags)
    if lags % 2 == 0:
        raise InputError(
            f"lags {lags}",
            "an odd number, for the trigger is in the middle bin",
            f"e.g. {lags + 1}",
        )
    bin_size = real_number("bin size", bin_size, above=0)
    width = recording.bin_width
    if width is None:
        return bin_size, lags
    multiple = round(bin_size / width)
    if multiple % 2 == 0 or abs(bin_size / width - multiple) > _ROUNDING:
        raise InputError(
            f"bin size {unit_text(bin_size, recording.time_unit)} for a recording that came in "
            f"bins of {unit_text(width, recording.time_unit)}",
            "an odd multiple of that width, for its spikes are known to be in the middle of bins",
        )
    return multiple * width, lags


def _inside(
    recording: Recording, times: NDArray[np.float64], half: float, bin_size: float
) -> NDArray[np.float64]:
    """Return the times around which a window is observed from start to end."""
    times, slack = np.asarray(times), bin_size * _ROUNDING
    inside = np.zeros(len(times), dtype=bool)
    for start, stop in recording.observed:
        inside |= (times - half >= start - slack) & (times + half <= stop + slack)
    kept: NDArray[np.float64] = times[inside]
    return kept


def _count(
    spikes: Any, centres: NDArray[np.float64], bin_size: float, out: NDArray[np.float64]
) -> None:
    """Add the spikes of a unit to the bins of all windows, ``(n_windows, lags)``."""
    spikes, lags = np.asarray(spikes), out.shape[1]
    half = bin_size * lags / 2
    first = np.searchsorted(spikes, centres - half, side="left")
    number = np.searchsorted(spikes, centres + half, side="left") - first
    window = np.repeat(np.arange(len(centres)), number)
    place = np.arange(len(window)) - np.repeat(np.cumsum(number) - number, number) + first[window]
    lag = np.floor((spikes[place] - centres[window]) / bin_size + lags / 2).astype(np.int64)
    np.add.at(out, (window, np.clip(lag, 0, lags - 1)), 1)
