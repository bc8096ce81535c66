"""Parts of a recording: stretches of time, some of the units, splits for testing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.recordings.intervals import (
    intersection,
    merged,
    shared_time,
    time_at_share,
    total_duration,
)
from neurohm.recordings.spike_times import inside, kept_before, runs_inside, taken
from neurohm.recordings.unit_observation import require_shared, session_time
from neurohm.recordings.validation import unit_text, where

if TYPE_CHECKING:
    from neurohm.recordings.recording import Recording

__all__ = ["folds", "restrict", "select_units", "split"]


def restrict(recording: Recording, pieces: NDArray[np.float64]) -> Recording:
    """Keep what lies in some stretches of time.

    Parameters
    ----------
    recording : Recording
    pieces : ndarray of float64, shape (n, 2)
        Starts and stops, seconds; moved to the nearest bin edges if the recording has bins.

    Returns
    -------
    Recording
        From the first start to the last stop, observed only in the pieces.

    Raises
    ------
    InputError
        If there is no observed time in the pieces.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_trains([[1.0, 5.0, 9.0]], t_stop=10.0)
    >>> restrict(recording, np.array([[0.0, 2.0], [8.0, 10.0]])).times(0)
    array([1., 9.])
    """
    whole = np.array([[recording.t_start, recording.t_stop]])
    pieces = intersection(whole, merged(_on_bin_edges(recording, pieces)))
    observed = intersection(session_time(recording), pieces)
    if not len(observed):
        raise InputError(
            f"{where(recording)}no observed time in the stretch asked for",
            f"a stretch between {recording.t_start:g} and {recording.t_stop:g}",
        )
    runs = runs_inside(recording.spike_times, pieces, recording.t_stop)
    within = _intervals_within(recording, pieces)
    return replace(
        recording,
        spike_times=taken(recording.spike_times, runs),
        spike_times_index=kept_before(runs, recording.spike_times_index),
        t_start=float(pieces[0, 0]),
        t_stop=float(pieces[-1, 1]),
        intervals={name: recording.intervals[name][kept] for name, kept in within.items()}
        | _stated(observed, pieces),
        interval_columns={
            name: {key: column[within[name]] for key, column in columns.items()}
            for name, columns in recording.interval_columns.items()
            if name in within
        },
        observed_by_unit=_spans_within(recording, pieces),
        events={
            name: moments[inside(moments, pieces, recording.t_stop)]
            for name, moments in recording.events.items()
        },
    )


def split(recording: Recording, test: float, gap: float) -> tuple[Recording, Recording]:
    """Split into training data and a last block of time; see `Recording.split`.

    Parameters
    ----------
    recording : Recording
    test : float
        Share of the observed time in the test block.
    gap : float
        Time left out before it, seconds.

    Returns
    -------
    train, test : Recording

    Raises
    ------
    InputError
        If an argument is out of range or nothing is left to train on.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> train, test = split(Recording.from_trains([[1.0]], t_stop=4.0), 0.5, 0.5)
    >>> train.duration, test.duration
    (1.5, 2.0)
    """
    test = real_number("test", test, above=0, below=1, mend="give a share of the observed time")
    gap = _whole_bins(recording, gap)
    cut = _cut(recording, 1 - test)
    return (
        _training_part(recording, np.array([[recording.t_start, cut - gap]]), gap),
        restrict(recording, np.array([[cut, recording.t_stop]])),
    )


def folds(recording: Recording, n: int, gap: float) -> Iterator[tuple[Recording, Recording]]:
    """Contiguous blocks, each in turn the test block; see `Recording.folds`.

    Parameters
    ----------
    recording : Recording
    n : int
        Number of blocks.
    gap : float
        Time left out on both sides of the test block, seconds.

    Returns
    -------
    iterator of (Recording, Recording)
        Training data and test block.

    Raises
    ------
    InputError
        If an argument is out of range or nothing is left to train on.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> recording = Recording.from_trains([[1.0]], t_stop=4.0)
    >>> [test.t_start for _, test in folds(recording, 2, 0.0)]
    [0.0, 2.0]
    """
    return _folds(recording, whole_number("folds", n, 2), _whole_bins(recording, gap))


def _folds(recording: Recording, n: int, gap: float) -> Iterator[tuple[Recording, Recording]]:
    inner = [_cut(recording, k / n) for k in range(1, n)]
    edges = [recording.t_start, *inner, recording.t_stop]
    for start, stop in pairwise(edges):
        rest = np.array([[edges[0], start - gap], [stop + gap, edges[-1]]])
        train = _training_part(recording, rest, gap)
        yield train, restrict(recording, np.array([[start, stop]]))


def select_units(recording: Recording, units: ArrayLike) -> Recording:
    """Keep some units, in the order given; see `Recording.select_units`.

    Parameters
    ----------
    recording : Recording
    units : array_like
        Unit ids, or a boolean mask of shape (n_units,).

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If an id is unknown or given twice, or the mask has another length.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> select_units(Recording.from_trains([[1.0], [2.0]]), [1]).unit_ids
    array([1])
    """
    chosen = _positions_of(recording, np.atleast_1d(np.asarray(units)))
    ends, counts = recording.spike_times_index[chosen], recording.spike_counts[chosen]
    positions, spans = recording.positions, recording.observed_by_unit
    return replace(
        recording,
        spike_times=taken(recording.spike_times, np.stack([ends - counts, ends], axis=1)),
        spike_times_index=np.cumsum(counts, dtype=np.int64),
        unit_ids=recording.unit_ids[chosen],
        unit_columns={name: column[chosen] for name, column in recording.unit_columns.items()},
        positions=None if positions is None else positions[chosen],
        observed_by_unit=None if spans is None else tuple(spans[place] for place in chosen),
        truth=None,
    )


def _positions_of(recording: Recording, units: NDArray[Any]) -> NDArray[np.intp]:
    if units.dtype == bool:
        if units.shape != (recording.n_units,):
            raise InputError(
                f"{where(recording)}a mask of shape {units.shape}", f"shape ({recording.n_units},)"
            )
        return np.flatnonzero(units)
    position = {unit: place for place, unit in enumerate(recording.unit_ids.tolist())}
    unknown = [unit for unit in units.tolist() if unit not in position]
    if unknown:
        known = ", ".join(repr(unit) for unit in recording.unit_ids[:5].tolist())
        raise InputError(f"{where(recording)}no unit {unknown[0]!r}", f"unit ids such as {known}")
    return np.array([position[unit] for unit in units.tolist()], dtype=np.intp)


def _training_part(recording: Recording, pieces: NDArray[np.float64], gap: float) -> Recording:
    left = intersection(recording.observed, merged(pieces))
    if total_duration(left) <= 0:
        text = unit_text(recording.observed_duration, recording.time_unit)
        raise InputError(
            f"{where(recording)}nothing left to train on of {text} with a gap of {gap:g}",
            "a longer recording",
            "give a smaller gap or test block",
        )
    return restrict(recording, pieces)


def _cut(recording: Recording, share: float) -> float:
    require_shared(recording)
    moment = time_at_share(recording.observed, share)
    return float(_on_bin_edges(recording, np.array([moment]))[0])


def _on_bin_edges(recording: Recording, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move moments to the bin edges of a recording that came in bins."""
    width = recording.bin_width
    if width is None:
        return times
    return recording.t_start + np.rint((times - recording.t_start) / width) * width


