"""Windows: a few consecutive bins of all units, the rows that a machine sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.recordings.binning import BinnedSpikes
from neurohm.recordings.validation import unit_text

__all__ = ["Windows"]


@dataclass(frozen=True, eq=False)
class Windows:
    """All windows of `lags` consecutive observed bins; none crosses a gap.

    A window is a row of ``n_units * lags`` counts; column ``unit * lags + lag`` with lag 0 the
    oldest bin. Rows are built when asked for: the matrix of all of them never exists.

    Parameters
    ----------
    binned : BinnedSpikes
        The counts.
    lags : int
        Bins in a window.
    stride : int
        Bins from the start of a window to that of the next; `lags` for windows that do not
        overlap. Each observed stretch starts anew.
    offset : int
        Bins skipped at the start of each observed stretch.

    Attributes
    ----------
    starts : ndarray of int64, shape (n_windows,)
        First bin of each window.

    Raises
    ------
    ArgumentTypeError, InputError
        If `lags`, `stride` or `offset` is not a whole number or too small.
    InputError
        If no window fits.

    Examples
    --------
    >>> from neurohm.recordings import Recording, bin_spikes
    >>> binned = bin_spikes(Recording.from_trains([[0.5, 2.5], [1.5]], t_stop=4.0), 1.0)
    >>> windows = Windows(binned, lags=2)
    >>> windows.dense([0, 1, 2])
    array([[1., 0., 0., 1.],
           [0., 1., 1., 0.],
           [1., 0., 0., 0.]], dtype=float32)
    >>> windows.times
    array([2., 3., 4.])
    """

    binned: BinnedSpikes = field(repr=False)
    lags: int
    stride: int = 1
    offset: int = 0
    starts: NDArray[np.int64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name, least in (("lags", 1), ("stride", 1), ("offset", 0)):
            object.__setattr__(self, name, whole_number(name, getattr(self, name), least))
        stretches = _observed_stretches(self.binned.observed)
        starts = [
            np.arange(first + self.offset, end - self.lags + 1, self.stride, dtype=np.int64)
            for first, end in stretches
        ]
        object.__setattr__(self, "starts", np.concatenate([np.empty(0, np.int64), *starts]))
        if not len(self.starts):
            raise self._too_short(int(np.diff(stretches, axis=1).max(initial=0)))

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def n_columns(self) -> int:
        """Columns of a row: ``n_units * lags``."""
        return self.binned.n_units * self.lags

    @property
    def times(self) -> NDArray[np.float64]:
        """End of each window, shape (n_windows,), seconds."""
        ends = (self.starts + self.lags).astype(np.float64)
        return self.binned.t_start + ends * self.binned.bin_size

    def csr(
        self, indices: ArrayLike | slice
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
        """Some windows in compressed rows.

        Parameters
        ----------
        indices : array_like of int, shape (n,), or slice
            Which windows; any order, repeats allowed.

        Returns
        -------
        indptr : ndarray of int64, shape (n + 1,)
            The entries of row ``r`` are ``indptr[r]`` to ``indptr[r + 1]``.
        columns : ndarray of int32, shape (n_entries,)
            Ascending within a row, so that equal windows give equal rows.
        counts : ndarray of int32, shape (n_entries,)

        Raises
        ------
        IndexError
            If there is no such window.

        Examples
        --------
        >>> from neurohm.recordings import Recording, bin_spikes
        >>> binned = bin_spikes(Recording.from_trains([[0.5, 2.5], [1.5]], t_stop=4.0), 1.0)
        >>> [part.tolist() for part in Windows(binned, lags=2).csr([0, 2])]
        [[0, 2, 3], [0, 3, 0], [1, 1, 1]]
        """
        sizes, rows, columns, counts = self._entries(indices)
        indptr = np.concatenate([[0], np.cumsum(sizes)])
        order = np.argsort(rows * self.n_columns + columns, kind="stable")
        return indptr, columns[order].astype(np.int32), counts[order]

    def dense(
        self,
        indices: ArrayLike | slice,
        out: NDArray[Any] | None = None,
        dtype: DTypeLike = np.float32,
    ) -> NDArray[Any]:
        """Some windows as a dense matrix.

        Parameters
        ----------
        indices : array_like of int, shape (n,), or slice
            Which windows; any order, repeats allowed.
        out : ndarray, shape (n, n_columns), optional
            Array to write into.
        dtype : dtype
            Type of the result, if `out` is not given.

        Returns
        -------
        ndarray, shape (n, n_columns)

        Raises
        ------
        IndexError
            If there is no such window.
        InputError
            If `out` is of another shape.

        Examples
        --------
        >>> from neurohm.recordings import Recording, bin_spikes
        >>> binned = bin_spikes(Recording.from_trains([[0.5, 2.5], [1.5]], t_stop=4.0), 1.0)
        >>> Windows(binned, lags=2).dense([2], dtype=int)
        array([[1, 0, 0, 0]])
        """
        sizes, rows, columns, counts = self._entries(indices)
        shape = (len(sizes), self.n_columns)
        if out is None:
            out = np.zeros(shape, dtype=dtype)
        elif out.shape == shape:
            out[...] = 0
        else:
            raise InputError(f"out of shape {out.shape}", f"shape {shape}")
        out[rows, columns] = counts
        return out

    def _entries(
        self, indices: ArrayLike | slice
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
        """Entries of some windows, in the order of their bins: sizes of rows, then each entry."""
        chosen = indices if isinstance(indices, slice) else np.asarray(indices, dtype=np.intp)
        starts = np.atleast_1d(self.starts[chosen])
        binned, bins_of_rows = self.binned, starts[:, None] + np.arange(self.lags)
        first, last = binned.indptr[starts], binned.indptr[starts + self.lags]
        sizes = last - first
        rows = np.repeat(np.arange(len(starts)), sizes)
        # The entries of a window lie side by side: place = its first entry + rank in the row.
        ends = np.cumsum(sizes)
        places = np.arange(len(rows)) + np.repeat(first - (ends - sizes), sizes)
        per_lag = binned.indptr[bins_of_rows + 1] - binned.indptr[bins_of_rows]
        lag = np.repeat(np.tile(np.arange(self.lags), len(starts)), per_lag.ravel())
        columns = binned.unit[places].astype(np.int64) * self.lags + lag
        return sizes, rows, columns, binned.count[places]

    def _too_short(self, longest: int) -> InputError:
        size, unit = self.binned.bin_size, self.binned.time_unit
        window = self.lags + self.offset
        stretch = "recording" if self.binned.observed.all() else "longest observed stretch"
        return InputError(
            f"{stretch} of {unit_text(longest * size, unit)}, shorter than one window of "
            f"{unit_text(window * size, unit)} ({window} bins)",
            "room for at least one window",
            "give fewer lags or a smaller bin size",
        )


def _observed_stretches(observed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """First bin and end of each run of observed bins, shape (n, 2)."""
    padded = np.concatenate([[False], observed, [False]])
    return np.flatnonzero(padded[1:] != padded[:-1]).reshape(-1, 2)
