"""Units of scores, and their standard errors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def nats_to_bits(nats: float) -> float:
    """Return nats as bits.

    Examples
    --------
    >>> nats_to_bits(2.0 * np.log(2))
    2.0
    """
    return float(nats / np.log(2))


def block_standard_error(
    values: npt.ArrayLike, weights: npt.ArrayLike, blocks: npt.ArrayLike
) -> float:
    """Return the standard error of sum(values) / sum(weights) over independent blocks of time.

    Neighbouring windows are not independent; blocks of many seconds nearly are. The error is that
    of a ratio of two means over blocks.

    Parameters
    ----------
    values, weights : array_like, (n,)
        Such as the gain of each window in bits, and its number of spikes.
    blocks : array_like of int, (n,)
        The block that each window belongs to.

    Returns
    -------
    float
        ``nan`` for fewer than two blocks.

    Examples
    --------
    >>> block_standard_error([1.0, 2.0, 3.0, 2.0], [1, 1, 1, 1], [0, 0, 1, 1])
    0.5
    """
    _, index = np.unique(np.asarray(blocks), return_inverse=True)
    count = int(index.max()) + 1 if index.size else 0
    if count < 2:
        return float("nan")
    total = np.bincount(index, np.asarray(values, dtype=np.float64))
    weight = np.bincount(index, np.asarray(weights, dtype=np.float64))
    if weight.sum() == 0:
        return float("nan")
    residual = total - weight * (total.sum() / weight.sum())
    return float(np.sqrt(count / (count - 1) * (residual**2).sum()) / weight.sum())
