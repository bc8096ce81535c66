"""How large differences of rates and correlations may be by chance, by exchanging dreams."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream, Site

Array = npt.NDArray[Any]

_BLOCKS, _EXCHANGES, _AT_ONCE = 100, 1000, 50


def exchanged(one: Array, other: Array, seed: int = 0) -> tuple[float, float]:
    """Return how often rates, and correlations, of one law differ as much as these do.

    A permutation test of the root mean square difference, in which blocks of dreams change sides.
    Units that fire together deviate together, so that the mean square of many deviations varies
    more than that of as many independent ones; exchanging whole dreams keeps that.

    Parameters
    ----------
    one, other : ndarray, (n_dreams, n_units)
        Dreams, all of them independent.
    seed : int
        Of the exchanges.

    Returns
    -------
    rates, correlations : float
        Probabilities, 1/1001 at least; nan where nothing varies.

    Examples
    --------
    >>> dreams = np.random.default_rng(0).integers(0, 2, (2, 500, 3))
    >>> rates, correlations = exchanged(*dreams)
    >>> rates > 0.01, exchanged(dreams[0], dreams[1] * [1, 1, 0])[0] < 0.01
    (True, True)
    """
    blocks = np.concatenate([_sums(x) for x in (one, other)])
    half = np.repeat([1.0, 0.0], len(blocks) // 2)
    generator = RandomStream(seed).generator(Site.SHUFFLE.of())
    sides = np.stack([half, *(generator.permutation(half) for _ in range(_EXCHANGES))])
    scale = np.concatenate([one, other]).std(axis=0)
    found = [
        _differences(part, blocks, scale)
        for part in np.array_split(sides, -(-len(sides) // _AT_ONCE))
    ]
    rates, correlations = np.concatenate(found, axis=1)
    return _chance(rates), _chance(correlations)


def _sums(x: Array) -> Array:
    """Return count, sums and sums of products in each block of rows, (blocks, 1 + n + n * n)."""
    parts = np.array_split(np.asarray(x, dtype=np.float64), min(_BLOCKS, len(x)))
    return np.stack([np.concatenate([[len(p)], p.sum(axis=0), (p.T @ p).ravel()]) for p in parts])


def _differences(sides: Array, blocks: Array, scale: Array) -> Array:
    """Return the mean squares of differences of rates and correlations, (2, exchanges)."""
    n, upper = len(scale), np.triu_indices(len(scale), 1)
    means, pairs = [], []
    for side in (sides, 1 - sides):
        count, first, second = np.split(side @ blocks, [1, 1 + n], axis=1)
        mean = first / count
        covariance = (second / count).reshape(-1, n, n) - mean[:, :, None] * mean[:, None]
        deviation = np.sqrt(np.maximum(np.diagonal(covariance, axis1=1, axis2=2), 0))
        with np.errstate(divide="ignore", invalid="ignore"):
            own = covariance / (deviation[:, :, None] * deviation[:, None])
            means.append(mean / scale)
        pairs.append(own[:, *upper])
    return np.stack([_mean_square(np.subtract(*both)) for both in (means, pairs)])


def _mean_square(differences: Array) -> Array:
    """Return the mean of the squares of each row, of those that are numbers; nan if none is."""
    known = np.isfinite(differences)
    total = np.where(known, differences, 0.0) ** 2
    with np.errstate(invalid="ignore"):
        mean: Array = total.sum(axis=1) / known.sum(axis=1)
    return mean


def _chance(statistics: Array) -> float:
    """Return how often an exchange gives at least the first number, which is among them."""
    if not np.isfinite(statistics[0]):
        return float("nan")
    return float(np.mean(statistics >= statistics[0] * (1 - 1e-12)))
