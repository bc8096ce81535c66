"""From a matrix of spike counts to spikes: one at the centre of its bin for each count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import InputError

__all__ = [
    "bin_centres",
    "check_counts",
    "count_matrix",
    "merge_blocks",
    "spikes_of_counts",
    "unit_ids_of",
]

# A mean count above this is a picture or a voltage trace, and would fill the memory with "spikes".
_HIGHEST_MEAN_COUNT = 1000.0
_VALUES_PER_BLOCK = 2**24

Block = tuple[int, NDArray[Any]]


def count_matrix(counts: Any, source: str = "") -> Any:
    """Return counts as an array, or as the sparse matrix that they are.

    Parameters
    ----------
    counts : array_like or sparse matrix
    source : str
        What to call the matrix in an error.

    Returns
    -------
    ndarray or sparse matrix, shape (n_bins, n_units)

    Raises
    ------
    InputError
        If it is no matrix, or some of its values are masked.

    Examples
    --------
    >>> count_matrix([[0, 1]]).shape
    (1, 2)
    """
    what, matrix = source or "counts", "a matrix of spike counts, shape (n_bins, n_units)"
    if np.ma.is_masked(counts):
        raise InputError(
            f"{what}: an array with masked values",
            "a count of every unit in every bin",
            "fill them (counts.filled(0)) and give the time observed as intervals['observed']",
        )
    try:
        found = counts if hasattr(counts, "tocsr") else np.asarray(counts)
    except ValueError as error:
        raise InputError(f"{what}: {error}", matrix) from None
    if len(found.shape) != 2 or 0 in found.shape:
        raise InputError(f"{what}: an array of shape {found.shape}", matrix)
    return found


def spikes_of_counts(counts: Any, source: str = "") -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List the spikes of a matrix of counts, unit after unit.

    Parameters
    ----------
    counts : ndarray or sparse matrix of int, bool or integral float, shape (n_bins, n_units)
        As `count_matrix` returns it.
    source : str
        What to call the matrix in an error.

    Returns
    -------
    bins : ndarray of int64, shape (n_spikes,)
        Bin of each spike, unit after unit, ascending within each.
    index : ndarray of int64, shape (n_units,)
        End of each unit in `bins`.

    Raises
    ------
    InputError
        If the matrix holds anything but 0, 1, 2, ...

    Examples
    --------
    >>> bins, index = spikes_of_counts(np.array([[0, 1], [2, 0]]))
    >>> bins.tolist(), index.tolist()
    ([1, 1, 0], [2, 3])
    """
    return merge_blocks(_blocks(counts), counts.shape[1], source or "counts")


def unit_ids_of(counts: Any, n_units: int) -> NDArray[Any]:
    """Names of the units: the columns of a data frame, if they can be ids, else numbers.

    Parameters
    ----------
    counts : array_like
    n_units : int

    Returns
    -------
    ndarray of int or str, shape (n_units,)

    Examples
    --------
    >>> unit_ids_of([[0, 1]], 2)
    array([0, 1])
    """
    columns = list(getattr(counts, "columns", ()))
    for kind in (str, (int, np.integer)):
        if columns and all(isinstance(name, kind) for name in columns):
            return np.asarray(columns) if len(set(columns)) == n_units else np.arange(n_units)
    return np.arange(n_units)


def merge_blocks(
    blocks: Iterable[Block], n_units: int, what: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List the spikes of a matrix that comes in blocks of bins.

    Parameters
    ----------
    blocks : iterable of (int, ndarray of shape (n_bins_of_block, n_units))
        First bin and counts of each block, in the order of time.
    n_units : int
    what : str
        What to call the matrix in an error.

    Returns
    -------
    bins, index : ndarray of int64
        As `spikes_of_counts`.

    Raises
    ------
    InputError
        If the matrix holds anything but 0, 1, 2, ...

    Examples
    --------
    >>> blocks = [(0, np.array([[0, 1]])), (1, np.array([[2, 0]]))]
    >>> merge_blocks(blocks, 2, "counts")[0].tolist()
    [1, 1, 0]
    """
    # The empty parts give the concatenations their type when a matrix has no blocks at all.
    bins, units, counts = [[np.empty(0, dtype=np.int64)] for _ in range(3)]
    for first, block in blocks:
        check_counts(block, what)
        rows, columns = np.nonzero(block)
        bins.append(rows + first)
        units.append(columns)
        counts.append(block[rows, columns].astype(np.int64))
    unit = np.concatenate(units)
    order = np.argsort(unit, kind="stable")
    multiplicity = np.concatenate(counts)
    per_unit = np.bincount(unit, weights=multiplicity, minlength=n_units)
    spikes = np.repeat(np.concatenate(bins)[order], multiplicity[order])
    return spikes, np.cumsum(per_unit).astype(np.int64)


def check_counts(block: NDArray[Any], what: str) -> None:
    """Raise unless every value is a plausible spike count.

    Parameters
    ----------
    block : ndarray
    what : str
        What to call the matrix in the error.

    Raises
    ------
    InputError

    Examples
    --------
    >>> check_counts(np.array([[0.5]]), "'x'")
    Traceback (most recent call last):
    neurohm.exceptions.InputError: 'x': the value 0.5; expected spike counts (0, 1, 2, ...); of \
spike times, give one list, and the end of each unit in it
    """
    if block.dtype.kind not in "buif":
        raise InputError(f"{what}: values of type {block.dtype}", "spike counts (0, 1, 2, ...)")
    wrong = np.zeros(block.shape, dtype=bool)
    if block.dtype.kind in "if":
        wrong |= ~(block >= 0)
    if block.dtype.kind == "f":
        wrong |= ~np.isfinite(block) | (block != np.floor(block))
    if wrong.any():
        raise InputError(
            f"{what}: the value {block[wrong][0]:g}",
            "spike counts (0, 1, 2, ...)",
            "of spike times, give one list, and the end of each unit in it"
            * (block.dtype.kind == "f"),
        )
    if block.size and float(block.mean(dtype=np.float64)) > _HIGHEST_MEAN_COUNT:
        raise InputError(
            f"{what}: a mean of {block.mean(dtype=np.float64):.4g} spikes in a bin",
            "spike counts, not voltages or images",
        )


def bin_centres(bins: NDArray[np.int64], width: float) -> NDArray[np.float64]:
    """Centre of each bin of a grid that starts at 0.

    Parameters
    ----------
    bins : ndarray of int64, shape (n,)
    width : float
        Width of a bin, seconds.

    Returns
    -------
    ndarray of float64, shape (n,)
        Seconds.

    Examples
    --------
    >>> bin_centres(np.array([0, 3]), 0.5)
    array([0.25, 1.75])
    """
    return (bins.astype(np.float64) + 0.5) * width


def _blocks(counts: Any) -> Iterator[Block]:
    """Yield an array whole, and the rows of a sparse matrix as dense blocks."""
    if not hasattr(counts, "tocsr"):
        yield 0, counts
        return
    rows = counts.tocsr()
    step = max(1, _VALUES_PER_BLOCK // rows.shape[1])
    for first in range(0, rows.shape[0], step):
        yield first, rows[first : first + step].toarray()
