"""Sortings of SpikeInterface, or whatever offers what they do."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import InputError
from neurohm.recordings.objects.segments import Segment, join_segments
from neurohm.recordings.recording import Recording

__all__ = ["is_sorting", "recording_of_sorting"]


def is_sorting(thing: Any) -> bool:
    """Whether this can be asked for units and their spike trains, as a sorting can.

    Parameters
    ----------
    thing : object

    Returns
    -------
    bool

    Examples
    --------
    >>> is_sorting([1, 2])
    False
    """
    has_units = hasattr(thing, "get_unit_ids") or hasattr(thing, "unit_ids")
    return has_units and hasattr(thing, "get_unit_spike_train")


def recording_of_sorting(thing: Any, *, sort: bool = False) -> Recording:
    """Make a recording of a sorting: samples over the sampling frequency are seconds.

    A segment lasts as long as the recording that the sorting knows of, or else to its last spike.
    Several segments are laid out one after the other. Properties with one value are columns.

    Parameters
    ----------
    thing : spikeinterface.BaseSorting or alike
    sort : bool
        Sort the times of each unit.

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If there is no sampling frequency, or no unit.
    """
    ids = list(thing.get_unit_ids() if hasattr(thing, "get_unit_ids") else thing.unit_ids)
    rate = _rate(thing)
    segments = [_segment(thing, ids, place, rate) for place in range(_n_segments(thing))]
    return join_segments(
        segments,
        what=f"a sorting ({type(thing).__name__}), samples of {rate:.10g} Hz",
        sort=sort,
        unit_columns=_columns(thing, len(ids)),
    )


def _rate(thing: Any) -> float:
    asked = getattr(thing, "get_sampling_frequency", None)
    rate = asked() if callable(asked) else getattr(thing, "sampling_frequency", None)
    try:
        number = float(rate)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = np.nan
    if not 0 < number < np.inf:
        raise InputError(f"a sorting with sampling frequency {rate!r}", "a positive number of Hz")
    return number


def _n_segments(thing: Any) -> int:
    return int(thing.get_num_segments()) if hasattr(thing, "get_num_segments") else 1


def _segment(thing: Any, ids: list[Any], place: int, rate: float) -> Segment:
    by_segment = hasattr(thing, "get_num_segments")
    which = {"segment_index": place} if by_segment else {}
    trains = {
        _as_id(unit): np.asarray(thing.get_unit_spike_train(unit_id=unit, **which)) / rate
        for unit in ids
    }
    last = max((float(train.max()) for train in trains.values() if len(train)), default=0.0)
    return Segment(trains, 0.0, max(_duration(thing, place, rate), last) or 1.0 / rate)


def _duration(thing: Any, place: int, rate: float) -> float:
    if not hasattr(thing, "has_recording") or not thing.has_recording():
        return 0.0
    return float(thing.get_num_samples(segment_index=place)) / rate


def _as_id(unit: Any) -> Any:
    return int(unit) if isinstance(unit, int | np.integer) else str(unit)


def _columns(thing: Any, n_units: int) -> dict[str, NDArray[Any]]:
    if not hasattr(thing, "get_property_keys"):
        return {}
    columns = {str(key): np.asarray(thing.get_property(key)) for key in thing.get_property_keys()}
    return {
        key: column
        for key, column in columns.items()
        if column.shape == (n_units,) and column.dtype.kind in "biufUO" and "/" not in key
    }
