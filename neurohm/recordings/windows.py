"""Windows: a few consecutive bins of all units, the rows that a machine sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.recordings.binned import BinnedSpikes, observed_stretches
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
    # First bin of the first window of each stretch; windows before each stretch, and all of them.
    _first: NDArray[np.int64] = field(init=False, repr=False)
    _before: NDArray[np.int64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name, least in (("lags", 1), ("stride", 1), ("offset", 0)):
            object.__setattr__(self, name, whole_number(name, getattr(self, name), least))
        stretches = observed_stretches(self.binned.observed)
        room = stretches[:, 1] - stretches[:, 0] - self.offset - self.lags
        fits = room >= 0
        if not fits.any():
            raise self._too_short(int(np.diff(stretches, axis=1).max(initial=0)))
        before = np.concatenate([[0], np.cumsum(room[fits] // self.stride + 1)])
        object.__setattr__(self, "_first", stretches[fits, 0] + self.offset)
        object.__setattr__(self, "_before", before)

    def __len__(self) -> int:
        return int(self._before[-1])

    @property
    def starts(self) -> NDArray[np.int64]:
        """First bin of each window, shape (n_windows,); made anew each time."""
        return self.starts_of(slice(None))

    def starts_of(self, indices: ArrayLike | slice) -> NDArray[np.int64]:
        """First bin of some windows.

        Parameters
        ----------
        indices : array_like of int, shape (n,), or slice
            Which windows; any order, repeats allowed.

        Returns
        -------
        ndarray of int64, shape (n,)

        Raises
        ------
        IndexError
            If there is no such window.

        Examples
        --------
        >>> from neurohm.recordings import Recording, bin_spikes
        >>> binned = bin_spikes(Recording.from_trains([[0.5, 2.5], [1.5]], t_stop=4.0), 1.0)
        >>> Windows(binned, lags=1, stride=2).starts_of([1, 0])
        array([2, 0])
        """
        from neurohm.recordings import compiled

        if isinstance(indices, slice):
            indices = np.arange(*indices.indices(len(self)))
        chosen = np.ascontiguousarray(indices, dtype=np.int64).ravel()
        starts = np.empty(len(chosen), np.int64)
        missing = compiled.starts_of_windows(chosen, self._first, self._before, self.stride, starts)
        if missing >= 0:
            raise IndexError(f"window {chosen[missing]} of {len(self)}")
        return starts

    def indices_of(self, starts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which windows begin at some bins.

        Parameters
        ----------
        starts : ndarray of int64, shape (n,)
            First bins of windows.

        Returns
        -------
        ndarray of int64, shape (n,)

        Examples
        --------
        >>> from neurohm.recordings import Recording, bin_spikes
        >>> binned = bin_spikes(Recording.from_trains([[0.5, 2.5], [1.5]], t_stop=4.0), 1.0)
        >>> Windows(binned, lags=1, stride=2).indices_of(np.array([2, 0]))
        array([1, 0])
        """
        stretch = np.searchsorted(self._first, starts, side="right") - 1
        return self._before[stretch] + (starts - self._first[stretch]) // self.stride

    @property
    def n_columns(self) -> int:
        """Columns of a row: ``n_units * lags``."""
        return self.binned.n_units * self.lags

    @property
    def times(self) -> NDArray[np.float64]:
        """End of each window, shape (n_windows,), seconds."""
        ends = (self.starts + self.lags).astype(np.float64)
        return self.binned.t_start + ends * self.binned.bin_size

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
        from neurohm.recordings import compiled

        starts = self.starts_of(indices)
        shape = (len(starts), self.n_columns)
        if out is None:
            out = np.empty(shape, dtype=dtype)
        elif out.shape != shape:
            raise InputError(f"out of shape {out.shape}", f"shape {shape}")
        binned = self.binned
        compiled.dense_windows(binned.indptr, binned.unit, binned.count, starts, self.lags, out)
        return out

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
