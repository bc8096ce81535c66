"""Simulated trials: units tuned to the orientation of a stimulus, and what they have in common."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError
from neurohm.recordings.recording import Recording

__all__ = ["simulate_trials"]

PERIOD = 180.0
"""Degrees after which an orientation is the same."""


def simulate_trials(
    n_units: int = 20,
    n_trials: int = 200,
    orientations: Sequence[float] = (0.0, 45.0, 90.0, 135.0),
    *,
    seconds: float = 1.0,
    before: float = 0.5,
    rate: float = 10.0,
    depth: float = 1.0,
    shared: float = 0.0,
    seed: int = 0,
) -> Recording:
    """Simulate trials in which units respond to a stimulus of some orientation.

    Between trials every unit fires as a Poisson process. In a trial its rate follows a von Mises
    tuning curve of the orientation, with a preferred orientation of its own, and is multiplied by
    a gain that all units of the trial share.

    Parameters
    ----------
    n_units, n_trials : int
    orientations : sequence of float
        Degrees; each is shown in as many trials, or one more or less, in random order.
    seconds : float
        Length of a trial, seconds.
    before : float
        Time before each trial, and after the last, seconds.
    rate : float
        Mean over orientations of the rate of every unit, and its rate between trials, Hz.
    depth : float
        How sharply units are tuned (the concentration of the tuning curve); 0: not at all.
    shared : float
        Standard deviation of the logarithm of the shared gain, whose mean is 1: noise
        correlations.
    seed : int

    Returns
    -------
    Recording
        With intervals ``"trials"``, whose column ``"orientation"`` is the condition, events
        ``"onset"``, and ``truth``: ``preferred`` (n_units,), degrees, ``gain`` (n_trials,) and
        ``rates`` (n_trials, n_units), Hz.

    Raises
    ------
    InputError, ArgumentTypeError
        If an argument is out of range.

    Examples
    --------
    >>> recording = simulate_trials(n_units=5, n_trials=8)
    >>> len(recording.intervals["trials"]), recording.duration
    (8, 12.5)
    """
    n_units, n_trials = whole_number("n_units", n_units), whole_number("n_trials", n_trials)
    seconds, rate = (real_number(n, v, above=0) for n, v in (("seconds", seconds), ("rate", rate)))
    before, shared, depth = (
        real_number(name, value, least=0)
        for name, value in (("before", before), ("shared", shared), ("depth", depth))
    )
    if not len(orientations):
        raise InputError("no orientation", "at least one")
    rng = np.random.default_rng(whole_number("seed", seed, 0))
    shown = rng.permutation(np.resize(np.asarray(orientations, dtype=np.float64), n_trials))
    preferred = PERIOD * np.arange(n_units) / n_units
    gain = np.exp(shared * rng.standard_normal(n_trials) - shared**2 / 2)
    rates = rate * gain[:, None] * _tuning(shown, preferred, np.asarray(orientations), depth)
    starts = before + (before + seconds) * np.arange(n_trials, dtype=np.float64)
    stops = starts + seconds
    gaps = np.stack([np.append(0.0, stops), np.append(starts, stops[-1] + before)], axis=1)
    trains = [
        np.sort(
            np.concatenate(
                [_spikes(starts, seconds, own, rng), _spikes(gaps[:, 0], before, rate, rng)]
            )
        )
        for own in rates.T
    ]
    return Recording.from_trains(
        trains,
        t_stop=float(gaps[-1, 1]),
        intervals={"trials": np.stack([starts, stops], axis=1)},
        interval_columns={"trials": {"orientation": shown}},
        events={"onset": starts},
        truth={"preferred": preferred, "gain": gain, "rates": rates},
        layout="simulated trials",
    )


def _tuning(
    shown: NDArray[np.float64],
    preferred: NDArray[np.float64],
    orientations: NDArray[np.float64],
    depth: float,
) -> NDArray[np.float64]:
    """Return the factor of each unit's rate in each trial, (trials, units); its mean is 1."""

    def curve(angles: NDArray[np.float64]) -> NDArray[np.float64]:
        apart = 2 * math.pi * (angles[:, None] - preferred) / PERIOD
        return np.asarray(np.exp(depth * np.cos(apart)))

    return np.asarray(curve(shown) / curve(orientations.astype(np.float64)).mean(axis=0))


def _spikes(
    starts: NDArray[np.float64],
    seconds: float,
    rates: NDArray[np.float64] | float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return Poisson spikes in equally long stretches, in no order."""
    number = rng.poisson(np.broadcast_to(rates, starts.shape) * seconds)
    return np.repeat(starts, number) + seconds * rng.random(int(number.sum()))
