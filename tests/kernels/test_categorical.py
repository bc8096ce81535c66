"""Passes over one-hot groups: compiled against reference, and both against truth.

False-alarm rate, for a new choice of seed, of the chi-square test: 1e-4.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats
from scipy.special import softmax

from neurohm.backend import Draws, RandomStream
from neurohm.kernels import Kernels
from neurohm.populations import one_hot_states

Close = Callable[..., None]
# rows, groups, categories, rows of the drive, rows of the values
SIZES = [(1, 1, 2, 1, 1), (6, 3, 4, 2, 3), (12, 70, 3, 1, 4), (4, 2, 65, 4, 2)]


@pytest.fixture(params=SIZES, ids=lambda s: "x".join(map(str, s)))
def given(request: pytest.FixtureRequest, dtype: str) -> tuple:
    """Drive, bias, categories, values and the number of rows."""
    rows, groups, categories, drive_rows, value_rows = request.param
    rng = np.random.default_rng(groups)
    drive = 2 * rng.standard_normal((drive_rows, groups * categories)).astype(dtype)
    bias = rng.standard_normal(groups * categories).astype(dtype)
    chosen = rng.integers(categories, size=(value_rows, groups))
    values = np.eye(categories, dtype=dtype)[chosen].reshape(value_rows, -1)
    return drive, bias, categories, values, rows


@pytest.fixture(params=["reference", "compiled"])
def kernels(request: pytest.FixtureRequest) -> Kernels:
    return request.getfixturevalue(request.param)


def test_means_agree(given, reference, compiled, close: Close) -> None:
    drive, bias, categories, _, rows = given
    outs = np.full((2, rows, bias.size), np.nan, bias.dtype)
    for kernels, out in zip((reference, compiled), outs, strict=True):
        kernels.categorical.mean(drive, bias, categories, out)
    close(outs[1], outs[0])
    close(outs[0].reshape(rows, -1, categories).sum(axis=2), 1.0)


def test_draws_agree_draw_by_draw(given, reference, compiled, draws, close: Close) -> None:
    # a uniform number within rounding of a boundary could differ: about one draw in 1e6
    drive, bias, categories, _, rows = given
    expected, plain, scored = np.full((3, rows, bias.size), np.nan, bias.dtype)
    totals = np.ones((2, rows))
    reference.categorical.draw(drive, bias, categories, draws, expected, totals[0])
    compiled.categorical.draw(drive, bias, categories, draws, plain)
    compiled.categorical.draw(drive, bias, categories, draws, scored, totals[1])
    np.testing.assert_array_equal(plain, expected)
    np.testing.assert_array_equal(scored, expected)
    assert (expected.reshape(rows, -1, categories).sum(axis=2) == 1).all()
    close(totals[1], totals[0], 10)


def test_errors_and_log_probabilities_agree(given, reference, compiled, close: Close) -> None:
    drive, bias, categories, values, rows = given
    expected, plain, scored = np.full((3, rows, bias.size), np.nan, bias.dtype)
    totals = np.ones((3, rows))
    known = drive, bias, categories, values
    reference.categorical.error(*known, expected, totals[0])
    compiled.categorical.error(*known, plain)
    compiled.categorical.error(*known, scored, totals[1])
    compiled.categorical.log_probability(*known, totals[2])
    close(plain, expected)
    np.testing.assert_array_equal(scored, plain)
    close(totals[1], totals[0], 10)
    close(totals[2], totals[0], 10)


def test_probabilities_of_all_states_are_products_of_softmaxes(kernels: Kernels) -> None:
    rng = np.random.default_rng(1)
    drive, bias, states = rng.standard_normal((1, 6)), rng.standard_normal(6), one_hot_states(2, 3)
    total = np.zeros(9)
    kernels.categorical.log_probability(drive, bias, 3, states, total)
    p = softmax((drive + bias).reshape(2, 3), axis=1)
    np.testing.assert_allclose(np.exp(total), np.outer(*p).ravel(), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_draws_have_the_probabilities_of_their_logits(dtype: str, kernels: Kernels) -> None:
    logits = np.linspace(-6, 2, 9)
    out = np.empty((5000, 9 * 20), dtype)
    bias, drive = np.tile(logits, 20).astype(dtype), np.zeros((1, 180), dtype)
    kernels.categorical.draw(drive, bias, 9, RandomStream(5, 2).at(3), out)
    observed = out.reshape(-1, 9).sum(axis=0)
    assert stats.chisquare(observed, 100000 * softmax(logits)).pvalue > 1e-4


@pytest.mark.parametrize("extreme", [1e3, -1e3, 1e30, -1e30])
def test_extreme_drives_stay_finite(dtype, extreme, draws, kernels: Kernels) -> None:
    drive, bias = np.zeros((4, 6), dtype), np.zeros(6, dtype)
    drive[:, 1::3] = extreme
    drawn, mean, error = np.empty((3, 4, 6), dtype)
    total = np.zeros(4)
    kernels.categorical.draw(drive, bias, 3, draws, drawn, total)
    kernels.categorical.mean(drive, bias, 3, mean)
    kernels.categorical.error(drive, bias, 3, drawn, error, total)
    for result in (drawn, mean, error, total):
        assert np.isfinite(result).all()
    np.testing.assert_allclose(mean[:, 1::3], 1 if extreme > 0 else 0, atol=1e-30)
    assert (drawn[:, 1::3] == (extreme > 0)).all()


def test_rows_with_keys_of_their_own(dtype, reference, compiled) -> None:
    at = Draws(np.arange(6, dtype=np.uint32).reshape(3, 2), 4, 5, np.array([6, 1000], np.uint32))
    drive, zero = np.zeros((3, 70), dtype), np.zeros(70, dtype)
    outs = np.empty((2, 12, 70), dtype)
    for kernels, out in zip((reference, compiled), outs, strict=True):
        kernels.categorical.draw(drive, zero, 7, at, out)
    np.testing.assert_array_equal(outs[0], outs[1])
