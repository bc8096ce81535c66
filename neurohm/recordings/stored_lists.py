"""Lists in an open HDF5 file, one after the other, read as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["StoredLists", "names_of"]

_REFERENCES = "#refs#"  # where MATLAB keeps what cells refer to


class StoredLists:
    """Several lists as one, of which parts can be read.

    Parameters
    ----------
    file : h5py.File
    names : sequence of str
        Of the datasets; each has one dimension, or one side longer than 1.
    ends : ndarray of int64, shape (n_lists,)
        End of each list in the whole.

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["a"], file["b"] = [0.5, 1.5], [[1.0], [2.0], [3.0]]
    ...     StoredLists(file, ["a", "b"], np.array([2, 5])).read(1, 4)
    array([1.5, 1. , 2. ])
    """

    def __init__(self, file: Any, names: Sequence[str], ends: NDArray[np.int64]) -> None:
        self._file, self._names, self._ends = file, names, ends
        self._place = -1  # of the list that was read from last
        self._last: Any = None

    def read(self, first: int, end: int) -> NDArray[Any]:
        """Return what lies between two places of the whole, the first one included."""
        touched = np.searchsorted(self._ends, [first, max(first, end - 1)], side="right")
        pieces = []
        for place in range(touched[0], min(touched[1], len(self._ends) - 1) + 1):
            before = int(self._ends[place - 1]) if place else 0
            stop = min(end, int(self._ends[place])) - before
            if stop > max(first - before, 0):
                pieces.append(_part(self._list(place), max(first - before, 0), stop))
        return np.concatenate(pieces) if len(pieces) != 1 else pieces[0]

    def _list(self, place: int) -> Any:
        # Looking a name up takes longer than reading a few spikes.
        if place != self._place:
            self._place, self._last = place, self._file[self._names[place]]
        return self._last


def names_of(datasets: Sequence[Any]) -> list[str]:
    """Return the names of datasets under which they can be opened again.

    The file is gone through for the name of what a reference led to; for MATLAB's, which lie side
    by side, their addresses tell, once for all of them.

    Parameters
    ----------
    datasets : sequence of h5py.Dataset
        Of one file.

    Returns
    -------
    list of str

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["#refs#/c"] = [0.5]
    ...     names_of([file[file["#refs#/c"].ref]])
    ['#refs#/c']
    """
    import h5py

    file = datasets[0].file
    by_address: dict[Any, str] = {}
    group = file.get(_REFERENCES)
    if isinstance(group, h5py.Group):
        for name in group:
            address = tuple(h5py.h5g.get_objinfo(group.id, name.encode()).objno)
            by_address[address] = f"{_REFERENCES}/{name}"
    addresses = [tuple(h5py.h5g.get_objinfo(item.id).objno) for item in datasets]
    pairs = zip(datasets, addresses, strict=True)
    return [by_address.get(address) or str(item.name) for item, address in pairs]


def _part(dataset: Any, first: int, stop: int) -> NDArray[Any]:
    if dataset.shape == ():
        return np.ravel(dataset[()])
    before = (0,) * int(np.argmax(dataset.shape))
    return np.ravel(dataset[(*before, slice(first, stop))])
