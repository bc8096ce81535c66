"""Gathering the samples of a batch."""

from __future__ import annotations

import numpy as np

from neurohm.backend import Activations, Array
from neurohm.kernels.reference.rows import put


def rows_of(data: Array, indices: Array, out: Array) -> None:
    """Write rows of a matrix by their index.

    Parameters
    ----------
    data : ndarray, (samples, units)
    indices : ndarray of int64, (rows,)
    out : ndarray, (rows, units)
    """
    out[...] = data[indices]


def compressed_rows_of(
    indptr: Array, columns: Array, values: Array, indices: Array, out: Activations
) -> None:
    """Write rows of a compressed matrix by their index.

    Parameters
    ----------
    indptr : ndarray of int64, (samples + 1,)
        Where the entries of each row begin.
    columns : ndarray of int32, (entries,)
        Each at most once in a row.
    values : ndarray, (entries,)
    indices : ndarray of int64, (rows,)
    out : ndarray or SparseRows, (rows, units)
    """
    rows = np.zeros(out.shape, out.dtype)
    for row, index in enumerate(indices):
        entries = slice(indptr[index], indptr[index + 1])
        rows[row, columns[entries]] = values[entries]
    put(rows, out)


def gather(
    indptr: Array, unit: Array, count: Array, starts: Array, lags: int, out: Activations
) -> None:
    """Write windows of binned spikes; column ``unit * lags + lag``, lag 0 the oldest bin.

    Parameters
    ----------
    indptr : ndarray of int32 or int64, (bins + 1,)
        Where the entries of each bin begin.
    unit : ndarray of uint16 or int32, (entries,)
    count : ndarray of uint8 or int32, (entries,)
    starts : ndarray of int64, (rows,)
        First bin of each window.
    lags : int
    out : ndarray or SparseRows, (rows, units * lags)
    """
    windows = np.zeros(out.shape, out.dtype)
    for row, start in enumerate(starts):
        for lag in range(lags):
            entries = slice(indptr[start + lag], indptr[start + lag + 1])
            windows[row, unit[entries].astype(np.int64) * lags + lag] = count[entries]
    put(windows, out)
