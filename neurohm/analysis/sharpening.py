"""Templates made sharp by the spikes: what each unit does when the others say that it is time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from neurohm.analysis.coincidence import pattern_evidence
from neurohm.analysis.matching import shifted_similarity
from neurohm.analysis.occurrences import Detector, log_prior_odds
from neurohm.analysis.spike_bins import SpikeBins
from neurohm.analysis.templates import Template

_ROUNDS = 6
_STANDS_OUT = 3.0  # standard errors
_WIDER = 1  # bins by which a pattern may grow in a round, on either side
_SLOW = 10  # lengths of a pattern: what changes more slowly than that is no coincidence
_SAME = 0.6  # similarity at which two templates are one
_STRONGEST = 3  # members, whose spikes in an occurrence are counted
_SPIKES_EACH = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.2)  # that may be theirs


def sharpened(
    found: Sequence[Template],
    spikes: SpikeBins,
    observed: npt.NDArray[np.bool_],
    baseline: npt.NDArray[np.float64],
) -> list[Template]:
    """Return templates that the spikes of a recording agree with, each pattern once.

    A hidden unit may have learned a part of a pattern, and noise beside it. In turn, the evidence
    of all other units of a template says when the pattern may occur, and what a unit fires beyond
    chance at those moments is its new field. No unit has a say in its own field, so that the
    bursts of one do not matter; slow changes are taken out.

    Parameters
    ----------
    found : sequence of Template
        The strongest first.
    spikes : SpikeBins
        Of the recording that was learned from.
    observed : ndarray of bool, (n_bins,)
    baseline : ndarray of float64, (n_units,)
        Mean counts a bin.

    Returns
    -------
    list of Template
        A template with which the spikes do not agree stays as it is; templates that become the
        same are merged.

    Notes
    -----
    With y(t) the evidence of the others less its slow course, and a(t) = max(0, y(t))^2 less its
    own, the new field of unit u at lag l is sum_t a(t) n_u(t + l), where that is more than three
    standard errors. With a(t) = y(t) this would be power iteration on the energy of the evidence
    with a zero diagonal (`coincidence`); the square keeps a template at its own pattern, as the
    skewness of independent components does.

    How often members fire is then chosen so that a mixture of bins in which the pattern begins,
    and bins in which it does not, explains the spikes best.

    References
    ----------
    Hyvärinen (1999). Fast and robust fixed-point algorithms for independent component analysis.
    IEEE Transactions on Neural Networks 10:626. doi:10.1109/72.761722

    Examples
    --------
    Units 0, 1 and 2 fire together; a template holds two of them, and a third one by mistake.

    >>> rng = np.random.default_rng(0)
    >>> counts = rng.random((4000, 6)) < 0.05
    >>> counts[::40, :3] = True
    >>> bins, units = np.nonzero(counts)
    >>> order = np.argsort(units, kind="stable")
    >>> ends = np.cumsum(np.bincount(units, minlength=6))
    >>> spikes = SpikeBins(np.append(0, ends), bins[order], 4000)
    >>> rough = Template((0,), np.array([[0.2], [0.2], [0.0], [0.0], [0.1], [0.0]]))
    >>> [fine] = sharpened([rough], spikes, np.ones(4000, dtype=bool), counts.mean(axis=0))
    >>> np.flatnonzero(fine.field.any(axis=1))
    array([0, 1, 2])
    """
    deviation = np.sqrt(baseline)
    kept: list[Template] = []
    patterns: list[npt.NDArray[np.float64]] = []
    for template in found:
        rough = template.field / deviation[:, None]
        sharp = _sharp(rough, spikes, observed)
        agrees = np.count_nonzero(sharp.any(axis=1)) >= 2
        pattern = sharp if agrees else rough
        alike = [_similarity(pattern, other) for other in patterns]
        if alike and max(alike) > _SAME:
            place = int(np.argmax(alike))
            units = (*kept[place].hidden_units, *template.hidden_units)
            kept[place] = Template(units, kept[place].field)
            continue
        field = template.field
        if agrees:
            field = _of_best_scale(sharp * deviation[:, None], spikes, observed, baseline)
        kept.append(Template(template.hidden_units, field))
        patterns.append(pattern)
    return kept


def _of_best_scale(
    field: npt.NDArray[np.float64],
    spikes: SpikeBins,
    observed: npt.NDArray[np.bool_],
    baseline: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return a field scaled so that occurrences explain the spikes best."""
    strongest = float(np.sort(field.sum(axis=1))[-_STRONGEST:].mean())
    best, most = field, -np.inf
    for spikes_each in _SPIKES_EACH:
        scaled = field * (spikes_each / strongest)
        evidence = Detector.of(scaled, baseline, "poisson").evidence(spikes, observed)
        known = evidence[~np.isnan(evidence)]
        prior = log_prior_odds(known)
        # The log-likelihood ratio of each bin, with the pattern or without it.
        explained = float((np.logaddexp(0.0, known + prior) - np.logaddexp(0.0, prior)).sum())
        if explained > most:
            best, most = scaled, explained
    return best


