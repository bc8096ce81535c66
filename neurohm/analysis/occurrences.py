"""When a pattern occurs: the posterior of a single cause, and the moments in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from neurohm.analysis.coincidence import pattern_evidence
from neurohm.analysis.spike_bins import SpikeBins

_MOST_PROBABLE = 0.95  # of a spike in a bin, of Bernoulli units
_RAREST = 1e-6
_ROUNDS = 5  # of moments and lags in turn


@dataclass(frozen=True)
class Detector:
    """The posterior log-odds that a pattern begins at a bin, given the spikes.

    One hidden cause that adds `field` to the mean counts has posterior log-odds linear in the
    counts; so the generative weights alone say what a spike is worth.

    Parameters
    ----------
    weight : ndarray of float64, (n_units, n_lags)
        What a spike adds to the log-odds (nats).
    constant : float
        What silence of all units adds (nats).
    """

    weight: npt.NDArray[np.float64]
    constant: float

    @classmethod
    def of(
        cls, field: npt.NDArray[np.float64], baseline: npt.NDArray[np.float64], observation: str
    ) -> Detector:
        """Return the detector of a pattern.

        For Poisson counts with mean b, and b + f in the pattern, the weight is ln(1 + f / b) and
        silence is worth -f; for Bernoulli counts they are the differences of logit and of the
        log-probability of silence.

        Parameters
        ----------
        field : ndarray of float64, (n_units, n_lags)
            Counts a bin above baseline, zero or positive.
        baseline : ndarray of float64, (n_units,)
            Mean counts a bin.
        observation : str
            ``"poisson"`` or ``"bernoulli"``.

        Examples
        --------
        >>> detector = Detector.of(np.array([[0.3], [0.0]]), np.array([0.1, 0.1]), "poisson")
        >>> detector.weight.round(3).tolist(), detector.constant
        ([[1.386], [0.0]], -0.3)
        """
        base = np.broadcast_to(baseline[:, None], field.shape)
        if observation == "poisson":
            return cls(np.log1p(field / base), -float(field.sum()))
        active = np.minimum(base + field, np.maximum(base, _MOST_PROBABLE))
        silence = np.log1p(-active) - np.log1p(-base)
        return cls(logit(active) - logit(base), float(silence.sum()))

    def log_odds(
        self, spikes: SpikeBins, observed: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.float64]:
        """Return the posterior log-odds at each bin, with the prior that explains them best.

        The prior is the mean of the posterior (expectation maximisation in one parameter).

        Parameters
        ----------
        spikes : SpikeBins
        observed : ndarray of bool, (n_bins,)
            Bins in which spikes could be seen.

        Returns
        -------
        ndarray of float64, (n_bins,)
            Nats; ``nan`` where the pattern would not lie in observed time from start to end.
        """
        evidence = self.evidence(spikes, observed)
        return evidence + log_prior_odds(evidence[~np.isnan(evidence)])

    def evidence(
        self, spikes: SpikeBins, observed: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.float64]:
        """Return the log-likelihood ratio of a pattern that begins at each bin.

        Parameters
        ----------
        spikes : SpikeBins
        observed : ndarray of bool, (n_bins,)

        Returns
        -------
        ndarray of float64, (n_bins,)
            Nats; ``nan`` where the pattern would not lie in observed time from start to end.
        """
        lags = self.weight.shape[1]
        evidence = pattern_evidence(spikes, self.weight) + self.constant
        seen = np.concatenate([[0], np.cumsum(observed), np.full(lags, -1)])
        evidence[seen[lags:-1] - seen[: len(observed)] < lags] = np.nan
        return evidence


def log_prior_odds(evidence: npt.NDArray[np.float64]) -> float:
    """Return the log-odds of a pattern in any bin that explain the evidence best.

    Parameters
    ----------
    evidence : ndarray of float64, (n_bins,)
        Log-likelihood ratios, nats.

    Returns
    -------
    float
        Of the prior that is the mean of the posterior, at most one half.

    Examples
    --------
    >>> evidence = np.array([-50.0] * 90 + [50.0] * 10)
    >>> round(float(expit(log_prior_odds(evidence))), 3)
    0.1
    """
    prior = 0.01
    for _ in range(30):
        posterior = expit(evidence + logit(prior))
        prior = max(_RAREST, float(posterior.mean()) if len(evidence) else 0.0)
    return float(logit(min(prior, 0.5)))


def occurrence_bins(log_odds: npt.NDArray[np.float64], lags: int) -> npt.NDArray[np.int64]:
    """Return the bins at which a pattern begins.

    Bins in which it is more probable than not make up one occurrence where they lie fewer than
    `lags` bins apart; the occurrence is at the most probable of them.

    Parameters
    ----------
    log_odds : ndarray of float64, (n_bins,)
    lags : int
        Length of the pattern in bins.

    Returns
    -------
    ndarray of int64, (n_occurrences,)

    Examples
    --------
    >>> occurrence_bins(np.array([-1.0, 2.0, 3.0, -1.0, -1.0, 1.0]), lags=2)
    array([2, 5])
    """
    probable = np.flatnonzero(log_odds > 0)
    if not len(probable):
        return probable
    begins = np.flatnonzero(np.diff(probable, prepend=-lags - 1) >= lags)
    return np.array(
        [run[np.argmax(log_odds[run])] for run in np.split(probable, begins[1:])], dtype=np.int64
    )


def first_spikes(
    trains: Sequence[npt.NDArray[np.float64]],
    starts: npt.NDArray[np.float64],
    spans: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return when, after the start of each occurrence, each member fires first in its span.

    Parameters
    ----------
    trains : sequence of ndarray of float64, (n_spikes,)
        Ascending spike times of each member, seconds.
    starts : ndarray of float64, (n_occurrences,)
        Seconds.
    spans : ndarray of float64, (n_members, 2)
        From when to when after a start, seconds.

    Returns
    -------
    ndarray of float64, (n_occurrences, n_members)
        Seconds after the start; ``nan`` where the member does not fire.

    Examples
    --------
    >>> first_spikes([np.array([0.5, 3.5])], np.array([0.0, 2.0]), np.array([[0.0, 1.0]]))
    array([[0.5],
           [nan]])
    """
    after = np.full((len(starts), len(trains)), np.nan)
    for column, train, (begin, end) in zip(after.T, trains, spans, strict=True):
        place = np.searchsorted(train, starts + begin)
        found = np.append(train, np.inf)[place] - starts
        column[...] = np.where(found < end, found, np.nan)
    return after


