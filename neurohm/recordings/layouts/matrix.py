"""The layout of a dense matrix: spike counts, units x bins or bins x units."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurohm.exceptions import FileFormatError, InputError
from neurohm.recordings.counts import Block, bin_centres, merge_blocks
from neurohm.recordings.layouts.base import ReadOptions
from neurohm.recordings.layouts.contents import Contents
from neurohm.recordings.layouts.looks import is_matlab, is_numeric
from neurohm.recordings.layouts.remainder import Remainder
from neurohm.recordings.layouts.stated import stated_above
from neurohm.recordings.recording import Recording

__all__ = ["MatrixLayout", "could_be_counts"]

_WIDTH_NAMES = ("binwidth", "binsize", "dt", "timebin", "timestep")
_VALUES_PER_BLOCK = 2**24
# Below this ratio of the sides, "fewer units than bins" is a guess.
_CLEAR_RATIO = 2


class MatrixLayout:
    """A two-dimensional dataset, of any name, of counts 0, 1, 2, ... (or booleans, or spins).

    Spins, -1 and 1 alone, are 0 and 1.

    The shorter side is the units, if it is at most half the longer one. The bin width is the
    argument, or an attribute of the dataset or of a group above it, or a single number beside it,
    named ``bin_width``, ``bin_size`` or ``dt`` in any way of writing, in seconds; without any, time
    is counted in bins.
    """

    name = "matrix"
    description = "a 2-D dataset of spike counts, units x bins or bins x units"
    options = frozenset({"bin_width", "units_axis", "sort", "time_scale"})

    def candidates(self, file: Contents) -> list[str]:
        """Numeric 2-D datasets; of several, those that could hold counts."""
        matrices = {
            name: dataset
            for name, dataset in file.datasets.items()
            if dataset.ndim == 2 and dataset.size > 1 and is_numeric(dataset)
        }
        # MATLAB has no vectors: of several matrices those with a side of 1 are lists of something.
        for fits in (lambda item: min(item.shape) > 1, could_be_counts):
            if len(matrices) > 1:
                matrices = {n: item for n, item in matrices.items() if fits(item)} or matrices
        return list(matrices)

    def companions(self, file: Contents) -> set[str]:
        """None that can be told by name."""
        return set()

    def read(self, file: Contents, dataset: str, options: ReadOptions, source: str) -> Recording:
        """Read the matrix a block of bins at a time; a spike goes to the centre of its bin."""
        matrix = file[dataset]
        if matrix.ndim != 2 or not matrix.size or not is_numeric(matrix):
            raise FileFormatError(
                f"'{source}': dataset '{dataset}' of shape {matrix.shape}, {matrix.dtype}",
                "a 2-D matrix of spike counts",
            )
        shape = _seen_shape(matrix)
        units_axis = _units_axis(shape, dataset, options, source)
        n_units, n_bins = shape[units_axis], shape[1 - units_axis]
        stated = _bin_width(file, dataset, options, source)
        width = 1.0 if stated is None else stated
        blocks = _blocks(matrix, units_axis, n_units, n_bins)
        are_spins = _are_spins(_first_values(matrix))
        if are_spins:
            # What is neither -1 nor 1 becomes no count, and is complained of as such.
            blocks = ((first, (counts.astype(np.float64) + 1) / 2) for first, counts in blocks)
        bins, index = merge_blocks(blocks, n_units, f"'{source}': matrix '{dataset}'")
        remainder = Remainder.of(file, {dataset}, n_units)
        sides = "units x bins" if units_axis == 0 else "bins x units"
        text = "one bin, its width not stated" if stated is None else f"{width:g} s"
        what = "of spins (1 a spike, -1 none)" if are_spins else "of spike counts"
        return Recording(
            spike_times=bin_centres(bins, width),
            spike_times_index=index,
            unit_ids=np.arange(n_units),
            t_start=0.0,
            t_stop=n_bins * width,
            unit_columns=remainder.unit_columns,
            # their seconds mean nothing where time is counted in bins
            intervals={} if stated is None else remainder.intervals,
            interval_columns={} if stated is None else remainder.interval_columns,
            bin_width=width,
            time_unit="bin" if stated is None else "s",
            metadata=remainder.metadata,
            layout=f"matrix '{dataset}' {what}, {shape[0]} x {shape[1]} ({sides}), "
            f"resolution {text}{remainder.sentence}",
            source=source,
        )


def could_be_counts(dataset: Any) -> bool:
    """Whether the first values are counts; whole numbers are taken at their word.

    Parameters
    ----------
    dataset : h5py.Dataset
        Two-dimensional.

    Returns
    -------
    bool

    Examples
    --------
    >>> could_be_counts(np.zeros((2, 3))), could_be_counts(np.full((2, 3), 0.5))
    (True, False)
    """
    if dataset.dtype.kind != "f":
        return True
    first = _first_values(dataset)
    counts = np.isfinite(first) & (first >= 0) & (first == np.floor(first))
    return bool(counts.all()) or _are_spins(first)


def _first_values(dataset: Any) -> NDArray[Any]:
    first: NDArray[Any] = dataset[: max(1, 2**18 // dataset.shape[1])]
    return first


def _are_spins(values: NDArray[Any]) -> bool:
    return bool(np.isin(values, (-1, 1)).all() and (values < 0).any())


def _seen_shape(matrix: Any) -> tuple[int, int]:
    """Rows and columns as the program that wrote the matrix shows them."""
    rows, columns = matrix.shape
    return (columns, rows) if is_matlab(matrix) else (rows, columns)


def _units_axis(shape: tuple[int, int], dataset: str, options: ReadOptions, source: str) -> int:
    if options.units_axis is not None:
        return options.units_axis
    shorter, longer = sorted(shape)
    if longer < _CLEAR_RATIO * shorter:
        raise InputError(
            f"'{source}': matrix '{dataset}' of {shape[0]} rows and {shape[1]} columns: "
            "either could be the units",
            "at least twice as many bins as units, or to be told",
            "give units_axis=0 / --units-axis 0 (rows are units) or 1 (columns are units)",
        )
    return int(shape[1] < shape[0])


def _bin_width(file: Contents, dataset: str, options: ReadOptions, source: str) -> float | None:
    if options.bin_width is not None:
        return options.bin_width
    stated = stated_above(file, [dataset], _WIDTH_NAMES)[0]
    return None if stated is None else stated.positive("of seconds", source, "give bin_width=")


def _blocks(matrix: Any, units_axis: int, n_units: int, n_bins: int) -> Iterator[Block]:
    stored_units_axis = 1 - units_axis if is_matlab(matrix) else units_axis
    step = max(1, _VALUES_PER_BLOCK // n_units)
    for first in range(0, n_bins, step):
        if stored_units_axis == 0:
            yield first, np.ascontiguousarray(matrix[:, first : first + step].T)
        else:
            yield first, matrix[first : first + step]
