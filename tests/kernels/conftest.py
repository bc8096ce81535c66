"""Both implementations of the kernels, and inputs for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from neurohm.backend import Draws, RandomStream, SparseRows, get_backend
from neurohm.kernels import Kernels, NadeChange, NadeInput, get_kernels

# rows, units, rows of the drive, rows of the values: shared rows serve several
SHAPES = [(1, 1, 1, 1), (2, 63, 1, 2), (6, 64, 6, 3), (6, 65, 2, 6), (12, 130, 1, 4)]


@dataclass
class Case:
    """Inputs of the passes over one kind of units."""

    drive: np.ndarray
    bias: np.ndarray
    values: np.ndarray
    rows: int

    def out(self) -> np.ndarray:
        return np.full((self.rows, self.bias.size), np.nan, self.bias.dtype)

    def total(self) -> np.ndarray:
        """A total that holds something already."""
        return np.arange(self.rows, dtype=np.float64)


@pytest.fixture(scope="session")
def reference() -> Kernels:
    return get_kernels(get_backend("cpu"), "reference")


@pytest.fixture(scope="session")
def compiled() -> Kernels:
    return get_kernels(get_backend("cpu"), "cpu")


@pytest.fixture(params=SHAPES, ids=lambda s: "x".join(map(str, s)))
def shape(request: pytest.FixtureRequest) -> tuple[int, int, int, int]:
    return request.param


@pytest.fixture(params=["float32", "float64"])
def dtype(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=["bernoulli", "poisson"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def case(kind: str, dtype: str, shape: tuple[int, int, int, int]) -> Case:
    rows, units, drive_rows, value_rows = shape
    rng = np.random.default_rng(units)
    values = rng.random((value_rows, units)) < 0.5 if kind == "bernoulli" else None
    if values is None:
        values = rng.poisson(3, (value_rows, units))
    return Case(
        2 * rng.standard_normal((drive_rows, units)).astype(dtype),
        rng.standard_normal(units).astype(dtype),
        values.astype(dtype),
        rows,
    )


@pytest.fixture(scope="session")
def compress() -> Callable[[np.ndarray], SparseRows]:
    """Bring a matrix into compressed form, in room that holds something else already."""

    def compressed(matrix: np.ndarray) -> SparseRows:
        row, column = np.nonzero(matrix)
        rows = SparseRows(
            np.searchsorted(row, np.arange(len(matrix) + 1)).astype(np.int64),
            np.full(matrix.size, -1, np.int32),
            np.full(matrix.size, np.nan, matrix.dtype),
            matrix.shape,
        )
        rows.columns[: len(column)] = column
        rows.values[: len(column)] = matrix[row, column]
        return rows

    return compressed


@pytest.fixture
def draws() -> Draws:
    return RandomStream(seed=11, step=4).at(2)


@pytest.fixture
def close(dtype: str) -> Callable[..., None]:
    """Compare within the rounding of the type in use."""
    tolerance = 3e-6 if dtype == "float32" else 1e-13

    def compare(got: np.ndarray, expected: np.ndarray, factor: float = 1.0) -> None:
        np.testing.assert_allclose(got, expected, rtol=factor * tolerance, atol=factor * tolerance)

    return compare


# rows, rows of the drive, rows of the inner drive, rows of the values, units, inner units
NADE_SHAPES = [
    (1, 1, 1, 1, 1, 1),
    (6, 1, 6, 3, 5, 4),
    (12, 12, 4, 12, 65, 33),
    (35, 7, 1, 35, 70, 40),
]


@dataclass
class NadeCase:
    """Inputs of the passes over NADE."""

    given: NadeInput
    values: np.ndarray
    rows: int

    def out(self) -> np.ndarray:
        return np.full((self.rows, self.given.bias.size), np.nan, self.given.bias.dtype)

    def total(self) -> np.ndarray:
        """A total that holds something already."""
        return np.arange(self.rows, dtype=np.float64)

    def change(self) -> NadeChange:
        """Room for what is learned, that holds something else."""
        own = self.given.inner_bias, self.given.recurrent, self.given.readout
        inner_error = np.empty((self.rows, self.given.inner_bias.size), self.given.bias.dtype)
        return NadeChange(*(np.full_like(array, np.nan) for array in (inner_error, *own)))


@pytest.fixture(params=NADE_SHAPES, ids=lambda s: "x".join(map(str, s)))
def nade_case(request: pytest.FixtureRequest, dtype: str) -> NadeCase:
    rows, drive_rows, inner_rows, value_rows, units, inner = request.param
    rng = np.random.default_rng(units)
    shapes = (drive_rows, units), (units,), (inner_rows, inner), (inner,)
    drives = [rng.standard_normal(shape).astype(dtype) for shape in shapes]
    matrices = rng.standard_normal((2, units, inner)).astype(dtype) / np.sqrt(inner).astype(dtype)
    values = (rng.random((value_rows, units)) < 0.3).astype(dtype)
    return NadeCase(NadeInput(*drives, *map(np.ascontiguousarray, matrices)), values, rows)
