"""Whether what was taken for one assembly is two that never occur together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_ROUNDS = 50
_PSEUDO = 0.5  # occurrences with and without a spike, added to each mean


def two_kinds(took_part: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_] | None:
    """Tell two kinds of occurrences apart by who takes part in them, if there are two.

    A mixture of two kinds, in each of which members take part independently of each other, is
    fitted by expectation maximisation from the sign of the first principal component, and
    compared with one kind by the Bayesian information criterion.

    Parameters
    ----------
    took_part : ndarray of bool, (n_occurrences, n_members)

    Returns
    -------
    ndarray of bool, (n_occurrences,), or None
        Which occurrences are not of the first one's kind; None if one kind explains all as well.

    Examples
    --------
    >>> took_part = np.repeat([[True, True, False, False], [False, False, True, True]], 8, axis=0)
    >>> two_kinds(took_part).astype(int)
    array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1])
    >>> two_kinds(np.random.default_rng(0).random((100, 4)) < 0.8) is None
    True
    """
    n, m = took_part.shape
    if n < 2 or m < 2:
        return None
    x = took_part.astype(np.float64)
    centred = x - x.mean(axis=0)
    along = centred @ np.linalg.svd(centred, full_matrices=False)[2][0]
    second = (along < 0).astype(np.float64)
    for _ in range(_ROUNDS):
        joint = np.stack([_log_joint(x, 1 - second), _log_joint(x, second)])
        total = np.logaddexp(joint[0], joint[1])
        second = np.exp(joint[1] - total)
    one = _log_joint(x, np.ones(n)).sum()
    # Another mean for each member, and how frequent the kinds are.
    penalty = 0.5 * (m + 1) * np.log(n)
    if total.sum() - one <= penalty:
        return None
    kinds = second > 0.5
    return np.asarray(kinds ^ kinds[0])  # the first occurrence is of the first kind


def _log_joint(
    x: npt.NDArray[np.float64], weight: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the log-probability of a kind and of what each occurrence shows, if it is of it."""
    total = weight.sum()
    mean = (weight @ x + _PSEUDO) / (total + 2 * _PSEUDO)
    share = max(float(total) / len(weight), 1e-12)
    return np.asarray(x @ np.log(mean) + (1 - x) @ np.log1p(-mean) + np.log(share))
