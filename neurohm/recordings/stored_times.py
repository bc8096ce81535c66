"""Spike times that stay in their file: read a part at a time, whenever they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import DTypeLike, NDArray

from neurohm.exceptions import InputError, MissingFileError
from neurohm.recordings.reading_ahead import read_ahead
from neurohm.recordings.stored_lists import StoredLists, names_of

__all__ = ["BLOCK", "LARGEST_IN_MEMORY", "StoredTimes", "stays_in_file"]

# Lists of more spikes than this stay in their file: 64 MB as double precision.
LARGEST_IN_MEMORY = 2**23
# Spikes that are read at a time.
BLOCK = 2**20


def stays_in_file(*datasets: Any, lazy: bool = False) -> bool:
    """Whether lists of spike times are not read whole, but stay in their file.

    Parameters
    ----------
    *datasets : h5py.Dataset
        Of one file: that of all units, or that of each.
    lazy : bool
        Whether they should; else only very long ones do.

    Returns
    -------
    bool

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["a"] = [0.5, 1.0]
    ...     stays_in_file(file["a"])
    False
    """
    is_large = sum(item.size or 0 for item in datasets) > (0 if lazy else LARGEST_IN_MEMORY)
    are_lists = all(sum(length != 1 for length in item.shape or ()) <= 1 for item in datasets)
    # A file that lives in memory cannot be opened again.
    is_there = is_large and Path(datasets[0].file.filename).is_file()
    return are_lists and is_there and all(item.dtype.kind in "iuf" for item in datasets)


@dataclass(frozen=True, eq=False, repr=False)
class StoredTimes(NDArrayOperatorsMixin):
    """Lists of spike times in an HDF5 file, in place of an array of them.

    Immutable, and small: it knows which parts of which datasets it stands for, and opens the file,
    to read only, each time that it is asked for some of them. It can be pickled. What NumPy
    computes with it works on an array of all of it.

    Parameters
    ----------
    path : str
        The file.
    datasets : tuple of str
        Names of the lists in it, which are taken as one, in this order.
    ends : ndarray of int64, shape (n_lists,)
        End of each list in the whole.
    stamp : tuple of int
        Size and time of change of the file, which must stay as they are.
    parts : ndarray of int64, shape (n_parts, 2)
        First and end of the parts of the whole, in the order in which they follow each other.
    stored_dtype : dtype
        Type that holds the values of all lists.
    per_second : float, optional
        How many of the file's units of time there are in a second. Without it values are as the
        file has them, in its type.
    factor : float
        What seconds are multiplied by.

    Examples
    --------
    >>> import h5py, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "spikes.h5"
    >>> with h5py.File(path, "w") as file:
    ...     file["times"] = [0.5, 1.0, 2.5]
    >>> with h5py.File(path) as file:
    ...     times = StoredTimes.of(file["times"])
    >>> len(times), times[1:]
    (3, array([1. , 2.5]))
    """

    path: str
    datasets: tuple[str, ...]
    ends: NDArray[np.int64]
    stamp: tuple[int, int]
    parts: NDArray[np.int64]
    stored_dtype: np.dtype[Any]
    per_second: float | None = None
    factor: float = 1.0

    @classmethod
    def of(cls, *datasets: Any) -> StoredTimes:
        """Stand for datasets of an open file, of one dimension (or one side longer than 1).

        Parameters
        ----------
        *datasets : h5py.Dataset
            Of one file; one after the other.

        Returns
        -------
        StoredTimes
        """
        path = str(Path(datasets[0].file.filename).resolve())
        ends = np.cumsum([item.size for item in datasets], dtype=np.int64)
        parts = np.array([[0, ends[-1]]], dtype=np.int64)
        dtype = np.result_type(*(item.dtype for item in datasets))
        return cls(path, tuple(names_of(datasets)), ends, _stamp(path), parts, dtype)

    # ---- what arrays have

    def __len__(self) -> int:
        return int((self.parts[:, 1] - self.parts[:, 0]).sum())

    @property
    def size(self) -> int:
        """Number of spikes."""
        return len(self)

    @property
    def shape(self) -> tuple[int]:
        """Number of spikes."""
        return (len(self),)

    @property
    def ndim(self) -> int:
        """One."""
        return 1

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values: float64 seconds, or that of the file."""
        return self.stored_dtype if self.per_second is None else np.dtype(np.float64)

    def __getitem__(self, key: Any) -> Any:
        """Read some of the times: an index, a slice, a list of indices or a mask."""
        if isinstance(key, slice):
            first, end, step = key.indices(len(self))
            if step != 1:
                return _frozen(self._picked(np.arange(first, end, step)))
            return _frozen(self._read(first, max(first, end)))
        places = np.asarray(key)
        if places.ndim == 0:
            place = range(len(self))[int(places)]
            return self._read(place, place + 1)[0]
        if places.dtype == bool and places.shape != self.shape:
            raise IndexError(f"a mask of shape {places.shape} for {len(self)} spike times")
        return _frozen(self._picked(np.flatnonzero(places) if places.dtype == bool else places))

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Read all of them."""
        if copy is False:
            raise ValueError("spike times in a file cannot become an array without a copy")
        return self._read(0, len(self)).astype(dtype or self.dtype, copy=False)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Compute with an array of all of them."""
        arrays = [np.asarray(x) if isinstance(x, StoredTimes) else x for x in inputs]
        return getattr(ufunc, method)(*arrays, **options)

    def max(self) -> Any:
        """Return the latest time."""
        return max(values.max() for _, values in self.blocks())

    def min(self) -> Any:
        """Return the earliest time."""
        return min(values.min() for _, values in self.blocks())

    def __repr__(self) -> str:
        more = f" and {len(self.datasets) - 1} more" if len(self.datasets) > 1 else ""
        return f"StoredTimes({len(self)} spikes, '{self.datasets[0]}'{more} of '{self.path}')"

    # ---- what else they offer

    def blocks(self) -> Iterator[tuple[int, NDArray[Any]]]:
        """Read all times, a block of them at a time, the next one in the background.

        Yields
        ------
        first : int
            Place of the first one.
        values : ndarray
        """
        with self._opened() as lists:
            last = len(self)

            def read(first: int) -> NDArray[Any]:
                return self._values(lists, first, min(first + BLOCK, last))

            yield from read_ahead(read, range(0, last, BLOCK))

    def runs(self, runs: NDArray[np.int64]) -> StoredTimes:
        """Return those in some runs of places, one run after the other.

        Parameters
        ----------
        runs : ndarray of int64, shape (n, 2)
            First place and end of each.

        Returns
        -------
        StoredTimes
        """
        ends = self._ends
        pieces = [np.empty((0, 2), np.int64)]
        for first, end in runs.tolist():
            touched = np.searchsorted(ends, [first, end - 1], side="right")
            inside = slice(touched[0], touched[1] + 1)
            shift = self.parts[inside, 1] - ends[inside]
            piece = np.maximum(self.parts[inside], (first + shift)[:, None])
            pieces.append(np.minimum(piece, (end + shift)[:, None]))
        return replace(self, parts=_joined(np.concatenate(pieces)))

    def in_seconds(self, per_second: float) -> StoredTimes:
        """Return the same in seconds, where the file has so many units of time in a second."""
        return replace(self, per_second=per_second)

    def scaled(self, factor: float) -> StoredTimes:
        """Return the same multiplied by a factor."""
        return replace(self, factor=self.factor * factor)

    # ---- reading

    @property
    def _ends(self) -> NDArray[np.int64]:
        return np.cumsum(self.parts[:, 1] - self.parts[:, 0])

    @contextmanager
    def _opened(self) -> Iterator[StoredLists]:
        import h5py

        if _stamp(self.path) != self.stamp:
            raise InputError(
                f"'{self.path}' has changed since the recording was loaded",
                "the same file while it is in use",
                "load the recording again",
            )
        with h5py.File(self.path, "r") as file:
            yield StoredLists(file, self.datasets, self.ends)

    def _read(self, first: int, end: int) -> NDArray[Any]:
        values = np.empty(end - first, self.dtype)
        with self._opened() as lists:
            for place in range(first, end, BLOCK):
                stop = min(place + BLOCK, end)
                values[place - first : stop - first] = self._values(lists, place, stop)
        return values

    def _values(self, lists: StoredLists, first: int, end: int) -> NDArray[Any]:
        stored = self._stored(lists, self.runs(np.array([[first, end]])).parts)
        if self.per_second is None:
            return _frozen(stored.astype(self.stored_dtype, copy=False))
        seconds = stored.astype(np.float64) / self.per_second
        return _frozen(seconds if self.factor == 1.0 else seconds * self.factor)

    @staticmethod
    def _stored(lists: StoredLists, parts: NDArray[np.int64]) -> NDArray[Any]:
        first, end = int(parts[0, 0]), int(parts[-1, 1])
        ascend = bool((parts[1:, 0] >= parts[:-1, 1]).all())
        if ascend and end - first <= 2 * BLOCK:
            # Many short parts side by side: one long read is faster.
            span = lists.read(first, end)
            pieces = [span[start - first : stop - first] for start, stop in parts.tolist()]
        else:
            pieces = [lists.read(*part) for part in parts.tolist()]
        return np.concatenate(pieces) if len(pieces) > 1 else pieces[0]

    def _picked(self, places: NDArray[Any]) -> NDArray[Any]:
        """Read single times: the file is gone through once, in its order."""
        length = len(self)
        outside = (places < -length) | (places >= length)
        if outside.any():
            raise IndexError(f"index {places[outside][0]} of {length} spike times")
        flat = np.ravel(places) % max(1, length)
        order = np.argsort(flat, kind="stable")
        result = np.empty(flat.size, self.dtype)
        with self._opened() as lists:
            done = 0
            while done < flat.size:
                first = int(flat[order[done]])
                end = min(first + BLOCK, length)
                upto = int(np.searchsorted(flat, end, side="left", sorter=order))
                own = order[done:upto]
                last = int(flat[own[-1]]) + 1
                result[own] = self._values(lists, first, last)[flat[own] - first]
                done = upto
        return result.reshape(places.shape)


def _stamp(path: str) -> tuple[int, int]:
    try:
        found = Path(path).stat()
    except OSError:
        raise MissingFileError(
            f"'{path}' has gone since the recording was loaded",
            "the file where it was",
            "put it back, or load the recording again",
        ) from None
    return found.st_size, found.st_mtime_ns


def _joined(parts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Parts without the empty ones, and those that follow each other directly as one."""
    parts = parts[parts[:, 1] > parts[:, 0]]
    begins = np.concatenate([[True], parts[1:, 0] != parts[:-1, 1]])[: len(parts)]
    ends = np.concatenate([begins[1:], [True]])[: len(parts)]
    return np.stack([parts[begins, 0], parts[ends, 1]], axis=1)


def _frozen(values: NDArray[Any]) -> NDArray[Any]:
    values.flags.writeable = False
    return values
