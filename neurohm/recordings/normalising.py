"""Fields of a recording in their one type and shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.recordings.intervals import intersection, merged
from neurohm.recordings.stored_times import StoredTimes
from neurohm.recordings.validation import SPANS, where

if TYPE_CHECKING:
    from neurohm.recordings.recording import Recording

__all__ = ["normalised_fields", "numbers_of"]


def normalised_fields(recording: Recording) -> dict[str, Any]:
    """Fields of a recording in their one type and shape, arrays read-only.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    dict

    Raises
    ------
    InputError
        If a field cannot be read as what it should be.

    Examples
    --------
    >>> from neurohm.recordings import Recording
    >>> Recording([1], [1], [7], 0, 2).spike_times
    array([1.])
    """
    positions, times = recording.positions, recording.spike_times
    floats = _Reader(where(recording), np.float64)
    is_stored = isinstance(times, StoredTimes)
    return {
        "spike_times": times if is_stored else floats.vector(times, "spike_times"),
        "spike_times_index": _Reader(where(recording), np.int64).vector(
            recording.spike_times_index, "spike_times_index"
        ),
        "unit_ids": _unit_ids(recording),
        "t_start": float(recording.t_start),
        "t_stop": float(recording.t_stop),
        "unit_columns": {
            name: _read_only(_text_or_numbers(column))
            for name, column in recording.unit_columns.items()
        },
        "intervals": {
            name: floats.pairs(value, f"intervals {name!r}")
            for name, value in recording.intervals.items()
        },
        "interval_columns": {
            name: {key: _read_only(_text_or_numbers(column)) for key, column in columns.items()}
            for name, columns in recording.interval_columns.items()
        },
        "events": {
            name: floats.vector(value, f"events {name!r}")
            for name, value in recording.events.items()
        },
        "positions": None if positions is None else floats.array(positions, "positions"),
        "observed_by_unit": _spans(recording, floats),
        "bin_width": None if recording.bin_width is None else float(recording.bin_width),
        "metadata": dict(recording.metadata),
    }


def numbers_of(values: Any, name: str) -> NDArray[np.float64]:
    """Numbers in what was given, read-only; durations become seconds.

    Parameters
    ----------
    values : array_like
    name : str
        What they are, for the message.

    Returns
    -------
    ndarray of float64, of the same shape

    Raises
    ------
    InputError
        If they are no numbers, or dates.

    Examples
    --------
    >>> numbers_of(np.array([1500], dtype="timedelta64[ms]"), "times")
    array([1.5])
    """
    return _Reader("", np.float64).array(values, name)


class _Reader:
    """Turns what was given for a field into a read-only array, or says what is wrong."""

    def __init__(self, start: str, dtype: type[np.generic]) -> None:
        self.start, self.dtype = start, np.dtype(dtype)

    def array(self, value: Any, name: str) -> NDArray[Any]:
        try:
            given = np.asarray(value)
            if self.dtype.kind == "i" and given.size and given.dtype.kind not in "iu":
                raise TypeError(f"values of type {given.dtype}")
            if given.dtype.kind in "cM":
                raise TypeError(f"values of type {given.dtype}")
            if given.dtype.kind == "m":
                given = given / np.timedelta64(1, "s")
            return _read_only(np.ascontiguousarray(given, dtype=self.dtype))
        except (TypeError, ValueError) as error:
            raise InputError(
                f"{self.start}{name}: {error}", f"an array of {self.dtype.name}"
            ) from None

    def vector(self, value: Any, name: str) -> NDArray[Any]:
        array = self.array(value, name)
        if array.ndim != 1:
            raise InputError(f"{self.start}{name} of shape {array.shape}", "one dimension")
        return array

    def pairs(self, value: Any, name: str) -> NDArray[Any]:
        array = self.array(value, name)
        if array.ndim != 2 or array.shape[1] != 2:
            raise InputError(f"{self.start}{name} of shape {array.shape}", "shape (n, 2)")
        return array


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    # A view, so that the caller's own array stays writable.
    view = array.view()
    view.flags.writeable = False
    return view


def _text_or_numbers(values: Any) -> NDArray[Any]:
    """Array of numbers, booleans or text; bytes and objects become text."""
    array = np.asarray(values)
    if array.dtype.kind == "S" or array.dtype.kind == "O":
        texts = [
            item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)
            for item in array.ravel().tolist()
        ]
        return np.array(texts, dtype=np.str_).reshape(array.shape)
    return array


def _spans(recording: Recording, floats: _Reader) -> tuple[NDArray[np.float64], ...] | None:
    """Disjoint ascending spans of each unit, within the recording; None where there are none."""
    if recording.observed_by_unit is None:
        return None
    whole = np.array([[recording.t_start, recording.t_stop]], dtype=np.float64)
    spans = []
    for place, given in enumerate(recording.observed_by_unit):
        pairs = floats.pairs(np.reshape(given, (0, 2)) if len(given) == 0 else given, SPANS)
        if not (np.isfinite(pairs).all() and (pairs[:, 0] <= pairs[:, 1]).all()):
            raise InputError(
                f"{where(recording)}{SPANS}, unit {place}: a start after its stop, or not finite",
                "start <= stop",
            )
        spans.append(_read_only(intersection(whole, merged(pairs))))
    return tuple(spans)


def _unit_ids(recording: Recording) -> NDArray[Any]:
    ids = np.atleast_1d(np.asarray(recording.unit_ids))
    if ids.dtype.kind == "u" and ids.size and ids.max() > np.iinfo(np.int64).max:
        ids = ids.astype(object)  # text, as of larger numbers
    if ids.dtype.kind in "iu" or ids.size == 0:
        return _read_only(ids.astype(np.int64))
    if ids.dtype.kind in "SOUT":
        return _read_only(_text_or_numbers(ids).astype(np.str_))
    raise ArgumentTypeError(
        f"{where(recording)}unit ids of type {ids.dtype}", "whole numbers or strings"
    )
