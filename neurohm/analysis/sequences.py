"""Whether the members of an assembly fire one after the other, in the same order each time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_TO_DEVIATION = 1.4826  # from the median absolute deviation, of normal values


@dataclass(frozen=True)
class FiringOrder:
    """In which order the members of an assembly fire.

    Parameters
    ----------
    spread : ndarray of float64, (n_members,)
        Robust standard deviation of each member's spikes around its lag, seconds (or bins).
    order : float
        Of pairs of spikes of one occurrence, those in the order of the lags less those against
        it, as a share: 1 for a sequence, 0 for synchrony.
    p_value : float
        That the order is one of chance: of the shuffles of who fires when in each occurrence, the
        occurrences themselves among them, the share that gives as much.
    """

    spread: npt.NDArray[np.float64]
    order: float
    p_value: float


def firing_order(
    after: npt.NDArray[np.float64],
    lags: npt.NDArray[np.float64],
    *,
    shuffles: int = 199,
    seed: int = 0,
) -> FiringOrder:
    """Measure how steady the lags of an assembly are, and its order.

    The lags of an occurrence are those of the other half of the occurrences, so that their own
    noise makes no order; of shuffled occurrences, too, so that the p-value is exact. A single
    occurrence has no order.

    Parameters
    ----------
    after : ndarray of float64, (n_occurrences, n_members)
        When each member fires behind the first one; ``nan`` where it does not.
    lags : ndarray of float64, (n_members,)
    shuffles : int
        Of who fires when, within each occurrence.
    seed : int

    Returns
    -------
    FiringOrder

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> lags = np.array([0.0, 0.02, 0.04])
    >>> found = firing_order(lags + 0.002 * rng.standard_normal((50, 3)), lags)
    >>> round(found.order, 2), found.p_value
    (1.0, 0.005)
    """
    off = np.abs(after - lags)
    spread = _TO_DEVIATION * _median(off)
    order = _order(after)
    rng = np.random.default_rng(seed)
    as_much = sum(_order(_shuffled(after, rng)) >= order for _ in range(shuffles))
    return FiringOrder(spread, order, (1 + as_much) / (1 + shuffles))


def _order(after: npt.NDArray[np.float64]) -> float:
    """Return the share of pairs in the order of the other half less that of pairs against it."""
    halves = np.arange(len(after)) % 2
    ranks = np.stack([_median(after[halves != own]) for own in (0, 1)])[halves]
    right = wrong = 0
    for i in range(after.shape[1]):
        differs = (after[:, i, None] - after[:, :i]) * (ranks[:, i, None] - ranks[:, :i])
        right += int((differs > 0).sum())
        wrong += int((differs < 0).sum())
    return (right - wrong) / max(1, right + wrong)


def _shuffled(after: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return the times of each occurrence dealt anew to the members that fire in it."""
    keys = rng.random(after.shape)
    keys[np.isnan(after)] += 2.0  # the silent ones last, and silent they stay
    dealt = np.take_along_axis(after, np.argsort(keys, axis=1), axis=1)
    places = np.argsort(np.isnan(after), axis=1, kind="stable")
    result = np.empty_like(after)
    np.put_along_axis(result, places, dealt, axis=1)
    return result


def _median(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the median of what is known of each column; nan where nothing is."""
    result = np.full(values.shape[1], np.nan)
    known = ~np.isnan(values).all(axis=0)
    if len(values) and known.any():
        result[known] = np.nanmedian(values[:, known], axis=0)
    return result
