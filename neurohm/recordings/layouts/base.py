"""What every layout of an HDF5 file offers, and the looks into a file that they share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from neurohm.recordings.tree import read_array

if TYPE_CHECKING:
    from neurohm.recordings.recording import Recording

__all__ = [
    "Layout",
    "ReadOptions",
    "Remainder",
    "datasets_of",
    "describe",
    "is_matlab",
    "is_numeric",
    "stated_format",
]

# MATLAB stores what is not a plain numeric array as numbers too, with its class beside it.
_MATLAB_NOT_NUMERIC = {"char", "cell", "struct", "function_handle", "string", "table"}


@dataclass(frozen=True)
class ReadOptions:
    """What the user says of a file; the fields are the arguments of `load_recording`.

    Examples
    --------
    >>> ReadOptions(bin_width=0.02).units_axis is None
    True
    """

    bin_width: float | None = None
    units_axis: int | None = None
    dataset: str | None = None
    layout: str | None = None
    sort: bool = False


class Layout(Protocol):
    """One way to hold spikes in an HDF5 file. `file` is an open ``h5py.File``.

    Attributes
    ----------
    name : str
        What the user calls it (``layout=``).
    description : str
        What such a file holds, a few words.
    options : frozenset of str
        The fields of `ReadOptions` that it makes use of, besides those that choose it.
    """

    name: str
    description: str
    options: frozenset[str]

    def candidates(self, file: Any) -> list[str]:
        """Names of the datasets that this layout could read spikes from."""
        ...

    def companions(self, file: Any) -> set[str]:
        """Names of the datasets that belong to the spikes, so are no matter of other layouts."""
        ...

    def read(self, file: Any, dataset: str, options: ReadOptions, source: str) -> Recording:
        """Read the recording whose spikes are in `dataset`."""
        ...


def stated_format(file: Any) -> str:
    """Return the format that a file states in its attributes; empty where it states none.

    Parameters
    ----------
    file : h5py.File

    Returns
    -------
    str

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file.attrs["format"] = "neurohm-recording"
    ...     stated_format(file)
    'neurohm-recording'
    """
    stated = file.attrs.get("format")
    if isinstance(stated, bytes):
        return stated.decode("utf-8", "replace")
    return stated if isinstance(stated, str) else ""


def datasets_of(file: Any) -> dict[str, Any]:
    """All datasets of a file by name, MATLAB's internal ones left out.

    Parameters
    ----------
    file : h5py.File

    Returns
    -------
    dict of str to h5py.Dataset

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["a/b"] = [1, 2]
    ...     list(datasets_of(file))
    ['a/b']
    """
    found: dict[str, Any] = {}

    def note(name: str | bytes, item: Any) -> None:
        # A name that is no UTF-8 comes as bytes: nothing that neurohm could ask for by name.
        is_dataset = getattr(item, "shape", None) is not None
        if is_dataset and isinstance(name, str) and not name.startswith("#"):
            found[name] = item

    file.visititems(note)
    return found


def describe(datasets: dict[str, Any], most: int = 6) -> str:
    """List datasets with their shapes and types, the first few.

    Parameters
    ----------
    datasets : dict of str to h5py.Dataset
    most : int
        How many to list.

    Returns
    -------
    str

    Examples
    --------
    >>> describe({"a": np.zeros((2, 3))})
    "'a' 2 x 3 float64"
    """
    parts = [
        f"'{name}' {' x '.join(str(n) for n in item.shape) or 'scalar'} {item.dtype}"
        for name, item in list(datasets.items())[:most]
    ]
    return ", ".join(parts) + (f" and {len(datasets) - most} more" if len(datasets) > most else "")


def is_matlab(dataset: Any) -> bool:
    """Whether MATLAB wrote a dataset, so that its axes are stored in reverse.

    Parameters
    ----------
    dataset : h5py.Dataset

    Returns
    -------
    bool

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["a"] = [1, 2]
    ...     is_matlab(file["a"])
    False
    """
    return "MATLAB_class" in dataset.attrs


def is_numeric(dataset: Any) -> bool:
    """Whether a dataset holds numbers or booleans.

    Parameters
    ----------
    dataset : h5py.Dataset

    Returns
    -------
    bool

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["a"] = [1, 2]
    ...     is_numeric(file["a"])
    True
    """
    matlab_class = dataset.attrs.get("MATLAB_class", b"")
    if isinstance(matlab_class, bytes):
        matlab_class = matlab_class.decode("ascii", "replace")
    return dataset.dtype.kind in "buif" and str(matlab_class) not in _MATLAB_NOT_NUMERIC


@dataclass(frozen=True)
class Remainder:
    """What a file says besides the spikes: nothing of it is lost in silence.

    Attributes
    ----------
    unit_columns : dict of str to ndarray, shape (n_units,)
    metadata : dict of str to str, int, float or bool
    unused : dict of str to h5py.Dataset
        What could not be understood.

    Examples
    --------
    >>> Remainder().sentence
    ''
    """

    unit_columns: dict[str, NDArray[Any]] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    unused: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, file: Any, used: set[str], n_units: int) -> Remainder:
        """Sort the datasets not in `used` by their size: a value, one for each unit, other."""
        remainder = cls()
        for path, dataset in datasets_of(file).items():
            if path in used:
                continue
            base = path.rsplit("/", 1)[-1]
            name = path.replace("/", ".") if base in remainder.names else base
            known = dataset.dtype.kind in "OS" or is_numeric(dataset)
            if known and dataset.size == 1:
                remainder.metadata[name] = read_array(dataset).item()
            elif known and dataset.size == n_units == max(dataset.shape):
                remainder.unit_columns[name] = np.ravel(read_array(dataset))
            else:
                remainder.unused[path] = dataset
        return remainder

    @property
    def names(self) -> set[str]:
        """Names taken so far."""
        return {*self.unit_columns, *self.metadata}

    @property
    def sentence(self) -> str:
        """The end of a layout's sentence: what was not used."""
        return f"; not used: {describe(self.unused)}" if self.unused else ""
