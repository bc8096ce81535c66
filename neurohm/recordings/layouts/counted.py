"""The layout of the retina repositories: all spikes, and how many each unit has."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError
from neurohm.recordings.hdf5 import sorted_within_units
from neurohm.recordings.layouts.base import ReadOptions, Remainder, datasets_of, is_numeric
from neurohm.recordings.recording import Recording
from neurohm.recordings.tree import read_array

__all__ = ["CountedLayout"]

_COMPANIONS = ("epos", "names", "array", "meta/", "summary/")


class CountedLayout:
    """``spikes``: all spike times in seconds, unit after unit; ``sCount``: spikes of each unit.

    ``epos`` (2 x units, micrometres) and ``names`` are taken where they are, and all else that the
    file says of the units or of the recording.

    References
    ----------
    Eglen et al. (2014) A data repository and analysis framework for spontaneous neural activity
    recordings in developing retina. GigaScience 3:3, doi:10.1186/2047-217X-3-3.
    """

    name = "spikes-sCount"
    description = "datasets 'spikes' (all spike times) and 'sCount' (spikes of each unit)"
    options = frozenset({"sort"})

    def candidates(self, file: Any) -> list[str]:
        """``spikes``, if it is a list of numbers and its counts are beside it."""
        datasets = datasets_of(file)
        if not {"spikes", "sCount"} <= set(datasets):
            return []
        lists = (datasets["spikes"], datasets["sCount"])
        return ["spikes"] if all(is_numeric(item) and _is_list(item) for item in lists) else []

    def companions(self, file: Any) -> set[str]:
        """The counts and what these repositories put beside them."""
        return {"spikes", "sCount"} | {
            name for name in datasets_of(file) if name.startswith(_COMPANIONS)
        }

    def read(self, file: Any, dataset: str, options: ReadOptions, source: str) -> Recording:
        """Read the recording; it lasts from the first spike to the last."""
        index = _index(file, source)
        times = np.ravel(read_array(file["spikes"])).astype(np.float64)
        if options.sort:
            times = sorted_within_units(times, index)
        positions = _positions(file, len(index))
        names = _names(file, len(index))
        used = {"spikes", "sCount"}
        used |= {"epos"} if positions is not None else set()
        used |= {"names"} if names is not None else set()
        remainder = Remainder.of(file, used, len(index))
        start, stop = _span(times)
        return Recording(
            spike_times=times,
            spike_times_index=index,
            unit_ids=np.arange(len(index)) if names is None else names,
            t_start=start,
            t_stop=stop,
            unit_columns=remainder.unit_columns,
            positions=positions,
            metadata=remainder.metadata,
            layout="spike times in seconds, unit after unit ('spikes', 'sCount'); "
            f"observed from the first spike to the last{remainder.sentence}",
            source=source,
        )


def _is_list(dataset: Any) -> bool:
    """Whether at most one axis is longer than 1: MATLAB has no other vectors."""
    return bool(dataset.ndim) and sum(length != 1 for length in dataset.shape) <= 1


def _index(file: Any, source: str) -> NDArray[np.int64]:
    counts = np.ravel(read_array(file["sCount"]))
    n_spikes = file["spikes"].size
    if not np.isfinite(counts).all() or (counts < 0).any() or (counts != np.floor(counts)).any():
        raise FileFormatError(
            f"'{source}': 'sCount' holds a value that is no count", "whole numbers from 0 on"
        )
    if int(counts.sum()) != n_spikes:
        raise FileFormatError(
            f"'{source}': 'sCount' sums to {int(counts.sum())} but 'spikes' has {n_spikes} times",
            "equal numbers",
            "the file is damaged or was cut off: write it again",
        )
    return np.cumsum(counts).astype(np.int64)


def _span(times: NDArray[np.float64]) -> tuple[float, float]:
    finite = times[np.isfinite(times)]
    if not finite.size:
        return 0.0, 1.0
    first, last = float(finite.min()), float(finite.max())
    # A negative first spike is left outside, so that the recording's own check names its unit.
    start = max(first, 0.0)
    # A single moment has no duration: the recording then starts at 0.
    return (start, last) if last > start else (0.0, max(last, 1.0))


def _names(file: Any, n_units: int) -> NDArray[Any] | None:
    if "names" not in file or file["names"].size != n_units:
        return None
    names = np.ravel(read_array(file["names"]))
    return names if names.dtype.kind in "Uiu" and len(np.unique(names)) == n_units else None


def _positions(file: Any, n_units: int) -> NDArray[np.float64] | None:
    if "epos" not in file or not is_numeric(file["epos"]):
        return None
    positions = read_array(file["epos"]).astype(np.float64)
    # Two units: 2 x units, as the repositories have it.
    if positions.shape in [(2, n_units), (3, n_units)]:
        return positions.T
    return positions if positions.shape in [(n_units, 2), (n_units, 3)] else None