def _sharp(
    weight: npt.NDArray[np.float64], spikes: SpikeBins, observed: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return a template in standard errors, trimmed; without units where none agrees."""
    for _ in range(_ROUNDS):
        weight = _round(np.pad(weight, ((0, 0), (_WIDER, _WIDER))), spikes, observed)
        used = np.flatnonzero(weight.any(axis=0))
        if not len(used):
            return weight
        # Longer than before it may grow by one bin alone.
        weight = weight[:, used[0] : used[-1] + 1]
        weight = weight / np.linalg.norm(weight)
    return weight


def _round(
    weight: npt.NDArray[np.float64], spikes: SpikeBins, observed: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return in standard errors what units fire when the others say that it is time."""
    lags = weight.shape[1]
    scale = 1 / np.sqrt(np.maximum(1, np.diff(spikes.indptr)))
    evidence = weight * scale[:, None]
    everyone = pattern_evidence(spikes, evidence)
    known = _within(observed, lags)
    common = _moments(everyone, known, lags)
    new = np.zeros_like(weight)
    for unit in range(len(weight)):
        own = spikes.bins[spikes.indptr[unit] : spikes.indptr[unit + 1]]
        moments = common
        if weight[unit].any():
            moments = _moments(everyone - _of_unit(own, evidence[unit], len(known)), known, lags)
        spread = np.sqrt(np.mean(np.square(moments[known]))) if known.any() else 0.0
        if len(own) and spread > 0:
            padded = np.concatenate([np.zeros(lags), moments])
            total = np.array([padded[own - lag + lags].sum() for lag in range(lags)])
            new[unit] = total * scale[unit] / spread
    return np.where(new > _STANDS_OUT, new, 0.0)


def _moments(
    evidence: npt.NDArray[np.float64], known: npt.NDArray[np.bool_], lags: int
) -> npt.NDArray[np.float64]:
    """Return how much it may be time, about zero on average; zero where it is not known."""
    fast = np.where(known, evidence - _slow(evidence, known, lags), 0.0)
    squared = np.square(np.maximum(fast, 0.0))
    return np.where(known, squared - _slow(squared, known, lags), 0.0)


def _slow(
    course: npt.NDArray[np.float64], known: npt.NDArray[np.bool_], lags: int
) -> npt.NDArray[np.float64]:
    """Return the running mean of what is known."""
    from scipy.ndimage import uniform_filter1d

    length = _SLOW * lags + 1
    total = uniform_filter1d(np.where(known, course, 0.0), length, mode="constant")
    share = uniform_filter1d(known.astype(np.float64), length, mode="constant")
    return np.asarray(total / np.maximum(share, 1 / length))


def _of_unit(
    bins: npt.NDArray[np.int64], weight: npt.NDArray[np.float64], n_bins: int
) -> npt.NDArray[np.float64]:
    """Return the evidence of one unit's spikes."""
    course = np.zeros(n_bins)
    for lag in np.flatnonzero(weight):
        at = bins[bins >= lag] - lag
        course += weight[lag] * np.bincount(at, minlength=n_bins)
    return course


def _within(observed: npt.NDArray[np.bool_], lags: int) -> npt.NDArray[np.bool_]:
    """Return where a pattern lies in observed time from start to end."""
    seen = np.concatenate([[0], np.cumsum(observed), np.full(lags, -1)])
    return np.asarray(seen[lags : lags + len(observed)] - seen[: len(observed)] >= lags)


def _similarity(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    return float(shifted_similarity(a[None], b[None])[0][0, 0])
