"""Which stretch of a recording is shown."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from neurohm.exceptions import InputError
from neurohm.recordings import Recording
from neurohm.recordings.spike_times import blocks


def chosen_stretch(
    recording: Recording,
    start: float | None,
    length: float,
    best: Callable[[float], float],
) -> tuple[float, float]:
    """Return the first and last moment to show.

    Parameters
    ----------
    recording : Recording
    start : float, optional
    length : float
        Cut to that of the recording.
    best : callable
        Gives a start where there is none, from the length.

    Returns
    -------
    first, last : float

    Raises
    ------
    InputError
        If that is not inside the recording.
    """
    if not length > 0:
        raise InputError(f"{length:g} seconds to show", "a positive number")
    length = min(length, recording.duration)
    if start is None:
        start = best(length)
    if not recording.t_start <= start < recording.t_stop:
        raise InputError(
            f"start {start:g}", f"a moment from {recording.t_start:g} to {recording.t_stop:g}"
        )
    return start, min(start + length, recording.t_stop)


def liveliest(recording: Recording, length: float, bin_size: float) -> float:
    """Return where the stretch starts in which the population's count varies most.

    Candidates overlap by three quarters, are moved to bins, and are observed from start to end
    where any is.

    Parameters
    ----------
    recording : Recording
    length : float
        Of the stretch, seconds (or bins).
    bin_size : float
        Seconds (or bins); counts are of five bins.

    Returns
    -------
    float

    Examples
    --------
    >>> recording = Recording.from_trains([[1.0, 5.0, 7.11, 7.12, 7.13]], t_stop=10.0)
    >>> liveliest(recording, 2.0, 0.1)
    5.5
    """
    step = max(bin_size, round(length / 4 / bin_size) * bin_size)
    count = max(1, int((recording.duration - length) / step + 1e-9) + 1)
    starts = recording.t_start + step * np.arange(count)
    whole = np.zeros(count, dtype=bool)
    for begin, end in recording.observed:
        whole |= (starts >= begin) & (starts + length <= end + 1e-9)
    if whole.any():
        starts = starts[whole]
    edges = np.arange(recording.t_start, recording.t_stop + 5 * bin_size, 5 * bin_size)
    counts = np.zeros(len(edges) - 1)
    for _, times in blocks(recording.spike_times):
        counts += np.histogram(times, edges)[0]
    sums = [np.concatenate([[0.0], np.cumsum(power)]) for power in (counts, counts**2)]
    inside = np.searchsorted(edges, [starts, starts + length]).clip(0, len(counts))
    number = np.maximum(1, inside[1] - inside[0])
    mean, square = ((total[inside[1]] - total[inside[0]]) / number for total in sums)
    return float(starts[np.argmax(square - mean**2)])
