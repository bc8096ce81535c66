"""The passes around cues: both implementations against what they say, and against each other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from neurohm.backend import SparseRows
from neurohm.images import Pyramid
from neurohm.kernels import Kernels
from neurohm.learning.cues import Cover

Close = Callable[..., None]
Compress = Callable[[np.ndarray], SparseRows]


@pytest.fixture(params=["reference", "compiled"])
def kernels(request: pytest.FixtureRequest) -> Kernels:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("form", ["dense", "compressed"])
@pytest.mark.parametrize("pool", ["area", "max", "gaussian"])
def test_levels_are_those_of_a_pyramid(
    kernels: Kernels, compress: Compress, pool: str, form: str, dtype: str
) -> None:
    pyramid = Pyramid((7, 6), [(4, 4)], pool)
    x = np.random.default_rng(0).poisson(0.3, (9, 42)).astype(dtype)
    cover, level = Cover.of(pyramid.shares[0]), np.full((9, 16), np.nan)
    given = x if form == "dense" else compress(x)
    parts = cover.ends, cover.seen, cover.share
    kernels.cues.coarsen(given, *parts, pool == "max", 0, level)
    np.testing.assert_allclose(level, pyramid.levels(x)[0], rtol=1e-14, atol=1e-15)
    shifted = np.empty_like(level)
    kernels.cues.coarsen(given, *parts, pool == "max", 1, shifted)
    np.testing.assert_array_equal(shifted, np.roll(level, 1, axis=0))


def test_the_largest_of_negative_values_is_taken(kernels: Kernels) -> None:
    cover, level = Cover.of(Pyramid((2, 2), [(1, 1)], "max").shares[0]), np.empty((1, 1))
    x = np.array([[-3.0, -1.5, -2.0, -4.0]])
    kernels.cues.coarsen(x, cover.ends, cover.seen, cover.share, True, 0, level)
    assert level == -1.5


def test_sums_are_equal_to_the_bit(reference: Kernels, compiled: Kernels, dtype: str) -> None:
    cover, x = (
        Cover.of(Pyramid((7, 7), [(3, 5)]).shares[0]),
        np.random.default_rng(1).random((8, 49)),
    )
    levels = np.empty((2, 8, 15))
    for each, level in zip((reference, compiled), levels, strict=True):
        parts = cover.ends, cover.seen, cover.share
        each.cues.coarsen(x.astype(dtype), *parts, False, 0, level)
    np.testing.assert_array_equal(levels[0], levels[1])


def test_levels_become_probabilities(kernels: Kernels) -> None:
    decided, stretched = np.array([[0.0, 0.3, 0.31, 2.0]]), np.array([[0.3, 0.5, 0.55, 1.0]])
    kernels.cues.decide(decided, 0.3, 0.01)
    assert decided.tolist() == [[0.01, 0.01, 0.99, 0.99]]
    kernels.cues.stretch(stretched, 4.0, 0.05)
    np.testing.assert_allclose(stretched, [[0.05, 0.5, 0.7, 0.95]], rtol=1e-14)


# rows, rows of the drive, images
SHARED = [(6, 6, 6), (6, 2, 3), (6, 6, 2), (5, 1, 5)]


@pytest.mark.parametrize("shared", SHARED)
@pytest.mark.parametrize("strength", [1.0, 0.3])
@pytest.mark.parametrize("name", ["mix", "mix_log_odds"])
def test_cues_are_mixed_in(
    kernels: Kernels, name: str, strength: float, shared: tuple[int, int, int], dtype: str,
    close: Close,
) -> None:  # fmt: skip
    rows, drives, images = shared
    rng = np.random.default_rng(rows)
    drive, bias = rng.standard_normal((drives, 5)).astype(dtype), rng.standard_normal(5)
    told, units, bias = (
        rng.uniform(0.01, 0.99, (images, 3)),
        np.array([4, 0, 2]),
        bias.astype(dtype),
    )
    out = np.full((rows, 5), np.nan, dtype)
    numbers = (strength, 1e-6) if name == "mix" else (strength,)
    getattr(kernels.cues, name)(drive, bias, told, units, *numbers, out)
    own = drive.repeat(rows // drives, axis=0) + bias
    v = told.repeat(rows // images, axis=0)
    np.testing.assert_array_equal(out[:, [1, 3]], own[:, [1, 3]])
    if name == "mix":
        p = (1 - strength) / (1 + np.exp(-own[:, units].astype(float))) + strength * v
        close(out[:, units], np.log(p) - np.log1p(-p), 5)
    else:
        odds = np.log(v) - np.log1p(-v)
        close(out[:, units], (1 - strength) * own[:, units] + strength * odds, 5)


def test_no_unit_is_told_for_certain(kernels: Kernels) -> None:
    drive, out = np.array([[800.0, -800.0]]), np.empty((1, 2))
    told, units = np.array([[1.0, 0.0]]), np.array([0, 1])
    with np.errstate(over="ignore"):
        kernels.cues.mix(drive, np.zeros(2), told, units, 0.5, 1e-6, out)
    np.testing.assert_allclose(out, [[np.log(1e6 - 1), -np.log(1e6 - 1)]], rtol=1e-9)


def test_errors_are_weighed_by_unit(kernels: Kernels, dtype: str) -> None:
    error, out = np.arange(6, dtype=dtype).reshape(2, 3), np.empty((2, 3), dtype)
    kernels.weights.weigh_units(error, np.array([1, 0, 0.5], dtype), out)
    assert out.tolist() == [[0, 0, 1], [3, 0, 2.5]]
