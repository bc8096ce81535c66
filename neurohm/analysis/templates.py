"""Templates of patterns, from generative fields: shifted copies of one pattern are one template."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurohm.analysis.matching import shifted_similarity

_NOISE = 3.0  # entries below this many (robust) standard deviations of a field are noise
_ALIKE = 0.45  # mean similarity at which hidden units stand for one pattern


@dataclass(frozen=True)
class Template:
    """What several hidden units, each at its own shift in time, stand for.

    Parameters
    ----------
    hidden_units : tuple of int
        The strongest first.
    field : ndarray of float64, (n_units, n_lags)
        Counts a bin above baseline, zero where nothing stands out. Lag 0 is the first bin in
        which something does.
    """

    hidden_units: tuple[int, ...]
    field: npt.NDArray[np.float64]


def standardised(
    fields: npt.NDArray[np.float64], baseline: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return what stands out of the noise of each field, in units of the baseline's deviation.

    Parameters
    ----------
    fields : ndarray of float64, (n_hidden, n_units, n_lags)
        Counts a bin above baseline.
    baseline : ndarray of float64, (n_units,)
        Mean counts a bin.

    Returns
    -------
    ndarray of float64, (n_hidden, n_units, n_lags)
        Zero or positive. The noise is that of the median of absolute deviations in each field, as
        most units do not belong to a pattern.

    Examples
    --------
    >>> field = np.array([[[0.01], [-0.01], [0.02], [0.5]]])
    >>> standardised(field, np.full(4, 0.25)).ravel()
    array([0., 0., 0., 1.])
    """
    scaled = fields / np.sqrt(baseline)[:, None]
    flat = scaled.reshape(len(fields), fields.shape[1] * fields.shape[2])
    middle = np.median(flat, axis=1, keepdims=True)
    noise = 1.4826 * np.median(np.abs(flat - middle), axis=1)
    return np.where(scaled > _NOISE * noise[:, None, None], np.maximum(scaled, 0.0), 0.0)


def templates(fields: npt.NDArray[np.float64], baseline: npt.NDArray[np.float64]) -> list[Template]:
    """Merge fields that are one pattern at several shifts in time.

    Windows that slide over a pattern show it at every shift, and hidden units specialise in
    shifts. Fields are merged by average linkage of their similarity at the best shift; the
    template is the mean of the merged fields, each at its shift, over those that can see the lag.

    Parameters
    ----------
    fields : ndarray of float64, (n_hidden, n_units, n_lags)
        Counts a bin above baseline.
    baseline : ndarray of float64, (n_units,)
        Mean counts a bin.

    Returns
    -------
    list of Template
        The strongest first; hidden units in whose field nothing stands out are in none.

    Examples
    --------
    >>> fields = np.zeros((2, 20, 2))
    >>> fields[0, 3] = fields[1, 4] = [0.4, 0.0]
    >>> fields[0, 4] = [0.0, 0.4]  # unit 4 follows unit 3; the second sees unit 4 alone
    >>> [found] = templates(fields, np.full(20, 0.1))
    >>> found.hidden_units, found.field[[3, 4]].tolist()
    ((0, 1), [[0.4, 0.0], [0.0, 0.4]])
    """
    clean = standardised(fields, baseline)
    strength = np.sqrt(np.square(clean).sum(axis=(1, 2)))
    kept = np.argsort(-strength, kind="stable")
    kept = kept[strength[kept] > 0]
    similarity, shift = shifted_similarity(clean[kept], clean[kept])
    found = []
    for group in _groups(similarity):
        places = shift[group, group[0]]
        field = _mean_at(fields[kept[group]], clean[kept[group]] > 0, strength[kept[group]], places)
        found.append(Template(tuple(kept[group].tolist()), field))
    return found


def _groups(similarity: npt.NDArray[np.float64]) -> list[npt.NDArray[np.int64]]:
    """Return groups of alike patterns, each ascending, in the order of their first members."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if len(similarity) < 2:
        return [np.arange(len(similarity))] if len(similarity) else []
    distance = np.maximum(0.0, 1 - (similarity + similarity.T) / 2)
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(distance, checks=False), "average")
    label = fcluster(tree, 1 - _ALIKE, "distance")
    groups = [np.flatnonzero(label == name) for name in np.unique(label)]
    return sorted(groups, key=lambda group: int(group[0]))


def _mean_at(
    fields: npt.NDArray[np.float64],
    stands_out: npt.NDArray[np.bool_],
    weight: npt.NDArray[np.float64],
    places: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """Return the weighted mean of fields laid at places, trimmed to the lags that have any."""
    lags = fields.shape[2]
    first, last = int(places.min()), int(places.max())
    total = np.zeros((fields.shape[1], last - first + lags))
    seen = np.zeros(total.shape[1])
    for field, high, own, place in zip(fields, stands_out, weight, places, strict=True):
        span = slice(place - first, place - first + lags)
        total[:, span] += own * np.where(high, field, 0.0)
        seen[span] += own
    # At the outer lags, which few of many see, one that is alone cannot speak for all.
    mean: npt.NDArray[np.float64] = total / np.maximum(seen, 0.5 * weight.sum())
    used = np.flatnonzero(mean.any(axis=0))
    return mean[:, used[0] : used[-1] + 1]
