"""Which time is learned from and which is scored: blocks, with gaps between."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from neurohm.checks import real_number, whole_number
from neurohm.exceptions import InputError

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Fold:
    """Bins to learn from and bins to score.

    Parameters
    ----------
    learned, tested : ndarray of bool, (n_bins,)
    """

    learned: Mask
    tested: Mask


def cross_validation(observed: Mask, folds: int, gap: int) -> list[Fold]:
    """Return contiguous blocks of equal length, each of them scored in turn.

    Parameters
    ----------
    observed : ndarray of bool, (n_bins,)
    folds : int
    gap : int
        Observed bins left out on both sides of what is scored.

    Returns
    -------
    list of Fold

    Raises
    ------
    InputError
        If there are fewer than two folds, or more than observed bins.

    Examples
    --------
    >>> fold = cross_validation(np.ones(6, bool), 2, 1)[0]
    >>> fold.tested.astype(int), fold.learned.astype(int)
    (array([1, 1, 1, 0, 0, 0]), array([0, 0, 0, 0, 1, 1]))
    """
    folds = whole_number("folds", folds, 2)
    number = int(np.count_nonzero(observed))
    if folds > number:
        raise InputError(f"{folds} folds of {number} observed bins", "at most one for each bin")
    edges = np.linspace(0, number, folds + 1).astype(int)
    return [_fold(observed, first, end, gap) for first, end in pairwise(edges)]


def last_part(observed: Mask, test: float, gap: int) -> Fold:
    """Return the last part of the time, to be scored, and what lies before it.

    Parameters
    ----------
    observed : ndarray of bool, (n_bins,)
    test : int or float
        A number of observed bins, or a share of them below 1.
    gap : int
        Observed bins left out between the two.

    Returns
    -------
    Fold

    Raises
    ------
    InputError
        If nothing would be left to learn from.

    Examples
    --------
    >>> last_part(np.ones(4, bool), 0.25, 0).learned
    array([ True,  True,  True, False])
    >>> last_part(np.ones(4, bool), 3, 0).learned
    array([ True, False, False, False])
    """
    number = int(np.count_nonzero(observed))
    amount = real_number("test", test, above=0, mend="give a share, or a number of bins")
    if amount < 1:
        tested = max(1, round(amount * number))
    else:
        mend = "give a share below 1, or a whole number of bins"
        tested = whole_number("test", int(amount) if amount.is_integer() else amount, mend=mend)
    if tested + gap >= number:
        raise InputError(
            f"{tested} bins to test on, and a gap of {gap}, of {number}",
            "some left to learn from",
            "give a smaller test part or gap",
        )
    return _fold(observed, number - tested, number, gap)


def blocks_of(n_samples: int, n_blocks: int) -> npt.NDArray[np.int64]:
    """Return the block of each sample: contiguous ones, as equally long as can be.

    Parameters
    ----------
    n_samples, n_blocks : int

    Returns
    -------
    ndarray of int64, (n_samples,)

    Examples
    --------
    >>> blocks_of(5, 2)
    array([0, 0, 0, 1, 1])
    """
    return np.arange(n_samples, dtype=np.int64) * min(n_blocks, n_samples) // n_samples


def _fold(observed: Mask, first: int, end: int, gap: int) -> Fold:
    """Return what is scored, from one observed bin to another, and what is learned from."""
    number = np.cumsum(observed) - 1
    learned = observed & ((number < first - gap) | (number >= end + gap))
    return Fold(learned, observed & (number >= first) & (number < end))
