"""Whether units fire together in a pattern more often than their rates make them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from neurohm.analysis.spike_bins import SpikeBins
from neurohm.backend import get_backend
from neurohm.kernels import get_kernels


def pattern_evidence(spikes: SpikeBins, weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return what the spikes say for a pattern that begins at each bin.

    Parameters
    ----------
    spikes : SpikeBins
    weight : ndarray of float64, (n_units, n_lags)
        What a spike of a unit at a lag says for the pattern.

    Returns
    -------
    ndarray of float64, (n_bins,)
        Its sum over the spikes at ``bin + lag``; those beyond the last bin are not known.

    Examples
    --------
    >>> spikes = SpikeBins(np.array([0, 2]), np.array([0, 1]), 3)
    >>> pattern_evidence(spikes, np.array([[1.0, 10.0]]))
    array([11.,  1.,  0.])
    """
    return _evidence(spikes, weight)[weight.shape[1] - 1 :]


def coincidence(
    spikes: SpikeBins, weights: Sequence[npt.NDArray[np.float64]]
) -> npt.NDArray[np.float64]:
    """Measure how much each unit fires together with the others in the pattern of each template.

    With e_u(t) = sum_l w[u, l] n_u(t + l), the evidence of unit u's spikes for the pattern at t,
    the share of u is sum_t e_u(t) sum_{v != u} e_v(t). The sum over units is the energy of the
    evidence with a zero diagonal: no unit can drive it alone.

    Parameters
    ----------
    spikes : SpikeBins
    weights : sequence of ndarray of float64, (n_units, n_lags)
        One for each template; the numbers of lags may differ.

    Returns
    -------
    ndarray of float64, (n_templates, n_units)

    References
    ----------
    Lopes-dos-Santos, Ribeiro, Tort (2013). Detecting cell assemblies in large neuronal
    populations. Journal of Neuroscience Methods 220:149 (the zero diagonal).

    Examples
    --------
    Unit 1 fires one bin after unit 0, twice; unit 2 fires elsewhere.

    >>> spikes = SpikeBins(np.array([0, 2, 4, 5]), np.array([0, 2, 1, 3, 5]), 6)
    >>> coincidence(spikes, [np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])])
    array([[2., 2., 0.]])
    """
    patterns = get_kernels(get_backend("cpu")).patterns
    shares = np.zeros((len(weights), len(spikes.indptr) - 1))
    for share, weight in zip(shares, weights, strict=True):
        evidence = _evidence(spikes, weight)
        patterns.coincidence_shares(spikes.indptr, spikes.bins, weight, evidence, share)
    return shares


def _evidence(spikes: SpikeBins, weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the evidence at each bin, and before it that of patterns that began earlier."""
    out = np.empty(spikes.n_bins + weight.shape[1] - 1)
    patterns = get_kernels(get_backend("cpu")).patterns
    patterns.pattern_evidence(spikes.indptr, spikes.bins, weight, out)
    return out
