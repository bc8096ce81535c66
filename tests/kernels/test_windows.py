"""Gathering windows of binned spikes: compiled against reference, and both against slices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurohm.backend import SparseRows, get_backend
from neurohm.kernels import Kernels

Binned = tuple[np.ndarray, np.ndarray, np.ndarray]


def binned(counts: np.ndarray, unit: str, count: str, begin: str = "int64") -> Binned:
    """Return counts, bins x units, as spikes in bins."""
    row, column = np.nonzero(counts)
    indptr = np.searchsorted(row, np.arange(len(counts) + 1)).astype(begin)
    return indptr, column.astype(unit), counts[row, column].astype(count)


def room(rows: int, width: int, dtype: str, compressed: bool) -> np.ndarray | SparseRows:
    if compressed:
        return SparseRows.room(get_backend("cpu"), (rows, width), dtype)
    return np.full((rows, width), np.nan, dtype)


def dense(out: np.ndarray | SparseRows) -> np.ndarray:
    return out.toarray() if isinstance(out, SparseRows) else out


@pytest.mark.parametrize("which", ["reference", "compiled"])
@pytest.mark.parametrize("compressed", [False, True], ids=["dense", "compressed"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kinds", [
        ("uint16", "uint8"), ("uint16", "uint8", "int32"), ("int32", "int32"), ("uint16", "int32"),
    ])  # fmt: skip
@settings(max_examples=30)
@given(
    bins=st.integers(1, 30),
    units=st.integers(1, 70),
    lags=st.integers(1, 6),
    density=st.sampled_from([0.0, 0.05, 1.0]),
    seed=st.integers(0, 99),
)
def test_windows_are_slices_of_the_bins(
    which, compressed, dtype, kinds, request, bins, units, lags, density, seed
) -> None:
    kernels: Kernels = request.getfixturevalue(which)
    rng, lags = np.random.default_rng(seed), min(lags, bins)
    counts = rng.integers(1, 256, (bins, units)) * (rng.random((bins, units)) < density)
    starts = rng.integers(0, bins - lags + 1, 5)
    expected = [counts[start : start + lags].T.reshape(-1) for start in starts]
    out = room(5, units * lags, dtype, compressed)
    for _ in range(2):  # the second time into what is left of the first
        kernels.windows.gather(*binned(counts, *kinds), starts, lags, out)
        np.testing.assert_array_equal(dense(out), expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_units_and_counts_may_be_large(dtype, reference, compiled) -> None:
    spikes = np.arange(3), np.array([3, 69_999], np.int32), np.array([70_000, 1], np.int32)
    for kernels in (reference, compiled):
        out = np.empty((1, 140_000), dtype)
        kernels.windows.gather(*spikes, np.array([0]), 2, out)
        assert (out[0, 6], out[0, 139_999], out.sum()) == (70_000, 1, 70_001)


def test_a_recorded_gathering_follows_the_starts(compiled) -> None:
    counts = np.arange(12).reshape(6, 2)
    starts, out = np.array([0, 0]), np.empty((2, 4))
    spikes = binned(counts, "uint16", "uint8")
    program = compiled.record(lambda k: k.windows.gather(*spikes, starts, 2, out))
    for first in range(4):
        starts[:] = first, first + 1
        program.run()
        expected = [counts[s : s + 2].T.reshape(-1) for s in starts]
        np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("which", ["reference", "compiled"])
@pytest.mark.parametrize("compressed", [False, True], ids=["dense", "compressed"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@settings(max_examples=20)
@given(
    samples=st.integers(1, 12),
    units=st.integers(1, 70),
    density=st.sampled_from([0.0, 0.1, 1.0]),
    seed=st.integers(0, 99),
)
def test_rows_of_a_compressed_matrix(
    which, compressed, dtype, request, samples, units, density, seed
) -> None:
    kernels: Kernels = request.getfixturevalue(which)
    rng = np.random.default_rng(seed)
    data = (rng.integers(1, 9, (samples, units)) * (rng.random((samples, units)) < density)).astype(
        dtype
    )
    row, column = np.nonzero(data)
    indptr = np.searchsorted(row, np.arange(samples + 1)).astype(np.int64)
    matrix = indptr, column.astype(np.int32), data[row, column]
    out = room(7, units, dtype, compressed)
    for _ in range(2):  # the second time into what is left of the first
        indices = rng.integers(0, samples, 7)
        kernels.windows.compressed_rows_of(*matrix, indices, out)
        np.testing.assert_array_equal(dense(out), data[indices])
