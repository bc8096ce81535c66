"""The layout of the retina repositories: all spikes, and how many each unit has."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.looks import is_list, is_numeric
from neurohm.recordings.layouts.remainder import Remainder
from neurohm.recordings.layouts.trains import Trains, held_times, recording_of
from neurohm.recordings.recording import Recording
from neurohm.recordings.tree import read_array

__all__ = ["CountedLayout"]

_COMPANIONS = ("epos", "names", "array", "meta/", "summary/")


class CountedLayout:
    """``spikes``: all spike times, unit after unit; ``sCount``: spikes of each unit.

    ``epos`` (2 x units, micrometres) and ``names`` are taken where they are, and all else that the
    file says of the units or of the recording.

    References
    ----------
    Eglen et al. (2014) A data repository and analysis framework for spontaneous neural activity
    recordings in developing retina. GigaScience 3:3, doi:10.1186/2047-217X-3-3.
    """

    name = "spikes-sCount"
    description = "datasets 'spikes' (all spike times) and 'sCount' (spikes of each unit)"
    options = frozenset({"sort", "sampling_rate", "time_scale"})

    def candidates(self, file: Contents) -> list[str]:
        """``spikes``, if it is a list of numbers and its counts are beside it."""
        datasets = file.datasets
        if not {"spikes", "sCount"} <= set(datasets):
            return []
        lists = (datasets["spikes"], datasets["sCount"])
        return ["spikes"] if all(is_numeric(item) and is_list(item) for item in lists) else []

    def companions(self, file: Contents) -> set[str]:
        """The counts and what these repositories put beside them."""
        return {"spikes", "sCount"} | {
            name for name in file.datasets if name.startswith(_COMPANIONS)
        }

    def read(self, file: Contents, dataset: str, options: ReadOptions, source: str) -> Recording:
        """Read the recording; it lasts from the first spike to the last if no span is stated."""
        index = _index(file, source)
        positions = _positions(file, len(index))
        names = _names(file, len(index))
        used = {"spikes", "sCount"}
        used |= {"epos"} if positions is not None else set()
        used |= {"names"} if names is not None else set()
        trains = Trains(
            times=held_times(file["spikes"], "'spikes'", source, lazy=options.lazy),
            index=index,
            unit_ids=np.arange(len(index)) if names is None else names,
            paths=["spikes"],
            what="spike times, unit after unit ('spikes'; counts in 'sCount')",
            positions=positions,
        )
        remainder = Remainder.of(file, used, len(index))
        return recording_of(trains, file, options, source, remainder)


def _index(file: Contents, source: str) -> NDArray[np.int64]:
    counts = np.ravel(read_array(file["sCount"]))
    n_spikes = file["spikes"].size
    if not np.isfinite(counts).all() or (counts < 0).any() or (counts != np.floor(counts)).any():
        raise FileFormatError(
            f"'{source}': 'sCount' holds a value that is no count", "whole numbers from 0 on"
        )
    # As floating-point numbers of single precision, ends above 2^24 would be rounded.
    index = np.cumsum(counts.astype(np.int64))
    total = int(index[-1]) if len(index) else 0
    if total != n_spikes:
        raise FileFormatError(
            f"'{source}': 'sCount' sums to {total} but 'spikes' has {n_spikes} times",
            "equal numbers",
            "the file is damaged or was cut off: write it again",
        )
    return index


def _names(file: Contents, n_units: int) -> NDArray[Any] | None:
    if "names" not in file.datasets or file["names"].size != n_units:
        return None
    names = np.ravel(read_array(file["names"]))
    return names if names.dtype.kind in "Uiu" and len(np.unique(names)) == n_units else None


def _positions(file: Contents, n_units: int) -> NDArray[np.float64] | None:
    if "epos" not in file.datasets or not is_numeric(file["epos"]):
        return None
    positions = read_array(file["epos"]).astype(np.float64)
    # Two units: 2 x units, as the repositories have it.
    if positions.shape in [(2, n_units), (3, n_units)]:
        return positions.T
    return positions if positions.shape in [(n_units, 2), (n_units, 3)] else None