def _whole_bins(recording: Recording, gap: float) -> float:
    gap = real_number("gap", gap, least=0)
    width = recording.bin_width
    # The allowance keeps a gap of exactly n bins from becoming n + 1 by a rounding error.
    return gap if width is None else float(np.ceil(gap / width - 1e-9) * width)


def _stated(
    observed: NDArray[np.float64], pieces: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Observed time, to be stated only where it is not simply everything."""
    everything = np.array([[pieces[0, 0], pieces[-1, 1]]])
    return {} if np.array_equal(observed, everything) else {"observed": observed}


def _spans_within(
    recording: Recording, pieces: NDArray[np.float64]
) -> tuple[NDArray[np.float64], ...] | None:
    """Time in which each unit was observed, inside the pieces."""
    if recording.observed_by_unit is None:
        return None
    return tuple(shared_time([pieces, spans]) for spans in recording.observed_by_unit)


def _intervals_within(
    recording: Recording, pieces: NDArray[np.float64]
) -> dict[str, NDArray[np.bool_]]:
    """Which intervals lie wholly inside, by the name of the intervals; not of observed time."""
    kept = {}
    for name, intervals in recording.intervals.items():
        if name != "observed":
            piece = np.searchsorted(pieces[:, 0], intervals[:, 0], side="right") - 1
            kept[name] = (piece >= 0) & (intervals[:, 1] <= pieces[piece, 1])
    return kept
