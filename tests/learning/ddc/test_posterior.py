"""Posterior expectations against enumeration."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.learning.ddc.maximum_entropy import maximum_entropy
from neurohm.likelihood import all_states, exact_log_likelihood, exact_posterior
from neurohm.machine import Normal

COMPLETE = {"encoding": "complete", "data_encoding": "complete", "ridge": 0, "guard": None}


@pytest.fixture(scope="module")
def machine() -> nh.HelmholtzMachine:
    return nh.HelmholtzMachine([5, 3], initial=Normal(2.0, -0.5), seed=3, dtype="float64")


@pytest.fixture(scope="module")
def posterior(machine) -> nh.learning.DistributedPosterior:
    return nh.DDC(**COMPLETE, data_ridge=0).posterior(machine, samples=50_000)


@pytest.fixture(scope="module")
def exact(machine) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All states, the exact posterior of each row, and how probable the rows are."""
    x = all_states(5)
    states, log_posterior = exact_posterior(machine, x)
    return states[0], np.exp(log_posterior), np.exp(exact_log_likelihood(machine, x))


def test_complete_codes_are_the_table_of_what_was_dreamt(machine) -> None:
    found = nh.DDC(**COMPLETE, data_ridge=0).posterior(machine, samples=3000)
    x, z = found.states
    for row in np.unique(x, axis=0):
        alike = z[(x == row).all(axis=1)]
        np.testing.assert_allclose(found.mean(row[None])[0], alike.mean(axis=0), atol=1e-9)


def test_the_error_falls_with_the_root_of_the_dreams(machine, exact) -> None:
    states, probability, share = exact
    errors = []
    for dreams in (1000, 64_000):
        found = nh.DDC(**COMPLETE, data_ridge=1 / dreams).posterior(machine, samples=dreams)
        squares = ((found.mean(all_states(5)) - probability @ states) ** 2).mean(axis=1)
        errors.append(np.sqrt(share @ squares))
    assert errors[1] < 0.3 * errors[0]  # over eight other seeds 0.13 +- 0.02


def test_moments_and_densities_are_those_of_the_posterior(posterior, exact) -> None:
    states, probability, share = exact
    x = all_states(5)
    often = share > 0.02

    def compare(found: np.ndarray, expected: np.ndarray) -> None:
        # a thousand dreams or more of each row, so standard errors of at most 0.016: five
        np.testing.assert_allclose(found[often], expected[often], atol=0.08)

    mean = probability @ states
    products = np.einsum("rs,si,sj->rij", probability, states, states)
    covariance = products - mean[:, :, None] * mean[:, None, :]
    variance = mean - mean**2
    compare(posterior.mean(x), mean)
    compare(posterior.marginals(x), mean)
    compare(posterior.variance(x), variance)
    compare(posterior.covariance(x), covariance)
    compare(posterior.density(x), probability)
    compare(posterior.expect(lambda z: z.max(axis=1), x)[:, 0], 1 - probability[:, 0])
    deviation = np.sqrt(variance)
    wide = often & (variance.min(axis=1) > 0.05)
    correlation = (covariance / (deviation[:, :, None] * deviation[:, None, :]))[wide]
    np.testing.assert_allclose(posterior.correlation(x)[wide], correlation, atol=0.15)
    assert posterior.r_squared(lambda z: z[:, 0] * z[:, 1]) == pytest.approx(1)


def test_a_seed_gives_one_posterior(machine) -> None:
    rule, x = nh.DDC(functions=10, data_functions=10), all_states(5)
    first, second, other = (
        rule.posterior(machine, samples=2000, seed=seed).mean(x) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


def test_real_values_have_marginals_in_bins_and_densities_on_grids() -> None:
    machine = nh.HelmholtzMachine([nh.Gaussian(2, deviation=0.5), nh.Gaussian(1)], dtype="float64")
    machine.parameters()["generative/hidden1->visible"][:] = [[1.0, 1.0]]
    found = nh.DDC(data_ridge=1e-4).posterior(machine, samples=20_000)
    edges, grid = np.linspace(-3, 3, 13), np.linspace(-3, 3, 61)[:, None]
    x = np.array([[0.8, 0.8]])
    bins = found.marginals(x, edges=edges)
    assert bins.shape == (1, 1, 12)
    assert bins.sum() == pytest.approx(1, abs=0.1)
    density = found.density(x, grid)[0]
    # over eight other seeds the mean errs by 0.011 (rms) and the variance by 0.012 +- 0.006
    mean = density @ grid[:, 0]
    assert mean == pytest.approx(1.6 / 2.25, abs=0.08)  # sum x / s^2 / (1 + 2 / s^2)
    assert density @ (grid[:, 0] - mean) ** 2 == pytest.approx(1 / 9, abs=0.05)
    with pytest.raises(InputError, match="marginals of gaussian units without edges"):
        found.marginals(x)
    with pytest.raises(InputError, match="density of gaussian units without states"):
        found.density(x)


def test_what_cannot_be_asked_for_is_refused(posterior) -> None:
    x = all_states(5)
    with pytest.raises(InputError, match="layer 2; expected a hidden population, from 1 to 1"):
        posterior.mean(x, layer=2)
    with pytest.raises(InputError, match="a function with values of shape"):
        posterior.expect(np.sum, x)
    with pytest.raises(InputError, match="data of shape"):
        posterior.mean(x[:, :3])


def test_maximum_entropy_meets_the_means() -> None:
    functions = np.random.default_rng(0).normal(0, 1, (8, 3))
    share = np.exp(functions @ [0.5, -1.0, 0.2])
    share /= share.sum()
    found = maximum_entropy(functions, share @ functions, 1e-10)
    np.testing.assert_allclose(found, share, atol=1e-4)
