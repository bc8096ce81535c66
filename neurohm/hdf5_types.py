"""Types of values in HDF5: what they are made of, and damage in them that HDF5 does not see."""

from __future__ import annotations

from typing import Any

__all__ = ["holds_lists", "inner_types", "is_damaged", "stored_size", "varies"]

_VARYING, _LIST, _TEXT = 9, 0, 1  # in the file: the class of what varies in length, and its kinds
_REFERENCE_BYTES = 16  # what the file holds of a list or text in its place
_MESSAGE = 2  # bytes before the type in what HDF5 encodes


def inner_types(kind: Any) -> list[Any]:
    """Return the types that a type is made of: of its members, or of the values of its lists.

    Parameters
    ----------
    kind : h5py.h5t.TypeID

    Returns
    -------
    list of h5py.h5t.TypeID

    Examples
    --------
    >>> import h5py
    >>> len(inner_types(h5py.h5t.py_create(h5py.ref_dtype)))
    0
    """
    import h5py

    what = kind.get_class()
    if what == h5py.h5t.COMPOUND:
        return [kind.get_member_type(place) for place in range(kind.get_nmembers())]
    return [kind.get_super()] if what in (h5py.h5t.VLEN, h5py.h5t.ARRAY) else []


def is_damaged(kind: Any) -> bool:
    """Whether a type is said to vary in length, but neither as a list nor as a text does.

    HDF5 crashes when it reads a value of such a type. What the type is made of is not looked at.

    Parameters
    ----------
    kind : h5py.h5t.TypeID

    Returns
    -------
    bool

    Examples
    --------
    >>> import h5py
    >>> is_damaged(h5py.h5t.py_create(h5py.string_dtype()))
    False
    """
    import h5py

    if kind.get_class() not in (h5py.h5t.VLEN, h5py.h5t.STRING):
        return False
    encoded = kind.encode()[_MESSAGE:]
    return encoded[0] % 16 == _VARYING and encoded[1] % 16 not in (_LIST, _TEXT)


def varies(kind: Any) -> bool:
    """Whether values are lists or texts of any length, which lie elsewhere in the file.

    Parameters
    ----------
    kind : h5py.h5t.TypeID

    Returns
    -------
    bool

    Examples
    --------
    >>> import h5py
    >>> text = h5py.h5t.py_create(h5py.string_dtype(), logical=True)
    >>> varies(text), varies(h5py.h5t.py_create("S5"))
    (True, False)
    """
    import h5py

    what = kind.get_class()
    return bool(what == h5py.h5t.VLEN or (what == h5py.h5t.STRING and kind.is_variable_str()))


def holds_lists(kind: Any) -> bool:
    """Whether there are lists or texts of any length inside records or blocks of values.

    Parameters
    ----------
    kind : h5py.h5t.TypeID

    Returns
    -------
    bool

    Examples
    --------
    >>> import h5py
    >>> holds_lists(h5py.h5t.py_create([("name", h5py.string_dtype())], logical=True))
    True
    """
    return any(varies(part) or holds_lists(part) for part in inner_types(kind))


def stored_size(kind: Any) -> int | None:
    """Return how many bytes the file holds for a value in its place; None where that is not known.

    Parameters
    ----------
    kind : h5py.h5t.TypeID

    Returns
    -------
    int or None

    Examples
    --------
    >>> import h5py
    >>> text = h5py.h5t.py_create(h5py.string_dtype(), logical=True)
    >>> stored_size(h5py.h5t.NATIVE_DOUBLE), stored_size(text)
    (8, 16)
    """
    if varies(kind):
        return _REFERENCE_BYTES
    return None if holds_lists(kind) else int(kind.get_size())
