"""Which patterns of two sets are the same, whatever the lag at which each was found."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def shifted_similarity(
    a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return how alike patterns are, each pair at the shift in time at which it is most alike.

    Parameters
    ----------
    a : ndarray of float64, (n_a, n_units, lags_a)
    b : ndarray of float64, (n_b, n_units, lags_b)

    Returns
    -------
    similarity : ndarray of float64, (n_a, n_b)
        Cosine of the two patterns, what lies outside either counted as zero; 0 for a pattern
        without any value.
    shift : ndarray of int64, (n_a, n_b)
        Lag of `b` at which lag 0 of `a` lies.

    Examples
    --------
    >>> early = np.array([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    >>> late = np.array([[[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]])
    >>> shifted_similarity(early, late)
    (array([[1.]]), array([[1]]))
    """
    lags_a, lags_b = a.shape[2], b.shape[2]
    shifts = np.arange(1 - lags_a, lags_b)
    # Small shifts first: of equal similarities the smallest shift is taken.
    shifts = shifts[np.argsort(np.abs(shifts), kind="stable")]
    products = np.empty((len(shifts), len(a), len(b)))
    for product, shift in zip(products, shifts, strict=True):
        first, end = max(0, shift), min(lags_b, shift + lags_a)
        part = a[:, :, first - shift : end - shift]
        product[...] = np.tensordot(part, b[:, :, first:end], axes=((1, 2), (1, 2)))
    norms = np.sqrt(np.outer(np.square(a).sum((1, 2)), np.square(b).sum((1, 2))))
    best = products.argmax(axis=0)
    similarity = np.divide(products.max(axis=0), norms, out=np.zeros(norms.shape), where=norms > 0)
    return similarity, shifts[best]


def match(similarity: npt.NDArray[np.float64], least: float = 0.0) -> npt.NDArray[np.int64]:
    """Match each pattern of one set with at most one of another, the sum of similarities highest.

    Parameters
    ----------
    similarity : ndarray of float64, (n_a, n_b)
    least : float
        Pairs less alike are not matched.

    Returns
    -------
    ndarray of int64, (n_a,)
        Index of the partner; -1 where there is none.

    References
    ----------
    Kuhn (1955). The Hungarian method for the assignment problem. Naval Research Logistics 2:83.

    Examples
    --------
    >>> match(np.array([[0.9, 0.8], [0.7, 0.1], [0.0, 0.2]]), least=0.5)
    array([ 1,  0, -1])
    """
    from scipy.optimize import linear_sum_assignment

    partner = np.full(len(similarity), -1, dtype=np.int64)
    rows, columns = linear_sum_assignment(similarity, maximize=True)
    good = similarity[rows, columns] >= least
    partner[rows[good]] = columns[good]
    return partner
