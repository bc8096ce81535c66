"""Peri-stimulus time histograms, of recorded and of hidden units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis.responses import Array, Responses

UNITS = {"probability": "probability", "log-odds": "nats"}
RATE_UNITS = {"s": "Hz", "bin": "spikes per bin"}


@dataclass(frozen=True, eq=False, repr=False)
class PSTH:
    """The mean time course of each unit in each condition.

    Parameters
    ----------
    mean, standard_error : ndarray of float64, (n_levels, n_bins, n_units)
        Over trials; the error of a condition with one trial is nan.
    edges : ndarray of float64, (n_bins + 1,)
        Of the bins, seconds from the moment that trials are aligned to.
    levels : ndarray, (n_levels,)
        The conditions.
    counts : ndarray of int64, (n_levels,)
        Trials of each.
    unit : str
        Of the mean: "Hz", "spikes per bin", "probability", or "nats" of log-odds.
    condition : str
    unit_names : tuple of str
    time_unit : {"s", "bin"}
    """

    mean: Array
    standard_error: Array
    edges: Array
    levels: npt.NDArray[Any]
    counts: npt.NDArray[np.int64]
    unit: str
    condition: str
    unit_names: tuple[str, ...]
    time_unit: str = "s"

    @property
    def centres(self) -> Array:
        """Middle of each bin, seconds from the moment, (n_bins,)."""
        return (self.edges[:-1] + self.edges[1:]) / 2

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        arrays = ("mean", "standard_error", "edges", "levels", "counts")
        plain = {name: getattr(self, name).tolist() for name in arrays}
        rest = ("unit", "condition", "unit_names", "time_unit")
        return plain | {name: getattr(self, name) for name in rest}

    def __repr__(self) -> str:
        levels, bins, units = self.mean.shape
        return (
            f"PSTH({units} units, {bins} bins from {self.edges[0]:g} to {self.edges[-1]:g} "
            f"{self.time_unit}, {levels} conditions of {self.counts.min()} to "
            f"{self.counts.max()} trials, {self.unit})"
        )


def psth(responses: Responses) -> PSTH:
    """Return the mean time course of each unit in each condition, with standard errors.

    Parameters
    ----------
    responses : Responses

    Returns
    -------
    PSTH

    References
    ----------
    Gerstein, Kiang (1960). An approach to the quantitative analysis of electrophysiological data
    from single neurons. Biophysical Journal 1:15, doi:10.1016/S0006-3495(60)86872-5.

    Examples
    --------
    >>> from neurohm.analysis import responses_of
    >>> from neurohm.recordings import simulate_trials, trials_of
    >>> recording = simulate_trials(n_units=3, n_trials=40)
    >>> psth(responses_of(recording, trials_of(recording, "orientation"), bin_size=0.1))
    PSTH(3 units, 10 bins from 0 to 1 s, 4 conditions of 10 to 10 trials, Hz)
    """
    counted = responses.kind == "counts"
    in_seconds = responses.time_unit == "s"
    values = responses.values / (responses.bin_size if counted and in_seconds else 1.0)
    trials = responses.trials
    groups = [values[trials.labels == level] for level in trials.levels]
    return PSTH(
        mean=np.stack([group.mean(axis=0) for group in groups]),
        standard_error=np.stack([standard_error(group) for group in groups]),
        edges=responses.edges,
        levels=trials.levels,
        counts=trials.counts,
        unit=RATE_UNITS[responses.time_unit] if counted else UNITS[responses.kind],
        condition=trials.condition,
        unit_names=responses.unit_names,
        time_unit=responses.time_unit,
    )


def standard_error(values: Array) -> Array:
    """Return the standard error of the mean over the first axis; nan of a single value.

    Examples
    --------
    >>> standard_error(np.array([1.0, 3.0])), standard_error(np.array([1.0]))
    (np.float64(1.0), np.float64(nan))
    """
    if len(values) < 2:
        return np.full(values.shape[1:], np.nan)[()]
    error: Array = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return error
