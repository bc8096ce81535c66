"""Trials: stretches of a recording, the moments that they are aligned to, and their conditions."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurohm.exceptions import InputError, NeurohmWarning
from neurohm.recordings.recording import Recording
from neurohm.recordings.validation import where

__all__ = ["Trials", "trials_of"]


@dataclass(frozen=True, eq=False, repr=False)
class Trials:
    """Trials of a recording, each of one condition.

    Parameters
    ----------
    intervals : ndarray of float64, shape (n_trials, 2)
        Start and stop of each, seconds.
    moments : ndarray of float64, shape (n_trials,)
        What each is aligned to, seconds.
    labels : ndarray, shape (n_trials,)
        The condition of each: numbers, text or booleans.
    condition : str
        What the labels are of, such as ``"orientation"``; empty where nothing tells trials apart.

    Examples
    --------
    >>> trials = Trials(np.array([[0.0, 1.0], [2.0, 3.0]]), np.array([0.2, 2.2]), np.array([90, 0]))
    >>> trials
    Trials(2 trials; condition: 0 (1), 90 (1))
    >>> trials.codes
    array([1, 0])
    """

    intervals: NDArray[np.float64]
    moments: NDArray[np.float64]
    labels: NDArray[Any]
    condition: str = ""

    def __len__(self) -> int:
        return len(self.moments)

    @property
    def levels(self) -> NDArray[Any]:
        """The conditions, ascending, shape (n_levels,)."""
        return np.unique(self.labels)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Trials of each condition, shape (n_levels,)."""
        return np.unique(self.labels, return_counts=True)[1]

    @property
    def codes(self) -> NDArray[np.int64]:
        """The condition of each trial as its place among the levels, shape (n_trials,)."""
        return np.unique(self.labels, return_inverse=True)[1].reshape(-1)

    def select(self, which: ArrayLike | slice) -> Trials:
        """Keep some trials.

        Parameters
        ----------
        which : array_like or slice
            Their positions, or a boolean mask of shape (n_trials,).

        Returns
        -------
        Trials
        """
        chosen = which if isinstance(which, slice) else np.asarray(which)
        return replace(
            self,
            intervals=self.intervals[chosen],
            moments=self.moments[chosen],
            labels=self.labels[chosen],
        )

    def __repr__(self) -> str:
        pairs = zip(self.levels.tolist(), self.counts.tolist(), strict=True)
        levels = ", ".join(f"{level} ({count})" for level, count in pairs)
        return f"Trials({len(self)} trials; {self.condition or 'condition'}: {levels})"


def trials_of(
    recording: Recording,
    condition: str | ArrayLike | None = None,
    *,
    trials: str | None = None,
    align_to: str | None = None,
) -> Trials:
    """Return the trials of a recording.

    Parameters
    ----------
    recording : Recording
    condition : str or array_like, shape (n_trials,), optional
        What tells them apart: a column of the intervals, or the condition of each trial. Without
        it all trials are alike. Trials whose condition is not a number (nan) or empty are left
        out.
    trials : str, optional
        The intervals that are the trials; ``"trials"``, or the only ones that there are.
    align_to : str, optional
        Events; a trial is aligned to the first of them that lies in it, and left out, with a
        warning, where there is none. By default trials are aligned to their starts. In a
        recording without trials each event is one, until the next.

    Returns
    -------
    Trials

    Raises
    ------
    InputError
        If there are no such trials, events or conditions; the message lists those there are.

    Warns
    -----
    NeurohmWarning
        If trials are left out.

    Examples
    --------
    >>> recording = Recording.from_trains(
    ...     [[0.5, 2.5]],
    ...     t_stop=4.0,
    ...     intervals={"trials": [[0.0, 1.0], [2.0, 3.0]]},
    ...     interval_columns={"trials": {"side": ["left", "right"]}},
    ...     events={"cue": [0.25, 2.5]},
    ... )
    >>> trials_of(recording, "side", align_to="cue").moments
    array([0.25, 2.5 ])
    """
    events = None if align_to is None else _events(recording, align_to)
    columns: Mapping[str, NDArray[Any]] = {}
    if trials is None and events is not None and not _names(recording):
        intervals = np.stack([events, np.append(events[1:], recording.t_stop)], axis=1)
    else:
        name = _name(recording, trials)
        intervals, columns = recording.intervals[name], recording.interval_columns.get(name, {})
    if not len(intervals):
        raise InputError(f"{where(recording)}no trials, the list is empty", "at least one trial")
    labels, title = _labels(recording, condition, columns, len(intervals))
    found = Trials(intervals, intervals[:, 0].copy(), labels, title)
    found = _known(recording, found)
    return found if events is None else _aligned(recording, found, events, str(align_to))


