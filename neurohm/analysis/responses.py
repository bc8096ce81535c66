"""What units did in each trial, bin by bin: spikes of recorded units, or hidden activity."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import logit

from neurohm.checks import real_number
from neurohm.exceptions import InputError, NeurohmWarning
from neurohm.recordings import BinnedSpikes, Recording, Trials
from neurohm.recordings.unit_observation import require_shared

Array = npt.NDArray[np.float64]

_SURE = 1e-7  # single precision knows no probability nearer to one
_TICK = 1e-9  # seconds that count as none, as in the binning of spikes


class Activity(Protocol):
    """Rows of activity and the end of the time that each is of; `HiddenActivity` is one.

    A `step` says how far rows without a gap between them lie apart; by default as near as any do.
    """

    @property
    def values(self) -> npt.NDArray[Any]:
        """Activity, (n_rows, n_units)."""

    @property
    def times(self) -> Array:
        """End of each row's time, seconds, ascending, (n_rows,)."""


@dataclass(frozen=True, eq=False, repr=False)
class Responses:
    """What units did in each trial, in bins around the moment that the trial is aligned to.

    Parameters
    ----------
    values : ndarray of float64, (n_trials, n_bins, n_units)
        Spikes, or the probability of a hidden unit to be active.
    edges : ndarray of float64, (n_bins + 1,)
        Of the bins, seconds from the moment.
    trials : Trials
        Those that were wholly observed.
    kind : {"counts", "probability", "log-odds"}
    unit_names : tuple of str
    time_unit : {"s", "bin"}
    """

    values: Array
    edges: Array
    trials: Trials
    kind: str
    unit_names: tuple[str, ...]
    time_unit: str = "s"

    @property
    def n_units(self) -> int:
        """Number of units."""
        return int(self.values.shape[2])

    @property
    def bin_size(self) -> float:
        """Width of a bin, seconds."""
        return float((self.edges[-1] - self.edges[0]) / self.values.shape[1])

    @property
    def per_trial(self) -> Array:
        """Spikes, or the mean activity, of each unit in each trial, (n_trials, n_units)."""
        summed: Array = self.values.sum(axis=1)
        return summed if self.kind == "counts" else summed / len(self.edges[1:])

    def as_log_odds(self) -> Responses:
        """Return the log-odds of hidden units to be active (nats), which add up as evidence does.

        Raises
        ------
        InputError
            If these are no probabilities.

        Examples
        --------
        >>> from neurohm.recordings import Trials
        >>> trials = Trials(np.array([[0.0, 1.0]]), np.zeros(1), np.zeros(1))
        >>> half = Responses(np.full((1, 1, 1), 0.5), np.arange(2.0), trials, "probability", ("1",))
        >>> half.as_log_odds().values.item()
        0.0
        """
        if self.kind != "probability":
            raise InputError(f"log-odds of {self.kind}", "probabilities of hidden units")
        inside = np.clip(self.values, _SURE, 1 - _SURE)
        return replace(self, values=logit(inside), kind="log-odds")

    def select(self, which: npt.ArrayLike | slice) -> Responses:
        """Keep some trials: their positions, a slice of them, or a boolean mask."""
        chosen = which if isinstance(which, slice) else np.asarray(which)
        return replace(self, values=self.values[chosen], trials=self.trials.select(chosen))

    def __repr__(self) -> str:
        n_trials, n_bins, n_units = self.values.shape
        return (
            f"Responses({n_trials} trials x {n_bins} bins x {n_units} units, {self.kind}, "
            f"{self.edges[0]:g} to {self.edges[-1]:g} {self.time_unit})"
        )


def responses_of(
    source: Recording | BinnedSpikes | Activity,
    trials: Trials,
    *,
    start: float = 0.0,
    stop: float | None = None,
    bin_size: float | None = None,
) -> Responses:
    """Return what units did in each trial.

    Spikes of a recording are counted in bins that begin exactly at the moments of the trials.
    Counts in bins, and hidden activity, have a clock of their own: the first bin is the one in
    which the moment lies. Hidden activity is of the window that ends with the bin.

    Parameters
    ----------
    source : Recording, BinnedSpikes or Activity
        Spikes, their counts in bins, or what `SpikeHelmholtz.transform` returns.
    trials : Trials
    start, stop : float
        Seconds from the moment; by default from the moment to the end of the shortest trial.
        Whole bins between them are taken.
    bin_size : float, optional
        Of a recording, seconds; all else comes in bins.

    Returns
    -------
    Responses
        Without the trials that were not wholly observed.

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument cannot be used, or no trial was observed.

    Warns
    -----
    NeurohmWarning
        If trials are left out.

    Examples
    --------
    >>> from neurohm.recordings import trials_of
    >>> recording = Recording.from_trains(
    ...     [[0.1, 0.6, 2.1], [2.7]], t_stop=4.0, intervals={"trials": [[0, 1], [2, 3]]}
    ... )
    >>> responses_of(recording, trials_of(recording), bin_size=0.5).values.tolist()
    [[[1.0, 0.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]]
    """
    start, stop = _borders(trials, start, stop)
    if isinstance(source, Recording):
        if bin_size is None:
            raise InputError("spikes of a recording", "bin_size, seconds", "give e.g. 0.02")
        size = real_number("bin_size", bin_size, above=0)
        edges = start + _edges(0.0, stop - start, size)
        observed = _observed(source, trials.moments + edges[0], trials.moments + edges[-1])
        values, kept = _counted(source, trials.moments[observed], edges), np.flatnonzero(observed)
        names, kind = tuple(map(str, source.unit_ids.tolist())), "counts"
    else:
        if bin_size is not None:
            raise InputError(
                "bin_size for what comes in bins", "bin_size with the spikes of a recording"
            )
        rows, times, size, names, kind = _rows(source)
        edges = _edges(start, stop, size)
        first, found = _places(times, trials.moments, size, round(edges[0] / size), len(edges) - 1)
        kept = np.flatnonzero(found)
        values = rows[first[kept][:, None] + np.arange(len(edges) - 1)]
    _check_left(trials, len(kept))
    unit = getattr(source, "time_unit", "s")
    return Responses(np.asarray(values, np.float64), edges, trials.select(kept), kind, names, unit)


