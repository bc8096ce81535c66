"""One array in NumPy's own form: its header is checked before any memory is taken."""

from __future__ import annotations

import math
import warnings
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError

__all__ = ["MAGIC", "npy_shape", "read_npy", "write_npy_header"]

_npy: Any = np.lib.format  # untyped
MAGIC = b"\x93NUMPY"
_HEADERS = {
    (1, 0): _npy.read_array_header_1_0,
    (2, 0): _npy.read_array_header_2_0,
}


def read_npy(file: IO[bytes], size: int, what: str) -> NDArray[Any]:
    """Read an array; never an array of Python objects.

    Parameters
    ----------
    file : file
        At the start of the array.
    size : int
        Bytes that there are from here on.
    what : str
        What to call the array in an error.

    Returns
    -------
    ndarray

    Raises
    ------
    FileFormatError
        If it holds Python objects, or is damaged or cut off.

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO()
    >>> np.save(file, [1, 2])
    >>> size = file.tell()
    >>> _ = file.seek(0)
    >>> read_npy(file, size, "'a.npy'")
    array([1, 2])
    """
    shape, in_columns, dtype = _header(file, what)
    if dtype.hasobject:
        raise FileFormatError(
            f"{what} holds Python objects, which only running code from the file could read",
            "arrays of numbers or text",
            "save lists of unequal length as one array, spike_times, with the end of each in "
            "another, spike_times_index",
        )
    n_bytes = math.prod(shape) * max(dtype.itemsize, 1)
    if min(shape, default=0) < 0 or n_bytes > size - file.tell():
        raise _damaged(what, f"an array of shape {shape}, {dtype}, does not fit into it")
    data = file.read(n_bytes)
    if len(data) < n_bytes or not dtype.itemsize:
        raise _damaged(what, "it ends early")
    array: NDArray[Any] = np.frombuffer(data, dtype=dtype, count=math.prod(shape))
    return array.reshape(shape, order="F" if in_columns else "C")


def npy_shape(file: IO[bytes], what: str) -> tuple[int, ...]:
    """Return the shape of an array, from its header.

    Parameters
    ----------
    file : file
        At the start of the array.
    what : str
        What to call the array in an error.

    Returns
    -------
    tuple of int

    Raises
    ------
    FileFormatError
        If it is damaged.

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO()
    >>> np.save(file, [1, 2])
    >>> _ = file.seek(0)
    >>> npy_shape(file, "'a.npy'")
    (2,)
    """
    return _header(file, what)[0]


def write_npy_header(file: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """Write what comes before the values of an array.

    Parameters
    ----------
    file : file
    shape : tuple of int
    dtype : dtype

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO()
    >>> write_npy_header(file, (1,), np.dtype(np.uint8))
    >>> _ = file.write(bytes([7]))
    >>> np.load(io.BytesIO(file.getvalue()))
    array([7], dtype=uint8)
    """
    header = {"descr": _npy.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    _npy.write_array_header_1_0(file, header)


def _header(file: IO[bytes], what: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    try:
        version = _npy.read_magic(file)
        if version not in _HEADERS:
            raise ValueError(f"version {version}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of headers that Python 2 wrote
            shape, in_columns, dtype = _HEADERS[version](file)
    # The header is Python's own notation: what is raised depends on where it is broken.
    except Exception as error:
        raise _damaged(what, str(error).splitlines()[0] if str(error) else "its header") from error
    return shape, in_columns, dtype


def _damaged(what: str, how: str) -> FileFormatError:
    return FileFormatError(
        f"{what} is damaged or cut off ({how})", "a complete array", "copy or write it again"
    )
