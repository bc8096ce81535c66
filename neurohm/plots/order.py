"""In which order units are shown, so that structure can be seen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

NO_EFFECT = 0.02
"""Hidden units whose largest effect is below this share of the largest of all have none."""


def strength(fields: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return how strong each field is: the root of the sum of its squares.

    Parameters
    ----------
    fields : ndarray of float64, (n_hidden, n_units, lags)

    Returns
    -------
    ndarray of float64, (n_hidden,)

    Examples
    --------
    >>> strength(np.array([[[3.0, 4.0]], [[0.0, 1.0]]]))
    array([5., 1.])
    """
    norms: npt.NDArray[np.float64] = np.sqrt(np.square(fields).sum(axis=(1, 2)))
    return norms


def hidden_order(fields: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the hidden units that have an effect, the strongest first.

    Parameters
    ----------
    fields : ndarray of float64, (n_hidden, n_units, lags)

    Returns
    -------
    ndarray of int64, (n_effective,)

    Examples
    --------
    >>> hidden_order(np.array([[[0.5]], [[0.001]], [[-2.0]]]))
    array([2, 0])
    """
    peaks = np.abs(fields).max(axis=(1, 2))
    order: npt.NDArray[np.int64] = np.argsort(-strength(fields), kind="stable")
    has_effect = peaks[order] > NO_EFFECT * peaks.max(initial=0.0)
    return np.compress(has_effect, order)


def unit_order(fields: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the recorded units, those that the same hidden unit raises side by side.

    Units lie by the hidden unit that raises them most, strongest hidden unit first; within these
    by the lag at which it does, then by how much. Units that none raises much come last.

    Parameters
    ----------
    fields : ndarray of float64, (n_hidden, n_units, lags)

    Returns
    -------
    ndarray of int64, (n_units,)

    Examples
    --------
    >>> unit_order(
    ...     np.array([[[0.0, 2.0], [0.0, 0.0], [3.0, 0.0]], [[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]]])
    ... )
    array([2, 0, 1])
    """
    effective = fields[hidden_order(fields)]
    if not len(effective):
        return np.arange(fields.shape[1])
    raised = effective.max(axis=2)
    preferred = raised.argmax(axis=0)
    own = effective[preferred, np.arange(len(preferred))]
    least = 0.1 * np.percentile(raised.max(axis=0), 95)
    preferred[raised.max(axis=0) <= least] = len(effective)
    order: npt.NDArray[np.int64] = np.lexsort((-own.max(axis=1), np.rint(_centre(own)), preferred))
    return order


def _centre(course: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the mean lag of what is above half of each unit's peak."""
    weight = np.maximum(0.0, course - 0.5 * course.max(axis=1, keepdims=True))
    total = weight.sum(axis=1)
    centre = np.zeros(len(course))
    np.divide(weight @ np.arange(course.shape[1]), total, out=centre, where=total > 0)
    return centre
