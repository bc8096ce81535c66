"""Looks at one dataset of an HDF5 file, that the layouts share."""

from __future__ import annotations

from typing import Any

__all__ = [
    "describe",
    "is_list",
    "is_matlab",
    "is_numeric",
    "is_text",
    "matlab_class",
    "stated_format",
]

# MATLAB stores what is not a plain numeric array as numbers too, with its class beside it.
_MATLAB_NOT_NUMERIC = {"char", "cell", "struct", "function_handle", "string", "table"}


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
    >>> import numpy as np
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


def matlab_class(dataset: Any) -> str:
    """Return the class that MATLAB states for a dataset; empty where it states none.

    Parameters
    ----------
    dataset : h5py.Dataset

    Returns
    -------
    str

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["a"] = [1, 2]
    ...     matlab_class(file["a"])
    ''
    """
    stated = dataset.attrs.get("MATLAB_class", b"")
    return stated.decode("ascii", "replace") if isinstance(stated, bytes) else str(stated)


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
    return dataset.dtype.kind in "buif" and matlab_class(dataset) not in _MATLAB_NOT_NUMERIC


def is_text(dataset: Any) -> bool:
    """Whether a dataset holds text; references and arrays are objects too, but none.

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
    ...     file["a"] = "text"
    ...     is_text(file["a"])
    True
    """
    import h5py

    return h5py.check_string_dtype(dataset.dtype) is not None


def is_list(dataset: Any) -> bool:
    """Whether at most one axis is longer than 1: MATLAB has no other vectors.

    Parameters
    ----------
    dataset : h5py.Dataset or ndarray

    Returns
    -------
    bool

    Examples
    --------
    >>> import numpy as np
    >>> is_list(np.zeros((1, 3))), is_list(np.zeros((2, 3)))
    (True, False)
    """
    return bool(dataset.ndim) and sum(length != 1 for length in dataset.shape) <= 1