def _names(recording: Recording) -> list[str]:
    return [name for name in recording.intervals if name != "observed"]


def _name(recording: Recording, trials: str | None) -> str:
    """Return the name of the intervals that are the trials."""
    names = _names(recording)
    if trials is None and ("trials" in names or len(names) == 1):
        return "trials" if "trials" in names else names[0]
    if trials in names:
        return str(trials)
    what = "trials" if trials is None else f"intervals {trials!r}"
    raise InputError(
        f"{where(recording)}no {what}",
        "one of the intervals " + ", ".join(map(repr, names))
        if names
        else "a recording with intervals: this one has none",
        "name them (trials= / --trials)" if names else "",
    )


def _events(recording: Recording, name: str) -> NDArray[np.float64]:
    if name not in recording.events:
        known = ", ".join(map(repr, recording.events))
        raise InputError(
            f"{where(recording)}no events {name!r}",
            f"one of {known}" if known else "a recording with events: this one has none",
        )
    return np.sort(recording.events[name])


def _labels(
    recording: Recording,
    condition: str | ArrayLike | None,
    columns: Mapping[str, NDArray[Any]],
    n_trials: int,
) -> tuple[NDArray[Any], str]:
    """Return the condition of each trial, and what it is called."""
    if condition is None:
        return np.full(n_trials, "all"), ""
    if isinstance(condition, str):
        if condition in columns:
            return columns[condition], condition
        known = ", ".join(map(repr, columns))
        raise InputError(
            f"{where(recording)}no condition {condition!r} of the trials",
            f"one of {known}" if known else "trials with conditions: nothing is known of these",
            "give a name, or the condition of each trial",
        )
    labels = np.asarray(condition)
    if labels.shape != (n_trials,) or labels.dtype.kind not in "biufU":
        raise InputError(
            f"{where(recording)}conditions: {labels.dtype} of shape {labels.shape}",
            f"one number or text for each of the {n_trials} trials",
        )
    return labels, "condition"


def _known(recording: Recording, trials: Trials) -> Trials:
    """Leave out trials of which the condition is not known."""
    labels = trials.labels
    known = labels != "" if labels.dtype.kind == "U" else ~np.isnan(labels.astype(np.float64))
    if known.all():
        return trials
    if not known.any():
        raise InputError(
            f"{where(recording)}{trials.condition} is known of no trial", "that of some trials"
        )
    _warn_left_out(recording, len(known) - int(known.sum()), f"without {trials.condition}")
    return trials.select(known)


def _aligned(
    recording: Recording, trials: Trials, events: NDArray[np.float64], name: str
) -> Trials:
    """Align each trial to the first event in it."""
    place = np.searchsorted(events, trials.intervals[:, 0])
    moments = np.append(events, np.inf)[place]
    inside = moments <= trials.intervals[:, 1]
    if not inside.any():
        raise InputError(
            f"{where(recording)}no event {name!r} in any of {len(trials)} trials",
            "events within the trials",
            "are both in seconds?",
        )
    if not inside.all():
        _warn_left_out(recording, int((~inside).sum()), f"without an event {name!r}")
    return replace(trials, moments=moments).select(inside)


def _warn_left_out(recording: Recording, number: int, why: str) -> None:
    text = f"{where(recording)}{number} trial{'s' * (number > 1)} {why} left out"
    warnings.warn(text, NeurohmWarning, stacklevel=4)
