"""Codes that reach back: filtered functions, regressors, and the gradient by enumeration."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.learning.ddc.contrast import corrected
from neurohm.learning.ddc.encoding import Encoding, encoding_of, standard_of
from neurohm.learning.ddc.gradient import Expectations, expected_gradient
from neurohm.learning.ddc.regression import Ridge
from neurohm.learning.ddc.temporal import (
    BilinearInputs,
    NormalEquations,
    Standard,
    TemporalCode,
    TemporalRecognition,
)
from neurohm.likelihood import all_states
from neurohm.machine import log_joint
from neurohm.populations import Bernoulli

BINS = 3


def encoding(units: int, kind: str = "tanh", functions: int = 2, place: int = 1) -> Encoding:
    population = Bernoulli(units)
    standard = standard_of(population, [])
    return encoding_of(
        population, standard, kind=kind, functions=functions, spread=3.0, seed=0, place=place
    )


def test_functions_are_filtered_by_each_decay() -> None:
    code = TemporalCode(encoding(2), (0.0, 0.7))
    z = np.random.default_rng(0).integers(0, 2, (3, 5, 2)).astype(float)
    start = code.start(z[:, 0])
    found = code.along(start, z)
    f = code.encoding(z.reshape(-1, 2)).reshape(3, 5, -1)
    np.testing.assert_allclose(found[:, 4, : f.shape[2]], f[:, 4])
    slow = 0.7**5 * f[:, 0] / 0.3 + sum(0.7 ** (4 - t) * f[:, t] for t in range(5))
    np.testing.assert_allclose(found[:, 4, f.shape[2] :], slow)
    halves = np.concatenate((code.along(start, z[:, :2]), code.along(found[:, 1], z[:, 2:])), 1)
    np.testing.assert_array_equal(halves, found)


@pytest.mark.parametrize(("products", "size"), [(100, 2 + 5 + 10), (6, 2 + 5 + 6)])
def test_regressors_are_both_sides_and_products_of_them(products, size) -> None:
    rng, psi = np.random.default_rng(0), encoding(3, place=0)
    before, x = rng.normal(2, 3, (50, 2)), rng.integers(0, 2, (50, 1, 3))
    standards = Standard.of(before), Standard.of(psi(x[:, 0]))
    inputs = BilinearInputs(*standards, psi, products, seed=0)
    data = inputs.of_data(x)[:, 0]
    found = inputs(before, data)
    assert found.shape == (50, size) == (50, inputs.size)
    np.testing.assert_allclose(found[:, :2].std(axis=0), 1)
    if products == 100:
        np.testing.assert_allclose(found[:, 7:12], found[:, :1] * data)
    raw = slice(2 + psi.n_functions, 2 + psi.size)
    assert not inputs.penalty(0.1, 1000)[raw].any()


def test_normal_equations_solve_as_regression_on_all_rows_does() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(1, 1, (60, 3)), rng.normal(0, 1, (60, 2))
    both = NormalEquations.of(x[:20], y[:20]).blended(NormalEquations.of(x[20:], y[20:]), 2 / 3)
    expected, found = Ridge(x, 0.1).map(y), both.solve(0.1)
    np.testing.assert_allclose(found(x), expected(x), rtol=1e-9)


@pytest.fixture(scope="module")
def listed() -> tuple[nh.HiddenDynamics, list[np.ndarray], list[np.ndarray], np.ndarray]:
    """Every course of three bins: x and z of each bin, and the share of each course.

    Two hidden units make four states, two visible ones four: 4 x 16^3 courses.
    """
    dynamics = nh.HiddenDynamics(2, 2, seed=1, dtype="float64", initial=nh.machine.Normal(2.0))
    bits = 2 + 4 * BINS
    columns = all_states(bits)
    before, rest = columns[:, :2], columns[:, 2:]
    z = [before, *(rest[:, 4 * t : 4 * t + 2] for t in range(BINS))]
    x = [rest[:, 4 * t + 2 : 4 * t + 4] for t in range(BINS)]
    log_share = log_joint(dynamics, [x[0], z[1], z[0]])
    for t in range(1, BINS):
        joint = log_joint(dynamics, [x[t], z[t + 1], z[t]])
        alone = nh.HelmholtzMachine([2], dtype="float64")
        alone.generative.biases[0].weights[:] = dynamics.generative.biases[2].weights
        log_share += joint - log_joint(alone, [z[t]])
    return dynamics, x, z, np.exp(log_share)


def recognised(listed, products: int) -> tuple[np.ndarray, np.ndarray, BilinearInputs]:
    """Regress the codes of each bin in turn on infinitely many courses: codes, T and regressors."""
    _, x, z, share = listed
    code, psi = TemporalCode(encoding(2), (0.0, 0.6)), encoding(2, place=0)
    last = code.start(z[0])
    r = np.tile(share @ last, (len(share), 1))
    for t in range(BINS):
        last = code.along(last, z[t + 1][:, None])[:, 0]
        regressors = BilinearInputs(Standard.of(last), Standard.of(psi(x[t])), psi, products, 0)
        inputs = regressors(r, regressors.of_data(x[t][:, None])[:, 0])
        penalty = regressors.penalty(0.1, 10**6)
        r = NormalEquations.of(inputs, last, share).solve(penalty)(inputs)
    return r, last, regressors


def test_all_courses_have_probability_one(listed) -> None:
    assert listed[3].sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("products", [100, 5])
def test_at_the_truth_the_mean_gradient_is_zero_with_any_functions(listed, products) -> None:
    dynamics, x, z, share = listed
    r, code, _ = recognised(listed, products)
    fit = Ridge(code, TemporalCode(encoding(2), (0.0, 0.6)).penalty(0.01, 10**6), share)
    raw = [x[-1], z[-1], z[-2]]
    own = fit.weighted(r, share[:, None])[:, 0]
    given = Expectations([own] * 3, [own] * 3, lambda s: fit.weighted(r, share[:, None] * s(x[-1])))
    found = expected_gradient(dynamics, raw, given)
    for key in ("hidden->visible", "visible", "before->hidden", "hidden"):
        assert np.abs(found[f"generative/{key}"]).max() < 1e-12, key


def test_dreams_are_taken_from_the_gradient_of_data_like_them(listed) -> None:
    dynamics, x, z, share = listed
    r, code, _ = recognised(listed, 5)
    fit = Ridge(code, 0.01, share)
    same = corrected(fit, (r, x[0]), (r, x[0]))
    found = expected_gradient(dynamics, [x[0], z[1], z[0]], same)
    assert max(np.abs(change).max() for change in found.values()) == 0


def test_codes_are_held_to_the_range_of_dreams() -> None:
    psi = encoding(2, place=0)
    ones = Standard(np.zeros(3), np.ones(3)), Standard(np.zeros(psi.size), np.ones(psi.size))
    regressors = BilinearInputs(*ones, psi, 4, 0)
    steep = NormalEquations.of(np.eye(regressors.size), 100 * np.eye(regressors.size)[:, :3])
    bounds = np.zeros(3), np.full(3, -1.0), np.full(3, 2.0)
    recognition = TemporalRecognition(regressors, steep.solve(0.0), *bounds)
    codes = recognition.along(np.random.default_rng(0).integers(0, 2, (4, 6, 2)))[1]
    assert -1 <= codes.min() <= codes.max() <= 2
