"""All states of units that have finitely many."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array


def all_states(units: int, dtype: npt.DTypeLike = "float64") -> Array:
    """Return every state of binary units, ``(2**units, units)``.

    Examples
    --------
    >>> all_states(2).tolist()
    [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    """
    codes = np.arange(1 << units)[:, None] >> np.arange(units)[::-1]
    return (codes & 1).astype(dtype)


def one_hot_states(groups: int, categories: int) -> Array:
    """Return every state of one-hot groups, ``(categories**groups, groups * categories)``.

    Examples
    --------
    >>> one_hot_states(1, 3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    chosen = np.indices((categories,) * groups).reshape(groups, -1).T
    states: Array = np.eye(categories)[chosen].reshape(len(chosen), groups * categories)
    return states
