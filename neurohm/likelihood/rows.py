"""Rows of data, scored part by part on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from neurohm.exceptions import InputError

FEWEST = 64  # rows of a matrix product: a BLAS gives other last bits for fewer


def as_rows(x: Any) -> Any:
    """Return data that slice by rows, as they are if they do: rows may be built when asked for.

    Raises
    ------
    InputError
        If there is no row.

    Examples
    --------
    >>> as_rows([[0, 1], [1, 1]]).shape
    (2, 2)
    """
    x = x.to_numpy() if hasattr(x, "to_numpy") else x  # a data frame: slices would be of labels
    x = x.tocsr() if hasattr(x, "tocsr") else x if hasattr(x, "shape") else np.asarray(x)
    if not x.shape or x.shape[0] == 0:
        raise InputError("no rows to score", "at least one")
    return x


def by_parts(
    work: Callable[[slice], npt.NDArray[np.float64]], rows: int, share: int, threads: int
) -> npt.NDArray[np.float64]:
    """Return what work makes of each part of the rows, side by side along the last axis.

    Parameters
    ----------
    work : callable
        From rows, a slice, to results, ``(..., rows of the slice)``.
    rows, share, threads : int
        How many rows there are, at most belong to a part, and at how many parts work goes on.

    Returns
    -------
    ndarray, (..., rows)

    Examples
    --------
    >>> by_parts(lambda part: np.arange(5.0)[part], rows=5, share=2, threads=1).tolist()
    [0.0, 1.0, 2.0, 3.0, 4.0]
    """
    parts = [slice(first, min(first + share, rows)) for first in range(0, rows, share)]
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads) as pool:
        return np.concatenate(list(pool.map(work, parts)), axis=-1)


def cores() -> int:
    """Return how many cores this process may use.

    Examples
    --------
    >>> cores() >= 1
    True
    """
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def padded(part: npt.NDArray[Any], rows: int) -> npt.NDArray[Any]:
    """Return rows followed by copies of the last one, so that there are at least so many.

    Examples
    --------
    >>> padded(np.array([[1], [2]]), 4).tolist()
    [[1], [2], [2], [2]]
    """
    short = rows - part.shape[0]
    return part if short <= 0 else np.concatenate([part, np.repeat(part[-1:], short, axis=0)])
