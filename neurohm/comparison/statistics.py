"""Sums over blocks of time as figures with standard errors and p-values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.likelihood import block_standard_error, nats_to_bits

Vector = npt.NDArray[np.float64]


def rate_in_bits(nats: Vector, per: Vector, further: float = 0.0) -> tuple[float, float]:
    """Return summed nats over a summed quantity, in bits, and its standard error over blocks.

    Parameters
    ----------
    nats : ndarray of float64, (n_blocks,)
    per : ndarray of float64, (n_blocks,)
        Bins or spikes.
    further : float
        Standard error of the summed nats that no spread of blocks shows, such as that of an
        estimated log Z, which all samples share.

    Returns
    -------
    value, standard_error : float
        ``nan`` where there is nothing to divide by, or fewer than two blocks.

    Examples
    --------
    >>> value, error = rate_in_bits(np.log(2) * np.array([1.0, 3.0]), np.ones(2))
    >>> round(value, 6), round(error, 6)
    (2.0, 1.0)
    """
    total = float(per.sum())
    if total == 0:
        return math.nan, math.nan
    error = block_standard_error(nats, per, np.arange(len(per)))
    return nats_to_bits(nats.sum() / total), nats_to_bits(math.hypot(error, further / total))


def paired_p_value(difference: float, standard_error: float, n_blocks: int) -> float:
    """Return how probable so large a mean difference is between models that are equally good.

    A two-sided t-test over blocks. Models that agree on every block have a p-value of one.

    Parameters
    ----------
    difference, standard_error : float
    n_blocks : int

    Returns
    -------
    float

    Examples
    --------
    >>> round(paired_p_value(2.0, 1.0, 11), 3), paired_p_value(0.0, 0.0, 11)
    (0.073, 1.0)
    """
    from scipy.stats import t

    if difference == 0:
        return 1.0
    if not standard_error > 0:
        return math.nan if n_blocks < 2 else 0.0
    return float(2 * t.sf(abs(difference) / standard_error, n_blocks - 1))


def exceedance(observed: float, surrogates: Any) -> float:
    """Return (1 + how many surrogates reach what was observed) / (1 + how many there are).

    Parameters
    ----------
    observed : float
    surrogates : array_like, (n_surrogates,)

    Returns
    -------
    float

    Examples
    --------
    >>> exceedance(2.0, [0.0, 2.0, 1.0])
    0.5
    """
    values = np.asarray(surrogates, dtype=np.float64)
    # Rounding must not make a surrogate smaller than itself.
    reached = int(np.count_nonzero(values >= observed - 1e-12 * (1 + abs(observed))))
    return (1 + reached) / (1 + len(values))
