"""What is in an HDF5 file: looked through once, and asked by all layouts."""

from __future__ import annotations

from functools import cache
from typing import Any

from neurohm.recordings.layouts.looks import is_numeric
from neurohm.recordings.layouts.records import Records, are_spikes

__all__ = ["Contents"]


class Contents:
    """The groups and datasets of an open file by name, MATLAB's internal ones left out.

    A dataset of records, one a spike, is a group of their columns.

    Looking a name up in an HDF5 file takes longer than reading a list of spikes, and a recording
    may have thousands of names.

    Parameters
    ----------
    file : h5py.File

    Attributes
    ----------
    file : h5py.File
    datasets : dict of str to h5py.Dataset
        All datasets that have a shape, by their whole names.
    groups : dict of str to h5py.Group
        All groups, the file itself as ``"/"``.
    members : dict of str to dict of str to h5py.Group or h5py.Dataset
        What is in each group, by the last part of the names.

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["a/b"] = [1, 2]
    ...     contents = Contents(file)
    ...     list(contents.datasets), list(contents.groups), list(contents.members["a"])
    (['a/b'], ['/', 'a'], ['b'])
    """

    def __init__(self, file: Any) -> None:
        self.file = file
        self.datasets: dict[str, Any] = {}
        self.groups: dict[str, Any] = {"/": file}
        self.members: dict[str, dict[str, Any]] = {"/": {}}
        self._items: dict[str, Any] = {"/": file}
        file.visititems(self._note)
        self.numeric_in = cache(self._numeric_in)

    def _note(self, name: str | bytes, item: Any) -> None:
        # A name that is no UTF-8 comes as bytes: nothing that neurohm could ask for by name.
        if not isinstance(name, str) or name.startswith("#"):
            return
        if not (hasattr(item, "keys") or hasattr(item, "shape")):
            return  # a type that has a name holds nothing
        above, _, last = name.rpartition("/")
        self.members[above or "/"][last] = self._items[name] = item
        if hasattr(item, "keys"):
            self.groups[name], self.members[name] = item, {}
        elif item.shape is not None and are_spikes(item):
            item = self.members[above or "/"][last] = self._items[name] = Records(item)
            self.groups[name], self.members[name] = item, dict(item.items())
            columns = {f"{name}/{column}": values for column, values in item.items()}
            self.datasets |= columns
            self._items |= columns
        elif item.shape is not None:
            self.datasets[name] = item

    @property
    def float_matrices(self) -> set[str]:
        """Names of the 2-D datasets of floats: beside spike times, waveforms or positions."""
        return {n for n, item in self.datasets.items() if item.ndim == 2 and item.dtype.kind == "f"}

    def __getitem__(self, name: str) -> Any:
        """Return the dataset or group of that name."""
        return self._items[name]

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def _numeric_in(self, group: str) -> dict[str, Any]:
        """Numeric datasets of a group, but for single values; an empty one may have no shape."""
        return {
            name: item
            for name, item in self.members[group].items()
            if hasattr(item, "dtype") and item.shape != () and is_numeric(item)
        }
