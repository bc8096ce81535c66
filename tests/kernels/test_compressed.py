"""Passes over compressed activity: against the same passes over dense activity, and reference.

Draws agree to the bit; a uniform number within rounding of a probability, about one in 1e6, could
differ for a new choice of seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurohm.backend import Draws, RandomStream, SparseRows, get_backend

Compress = Callable[[np.ndarray], SparseRows]
TOLERANCE = {"float32": 1e-5, "float64": 1e-13}
UNITS = [1, 7, 8, 9, 63, 64, 65, 130, 200]

kinds = pytest.mark.parametrize("kind", ["bernoulli", "poisson"])
dtypes = pytest.mark.parametrize("dtype", ["float32", "float64"])


@dataclass
class Rows:
    """Inputs of the passes: a drive and values that serve several rows each, values sparse."""

    drive: np.ndarray
    bias: np.ndarray
    values: np.ndarray
    rows: int


def inputs(
    kind: str,
    dtype: str,
    units: int,
    *,
    density: float = 0.1,
    rows: int = 6,
    drive_share: int = 1,
    share: int = 1,
    seed: int = 0,
) -> Rows:
    rng = np.random.default_rng([units, seed])
    shape = rows // share, units
    values = (rng.random(shape) < density).astype(dtype)
    if kind == "poisson":
        values *= rng.integers(1, 9, shape)
    drive = rng.standard_normal((rows // drive_share, units)).astype(dtype)
    return Rows(drive, rng.standard_normal(units).astype(dtype) - 1, values, rows)


def close(got: np.ndarray, expected: np.ndarray, dtype: str, scale: float = 1.0) -> None:
    tolerance = TOLERANCE[dtype]
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=scale * tolerance)


def draw(kernels, kind: str, given_: Rows, at: Draws, out) -> np.ndarray:
    getattr(kernels, kind).draw(given_.drive, given_.bias, at, out)
    return out.toarray() if isinstance(out, SparseRows) else out


def new_room(rows: int, units: int, dtype: str) -> SparseRows:
    return SparseRows.room(get_backend("cpu"), (rows, units), dtype)


def used_room(rows: int, units: int, dtype: str) -> SparseRows:
    return SparseRows(
        np.full(rows + 1, 77, np.int64),
        np.full(rows * units, -1, np.int32),
        np.full(rows * units, np.nan, dtype),
        (rows, units),
    )


@kinds
@dtypes
@pytest.mark.parametrize("units", UNITS)
@pytest.mark.parametrize("bias", [-1000.0, -4.0, -1.0, 1000.0], ids="bias {:g}".format)
def test_compressed_draws_are_the_dense_ones(
    kind: str, dtype: str, units: int, bias: float, reference, compiled, draws
) -> None:
    given_ = inputs(kind, dtype, units, drive_share=2)
    given_.bias[:] = min(bias, 2.0) if kind == "poisson" else bias
    dense = draw(compiled, kind, given_, draws, np.empty((6, units), dtype))
    room = used_room(6, units, dtype)
    np.testing.assert_array_equal(draw(compiled, kind, given_, draws, room), dense)
    assert (np.diff(room.indptr) >= 0).all()
    for r in range(6):
        columns = room.columns[room.indptr[r] : room.indptr[r + 1]]
        np.testing.assert_array_equal(columns, np.flatnonzero(dense[r]))
    plain = draw(reference, kind, given_, draws, new_room(6, units, dtype))
    np.testing.assert_array_equal(plain, dense)
    assert bias > -1000 or not dense.any()
    assert bias < 1000 or kind == "poisson" or dense.all()


@kinds
@dtypes
def test_compressed_draws_use_the_keys_of_their_rows(kind, dtype, compiled) -> None:
    keys = np.arange(6, dtype=np.uint32).reshape(3, 2)
    at = Draws(keys, 2, 5, np.array([6, 1000], np.uint32))
    given_ = inputs(kind, dtype, 70, drive_share=6)
    dense = draw(compiled, kind, given_, at, np.empty((6, 70), dtype))
    room = used_room(6, 70, dtype)
    np.testing.assert_array_equal(draw(compiled, kind, given_, at, room), dense)


@kinds
@dtypes
def test_a_compressed_draw_may_be_scored_at_once(kind, dtype, reference, compiled, draws) -> None:
    given_ = inputs(kind, dtype, 65)
    totals, rooms = np.ones((3, 6)), [new_room(6, 65, dtype) for _ in range(2)]
    for kernels, room, total in zip((reference, compiled), rooms, totals, strict=False):
        passes = getattr(kernels, kind)
        passes.draw_with_log_probability(given_.drive, given_.bias, draws, room, total)
    dense = draw(compiled, kind, given_, draws, np.empty((6, 65), dtype))
    np.testing.assert_array_equal(rooms[1].toarray(), dense)
    getattr(compiled, kind).log_probability(given_.drive, given_.bias, dense, totals[2])
    close(totals[1], totals[0], dtype, 65)
    close(totals[1], totals[2], dtype, 65)


@kinds
@dtypes
@settings(max_examples=60)
@given(
    units=st.integers(1, 200),
    groups=st.integers(1, 3),
    drive_share=st.sampled_from([1, 2, 3, 6]),
    share=st.sampled_from([1, 2, 3, 6]),
    density=st.sampled_from([0.0, 0.02, 0.3, 1.0]),
    seed=st.integers(0, 99),
)
def test_errors_and_log_probabilities_of_compressed_values(
    kind, dtype, reference, compiled, compress: Compress, units, groups, seed, **shares
) -> None:
    given_ = inputs(kind, dtype, units, rows=6 * groups, seed=seed, **shares)
    drive, bias, dense, sparse = (
        given_.drive,
        given_.bias,
        given_.values,
        compress(given_.values),
    )
    errors, totals = [], []
    for kernels, values in ((reference, dense), (compiled, dense), (compiled, sparse)):
        passes = getattr(kernels, kind)
        plain, scored = (np.full((given_.rows, units), np.nan, dtype) for _ in range(2))
        with_error, alone = (np.arange(given_.rows, dtype=np.float64) for _ in range(2))
        passes.error(drive, bias, values, plain)
        passes.error_with_log_probability(drive, bias, values, scored, with_error)
        passes.log_probability(drive, bias, values, alone)
        errors += [plain, scored]
        totals += [with_error, alone]
    for error in errors[1:]:
        close(error, errors[0], dtype, 5)  # rates reach e^3, and their rounding with them
    for total in totals[1:]:
        close(total, totals[0], dtype, units)


@kinds
def test_reference_passes_take_compressed_values(kind, reference, compress: Compress) -> None:
    given_ = inputs(kind, "float64", 20, share=3)
    errors, totals = np.empty((2, 6, 20)), np.zeros((2, 6))
    passes = getattr(reference, kind)
    for values, error, total in zip(
        (given_.values, compress(given_.values)), errors, totals, strict=True
    ):
        passes.error_with_log_probability(given_.drive, given_.bias, values, error, total)
    np.testing.assert_array_equal(errors[0], errors[1])
    np.testing.assert_array_equal(totals[0], totals[1])


@dtypes
@settings(max_examples=80)
@given(
    rows=st.integers(1, 9),
    sources=st.integers(1, 200),
    targets=st.integers(1, 70),
    density=st.sampled_from([0.0, 0.02, 0.3, 1.0]),
    seed=st.integers(0, 99),
)
def test_products_of_compressed_activity(
    dtype, reference, compiled, compress: Compress, rows, sources, targets, density, seed
) -> None:
    rng = np.random.default_rng(seed)
    left = (rng.integers(1, 4, (rows, sources)) * (rng.random((rows, sources)) < density)).astype(
        dtype
    )
    weights = rng.standard_normal((sources, targets)).astype(dtype)
    error = rng.standard_normal((rows, targets)).astype(dtype)
    exact = left.astype(np.float64) @ weights, left.T.astype(np.float64) @ error
    for kernels in (reference, compiled):
        for values in (left, compress(left)):
            drive = np.full((rows, targets), np.nan, dtype)
            gradient = np.full((sources, targets), np.nan, dtype)
            kernels.products.product(values, weights, drive)
            kernels.products.transposed_product(values, error, gradient)
            close(drive, exact[0], dtype, 5 * (1 + density * sources))
            close(gradient, exact[1], dtype, 5 * rows)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_whole_numbers_are_multiplied_exactly(dtype, reference, compiled, compress) -> None:
    # no rounding at all: every implementation, and either form, gives the same bits
    rng = np.random.default_rng(3)
    left = (rng.integers(1, 5, (13, 77)) * (rng.random((13, 77)) < 0.1)).astype(dtype)
    weights = rng.integers(-50, 50, (77, 31)).astype(dtype)
    for kernels in (reference, compiled):
        for values in (left, compress(left)):
            out = np.empty((13, 31), dtype)
            kernels.products.product(values, weights, out)
            np.testing.assert_array_equal(out, left @ weights)


@kinds
@pytest.mark.parametrize("rate", [0.001, 0.05])
def test_the_number_of_compressed_draws_follows_the_probability(kind, rate, compiled) -> None:
    # a deviate held to five standard deviations: 6e-7
    units, rows = 200, 2000
    logit = np.log(rate / (1 - rate)) if kind == "bernoulli" else np.log(-np.log1p(-rate))
    room = used_room(rows, units, "float32")
    at = RandomStream(9, 2).at(3)
    drive = np.zeros((1, units), np.float32)
    getattr(compiled, kind).draw(drive, np.full(units, logit, np.float32), at, room)
    n = rows * units
    assert abs(room.indptr[-1] - n * rate) < 5 * np.sqrt(n * rate * (1 - rate))
