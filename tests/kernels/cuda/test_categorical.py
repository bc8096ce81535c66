"""The CUDA passes over one-hot groups against the NumPy reference, on the host and on a GPU.

Ties, where a uniform number lies within rounding of a boundary, are as rare as in test_equivalence.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from neurohm.backend import Draws

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


def test_means_agree(given, reference, cuda, close: Close) -> None:
    drive, bias, categories, _, rows = given
    outs = np.full((2, rows, bias.size), np.nan, bias.dtype)
    for kernels, out in zip((reference, cuda), outs, strict=True):
        kernels.categorical.mean(drive, bias, categories, out)
    close(outs[1], outs[0])


def test_draws_agree_draw_by_draw(given, reference, cuda, draws, close: Close) -> None:
    drive, bias, categories, _, rows = given
    expected, plain, scored = np.full((3, rows, bias.size), np.nan, bias.dtype)
    totals = np.ones((2, rows))
    reference.categorical.draw(drive, bias, categories, draws, expected, totals[0])
    cuda.categorical.draw(drive, bias, categories, draws, plain)
    cuda.categorical.draw(drive, bias, categories, draws, scored, totals[1])
    np.testing.assert_array_equal(plain, expected)
    np.testing.assert_array_equal(scored, expected)
    close(totals[1], totals[0], 10)


def test_rows_with_keys_of_their_own(dtype, reference, cuda) -> None:
    at = Draws(np.arange(6, dtype=np.uint32).reshape(3, 2), 4, 5, np.array([6, 1000], np.uint32))
    drive, zero = np.zeros((3, 70), dtype), np.zeros(70, dtype)
    outs = np.empty((2, 12, 70), dtype)
    for kernels, out in zip((reference, cuda), outs, strict=True):
        kernels.categorical.draw(drive, zero, 7, at, out)
    np.testing.assert_array_equal(outs[0], outs[1])


def test_errors_and_log_probabilities_agree(given, reference, cuda, close: Close) -> None:
    drive, bias, categories, values, rows = given
    expected, plain, scored = np.full((3, rows, bias.size), np.nan, bias.dtype)
    totals = np.ones((3, rows))
    known = drive, bias, categories, values
    reference.categorical.error(*known, expected, totals[0])
    cuda.categorical.error(*known, plain)
    cuda.categorical.error(*known, scored, totals[1])
    cuda.categorical.log_probability(*known, totals[2])
    close(plain, expected)
    np.testing.assert_array_equal(scored, plain)
    close(totals[1], totals[0], 10)
    np.testing.assert_array_equal(totals[2], totals[1])


@pytest.mark.parametrize("extreme", [1e3, -1e3, 1e30, -1e30])
def test_extreme_drives_stay_finite(dtype, extreme, draws, cuda) -> None:
    drive, bias = np.zeros((4, 6), dtype), np.zeros(6, dtype)
    drive[:, 1::3] = extreme
    drawn, mean, error = np.empty((3, 4, 6), dtype)
    total = np.zeros(4)
    cuda.categorical.draw(drive, bias, 3, draws, drawn, total)
    cuda.categorical.mean(drive, bias, 3, mean)
    cuda.categorical.error(drive, bias, 3, drawn, error, total)
    for result in (drawn, mean, error, total):
        assert np.isfinite(result).all()
    assert (drawn[:, 1::3] == (extreme > 0)).all()
