from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurohm.exceptions import InputError
from neurohm.images.pyramid import POOLS, Pyramid

LINEAR = [pool for pool in POOLS if pool != "max"]


def images(shape: tuple[int, int], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((5, shape[0] * shape[1]))


@given(st.integers(1, 30), st.integers(1, 30), st.data(), st.sampled_from(POOLS))
def test_constant_images_stay_constant(height: int, width: int, data, pool: str) -> None:
    grid = data.draw(st.tuples(st.integers(1, height), st.integers(1, width)))
    (level,) = Pyramid((height, width), [grid], pool).levels(np.full((2, height * width), 0.3))
    assert level.shape == (2, grid[0] * grid[1])
    np.testing.assert_allclose(level, 0.3, atol=1e-12)


def test_areas_keep_the_mean_and_compose() -> None:
    x = images((12, 8))
    half, quarter = Pyramid((12, 8), [(6, 4), (3, 2)]).levels(x)
    np.testing.assert_allclose(half.mean(axis=1), x.mean(axis=1), atol=1e-12)
    np.testing.assert_allclose(Pyramid((6, 4), [(3, 2)]).levels(half)[0], quarter, atol=1e-12)


def test_fractions_of_pixels_are_counted() -> None:
    x = np.array([[1.0, 2.0, 4.0]])
    np.testing.assert_allclose(
        Pyramid((1, 3), [(1, 2)]).levels(x)[0], [[(1 + 2 / 2) / 1.5, (2 / 2 + 4) / 1.5]]
    )


@pytest.mark.parametrize("pool", LINEAR)
def test_linear_pooling_has_an_adjoint(pool: str) -> None:
    pyramid, rng = Pyramid((7, 9), [(4, 5)], pool), np.random.default_rng(1)
    matrix = pyramid.levels(np.eye(63))[0]
    x, y = rng.standard_normal((1, 63)), rng.standard_normal((1, 20))
    np.testing.assert_allclose((pyramid.levels(x)[0] * y).sum(), (x * (y @ matrix.T)).sum())
    assert (matrix >= 0).all()


def test_largest_and_central_values() -> None:
    x = np.arange(36.0)[None]
    assert Pyramid((6, 6), [(2, 2)], "max").levels(x)[0].tolist() == [[14, 17, 32, 35]]
    assert Pyramid((6, 6), [(2, 2)], "stride").levels(x)[0].tolist() == [[7, 10, 25, 28]]
    np.testing.assert_allclose(
        Pyramid((4, 4), [(2, 2)], "bilinear").levels(np.arange(16.0)[None])[0],
        Pyramid((4, 4), [(2, 2)], "area").levels(np.arange(16.0)[None])[0],
    )


@pytest.mark.parametrize("pool", POOLS)
def test_a_grid_as_fine_as_the_image_is_the_image_or_a_blur_of_it(pool: str) -> None:
    x = images((5, 6))
    (level,) = Pyramid((5, 6), [(5, 6)], pool).levels(x)
    if pool == "gaussian":
        assert np.corrcoef(level.ravel(), x.ravel())[0, 1] > 0.7
    else:
        np.testing.assert_allclose(level, x, atol=1e-12)


def test_what_does_not_fit() -> None:
    with pytest.raises(InputError, match="pool 'mean'"):
        Pyramid((4, 4), [(2, 2)], "mean")
    for grid in ((5, 2), (0, 2), (2,)):
        with pytest.raises(InputError, match="a level of"):
            Pyramid((4, 4), [grid])
    with pytest.raises(InputError, match="4 x 4"):
        Pyramid((4, 4), [(2, 2)]).levels(np.zeros((3, 15)))
    with pytest.raises(InputError, match="groups for 1 levels"):
        Pyramid((4, 4), [(2, 2), (1, 1)], groups=[[0, 0, 1, 1]])
