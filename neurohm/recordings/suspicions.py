"""What is usable about a recording but probably not as intended."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurohm.recordings.recording import Recording
from neurohm.recordings.validation import where

__all__ = ["suspicions"]

# Mean rates over units, Hz, outside of which times are probably not in seconds.
_PLAUSIBLE_RATES = (0.02, 200.0)
# Counts in a bin above which a matrix is probably an image: on average; at most, if few are zero.
_HIGHEST_MEAN, _HIGHEST_COUNT = 20.0, 50
# A grid of times, seconds: the finest that is worth a word, and below what times are the same.
_FINEST_GRID, _SAME_TIME = 0.005, 0.00025
# Intervals in a stretch; how many must tell; how near to a multiple of the grid, in grids.
_STRETCH, _TELLING, _NEAR = 100, 50, 0.02
# Spikes that are looked at: more tell no more.
_MOST_LOOKED_AT = 2**20


def suspicions(recording: Recording) -> list[str]:
    """What is usable about a recording but probably not as intended.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    list of str
        One sentence each, to be given as warnings.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> suspicions(Recording.from_trains([[1.0, 2.0], [1.5]]))
    []
    """
    found = []
    silent = recording.unit_ids[recording.spike_counts == 0].tolist()
    if silent:
        first = ", ".join(repr(unit) for unit in silent[:5]) + ", ..." * (len(silent) > 5)
        found.append(
            f"{where(recording)}{len(silent)} unit(s) without a spike: {first}; "
            "leave them out with select_units"
        )
    if recording.n_units == 1:
        found.append(
            f"{where(recording)}only one unit, {recording.unit_ids[0]!s}: "
            "a model of it can learn nothing about populations"
        )
    return found + (
        _count_suspicion(recording) or _rate_suspicion(recording) or _grid_suspicion(recording)
    )


def _rate_suspicion(recording: Recording) -> list[str]:
    lowest, highest = _PLAUSIBLE_RATES
    rates = recording.rates[np.isfinite(recording.rates)]  # others were never observed
    mean = float(rates.mean()) if len(rates) else lowest
    if recording.time_unit != "s" or lowest <= mean <= highest:
        return []
    if recording.bin_width is not None:
        question = "is the bin width in seconds? pass bin_width= / --bin-width"
    elif mean < lowest:
        question = (
            "are the times in milliseconds? pass time_scale=0.001 / --time-scale 0.001 "
            "(samples: pass sampling_rate= / --sampling-rate)"
        )
    else:
        question = "are the times in minutes? pass time_scale=60 / --time-scale 60"
    return [f"{where(recording)}a mean rate of {mean:.3g} Hz is implausible; {question}"]


def _count_suspicion(recording: Recording) -> list[str]:
    """Say so if a matrix of counts looks like an image."""
    if recording.bin_width is None or not recording.n_spikes:
        return []
    filled, most = _filled_cells(recording)
    cells = recording.n_units * round(recording.duration / recording.bin_width)
    mean = recording.n_spikes / cells
    if mean <= _HIGHEST_MEAN and not (most > _HIGHEST_COUNT and 2 * filled > cells):
        return []
    return [
        f"{where(recording)}{mean:.3g} spikes in a bin on average, at most {most}: "
        "is it a matrix of spike counts? another dataset: dataset= / --dataset"
    ]


def _filled_cells(recording: Recording) -> tuple[int, int]:
    """Bins of units that hold a spike, and the most spikes in one; those of a bin share a time."""
    filled, most = 0, 0
    for unit in range(recording.n_units):
        times = recording.times(unit)
        begins = np.flatnonzero(times[1:] != times[:-1]) + 1
        counts = np.diff(begins, prepend=0, append=len(times))
        filled += int(np.count_nonzero(counts))
        most = max(most, int(counts.max()))
    return filled, most


def _grid_suspicion(recording: Recording) -> list[str]:
    """Say so if a tenth of the recording or more has its spikes on a coarse grid of times.

    The grid is looked for in one stretch after the other: times that were once written with so
    many digits lie the coarser the later they are.
    """
    if recording.bin_width is not None or recording.time_unit != "s" or recording.n_units < 2:
        return []
    # each train is in order already, which this kind of sort makes use of
    intervals = np.diff(np.sort(_looked_at(recording), kind="stable"))
    before = np.flatnonzero(intervals > _SAME_TIME)  # the last spike before each interval
    last = before[: len(before) // _STRETCH * _STRETCH].reshape(-1, _STRETCH)
    if not last.size:
        return []
    grids = _grids(intervals[last])
    n_spikes = np.diff(last[:, -1], prepend=-1)
    coarsest = np.argsort(-grids)
    on_as_coarse = np.cumsum(n_spikes[coarsest]) / n_spikes.sum()
    grid = grids[coarsest[np.searchsorted(on_as_coarse, 0.1)]]
    if not grid:
        return []
    share = on_as_coarse[np.count_nonzero(grids >= (1 - _NEAR) * grid) - 1]
    return [
        f"{where(recording)}at least {share:.0%} of the spike times lie on a grid of {grid:.3g} s: "
        "finer bins hold nothing more, and synchrony within it is not physiological; "
        f"pass bin_size= / --bin of at least {grid:.3g} s"
    ]


def _looked_at(recording: Recording) -> NDArray[np.float64]:
    """Spike times of all units; of a very large recording, the first of some, evenly spread."""
    step = -(-recording.n_spikes // _MOST_LOOKED_AT)
    ends = recording.spike_times_index[::step]
    starts = ends - recording.spike_counts[::step]
    ends = np.minimum(ends, starts + _MOST_LOOKED_AT)
    pairs = zip(starts.tolist(), ends.tolist(), strict=True)
    return np.concatenate([recording.spike_times[start:end] for start, end in pairs])


def _grids(intervals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Grid that the times of each stretch lie on, seconds, 0 for none; from (stretches, n).

    On a grid nearly all intervals are multiples of the shortest ones. Only intervals of up to ten
    grids tell: the grid is not known well enough for longer ones.
    """
    grids = np.quantile(intervals, 0.05, axis=1, method="lower")
    multiples = intervals / grids[:, None]
    telling = multiples < 10.5
    on_grid = telling & (np.abs(multiples - np.rint(multiples)) < _NEAR)
    enough = (telling.sum(axis=1) >= _TELLING) & (on_grid.sum(axis=1) >= 0.9 * telling.sum(axis=1))
    coarse = grids >= (1 - _NEAR) * _FINEST_GRID
    return np.where(enough & coarse, grids, 0.0)
