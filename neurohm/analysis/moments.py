"""Moments of counts in windows: rates, pairs, triplets, synchrony, time course."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from functools import reduce
from itertools import combinations, pairwise
from math import comb
from operator import add
from typing import Any

import numpy as np
import numpy.typing as npt

from neurohm.backend import RandomStream, Site

Array = npt.NDArray[np.float64]

MOST_TRIPLETS = 1000
"""Triplets whose moments are taken; of more, so many spread over all."""

_TRIPLETS = 64  # at a time


@dataclass(frozen=True, eq=False)
class Moments:
    """Moments of counts in windows. What a silent unit has none of is nan.

    Parameters
    ----------
    rates : ndarray of float64, (n_units,)
        Hz, or spikes per bin where time is counted in bins.
    correlations : ndarray of float64, (n_pairs,)
        Pearson's, of the counts of two units in the same bin; pairs as in ``np.triu_indices``.
    autocorrelations : ndarray of float64, (n_units, lags - 1)
        Of the counts of a unit, 1, 2, ... bins apart in the same window.
    synchrony : ndarray of float64, (n_units + 1,)
        P(K), the probability that K units spike in the same bin.
    triplets : ndarray of float64, (n_triplets,)
        Mean product of the standardised counts of three units in the same bin: what three do
        together beyond what their pairs do. Triplets as `triplets_of` lists them.
    """

    rates: Array
    correlations: Array
    autocorrelations: Array
    synchrony: Array
    triplets: Array

    def to_dict(self) -> dict[str, list[Any]]:
        """Return the moments as plain data."""
        return {name: values.tolist() for name, values in asdict(self).items()}


def moments(
    chunks: Iterable[npt.NDArray[Any]],
    lags: int,
    bin_size: float = 1.0,
    paired: npt.ArrayLike | None = None,
) -> Moments:
    """Return the moments of counts in windows that do not overlap.

    Parameters
    ----------
    chunks : iterable of ndarray, (n_windows, n_units * lags)
        Counts; column ``unit * lags + lag``.
    lags : int
    bin_size : float
        Seconds (or bins).
    paired : array_like of int, (n_paired,), optional
        Units whose correlations are taken; all by default.

    Returns
    -------
    Moments

    Examples
    --------
    >>> moments([np.array([[1, 0, 1, 0], [0, 1, 0, 1]])], lags=2).correlations
    array([1.])
    """
    chosen = slice(None) if paired is None else np.asarray(paired)
    return _Sums.over(chunks, lags, chosen).moments(bin_size, chosen)


def triplets_of(n_units: int) -> npt.NDArray[np.int64]:
    """Return triplets of units: all, or a thousand of them, the same each time.

    Parameters
    ----------
    n_units : int

    Returns
    -------
    ndarray of int64, (n_triplets, 3)
        Ascending in each row.

    Examples
    --------
    >>> triplets_of(4).tolist()
    [[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]]
    >>> triplets_of(200).shape
    (1000, 3)
    """
    if comb(n_units, 3) <= MOST_TRIPLETS:
        return np.array(list(combinations(range(n_units), 3)), dtype=np.int64).reshape(-1, 3)
    drawn = RandomStream(0).generator(Site.SHUFFLE.of(2)).integers(0, n_units, (20_000, 3))
    drawn = np.sort(drawn, axis=1)
    distinct = np.unique(drawn[(np.diff(drawn, axis=1) > 0).all(axis=1)], axis=0)
    spread = np.linspace(0, len(distinct) - 1, min(MOST_TRIPLETS, len(distinct)))
    return distinct[spread.astype(np.int64)]


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sums over windows of counts: whole numbers, exact, whatever the order of the windows."""

    windows: int
    count: Array  # (units, lags)
    square: Array  # (units,)
    lagged: Array  # (units, lags - 1)
    product: Array  # (paired, paired)
    synchronous: Array  # (units + 1,)
    triple: Array  # (triplets,)

    @classmethod
    def over(cls, chunks: Iterable[npt.NDArray[Any]], lags: int, paired: Any) -> _Sums:
        """Add up windows that come some at a time, (windows, units * lags) each."""
        parts = (np.asarray(c, dtype=np.float64).reshape(len(c), -1, lags) for c in chunks)
        return reduce(add, (cls._of(part, paired) for part in parts))

    @classmethod
    def _of(cls, counts: Array, paired: Any) -> _Sums:
        windows, units, lags = counts.shape
        per_bin = counts[:, paired].transpose(0, 2, 1).reshape(windows * lags, -1)
        active = np.count_nonzero(counts, axis=1).ravel()
        apart = [
            np.einsum("wul,wul->u", counts[..., : lags - lag], counts[..., lag:])
            for lag in range(lags)
        ]
        return cls(
            windows,
            counts.sum(axis=0),
            apart[0],
            np.stack(apart, axis=1)[:, 1:],
            per_bin.T @ per_bin,
            np.bincount(active, minlength=units + 1).astype(np.float64),
            _triple_products(per_bin),
        )

    def __add__(self, other: _Sums) -> _Sums:
        return _Sums(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def moments(self, bin_size: float, paired: Any) -> Moments:
        """Return the moments of all windows."""
        bins = self.synchronous.sum()
        mean = self.count.sum(axis=1) / bins
        variance = self.square / bins - mean**2
        variance[variance <= 1e-12 * mean] = np.nan  # a unit that does not vary has no correlation
        rows, columns = np.triu_indices(len(self.product), 1)
        centre, spread = mean[paired], np.sqrt(variance[paired])
        together = self.product[rows, columns] / bins - centre[rows] * centre[columns]
        return Moments(
            rates=mean / bin_size,
            correlations=together / (spread[rows] * spread[columns]),
            autocorrelations=self._covariances() / variance[:, None],
            synchrony=self.synchronous / bins,
            triplets=self._coskewness(centre, spread),
        )

    def _coskewness(self, mean: Array, spread: Array) -> Array:
        """Return the mean product of three standardised counts."""
        bins = self.synchronous.sum()
        i, j, k = triplets_of(len(self.product)).T
        pair = self.product / bins
        central = self.triple / bins + 2 * mean[i] * mean[j] * mean[k]
        central -= mean[i] * pair[j, k] + mean[j] * pair[i, k] + mean[k] * pair[i, j]
        return np.asarray(central / (spread[i] * spread[j] * spread[k]))

    def _covariances(self) -> Array:
        """Return the covariance of bins apart, each around the mean of its places in a window."""
        lag = np.arange(1, self.count.shape[1])
        pairs = self.windows * (len(lag) + 1 - lag)
        late = np.cumsum(self.count[:, ::-1], axis=1)[:, -2::-1]
        early = np.cumsum(self.count, axis=1)[:, -2::-1]
        covariances: Array = self.lagged / pairs - early * late / pairs**2
        return covariances


def _triple_products(counts: Array) -> Array:
    """Return the sum over bins of the product of each triplet's counts, (triplets,)."""
    triplets = triplets_of(counts.shape[1])
    by_unit = np.ascontiguousarray(counts.T)
    parts = [
        np.einsum("tb,tb,tb->t", *(by_unit[column] for column in triplets[first:last].T))
        for first, last in pairwise([*range(0, len(triplets), _TRIPLETS), len(triplets)])
    ]
    return np.concatenate([np.empty(0), *parts])
