"""The CUDA passes over real numbers against the NumPy reference, on the host and on a GPU."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from neurohm.backend import Draws

Close = Callable[..., None]


@pytest.fixture
def kind() -> str:
    return "gaussian"


@pytest.fixture
def log_deviation(case) -> np.ndarray:
    """Some of them below the least."""
    values = np.linspace(-9, 1, case.bias.size) if case.bias.size > 1 else np.array([-0.7])
    return values.astype(case.bias.dtype)


def test_means_agree(case, reference, cuda) -> None:
    expected, got = case.out(), case.out()
    reference.gaussian.mean(case.drive, case.bias, expected)
    cuda.gaussian.mean(case.drive, case.bias, got)
    np.testing.assert_array_equal(got, expected)


def test_draws_agree(case, log_deviation, reference, cuda, draws, close: Close) -> None:
    expected, plain, scored, again = (case.out() for _ in range(4))
    total, alone = case.total(), case.total()
    given = (case.drive, case.bias, log_deviation)
    reference.gaussian.draw(*given, draws, expected)
    cuda.gaussian.draw(*given, draws, plain)
    cuda.gaussian.draw(*given, draws, scored, total)
    cuda.gaussian.error(*given, scored, again, alone)
    close(plain, expected)
    np.testing.assert_array_equal(scored, plain)
    close(total, alone, 10)


def test_rows_with_keys_of_their_own(dtype, reference, cuda, close: Close) -> None:
    at = Draws(np.arange(6, dtype=np.uint32).reshape(3, 2), 4, 5, np.array([6, 1000], np.uint32))
    drive, zero = np.zeros((3, 70), dtype), np.zeros(70, dtype)
    outs = np.empty((2, 12, 70), dtype)
    for kernels, out in zip((reference, cuda), outs, strict=True):
        kernels.gaussian.draw(drive, zero, zero, at, out)
    close(outs[1], outs[0])


def test_errors_and_log_probabilities_agree(
    case, log_deviation, reference, cuda, close: Close
) -> None:
    expected, plain, scored = case.out(), case.out(), case.out()
    totals = [case.total() for _ in range(3)]
    given = (case.drive, case.bias, log_deviation, case.values)
    reference.gaussian.error(*given, expected, totals[0])
    cuda.gaussian.error(*given, plain)
    cuda.gaussian.error(*given, scored, totals[1])
    cuda.gaussian.log_probability(*given, totals[2])
    np.testing.assert_allclose(plain, expected, rtol=1e-4 if case.bias.itemsize == 4 else 1e-12)
    np.testing.assert_array_equal(scored, plain)
    close(totals[1], totals[0], 10)
    np.testing.assert_array_equal(totals[2], totals[1])


@pytest.mark.parametrize("single", [True, False], ids=["one gain", "gain of each row"])
def test_gradients_of_deviations_agree(case, log_deviation, single, reference, cuda) -> None:
    rng = np.random.default_rng(3)
    error = (rng.standard_normal(case.out().shape) * np.exp(-log_deviation)).astype(case.bias.dtype)
    gain = rng.random(1 if single else case.rows).astype(case.bias.dtype)
    outs = np.full((2, case.bias.size), np.nan, case.bias.dtype)
    for kernels, out in zip((reference, cuda), outs, strict=True):
        kernels.gaussian.deviation_gradient(error, log_deviation, gain, 0.3, out)
    np.testing.assert_allclose(outs[1], outs[0], rtol=1e-5, atol=1e-5)
