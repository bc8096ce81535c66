"""Rows in compressed form: what is put in comes out, whatever the room held before."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from neurohm.backend import SparseRows, get_backend

MATRICES = arrays(
    np.float32, array_shapes(min_dims=2, max_dims=2, max_side=20), elements=st.integers(0, 2)
)


def used_room(rows: int, units: int, dtype: str = "float32") -> SparseRows:
    """Return room that holds something else already."""
    return SparseRows(
        np.full(rows + 1, 77, np.int64),
        np.full(rows * units, -1, np.int32),
        np.full(rows * units, np.nan, dtype),
        (rows, units),
    )


@given(MATRICES)
def test_a_matrix_comes_back_as_it_was(matrix: np.ndarray) -> None:
    rows = used_room(*matrix.shape)
    rows.set_dense(matrix)
    np.testing.assert_array_equal(rows.toarray(), matrix)


@given(st.lists(MATRICES.map(lambda m: np.resize(m, (5, 7))), min_size=2, max_size=4))
def test_room_may_be_used_again(matrices: list[np.ndarray]) -> None:
    rows = SparseRows.room(get_backend("cpu"), (5, 7), "float32")
    for matrix in matrices:
        rows.set_dense(matrix)
        np.testing.assert_array_equal(rows.toarray(), matrix)


@given(MATRICES)
def test_entries_are_those_of_each_row_in_ascending_columns(matrix: np.ndarray) -> None:
    rows = used_room(*matrix.shape)
    rows.set_dense(matrix)
    assert rows.indptr[0] == 0
    for r, dense in enumerate(matrix):
        entries = slice(rows.indptr[r], rows.indptr[r + 1])
        np.testing.assert_array_equal(rows.columns[entries], np.flatnonzero(dense))
        np.testing.assert_array_equal(rows.values[entries], dense[dense != 0])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_new_room_is_empty_and_holds_a_full_matrix(dtype: str) -> None:
    rows = SparseRows.room(get_backend("cpu"), (3, 4), dtype)
    assert (rows.dtype, rows.shape) == (np.dtype(dtype), (3, 4))
    np.testing.assert_array_equal(rows.toarray(), np.zeros((3, 4)))
    rows.set_dense(np.ones((3, 4)))
    np.testing.assert_array_equal(rows.toarray(), np.ones((3, 4)))
