"""Signal and noise correlations: what pairs of units share because of the condition, or beyond."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.analysis.responses import Array, Responses
from neurohm.exceptions import InputError


@dataclass(frozen=True, eq=False, repr=False)
class ResponseCorrelations:
    """Correlations of pairs of units over conditions, and over trials of the same condition.

    Parameters
    ----------
    signal : ndarray of float64, (n_pairs,)
        Of the mean time courses in the conditions, corrected for the noise in these means; nan
        where a unit's mean does not vary beyond that noise.
    noise : ndarray of float64, (n_pairs,)
        Of the totals of trials around the mean of their condition; nan where a unit's do not vary.
    pairs : ndarray of int64, (n_pairs, 2)
        Units, as in ``np.triu_indices``.
    relation : float
        Pearson's correlation over pairs of signal with noise correlations; nan of fewer than
        three pairs.
    n_trials, n_levels, n_bins : int
    unit_names : tuple of str
    """

    signal: Array
    noise: Array
    pairs: npt.NDArray[np.int64]
    relation: float
    n_trials: int
    n_levels: int
    n_bins: int
    unit_names: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        plain = {name: getattr(self, name).tolist() for name in ("signal", "noise", "pairs")}
        rest = ("relation", "n_trials", "n_levels", "n_bins", "unit_names")
        return plain | {name: getattr(self, name) for name in rest}

    def __repr__(self) -> str:
        return (
            f"ResponseCorrelations({len(self.pairs)} pairs, {self.n_trials} trials of "
            f"{self.n_levels} conditions; noise {_mean(self.noise):.3f}, signal "
            f"{_mean(self.signal):.3f} on average; r of the two {self.relation:.2f})"
        )


def response_correlations(responses: Responses) -> ResponseCorrelations:
    """Return the signal and the noise correlation of each pair of units.

    With two conditions and one bin a signal correlation is 1 or -1 and says little: take several
    bins, or more conditions.

    Parameters
    ----------
    responses : Responses

    Returns
    -------
    ResponseCorrelations

    Raises
    ------
    InputError
        If a condition has one trial only (noise cannot be told from signal), or there is but one
        mean to compare: one condition and one bin.

    References
    ----------
    Averbeck, Latham, Pouget (2006). Neural correlations, population coding and computation.
    Nature Reviews Neuroscience 7:358, doi:10.1038/nrn1888.

    Examples
    --------
    >>> from neurohm.analysis import responses_of
    >>> from neurohm.recordings import simulate_trials, trials_of
    >>> recording = simulate_trials(n_units=4, n_trials=400, shared=0.5)
    >>> responses = responses_of(recording, trials_of(recording, "orientation"), bin_size=0.5)
    >>> found = response_correlations(responses)
    >>> bool((found.noise > 0.2).all()), bool(found.signal[1] < -0.6)  # preferred: 0 and 90
    (True, True)
    """
    trials, values = responses.trials, responses.values
    _check(responses)
    groups = [values[trials.labels == level] for level in trials.levels]
    pairs = np.stack(np.triu_indices(responses.n_units, 1), axis=1)
    signal = _correlations(_signal_covariance(groups), pairs)
    noise = _correlations(_noise_covariance(groups), pairs)
    known = np.isfinite(signal) & np.isfinite(noise)
    return ResponseCorrelations(
        signal=signal,
        noise=noise,
        pairs=pairs,
        relation=_pearson(signal[known], noise[known]),
        n_trials=len(values),
        n_levels=len(groups),
        n_bins=values.shape[1],
        unit_names=responses.unit_names,
    )


def _check(responses: Responses) -> None:
    trials = responses.trials
    lonely = trials.levels[trials.counts < 2].tolist()
    if lonely:
        raise InputError(
            f"1 trial of condition {lonely[0]!r}", "at least 2 of each", "leave the condition out"
        )
    if len(trials.levels) * responses.values.shape[1] < 2:
        raise InputError("one condition and one bin", "several of either")


def _noise_covariance(groups: list[Array]) -> Array:
    """Return the covariance of totals around the mean of their condition, pooled."""
    totals = [group.sum(axis=1) for group in groups]
    scatter = sum(_scatter(total) for total in totals)
    return np.asarray(scatter / (sum(map(len, totals)) - len(totals)))


def _signal_covariance(groups: list[Array]) -> Array:
    """Return the covariance of mean responses over conditions and bins, without that of noise.

    A mean over n trials has a share of 1 / n of the covariance of its trials; and the bins of a
    condition have their trials in common.
    """
    means = np.concatenate([group.mean(axis=0) for group in groups])
    in_bins, in_totals = np.zeros((2, means.shape[1], means.shape[1]))
    for group in groups:
        share = len(group) * (len(group) - 1)
        deviations = (group - group.mean(axis=0)).reshape(-1, means.shape[1])
        in_bins += deviations.T @ deviations / share
        in_totals += _scatter(group.sum(axis=1)) / share
    noise = in_bins - in_totals / len(means)
    return np.asarray((_scatter(means) - noise) / (len(means) - 1))


def _scatter(values: Array) -> Array:
    """Return the sum of products of deviations from the mean."""
    deviations = values - values.mean(axis=0)
    return np.asarray(deviations.T @ deviations)


def _correlations(covariance: Array, pairs: npt.NDArray[np.int64]) -> Array:
    """Return the correlation of each pair; nan where a unit has no variance."""
    variance = np.diag(covariance).copy()
    variance[variance <= 1e-12] = np.nan
    first, second = pairs.T
    found = covariance[first, second] / np.sqrt(variance[first] * variance[second])
    return np.asarray(np.clip(found, -1.0, 1.0))


def _pearson(x: Array, y: Array) -> float:
    if len(x) < 3 or not np.ptp(x) or not np.ptp(y):
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])


def _mean(values: Array) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")
