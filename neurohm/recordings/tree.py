"""Nested mappings, lists, arrays and scalars in HDF5 groups, without pickle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.hdf5_lists import read_texts

__all__ = ["create_compressed", "read_array", "read_tree", "write_array", "write_tree"]

# Smaller arrays are stored as they are: a chunk and its index would take more room.
_SMALLEST_COMPRESSED = 2048


def write_array(group: Any, name: str, values: Any) -> None:
    """Write an array or scalar as a dataset; text as UTF-8, large arrays compressed.

    Parameters
    ----------
    group : h5py.Group
    name : str
    values : array_like of numbers, booleans or text, any shape

    Raises
    ------
    ArgumentTypeError
        If the values are of a type that HDF5 has no portable form for.
    InputError
        If there is a zero byte in a text, which would end there.

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     write_array(file, "names", ["a", "b"])
    ...     read_array(file["names"])
    array(['a', 'b'], dtype='<U1')
    """
    import h5py

    array = np.asarray(values)
    if array.dtype.kind not in "biufU":
        raise ArgumentTypeError(f"{name!r} of type {array.dtype}", "numbers, booleans or text")
    if array.dtype.kind == "U":
        if any("\0" in text for text in np.ravel(array).tolist()):
            raise InputError(f"{name!r} has text with a zero byte in it", "text without")
        group.create_dataset(name, data=array.astype(object), dtype=h5py.string_dtype())
    elif array.nbytes < _SMALLEST_COMPRESSED:
        group.create_dataset(name, data=array)
    else:
        create_compressed(group, name, array.shape, array.dtype)[...] = array


def create_compressed(group: Any, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """Create a compressed dataset, to be filled.

    Parameters
    ----------
    group : h5py.Group
    name : str
    shape : tuple of int
    dtype : dtype

    Returns
    -------
    h5py.Dataset

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     create_compressed(file, "a", (3,), np.dtype(float)).compression
    'gzip'
    """
    return group.create_dataset(
        name, shape, dtype, chunks=True, shuffle=True, compression="gzip", compression_opts=4
    )


def read_array(dataset: Any) -> NDArray[Any]:
    """Read a dataset whole; text of any kind becomes a NumPy array of str.

    Parameters
    ----------
    dataset : h5py.Dataset

    Returns
    -------
    ndarray

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     file["a"] = [1, 2]
    ...     read_array(file["a"])
    array([1, 2])
    """
    if dataset.dtype.kind in "OS":
        return _until_nul(np.asarray(read_texts(dataset), dtype=np.str_))
    return np.asarray(dataset[()])


def _until_nul(texts: NDArray[np.str_]) -> NDArray[np.str_]:
    """End each text where C does; in a field of fixed length, anything may stand behind that."""
    flat = np.ravel(texts).tolist()
    if not any("\0" in text for text in flat):
        return texts
    return np.array([text.partition("\0")[0] for text in flat]).reshape(texts.shape)


def write_tree(group: Any, name: str, value: Any) -> None:
    """Write a nested value: mappings and lists as groups, all else as datasets.

    Parameters
    ----------
    group : h5py.Group
    name : str
    value : mapping, list, tuple, array_like, str, int, float or bool

    Raises
    ------
    ArgumentTypeError
        If a leaf is neither numbers nor booleans nor text.

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     write_tree(file, "truth", {"lags": [np.array([0.5]), np.array([])], "n": 2})
    ...     read_tree(file["truth"])
    {'lags': [array([0.5]), array([], dtype=float64)], 'n': 2}
    """
    if isinstance(value, Mapping):
        branch = group.create_group(name, track_order=True)
        for key, item in value.items():
            write_tree(branch, str(key), item)
    elif isinstance(value, (list, tuple)):
        branch = group.create_group(name, track_order=True)
        branch.attrs["kind"] = "list"
        for place, item in enumerate(value):
            write_tree(branch, str(place), item)
    else:
        write_array(group, name, value)


def read_tree(node: Any) -> Any:
    """Read what `write_tree` wrote; scalars come back as Python's own.

    Parameters
    ----------
    node : h5py.Group or h5py.Dataset

    Returns
    -------
    dict, list, ndarray, str, int, float or bool

    Examples
    --------
    >>> import h5py
    >>> with h5py.File("x", "w", driver="core", backing_store=False) as file:
    ...     write_tree(file, "a", {"species": "mouse"})
    ...     read_tree(file["a"])
    {'species': 'mouse'}
    """
    if not hasattr(node, "keys"):
        array = read_array(node)
        return array.item() if array.ndim == 0 else array
    if node.attrs.get("kind") == "list":
        return [read_tree(node[str(place)]) for place in range(len(node))]
    return {key: read_tree(item) for key, item in node.items()}
