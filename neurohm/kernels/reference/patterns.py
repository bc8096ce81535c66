"""Passes over the spikes of a recording that look for patterns."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Array


def pattern_evidence(indptr: Array, bins: Array, weight: Array, out: Array) -> None:
    """Add up what the spikes say for a pattern that begins at each bin.

    Parameters
    ----------
    indptr : ndarray of int64, (units + 1,)
        Where the spikes of each unit begin in `bins`.
    bins : ndarray of int64, (spikes,)
        Bin of each spike, ascending within each unit.
    weight : ndarray of float64, (units, lags)
    out : ndarray of float64, (bins + lags - 1,)
        Receives E(t) = sum_{u, l} w[u, l] n_u(t + l) at ``t + lags - 1``: from the first bin at
        which a spike of the first bin can belong to a pattern.
    """
    out[...] = 0
    lags = weight.shape[1]
    for unit, row in enumerate(weight):
        spikes = bins[indptr[unit] : indptr[unit + 1]]
        for lag in range(lags):
            np.add.at(out, spikes - lag + lags - 1, row[lag])


def coincidence_shares(
    indptr: Array, bins: Array, weight: Array, evidence: Array, out: Array
) -> None:
    """Measure how much each unit fires together with the others in a pattern.

    Parameters
    ----------
    indptr, bins, weight : ndarray
        As of `pattern_evidence`.
    evidence : ndarray of float64, (bins + lags - 1,)
        What `pattern_evidence` gives.
    out : ndarray of float64, (units,)
        Receives sum_t e_u(t) (E(t) - e_u(t)), with e_u(t) = sum_l w[u, l] n_u(t + l) the part of
        the unit itself in E(t).
    """
    lags = weight.shape[1]
    for unit, row in enumerate(weight):
        own = np.zeros_like(evidence)
        spikes = bins[indptr[unit] : indptr[unit + 1]]
        for lag in range(lags):
            np.add.at(own, spikes - lag + lags - 1, row[lag])
        out[unit] = own @ (evidence - own)
