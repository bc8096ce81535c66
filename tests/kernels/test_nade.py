"""Passes over NADE: compiled against reference, and the reference against its definition."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from neurohm.backend import Draws, RandomStream, get_backend
from neurohm.kernels import Kernels, NadeChange, NadeInput

Close = Callable[..., None]


def change_of(kernels: Kernels, case, error: np.ndarray, gains: int) -> NadeChange:
    gain = np.linspace(-1, 1, gains + 1).astype(error.dtype)[1:]
    out = case.change()
    kernels.nade.change(case.given, case.values, error, gain, 0.3, out)
    return out


def test_means_agree(nade_case, reference, compiled, close: Close) -> None:
    expected, got = nade_case.out(), nade_case.out()
    reference.nade.mean(nade_case.given, expected)
    compiled.nade.mean(nade_case.given, got)
    close(got, expected, 10)


def test_draws_agree_draw_by_draw(nade_case, reference, compiled, draws, close: Close) -> None:
    # a uniform number within rounding of a probability could differ: about one draw in 1e6
    plain, scored, expected = (nade_case.out() for _ in range(3))
    total, expected_total = nade_case.total(), nade_case.total()
    reference.nade.draw(nade_case.given, draws, expected, expected_total)
    compiled.nade.draw(nade_case.given, draws, plain)
    compiled.nade.draw(nade_case.given, draws, scored, total)
    np.testing.assert_array_equal(plain, expected)
    np.testing.assert_array_equal(scored, expected)
    close(total, expected_total, 10)


def test_errors_and_log_probabilities_agree(nade_case, reference, compiled, close: Close) -> None:
    case, (expected, plain, scored) = nade_case, (nade_case.out() for _ in range(3))
    totals = [case.total() for _ in range(3)]
    reference.nade.error(case.given, case.values, expected, totals[0])
    compiled.nade.error(case.given, case.values, scored, totals[1])
    compiled.nade.log_probability(case.given, case.values, totals[2])
    compiled.nade.error(case.given, case.values, plain)
    close(plain, expected, 10)
    close(scored, expected, 10)
    close(totals[1], totals[0], 10)
    close(totals[2], totals[0], 10)


@pytest.mark.parametrize("single", [True, False], ids=["one gain", "gain of each row"])
def test_changes_agree(nade_case, single, reference, compiled, close: Close) -> None:
    error = nade_case.out()
    reference.nade.error(nade_case.given, nade_case.values, error)
    gains = 1 if single else nade_case.rows
    expected, got = (change_of(k, nade_case, error, gains) for k in (reference, compiled))
    for one, other in zip(got, expected, strict=True):
        close(one, other, 10)


def test_the_last_unit_tells_no_other_what_it_did(nade_case, compiled) -> None:
    error = np.ones_like(nade_case.out())
    assert not change_of(compiled, nade_case, error, 1).recurrent[-1].any()


@pytest.mark.parametrize("which", ["reference", "compiled"])
def test_a_draw_is_scored_as_what_it_is(nade_case, which, draws, request, close: Close) -> None:
    nade = request.getfixturevalue(which).nade
    drawn, returned, summed = nade_case.out(), nade_case.total(), nade_case.total()
    nade.draw(nade_case.given, draws, drawn, returned)
    nade.log_probability(nade_case.given, drawn, summed)
    close(summed, returned)


@pytest.mark.parametrize("which", ["reference", "compiled"])
def test_a_readout_of_nothing_leaves_bernoulli_units(
    nade_case, which, draws, request, close: Close
) -> None:
    kernels, case = request.getfixturevalue(which), nade_case
    given = case.given._replace(readout=np.zeros_like(case.given.readout))
    drawn, expected, errors = case.out(), case.out(), (case.out(), case.out())
    totals = case.total(), case.total()
    kernels.nade.draw(given, draws, drawn)
    kernels.bernoulli.draw(given.drive, given.bias, draws, expected)
    np.testing.assert_array_equal(drawn, expected)
    kernels.nade.error(given, case.values, errors[0], totals[0])
    kernels.bernoulli.error_with_log_probability(
        given.drive, given.bias, case.values, errors[1], totals[1]
    )
    close(errors[0], errors[1])
    close(totals[0], totals[1])


@pytest.mark.parametrize("rows", [1, 4, 5, 23])
def test_changes_of_a_batch_are_the_sum_of_those_of_its_rows(rows, compiled) -> None:
    rng = np.random.default_rng(rows)
    drives = rng.standard_normal((rows, 6)), rng.standard_normal(6)
    inner = rng.standard_normal((rows, 3)), rng.standard_normal(3)
    given = NadeInput(*drives, *inner, *rng.standard_normal((2, 6, 3)))
    values, error = rng.integers(0, 2, (rows, 6)).astype(float), rng.standard_normal((rows, 6))

    def change(chosen: slice) -> NadeChange:
        part = given._replace(drive=given.drive[chosen], inner=given.inner[chosen])
        count = len(part.drive)
        shapes = (count, 3), (3,), (6, 3), (6, 3)
        out = NadeChange(*(np.empty(shape) for shape in shapes))
        compiled.nade.change(part, values[chosen], error[chosen], np.ones(1), 1.0, out)
        return out

    together, alone = change(slice(None)), [change(slice(i, i + 1)) for i in range(rows)]
    for name in ("inner_bias", "recurrent", "readout"):
        summed = sum(getattr(part, name) for part in alone)
        np.testing.assert_allclose(getattr(together, name), summed, rtol=1e-12, atol=1e-12)
    rows_alone = np.concatenate([part.inner_error for part in alone])
    np.testing.assert_array_equal(together.inner_error, rows_alone)


@pytest.mark.parametrize("extreme", [1e3, -1e3, 1e30])
def test_extreme_parameters_stay_finite(extreme, dtype, compiled, draws: Draws) -> None:
    ones = np.ones((7, 5), dtype)
    given = NadeInput(
        extreme * np.ones((1, 7), dtype),
        np.zeros(7, dtype),
        -extreme * np.ones((4, 5), dtype),
        np.zeros(5, dtype),
        ones,
        ones,
    )
    drawn, error, mean, total = *(np.empty((4, 7), dtype) for _ in range(3)), np.zeros(4)
    compiled.nade.draw(given, draws, drawn, total)
    compiled.nade.error(given, 1 - drawn, error, total)
    compiled.nade.mean(given, mean)
    for result in (drawn, error, mean, total):
        assert np.isfinite(result).all()
    assert (drawn == (extreme > 0)).all()


def test_a_recorded_change_is_that_made_at_once(reference, compiled, draws) -> None:
    backend, rng = get_backend("cpu"), np.random.default_rng(0)
    shapes = (1, 9), (9,), (12, 5), (5,), (9, 5), (9, 5)
    given = NadeInput(*(backend.asarray(rng.standard_normal(s), "float64") for s in shapes))
    at = RandomStream(3, 1).at(2)
    results = []
    for recorded in (False, True):
        drawn, error = (backend.empty((12, 9), "float64") for _ in range(2))
        total, gain = backend.zeros((12,), "float64"), backend.asarray(np.ones(1), "float64")
        out = NadeChange(*(backend.empty(s, "float64") for s in ((12, 5), (5,), (9, 5), (9, 5))))

        def step(kernels, arrays=(drawn, error, total, gain, out)) -> None:
            drawn, error, total, gain, out = arrays
            kernels.nade.draw(given, at, drawn, total)
            kernels.nade.error(given, drawn, error, total)
            kernels.nade.change(given, drawn, error, gain, 0.5, out)

        if recorded:
            compiled.record(step).run()
        else:
            step(compiled)
        results.append((drawn, error, total, *out))
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)
