"""The layout of two columns: the time of each spike and its unit, side by side in a matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.looks import is_matlab, is_numeric
from neurohm.recordings.layouts.matrix import could_be_counts
from neurohm.recordings.layouts.remainder import Remainder
from neurohm.recordings.layouts.table import by_unit
from neurohm.recordings.layouts.trains import Trains, recording_of
from neurohm.recordings.recording import Recording

__all__ = ["PairsLayout"]

_LOOKED_AT = 10_000  # rows


class PairsLayout:
    """A matrix of two columns, or two rows, in either order: ``[unit, time]`` of each spike.

    The times are those with fractions; the other numbers are whole, and units fire several times.
    Where both are whole numbers, nothing tells which is which.
    """

    name = "pairs"
    description = (
        "a 2-D dataset of two columns, the unit (whole) and the time (fractions) of each spike"
    )
    options = frozenset({"sort", "sampling_rate", "time_scale"})

    def candidates(self, file: Contents) -> list[str]:
        """Matrices with two rows or columns, of which one is whole."""
        return [n for n in sorted(file.float_matrices) if _are_pairs(file.datasets[n])]

    def companions(self, file: Contents) -> set[str]:
        """Other matrices of fractions: waveforms or positions."""
        return {n for n in file.float_matrices if not could_be_counts(file.datasets[n])}

    def read(self, file: Contents, dataset: str, options: ReadOptions, source: str) -> Recording:
        """Read the recording, the units in the order of their numbers."""
        matrix = file[dataset]
        columns = _columns(matrix[()])
        place = _place_of_times(columns) if columns is not None and is_numeric(matrix) else None
        if columns is None or place is None:
            raise FileFormatError(
                f"'{source}': '{dataset}' of shape {matrix.shape}, {matrix.dtype}", self.description
            )
        times, index, unit_ids = by_unit(columns[place], columns[1 - place].astype(np.int64))
        one = "column" if (matrix.shape[1] == 2) != is_matlab(matrix) else "row"
        trains = Trains(
            times=times,
            index=index,
            unit_ids=unit_ids,
            paths=[dataset],
            what=f"the time ({one} {place + 1}) and the unit ({one} {2 - place}) of each spike in "
            f"'{dataset}'",
        )
        return recording_of(trains, file, options, source, Remainder.of(file, {dataset}, None))


def _columns(matrix: NDArray[Any]) -> NDArray[Any] | None:
    """The two columns as rows; None where neither side is two, or both are."""
    if matrix.ndim != 2 or sorted(matrix.shape)[0] != 2 or max(matrix.shape) < 3:
        return None
    return matrix if matrix.shape[0] == 2 else matrix.T


def _are_pairs(dataset: Any) -> bool:
    rows, columns = dataset.shape
    if 2 not in (rows, columns):
        return False
    pairs = _columns(dataset[:, :_LOOKED_AT] if rows == 2 else dataset[:_LOOKED_AT])
    return pairs is not None and _place_of_times(pairs) is not None


def _place_of_times(pairs: NDArray[Any]) -> int | None:
    """Which of two rows are times: the only one with fractions, if the other may be units."""
    if not np.isfinite(pairs).all():
        return None
    whole = [bool((row == np.floor(row)).all()) for row in pairs]
    if whole[0] == whole[1]:
        return None
    place = int(whole[0])
    units = pairs[1 - place]
    # Units that fire once each, on average, are something else: points on a plane, a signal.
    return place if units.min() >= 0 and 2 * len(np.unique(units)) <= len(units) else None
