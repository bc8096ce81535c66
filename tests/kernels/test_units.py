"""Passes over Bernoulli and Poisson activity: compiled against reference, and both against truth.

False-alarm rate, for a new choice of seed, of each chi-square test: 1e-4.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from neurohm.backend import Draws, RandomStream, random_bits
from neurohm.backend.base import GUARD
from neurohm.kernels import Kernels
from neurohm.kernels.cpu.philox import fill_row, row_buffer
from neurohm.likelihood import all_states

Close = Callable[..., None]


@pytest.mark.parametrize("columns", [1, 64, 65, 200])
@pytest.mark.parametrize("row", [0, 2**31, 2**32 - 1])
def test_the_compiled_generator_gives_the_same_bits(columns: int, row: int) -> None:
    clock = np.array([2**32 - 1, row], np.uint32)
    at = Draws(np.array([[2**32 - 1, 5]], np.uint32), 2**62, 7 << 16 | 3, clock)
    bits = row_buffer(columns)
    fill_row(bits, 0, at.keys, at.rows_per_key, at.site, at.clock)
    np.testing.assert_array_equal(bits[:columns], random_bits(at, 1, columns)[0])


def test_means_agree(kind, case, reference, compiled, close: Close) -> None:
    expected, got = case.out(), case.out()
    getattr(reference, kind).mean(case.drive, case.bias, expected)
    getattr(compiled, kind).mean(case.drive, case.bias, got)
    close(got, expected)


def test_draws_agree_draw_by_draw(kind, case, reference, compiled, draws, close: Close) -> None:
    # a uniform number within rounding of a probability could differ: about one draw in 1e6
    plain, scored, expected = case.out(), case.out(), case.out()
    total, expected_total = case.total(), case.total()
    getattr(reference, kind).draw_with_log_probability(
        case.drive, case.bias, draws, expected, expected_total
    )
    getattr(compiled, kind).draw(case.drive, case.bias, draws, plain)
    getattr(compiled, kind).draw_with_log_probability(case.drive, case.bias, draws, scored, total)
    np.testing.assert_array_equal(plain, expected)
    np.testing.assert_array_equal(scored, expected)
    close(total, expected_total, 10)


def test_draws_agree_for_rows_with_keys_of_their_own(kind, dtype, reference, compiled) -> None:
    keys = np.arange(6, dtype=np.uint32).reshape(3, 2)
    at = Draws(keys, 4, 5, np.array([6, 1000], np.uint32))
    drive = np.random.default_rng(0).standard_normal((3, 70)).astype(dtype)
    bias = np.zeros(70, dtype)
    outs = np.empty((2, 12, 70), dtype)
    for kernels, out in zip((reference, compiled), outs, strict=True):
        getattr(kernels, kind).draw(drive, bias, at, out)
    np.testing.assert_array_equal(outs[0], outs[1])


def test_errors_and_log_probabilities_agree(kind, case, reference, compiled, close: Close) -> None:
    expected, plain, scored = case.out(), case.out(), case.out()
    totals = [case.total() for _ in range(3)]
    a, b, s = case.drive, case.bias, case.values
    getattr(reference, kind).error_with_log_probability(a, b, s, expected, totals[0])
    getattr(compiled, kind).error_with_log_probability(a, b, s, scored, totals[1])
    getattr(compiled, kind).log_probability(a, b, s, totals[2])
    getattr(compiled, kind).error(a, b, s, plain)
    close(plain, expected, 30)  # rates reach e^5, and their rounding with them
    close(scored, expected, 30)
    close(totals[1], totals[0], 10)
    close(totals[2], totals[0], 10)


@pytest.mark.parametrize("which", ["reference", "compiled"])
def test_passes_are_consistent_with_each_other(kind, case, draws, which, close, request) -> None:
    passes = getattr(request.getfixturevalue(which), kind)
    drawn, again, mean, error = case.out(), case.out(), case.out(), case.out()
    returned, summed = case.total(), case.total()
    passes.draw_with_log_probability(case.drive, case.bias, draws, drawn, returned)
    passes.draw(case.drive, case.bias, draws, again)
    passes.log_probability(case.drive, case.bias, drawn, summed)
    passes.mean(case.drive, case.bias, mean)
    passes.error(case.drive, case.bias, drawn, error)
    np.testing.assert_array_equal(again, drawn)
    close(returned, summed)
    close(error, drawn - mean, 30)


@pytest.mark.parametrize("which", ["reference", "compiled"])
@pytest.mark.parametrize("extreme", [1e3, -1e3, 1e30, -1e30])
def test_extreme_drives_stay_finite(kind, dtype, which, extreme, draws, request) -> None:
    passes = getattr(request.getfixturevalue(which), kind)
    drive, bias = np.full((4, 65), extreme, dtype), np.zeros(65, dtype)
    drawn, mean, error = (np.empty((4, 65), dtype) for _ in range(3))
    total = np.zeros(4)
    passes.draw_with_log_probability(drive, bias, draws, drawn, total)
    passes.mean(drive, bias, mean)
    passes.error_with_log_probability(drive, bias, 1 - np.minimum(drawn, 1), error, total)
    for result in (drawn, mean, error, total):
        assert np.isfinite(result).all()
    top = 1 if kind == "bernoulli" else 500
    np.testing.assert_allclose(mean, top if extreme > 0 else 0, rtol=1e-5, atol=1e-30)
    assert (drawn >= 0).all()
    assert drawn.min() > 0 if extreme > 0 else drawn.max() == 0


def test_bernoulli_log_probabilities_of_improbable_values_are_exact(dtype, compiled) -> None:
    drive = np.array([[1000.0], [-1000.0], [1000.0]], dtype)
    total = np.zeros(3)
    values = np.array([[0.0], [1.0], [1.0]], dtype)
    compiled.bernoulli.log_probability(drive, np.zeros(1, dtype), values, total)
    assert total.tolist() == pytest.approx([-1000, -1000, 0])


def test_bernoulli_probabilities_of_all_states_sum_to_one(compiled: Kernels) -> None:
    states = all_states(6)
    total = np.zeros(64)
    drive = np.random.default_rng(0).standard_normal((1, 6)) * 3
    compiled.bernoulli.log_probability(drive, np.ones(6), states, total)
    assert np.exp(total).sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("rate", [0.001, 0.1, 1.0, 5.0, 50.0, 500.0])
def test_poisson_probabilities_are_the_published_ones(rate: float, compiled: Kernels) -> None:
    counts = np.arange(900.0)[:, None]
    total = np.zeros(900)
    compiled.poisson.log_probability(np.full((1, 1), np.log(rate)), np.zeros(1), counts, total)
    np.testing.assert_allclose(total, stats.poisson(rate).logpmf(counts[:, 0]), rtol=1e-11)
    assert np.exp(total).sum() == pytest.approx(1, abs=1e-10)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rate", [0.001, 0.03, 0.5, 2.0, 10.0, 50.0, 400.0])
def test_poisson_draws_follow_the_distribution(rate: float, dtype: str, compiled: Kernels) -> None:
    out = np.empty((1000, 130), dtype)
    at = RandomStream(5, 1).at(3)
    compiled.poisson.draw(np.full((1, 130), np.log(rate), dtype), np.zeros(130, dtype), at, out)
    law = stats.poisson(rate)
    edges = np.unique(law.ppf(np.linspace(0.0005, 0.9995, 60))).astype(int)
    expected = np.diff([0.0, *law.cdf(edges), 1.0]) * out.size
    observed = np.bincount(np.searchsorted(edges, out.ravel()), minlength=len(edges) + 1)
    assert stats.chisquare(observed, expected).pvalue > 1e-4


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_bernoulli_draws_have_the_probability_of_their_logit(dtype: str, compiled: Kernels) -> None:
    logits = np.linspace(-7, 7, 130)
    out = np.empty((20000, 130), dtype)
    at = RandomStream(5, 2).at(3)
    compiled.bernoulli.draw(np.zeros((1, 130), dtype), logits.astype(dtype), at, out)
    p = 1 / (1 + np.exp(-logits))
    squares = (out.sum(axis=0) - len(out) * p) ** 2 / (len(out) * p * (1 - p))
    assert stats.chi2(130).sf(squares.sum()) > 1e-4


def apart(arrays: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """Return copies in one piece of memory, in any order, as near as a backend puts arrays."""
    raw = np.zeros(sum(a.nbytes + GUARD + 64 for a in arrays) + 64, np.uint8)
    copies, start = {}, -raw.ctypes.data % 64
    for i in rng.permutation(len(arrays)):
        end = start + arrays[i].nbytes
        copies[i] = raw[start:end].view(arrays[i].dtype).reshape(arrays[i].shape)
        copies[i][...] = arrays[i]
        start = end + -end % 16 + GUARD + 16 * int(rng.integers(0, 3))
    return [copies[i] for i in range(len(arrays))]


@pytest.mark.parametrize("units", [3, 5, 8, 20, 60])
def test_results_do_not_depend_on_where_arrays_lie(
    kind, dtype, units: int, compiled, draws
) -> None:
    passes, rng = getattr(compiled, kind), np.random.default_rng(units)
    a, s = rng.standard_normal((7, units)), rng.integers(0, 2, (7, units))
    inputs = [v.astype(dtype) for v in (a, rng.standard_normal(units), s, 0 * a)]

    def run(drive, bias, values, out, total) -> list[bytes]:
        results = []
        for act, arguments in (
            (passes.draw_with_log_probability, (drive, bias, draws, out, total)),
            (passes.error_with_log_probability, (drive, bias, values, out, total)),
            (passes.log_probability, (drive, bias, values, total)),
            (passes.mean, (drive, bias, out)),
            (passes.error, (drive, bias, values, out)),
        ):
            act(*arguments)
            results += [out.tobytes(), total.tobytes()]
        return results

    first = run(*apart([*inputs, np.zeros(7)], rng))
    for _ in range(100):
        assert run(*apart([*inputs, np.zeros(7)], rng)) == first
