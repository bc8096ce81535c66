"""Which templates of two fits are the same patterns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from neurohm.analysis.matching import match, shifted_similarity

ALIKE = 0.3
"""Similarity from which on templates of two fits may be counterparts."""

Matrix = npt.NDArray[np.float64]


def similarity_of(
    own: Sequence[Matrix], others: Sequence[Matrix], mean: npt.NDArray[np.float64]
) -> Matrix:
    """Return how alike fields of two fits are, in units of the deviation of each unit's counts.

    Parameters
    ----------
    own, others : sequence of ndarray of float64, (n_units, lags)
        Fields of templates, each of as many lags as it has.
    mean : ndarray of float64, (n_units,)
        Mean counts a bin of the units.

    Returns
    -------
    ndarray of float64, (n_own, n_others)
        0 to 1, each pair at the shift in time at which it is most alike.

    Examples
    --------
    >>> similarity_of([np.eye(2)], [np.eye(2, 3), np.zeros((2, 1))], np.ones(2)).round(9)
    array([[1., 0.]])
    """
    if not own or not others:
        return np.zeros((len(own), len(others)))
    deviation = np.sqrt(mean)[:, None]
    return shifted_similarity(_stacked(own, deviation), _stacked(others, deviation))[0]


def counterparts(similarity: Matrix) -> npt.NDArray[np.int64]:
    """Return the counterpart of each template in another fit, -1 where there is none.

    Parameters
    ----------
    similarity : ndarray of float64, (n_own, n_others)

    Examples
    --------
    >>> counterparts(np.array([[0.9, 0.8], [0.0, 0.2]]))
    array([ 0, -1])
    """
    return match(similarity, ALIKE)


def _stacked(fields: Sequence[Matrix], deviation: Matrix) -> Matrix:
    """Return all fields as one array, shorter ones filled up with zeros."""
    lags = max(field.shape[1] for field in fields)
    stacked = np.zeros((len(fields), len(deviation), lags))
    for row, field in zip(stacked, fields, strict=True):
        row[:, : field.shape[1]] = field / deviation
    return stacked
