"""The layout of lists that were made equally long: a matrix of spike times, filled up with nan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.looks import is_matlab
from neurohm.recordings.layouts.matrix import could_be_counts
from neurohm.recordings.layouts.remainder import Remainder
from neurohm.recordings.layouts.trains import Trains, joined, recording_of
from neurohm.recordings.recording import Recording

__all__ = ["PaddedLayout", "lists_in"]

# Numbers shrink little in a file: what is so much larger in memory was never written to it.
_MOST_GROWTH, _UNSUSPICIOUS = 200, 2**26


class PaddedLayout:
    """A matrix with the spike times of one unit in each row, or in each column.

    Behind the last spike of each unit, the row is filled up with ``nan`` or with zeros. By this,
    and by times that ascend up to there, such a matrix is told from all others.
    """

    name = "padded"
    description = "a 2-D dataset of spike times, a row or column for each unit, filled up with nan"
    options = frozenset({"sort", "sampling_rate", "time_scale"})

    def candidates(self, file: Contents) -> list[str]:
        """Matrices of fractions that ascend in each row, or column, until they are filled up."""
        return [n for n in sorted(file.float_matrices) if _is_padded(file.datasets[n])]

    def companions(self, file: Contents) -> set[str]:
        """Other matrices of fractions: waveforms or positions."""
        return {n for n in file.float_matrices if not could_be_counts(file.datasets[n])}

    def read(self, file: Contents, dataset: str, options: ReadOptions, source: str) -> Recording:
        """Read the recording, the units in the order of the rows, or columns."""
        matrix = file[dataset]
        stored = matrix[()]
        lists, in_rows = lists_in(stored), True
        if lists is None:
            lists, in_rows = lists_in(stored.T), False
        if lists is None:
            raise FileFormatError(
                f"'{source}': '{dataset}' ascends neither in each row nor in each column until "
                "it is filled up",
                self.description,
            )
        times, index = joined(lists)
        one = "row" if in_rows != is_matlab(matrix) else "column"
        trains = Trains(
            times=times,
            index=index,
            unit_ids=np.arange(len(lists)),
            paths=[dataset],
            what=f"a list of spike times for each unit (each {one} of '{dataset}', filled up)",
        )
        return recording_of(
            trains, file, options, source, Remainder.of(file, {dataset}, len(lists))
        )


def lists_in(matrix: NDArray[Any]) -> list[NDArray[Any]] | None:
    """Return the lists in the rows of a matrix that were filled up with nan or zeros.

    Parameters
    ----------
    matrix : ndarray, shape (n_lists, n)

    Returns
    -------
    list of ndarray, or None
        None where the rows do not ascend up to there, or none is filled up.

    Examples
    --------
    >>> lists_in(np.array([[0.5, 1.5], [1.0, np.nan]]))
    [array([0.5, 1.5]), array([1.])]
    >>> lists_in(np.array([[0.5, 1.5], [1.0, 0.5]])) is None
    True
    """
    if np.isnan(matrix).any():
        return _cut(matrix, np.isfinite(matrix), np.greater_equal)
    # Counts are whole, and so are zeros that fill them up: only fractions are times for certain.
    is_whole = bool((matrix == np.floor(matrix)).all())
    return None if is_whole else _cut(matrix, matrix > 0, np.greater)


def _cut(
    matrix: NDArray[Any], is_time: NDArray[np.bool_], ascends: Callable[..., NDArray[np.bool_]]
) -> list[NDArray[Any]] | None:
    """The rows up to where they are filled up, if the times come first, and ascend."""
    lengths = is_time.sum(axis=1)
    first = np.arange(matrix.shape[1]) < lengths[:, None]
    with np.errstate(invalid="ignore"):
        fit = ascends(matrix[:, 1:], matrix[:, :-1]) | ~first[:, 1:]
    is_filled = lengths.max() > 1 and lengths.min() < matrix.shape[1]
    if not (is_filled and (is_time == first).all() and fit.all()):
        return None
    return [row[:length] for row, length in zip(matrix, lengths.tolist(), strict=True)]


def _is_padded(dataset: Any) -> bool:
    most = max(_UNSUSPICIOUS, _MOST_GROWTH * dataset.id.get_storage_size())
    if min(dataset.shape) < 2 or dataset.size * dataset.dtype.itemsize > most:
        return False
    # Most matrices are none by the look of one row and one column already.
    if not any(_may_be_one(values) for values in (dataset[0], dataset[:, 0])):
        return False
    matrix = dataset[()]
    return lists_in(matrix) is not None or lists_in(matrix.T) is not None


def _may_be_one(values: Sequence[float]) -> bool:
    numbers = np.asarray(values)
    numbers = numbers[np.isfinite(numbers)]
    last = np.flatnonzero(numbers)
    times = numbers[: last[-1] + 1] if last.size else numbers[:0]
    return bool((np.diff(times) >= 0).all())
