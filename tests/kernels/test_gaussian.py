"""Passes over real numbers: compiled against reference, and both against SciPy's normal law.

False-alarm rate, for a new choice of seed, of the Kolmogorov-Smirnov tests: 1e-4.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtri

from neurohm.backend import Draws, RandomStream
from neurohm.kernels import Kernels
from neurohm.kernels.cpu.normal import central_normal, is_central, outer_normal
from neurohm.kernels.reference.gaussian import LEAST_DEVIATION

Close = Callable[..., None]
WORDS = np.array([0, 1, 77, 2**26, 322122547, 322122548, 2**31 - 1, 2**31, 2**32 - 1], np.uint32)


@pytest.fixture
def kind() -> str:
    return "gaussian"


@pytest.fixture
def log_deviation(case) -> np.ndarray:
    """Some of them below the least."""
    values = np.linspace(-9, 1, case.bias.size) if case.bias.size > 1 else np.array([-0.7])
    return values.astype(case.bias.dtype)


@pytest.fixture(params=["reference", "compiled"])
def kernels(request: pytest.FixtureRequest) -> Kernels:
    return request.getfixturevalue(request.param)


def test_words_become_the_normal_numbers_of_their_share() -> None:
    many = np.random.default_rng(0).integers(2**32, size=2000, dtype=np.uint32)
    words = np.concatenate([WORDS, many])
    got = [central_normal(w) if is_central(w) else outer_normal(w) for w in words]
    np.testing.assert_allclose(got, ndtri((words + 0.5) * 2.0**-32), rtol=3e-15)


def test_means_agree(case, reference, compiled, close: Close) -> None:
    expected, got = case.out(), case.out()
    reference.gaussian.mean(case.drive, case.bias, expected)
    compiled.gaussian.mean(case.drive, case.bias, got)
    close(got, expected)


def test_draws_agree(case, log_deviation, reference, compiled, draws, close: Close) -> None:
    plain, scored, expected = case.out(), case.out(), case.out()
    total, expected_total = case.total(), case.total()
    given = (case.drive, case.bias, log_deviation, draws)
    reference.gaussian.draw(*given, expected, expected_total)
    compiled.gaussian.draw(*given, plain)
    compiled.gaussian.draw(*given, scored, total)
    close(plain, expected)
    np.testing.assert_array_equal(scored, plain)
    if (
        case.bias.dtype == np.float64
    ):  # in single precision x - mean loses what a floor of 1e-3 asks
        close(total, expected_total, 1000)


def test_errors_and_log_probabilities_agree(
    case, log_deviation, reference, compiled, close: Close
) -> None:
    expected, plain, scored = case.out(), case.out(), case.out()
    totals = [case.total() for _ in range(3)]
    given = (case.drive, case.bias, log_deviation, case.values)
    reference.gaussian.error(*given, expected, totals[0])
    compiled.gaussian.error(*given, plain)
    compiled.gaussian.error(*given, scored, totals[1])
    compiled.gaussian.log_probability(*given, totals[2])
    np.testing.assert_allclose(plain, expected, rtol=1e-4 if case.bias.itemsize == 4 else 1e-12)
    np.testing.assert_array_equal(scored, plain)
    close(totals[1], totals[0], 10)
    close(totals[2], totals[0], 10)


@pytest.mark.parametrize("single", [True, False], ids=["one gain", "gain of each row"])
def test_gradients_of_deviations_agree(
    case, log_deviation, single, reference, compiled, close: Close
) -> None:
    rng = np.random.default_rng(3)
    error = (rng.standard_normal(case.out().shape) * np.exp(-log_deviation)).astype(case.bias.dtype)
    gain = rng.random(1 if single else case.rows).astype(case.bias.dtype)
    outs = np.full((2, case.bias.size), np.nan, case.bias.dtype)
    for kernels, out in zip((reference, compiled), outs, strict=True):
        kernels.gaussian.deviation_gradient(error, log_deviation, gain, 0.3, out)
    np.testing.assert_allclose(outs[1], outs[0], rtol=1e-5, atol=1e-5)
    assert (outs[:, log_deviation <= np.log(LEAST_DEVIATION)] >= 0).all()


def test_log_probabilities_are_the_published_ones(kernels: Kernels) -> None:
    rng = np.random.default_rng(0)
    drive, bias, log_deviation = rng.standard_normal((3, 4))
    x, total = 3 * rng.standard_normal((50, 4)), np.zeros(50)
    kernels.gaussian.log_probability(drive[None], bias, log_deviation, x, total)
    expected = stats.norm(drive + bias, np.exp(log_deviation)).logpdf(x).sum(axis=1)
    np.testing.assert_allclose(total, expected, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_draws_follow_the_distribution(dtype: str, kernels: Kernels) -> None:
    out = np.empty((1000, 130), dtype)
    bias, deviation = np.full(130, 2, dtype), np.full(130, np.log(3), dtype)
    drive, draws = np.full((1, 130), -1, dtype), RandomStream(5, 1).at(3)
    kernels.gaussian.draw(drive, bias, deviation, draws, out)
    assert stats.kstest(out.ravel(), stats.norm(1, 3).cdf).pvalue > 1e-4


def test_rows_with_keys_of_their_own(dtype, reference, compiled, close: Close) -> None:
    at = Draws(np.arange(6, dtype=np.uint32).reshape(3, 2), 4, 5, np.array([6, 1000], np.uint32))
    drive, zero = np.zeros((3, 70), dtype), np.zeros(70, dtype)
    outs = np.empty((2, 12, 70), dtype)
    for kernels, out in zip((reference, compiled), outs, strict=True):
        kernels.gaussian.draw(drive, zero, zero, at, out)
    close(outs[1], outs[0])
    assert len(np.unique(outs[0].round(6))) > 800  # rows differ


def test_no_pass_knows_a_deviation_below_the_least(kernels: Kernels, draws) -> None:
    drive, bias = np.zeros((1, 5)), np.zeros(5)
    results = []
    for log_deviation in (np.full(5, np.log(LEAST_DEVIATION)), np.full(5, -50.0)):
        drawn, error, total = np.empty((3, 5)), np.empty((3, 5)), np.zeros(3)
        kernels.gaussian.draw(drive, bias, log_deviation, draws, drawn, total)
        kernels.gaussian.error(drive, bias, log_deviation, drawn, error, total)
        results.append((drawn, error, total))
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)
