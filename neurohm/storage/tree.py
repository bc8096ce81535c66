"""Trees of plain values, and the HDF5 groups that hold them.

A branch is a group, an array a dataset, and anything else (text, numbers, lists of them) an
attribute in JSON, which any program can read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from neurohm.hdf5_lists import read_texts

if TYPE_CHECKING:
    import h5py

Tree: TypeAlias = Mapping[str, Any]


def write_tree(group: h5py.Group, tree: Tree) -> None:
    """Write a tree into a group.

    Parameters
    ----------
    group : h5py.Group
    tree : mapping
        Values are mappings, arrays, or what JSON holds; a ``/`` in a name opens a branch.
    """
    import h5py

    for name, value in sorted(tree.items()):
        if isinstance(value, Mapping):
            write_tree(group.require_group(name), value)
        elif isinstance(value, np.ndarray) and value.dtype.kind in "OU":
            group.create_dataset(name, data=value.astype(object), dtype=h5py.string_dtype())
        elif isinstance(value, np.ndarray | np.generic) and not isinstance(value, str):
            group.create_dataset(name, data=value)
        else:
            group.attrs[name] = json.dumps(value)


def read_tree(group: h5py.Group) -> dict[str, Any]:
    """Return the tree that a group holds.

    Parameters
    ----------
    group : h5py.Group

    Returns
    -------
    dict
    """
    import h5py

    tree: dict[str, Any] = {name: json.loads(value) for name, value in group.attrs.items()}
    for name, item in group.items():
        if isinstance(item, h5py.Group):
            tree[name] = read_tree(item)
        else:
            text = h5py.check_string_dtype(item.dtype) is not None
            tree[name] = _strings(item).astype(str) if text else item[()]
    return tree


def checksum(group: h5py.Group) -> str:
    """Return the SHA-256 of all that a group holds; its own name does not count."""
    import h5py

    digest = hashlib.sha256()

    def add(name: str, item: h5py.Group | h5py.Dataset) -> None:
        digest.update(name.encode())
        for key in sorted(item.attrs):
            digest.update(f"{key}={item.attrs[key]}".encode())
        if isinstance(item, h5py.Dataset):
            text = h5py.check_string_dtype(item.dtype) is not None
            content = repr(_strings(item).tolist()).encode() if text else item[()].tobytes()
            digest.update(f"{item.dtype.str}{item.shape}".encode() + content)

    add("", group)
    group.visititems(add)
    return digest.hexdigest()


def _strings(item: h5py.Dataset) -> np.ndarray[Any, Any]:
    return np.asarray(read_texts(item), dtype=object)


def numbered(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tree whose branches are numbered, for names that hold slashes.

    Examples
    --------
    >>> numbered({"a/b": 1.5})
    {'keys': ['a/b'], 'values': {'0': 1.5}}
    """
    return {
        "keys": list(values),
        "values": {str(i): value for i, value in enumerate(values.values())},
    }


def keyed(tree: Tree) -> dict[str, Any]:
    """Return what `numbered` was given.

    Examples
    --------
    >>> keyed(numbered({"a/b": 1.5}))
    {'a/b': 1.5}
    """
    values = tree.get("values", {})
    return {key: values[str(i)] for i, key in enumerate(tree["keys"])}