def aligned(
    after: npt.NDArray[np.float64], lags: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return when occurrences begin and the members' lags, finer than bins.

    In turn, moments are medians over members of spike time minus lag, and lags are medians over
    occurrences of spike time minus moment.

    Parameters
    ----------
    after : ndarray of float64, (n_occurrences, n_members)
        What `first_spikes` gives.
    lags : ndarray of float64, (n_members,)
        A first guess.

    Returns
    -------
    shift : ndarray of float64, (n_occurrences,)
        From the start of an occurrence to the moment of its first member.
    lags : ndarray of float64, (n_members,)
        Behind the first member.

    Examples
    --------
    >>> aligned(np.array([[0.25, 0.5], [0.5, 0.75], [np.nan, 0.5]]), np.array([0.0, 0.0]))
    (array([0.25, 0.5 , 0.25]), array([0.  , 0.25]))
    """
    shift = np.zeros(len(after))
    for _ in range(_ROUNDS):
        shift = _median(after - lags, axis=1, otherwise=0.0)
        lags = _median(after - shift[:, None], axis=0, otherwise=lags)
    first = float(lags.min())
    return shift + first, lags - first


def _median(
    values: npt.NDArray[np.float64], axis: int, otherwise: npt.NDArray[np.float64] | float
) -> npt.NDArray[np.float64]:
    """Return medians of what is known along an axis."""
    known = ~np.isnan(values).all(axis=axis)
    result = np.array(np.broadcast_to(otherwise, known.shape), dtype=np.float64)
    if known.any():
        result[known] = np.nanmedian(np.compress(known, values, axis=1 - axis), axis=axis)
    return result
