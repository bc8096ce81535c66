"""Importance weights, the weighing of rows, and the optimisers: compiled against reference."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from neurohm.backend import get_backend
from neurohm.exceptions import InputError
from neurohm.kernels import Kernels, get_kernels

Close = Callable[..., None]
Weights = tuple[np.ndarray, np.ndarray, np.ndarray]


def weigh(kernels: Kernels, log_weights: np.ndarray, dtype: str = "float64") -> Weights:
    samples = len(log_weights)
    results = np.empty(log_weights.shape, dtype), np.empty(samples), np.empty(samples)
    kernels.weights.importance_weights(log_weights, *results)
    return results


@pytest.fixture(params=["reference", "cpu"])
def kernels(request: pytest.FixtureRequest) -> Kernels:
    return get_kernels(get_backend("cpu"), request.param)


@pytest.mark.parametrize(("samples", "particles"), [(1, 1), (3, 5), (64, 100)])
def test_importance_weights_agree(
    reference: Kernels, compiled: Kernels, samples: int, particles: int, dtype: str, close: Close
) -> None:
    log_weights = 30 * np.random.default_rng(0).standard_normal((samples, particles))
    expected, got = weigh(reference, log_weights, dtype), weigh(compiled, log_weights, dtype)
    close(got[0], expected[0])
    np.testing.assert_allclose(got[1], expected[1], rtol=1e-13)
    np.testing.assert_allclose(got[2], expected[2], rtol=1e-13)


def test_importance_weights_are_normalised_over_the_particles(kernels: Kernels) -> None:
    weights, log_mean, effective = weigh(kernels, np.log([[1.0, 3.0], [2.0, 2.0], [1e-9, 1.0]]))
    np.testing.assert_allclose(weights, [[0.25, 0.75], [0.5, 0.5], [1e-9, 1]], rtol=1e-8)
    np.testing.assert_allclose(log_mean, np.log([2, 2, 0.5]), rtol=1e-8)
    np.testing.assert_allclose(effective, [1.6, 2, 1], rtol=1e-8)


def test_a_constant_added_to_all_log_weights_changes_no_weight(kernels: Kernels) -> None:
    log_weights = np.random.default_rng(1).standard_normal((4, 6))
    plain, moved = weigh(kernels, log_weights), weigh(kernels, log_weights - 4096)
    np.testing.assert_allclose(moved[0], plain[0], rtol=1e-12)
    np.testing.assert_allclose(moved[1], plain[1] - 4096, rtol=1e-15)
    np.testing.assert_allclose(moved[2], plain[2], rtol=1e-12)


def test_tiny_and_huge_weights_neither_vanish_nor_overflow(kernels: Kernels) -> None:
    weights, log_mean, _ = weigh(kernels, np.array([[-1e4, -1e4 + 1], [1e4, 1e4 + 1]]))
    np.testing.assert_allclose(weights, [[0.26894142, 0.73105858]] * 2, rtol=1e-7)
    assert np.isfinite(log_mean).all()


@pytest.mark.parametrize(("rows", "share", "units"), [(1, 1, 1), (4, 1, 64), (3, 5, 65)])
@pytest.mark.parametrize("single", [True, False], ids=["one gain", "gain of each row"])
def test_rows_are_weighed_and_gathered(
    rows: int, share: int, units: int, single: bool, dtype: str, close: Close
) -> None:
    rng = np.random.default_rng(units)
    error = rng.standard_normal((rows * share, units)).astype(dtype)
    gain = rng.random(1 if single else rows * share).astype(dtype)
    expected = (0.3 * error * gain[:, None]).reshape(rows, share, units).sum(axis=1)
    for name in ("reference", "cpu"):
        out, total = np.full((rows, units), np.nan, dtype), np.full(units, np.nan, dtype)
        get_kernels(get_backend("cpu"), name).weights.weigh_rows(error, gain, 0.3, out, total)
        close(out, expected)
        close(total, expected.sum(axis=0))


def test_optimiser_steps_agree(
    reference: Kernels, compiled: Kernels, dtype: str, close: Close
) -> None:
    rng = np.random.default_rng(2)
    start = [rng.standard_normal(65).astype(dtype) for _ in range(2)]
    results = []
    for kernels in (reference, compiled):
        w, v, first, second = start[0].copy(), *(np.zeros(65, dtype) for _ in range(3))
        for _ in range(3):
            kernels.optimisers.momentum(w, start[1], v, np.array([0.1, 0.0]), 0.9)
            kernels.optimisers.adam(
                w, start[1], first, second, np.array([0.01, 1e-8]), (0.9, 0.999)
            )
        results.append((w, v, first, second))
    for got, expected in zip(*results, strict=True):
        close(got, expected)


def test_unknown_kernels_are_refused() -> None:
    with pytest.raises(InputError, match="reference"):
        get_kernels(get_backend("cpu"), "fortran")