def _borders(trials: Trials, start: float, stop: float | None) -> tuple[float, float]:
    start = real_number("start", start)
    if stop is None:
        stop = float((trials.intervals[:, 1] - trials.moments).min())
    return start, real_number("stop", stop, above=start)


def _edges(start: float, stop: float, size: float) -> Array:
    """Return the edges of whole bins; zero, the moment, is a place where one may begin."""
    first = round(start / size)
    number = int(np.floor((stop - first * size) / size + 1e-6))
    if number < 1:
        raise InputError(
            f"{stop - start:g} of each trial, less than a bin of {size:g}",
            "at least a bin",
            "give a later stop= / --stop, or smaller bins",
        )
    return np.arange(first, first + number + 1, dtype=np.float64) * size


def _observed(recording: Recording, starts: Array, stops: Array) -> npt.NDArray[np.bool_]:
    """Return which stretches lie wholly in observed time."""
    require_shared(recording)
    observed = recording.observed
    piece = np.searchsorted(observed[:, 0], starts + _TICK, side="right") - 1
    inside: npt.NDArray[np.bool_] = (piece >= 0) & (stops <= observed[piece, 1] + _TICK)
    return inside


def _counted(recording: Recording, moments: Array, edges: Array) -> Array:
    """Return the spikes between edges around moments; one on an edge is of the bin it begins."""
    borders = moments[:, None] + edges - _TICK / 2
    counts = np.empty((len(moments), len(edges) - 1, recording.n_units))
    for unit in range(recording.n_units):
        counts[..., unit] = np.diff(np.searchsorted(recording.times(unit), borders), axis=1)
    return counts


def _rows(
    source: BinnedSpikes | Activity,
) -> tuple[npt.NDArray[Any], Array, float, tuple[str, ...], str]:
    """Return rows, their ends, the time from one to the next, names of the columns, and kind."""
    if isinstance(source, BinnedSpikes):
        seen = np.flatnonzero(source.observed)
        names = tuple(map(str, range(source.n_units)))
        return source.toarray()[seen], source.edges[1:][seen], source.bin_size, names, "counts"
    times, values = np.asarray(source.times, dtype=np.float64), np.asarray(source.values)
    step = getattr(source, "step", None)
    if step is None and len(times) < 2:
        raise InputError(f"{len(times)} rows of activity", "at least 2")
    layers = getattr(source, "layers", (0,) * values.shape[1])
    place = [sum(other == layer for other in layers[:i]) for i, layer in enumerate(layers)]
    names = tuple(
        f"{layer}.{number}" if layer else str(number)
        for layer, number in zip(layers, place, strict=True)
    )
    kind = str(getattr(source, "kind", "probability"))
    return values, times, float(np.diff(times).min() if step is None else step), names, kind


def _places(
    times: Array, moments: Array, size: float, offset: int, length: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return the first row of each trial, and whether all of its rows are there."""
    slack = max(_TICK, 1e-6 * size)
    begin = moments + offset * size  # within the first row, whose end is at most a bin later
    first = np.searchsorted(times, begin + slack, side="right")
    last = first + length - 1
    there = last < len(times)
    low, high = (np.minimum(place, len(times) - 1) for place in (first, last))
    there &= times[low] - begin <= size + slack
    there &= np.abs(times[high] - times[low] - (length - 1) * size) < size / 2
    return first, there


def _check_left(trials: Trials, kept: int) -> None:
    """Raise if no trial was observed, and warn if some were not."""
    if not kept:
        low, high = trials.moments.min(), trials.moments.max()
        raise InputError(
            f"none of {len(trials)} trials, {low:g} to {high:g} s, wholly in observed time",
            "trials within the recording",
            "give a shorter stretch of the trials, or check the unit of their times",
        )
    if left := len(trials) - kept:
        text = f"{left} of {len(trials)} trials not wholly in observed time are left out"
        warnings.warn(text, NeurohmWarning, stacklevel=3)
