"""Datasets of records, one a spike, looked at as a list for each of their columns."""

from __future__ import annotations

from typing import Any

from neurohm.recordings.layouts.names import TIMES_OR_SAMPLES, UNITS_OR_PLACES, first_of

__all__ = ["Column", "Records", "are_spikes"]


def are_spikes(dataset: Any) -> bool:
    """Whether a dataset holds records with a time and a unit, by the names of their columns.

    Parameters
    ----------
    dataset : h5py.Dataset

    Returns
    -------
    bool

    Examples
    --------
    >>> import h5py, numpy as np
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["spikes"] = np.zeros(3, [("time", float), ("unit", int)])
    ...     are_spikes(file["spikes"])
    True
    """
    import h5py

    # Asked of the file first, since NumPy has no dtype for some of its types.
    is_compound = dataset.id.get_type().get_class() == h5py.h5t.COMPOUND
    if not is_compound or len(dataset.shape) != 1:
        return False
    names = [name for name in dataset.dtype.names or () if dataset.dtype[name].kind in "biuf"]
    times = first_of(TIMES_OR_SAMPLES, names)
    others = [name for name in names if name != times]
    return times is not None and first_of(UNITS_OR_PLACES, others) is not None


class Records:
    """A dataset of records as a group of columns.

    Parameters
    ----------
    dataset : h5py.Dataset

    Examples
    --------
    >>> import h5py, numpy as np
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["spikes"] = np.zeros(3, [("time", float), ("unit", int)])
    ...     list(Records(file["spikes"]).keys())
    ['time', 'unit']
    """

    def __init__(self, dataset: Any) -> None:
        self.name, self.attrs = dataset.name, dataset.attrs
        names = [n for n in dataset.dtype.names if dataset.dtype[n].kind in "biuf"]
        self._columns = {name: Column(dataset, name) for name in names}

    def keys(self) -> Any:
        """Return the names of the columns of numbers."""
        return self._columns.keys()

    def items(self) -> Any:
        """Return them with the columns."""
        return self._columns.items()


class Column:
    """A column of numbers in a dataset of records, with what else is asked of a dataset.

    Parameters
    ----------
    dataset : h5py.Dataset
    name : str

    Examples
    --------
    >>> import h5py, numpy as np
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["spikes"] = np.ones(3, [("time", float), ("unit", int)])
    ...     Column(file["spikes"], "time")[()]
    array([1., 1., 1.])
    """

    def __init__(self, dataset: Any, name: str) -> None:
        self._values = dataset.fields(name)
        self.name, self.attrs = f"{dataset.name}/{name}", dataset.attrs
        self.dtype = dataset.dtype[name]
        self.shape, self.ndim, self.size = dataset.shape, dataset.ndim, dataset.size

    def __getitem__(self, place: Any) -> Any:
        """Read some of the values."""
        return self._values[place]
