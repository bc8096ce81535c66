"""Spike counts in bins: what is kept of a recording while a machine learns from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from neurohm.recordings.validation import unit_text

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["BinnedSpikes", "observed_stretches"]


@dataclass(frozen=True, eq=False, repr=False)
class BinnedSpikes:
    """Spike counts of every unit in every bin, sparse: bins x units in CSR form.

    Parameters
    ----------
    indptr : ndarray of int, shape (n_bins + 1,)
        The entries of bin ``b`` are ``indptr[b]`` to ``indptr[b + 1]``: int32, or int64 where there
        are more entries than that holds.
    unit : ndarray of int, shape (n_entries,)
        Unit of each entry, ascending within a bin: uint16, or int32 where there are more than
        65,536 units.
    count : ndarray of int, shape (n_entries,)
        Spikes of that unit in that bin, at least 1: uint8, or int32 where one is above 255. Sums
        of them need a wider type.
    observed : ndarray of bool, shape (n_bins,)
        Whether the bin lies wholly inside observed time.
    bin_size : float
        Width of a bin, seconds (or bins of the file, see `time_unit`).
    t_start : float
        Left edge of the first bin, seconds.
    n_units : int
        Number of units.
    time_unit : {"s", "bin"}
        Unit of `bin_size` and `t_start`.

    Examples
    --------
    >>> from neurohm.recordings import Recording, bin_spikes
    >>> recording = Recording.from_trains([[0.1, 0.15, 0.3], [0.2]], t_stop=0.4)
    >>> binned = bin_spikes(recording, 0.1)
    >>> binned.toarray()
    array([[0, 0],
           [2, 0],
           [0, 1],
           [1, 0]], dtype=int32)
    >>> binned
    BinnedSpikes(4 bins of 0.1 s (4 observed) x 2 units, 4 spikes)
    """

    indptr: NDArray[np.integer[Any]]
    unit: NDArray[np.integer[Any]]
    count: NDArray[np.integer[Any]]
    observed: NDArray[np.bool_]
    bin_size: float
    t_start: float
    n_units: int
    time_unit: Literal["s", "bin"] = "s"

    @property
    def n_bins(self) -> int:
        """Number of bins, observed or not."""
        return len(self.indptr) - 1

    @property
    def n_spikes(self) -> int:
        """Number of spikes in all bins."""
        return int(self.count.sum(dtype=np.int64))

    @property
    def bins(self) -> NDArray[np.int64]:
        """Bin of each entry, ascending, shape (n_entries,)."""
        return np.repeat(np.arange(self.n_bins), np.diff(self.indptr))

    @property
    def edges(self) -> NDArray[np.float64]:
        """Edges of the bins, shape (n_bins + 1,), seconds."""
        return self.t_start + np.arange(self.n_bins + 1, dtype=np.float64) * self.bin_size

    @property
    def density(self) -> float:
        """Share of the entries of observed bins that are not zero.

        Examples
        --------
        >>> from neurohm.recordings import Recording, bin_spikes
        >>> bin_spikes(Recording.from_trains([[0.1, 0.9], []], t_stop=1.0), 0.25).density
        0.25
        """
        stretches = observed_stretches(self.observed)
        entries = (self.indptr[stretches[:, 1]] - self.indptr[stretches[:, 0]]).sum(dtype=np.int64)
        bins = (stretches[:, 1] - stretches[:, 0]).sum()
        return float(entries / max(1, self.n_units * bins))

    def spikes_of_units(self) -> NDArray[np.int64]:
        """Spikes of each unit in observed bins.

        Returns
        -------
        ndarray of int64, shape (n_units,)

        Examples
        --------
        >>> from neurohm.recordings import Recording, bin_spikes
        >>> bin_spikes(Recording.from_trains([[0.1, 0.9], []], t_stop=1.0), 0.5).spikes_of_units()
        array([2, 0])
        """
        from neurohm.recordings import compiled

        total = np.zeros(self.n_units, dtype=np.int64)
        compiled.add_up(self.indptr, self.unit, self.count, self.observed, total)
        return total

    def to_csr(self, dtype: DTypeLike = np.int32) -> csr_array[Any]:
        """Counts as a SciPy matrix.

        Parameters
        ----------
        dtype : dtype
            Type of the counts.

        Returns
        -------
        scipy.sparse.csr_array, shape (n_bins, n_units)

        Examples
        --------
        >>> from neurohm.recordings import Recording, bin_spikes
        >>> bin_spikes(Recording.from_trains([[0.1, 0.9]], t_stop=1.0), 0.5).to_csr().shape
        (2, 1)
        """
        from scipy.sparse import csr_array

        shape = (self.n_bins, self.n_units)
        unit = self.unit.astype(np.int32, copy=False)
        return csr_array((self.count.astype(dtype), unit, self.indptr), shape=shape)

    def toarray(self, dtype: DTypeLike = np.int32) -> NDArray[Any]:
        """Counts as a dense matrix: small recordings only.

        Parameters
        ----------
        dtype : dtype
            Type of the counts.

        Returns
        -------
        ndarray, shape (n_bins, n_units)

        Examples
        --------
        >>> from neurohm.recordings import Recording, bin_spikes
        >>> bin_spikes(Recording.from_trains([[0.1, 0.9]], t_stop=1.0), 0.5).toarray().tolist()
        [[1], [1]]
        """
        dense = np.zeros((self.n_bins, self.n_units), dtype=dtype)
        dense[self.bins, self.unit] = self.count
        return dense

    def cut(self, parts: int) -> list[BinnedSpikes]:
        """Cut it in stretches of about as many observed bins each, one after the other.

        Parameters
        ----------
        parts : int

        Returns
        -------
        list of BinnedSpikes

        Examples
        --------
        >>> from neurohm.recordings import Recording, bin_spikes
        >>> binned = bin_spikes(Recording.from_trains([[0.5, 2.5]], t_stop=4.0), 1.0)
        >>> [(part.n_bins, part.n_spikes, part.t_start) for part in binned.cut(2)]
        [(2, 1, 0.0), (2, 1, 2.0)]
        """
        done = np.cumsum(self.observed)
        targets = done[-1] * np.arange(1, parts) / parts
        edges = [0, *(np.searchsorted(done, targets) + 1).tolist(), self.n_bins]
        return [self._stretch(first, stop) for first, stop in pairwise(edges)]

    def _stretch(self, first: int, stop: int) -> BinnedSpikes:
        begin, end = self.indptr[first], self.indptr[stop]
        return replace(
            self,
            indptr=self.indptr[first : stop + 1] - begin,
            unit=self.unit[begin:end],
            count=self.count[begin:end],
            observed=self.observed[first:stop],
            t_start=self.t_start + first * self.bin_size,
        )

    def __repr__(self) -> str:
        width = unit_text(self.bin_size, self.time_unit)
        return (
            f"BinnedSpikes({self.n_bins} bins of {width} ({int(self.observed.sum())} observed) "
            f"x {self.n_units} units, {self.n_spikes} spikes)"
        )


def observed_stretches(observed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """First bin and end of each run of observed bins.

    Parameters
    ----------
    observed : ndarray of bool, shape (n_bins,)

    Returns
    -------
    ndarray of int64, shape (n, 2)

    Examples
    --------
    >>> observed_stretches(np.array([True, True, False, True])).tolist()
    [[0, 2], [3, 4]]
    """
    edges = np.diff(observed, prepend=False, append=False)
    return np.flatnonzero(edges).reshape(-1, 2)
