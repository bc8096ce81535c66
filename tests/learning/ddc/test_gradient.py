"""The gradient against the likelihood: exact with complete codes, zero at the truth with any."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.learning.ddc.gradient import expected_gradient, require_family
from neurohm.learning.ddc.recognition import by_codes, by_log_probability, directly
from neurohm.likelihood import all_states, exact_log_likelihood, exact_posterior
from neurohm.machine import Activity, Workspace, predict
from neurohm.populations import AutoregressiveBernoulli, Gaussian

FORMS = pytest.mark.parametrize("form", [by_codes, by_log_probability, directly])
WEIGHTS = "generative/hidden1->visible"


def likelihood_gradient(machine: nh.HelmholtzMachine, x: np.ndarray) -> dict[str, np.ndarray]:
    """Central differences of the mean log-likelihood in every generative parameter."""
    found = {}
    for key, array in machine.parameters().items():
        if not key.startswith("generative"):
            continue
        found[key] = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            value = array[place]
            scores = []
            for step in (1e-5, -1e-5):
                array[place] = value + step
                scores.append(exact_log_likelihood(machine, x).mean())
            array[place] = value
            found[key][place] = (scores[0] - scores[1]) / 2e-5
    return found


def largest(changes: dict[str, np.ndarray]) -> float:
    return max(float(np.abs(change).max()) for change in changes.values())


def averaged(listed, gradient) -> dict[str, np.ndarray]:
    """The mean of a gradient over data that the machine itself is the distribution of."""
    x = all_states(listed.machine.sizes[0])
    total: dict[str, np.ndarray] = {}
    for row, share in zip(x, np.exp(exact_log_likelihood(listed.machine, x)), strict=True):
        for key, change in gradient(row[None]).items():
            total[key] = total.get(key, 0) + share * change
    return total


@FORMS
def test_complete_codes_give_the_gradient_of_the_likelihood(listed, form) -> None:
    recognition = listed.recognition(hidden="complete", data="complete")
    x = np.array([[1.0, 0, 1, 1], [0, 0, 1, 0], [1, 1, 1, 0]])
    found = listed.gradient(recognition, x, form)
    expected = likelihood_gradient(listed.machine, x)
    assert found.keys() == expected.keys()
    for key, change in expected.items():
        np.testing.assert_allclose(found[key], change, atol=2e-9, err_msg=key)


@FORMS
@pytest.mark.parametrize("ridge", [0.0, 0.1])
def test_at_the_truth_the_mean_gradient_is_zero_with_any_functions(listed, form, ridge) -> None:
    recognition = listed.recognition(functions=3, ridge=ridge)
    total = averaged(listed, lambda x: listed.gradient(recognition, x, form))
    assert largest(total) < 1e-12


def test_at_the_truth_that_of_wake_sleep_is_not_even_with_exact_marginals(listed) -> None:
    machine, pathway = listed.machine, listed.machine.generative

    def wake_sleep(x: np.ndarray) -> dict[str, np.ndarray]:
        states, log_posterior = exact_posterior(machine, x)
        posterior = np.exp(log_posterior[0])
        q = np.ones(len(posterior))
        for state in states:
            means = posterior @ state
            q *= np.prod(np.where(state == 1, means, 1 - means), axis=1)
        rows = [np.repeat(x, len(q), axis=0), *states]
        work = Workspace(machine.backend)
        error = predict(machine, pathway, 0, Activity(rows, None, {}), work=work).error
        return {WEIGHTS: states[0].T @ (q[:, None] * error)}

    assert largest(averaged(listed, wake_sleep)) > 5e-3


def test_the_error_falls_as_functions_are_added(listed) -> None:
    machine, x = listed.machine, all_states(4)[1::3]
    true = likelihood_gradient(machine, x)
    errors = []
    for functions in (1, 3, 7):
        recognition = listed.recognition(data="complete", functions=functions)
        found = listed.gradient(recognition, x, by_codes)
        errors.append(np.sqrt(sum(((found[k] - true[k]) ** 2).sum() for k in true)))
    assert errors[0] > errors[2]
    assert errors[2] < 1e-6  # eight states, and eight regressors with the constant, or more


@pytest.mark.parametrize("listed", [(4, 3, 2)], indirect=True, ids=str)
def test_joint_statistics_need_the_lower_code_alone(listed) -> None:
    recognition = listed.recognition(hidden="complete", data="complete")
    x = np.array([[1.0, 0, 0, 1]])
    (_, first, second), code = listed.states, recognition.code(x)
    products = first[:, :, None] * second[:, None, :]
    fit = recognition.ridges[1].map(products.reshape(len(first), -1))
    states, log_posterior = exact_posterior(listed.machine, x)
    expected = states[0].T @ (np.exp(log_posterior[0])[:, None] * states[1])
    np.testing.assert_allclose(fit(code.means[0]).reshape(3, 2), expected, atol=1e-10)


@pytest.fixture(scope="module")
def linear() -> tuple[nh.HelmholtzMachine, list[np.ndarray], nh.DDC]:
    """Two Gaussian layers, visible deviation 0.7, and 100 000 dreams."""
    machine = nh.HelmholtzMachine(
        [Gaussian(3, deviation=0.7, learned=True), Gaussian(2)], dtype="float64"
    )
    rng = np.random.default_rng(0)
    own = machine.parameters()
    own[WEIGHTS][:] = rng.normal(0, 1, (2, 3))
    own["generative/visible"][:] = [0.5, -0.2, 0.1]
    rule = nh.DDC(encoding="quadratic", data_encoding="quadratic", ridge=0, data_ridge=0)
    return machine, rng, rule


def root_mean_square(error: np.ndarray) -> float:
    return float(np.sqrt(np.mean(error**2)))


def linear_posterior(machine: nh.HelmholtzMachine, x: np.ndarray):
    """Mean and covariance of z given x, of z ~ N(0, 1)."""
    own = machine.parameters()
    weights, deviation = own[WEIGHTS], np.exp(own["generative/visible log deviation"])
    covariance = np.linalg.inv(np.eye(2) + (weights / deviation**2) @ weights.T)
    return (x - own["generative/visible"]) / deviation**2 @ weights.T @ covariance, covariance


def test_linear_gaussian_posteriors_and_gradients_are_exact(linear) -> None:
    machine, _, rule = linear
    posterior = rule.posterior(machine, samples=100_000)
    x = machine.dream(50, seed=9)
    mean, covariance = linear_posterior(machine, x)
    # Over eight other seeds 0.008 +- 0.002 and 0.013 +- 0.002: six deviations or more. The elements
    # of the gradient below have standard errors of 0.005 at most: nine.
    assert root_mean_square(posterior.mean(x) - mean) < 0.02
    assert root_mean_square(posterior.covariance(x) - covariance) < 0.03
    recognition = posterior.recognition
    given = by_codes(recognition, recognition.code(x), x)
    found = expected_gradient(machine, posterior.states, given)
    own = machine.parameters()
    weights, bias = own[WEIGHTS], own["generative/visible"]
    second = covariance + mean.T @ mean / len(x)
    expected = (mean.T @ (x - bias) / len(x) - second @ weights) / 0.7**2
    np.testing.assert_allclose(found[WEIGHTS], expected, atol=0.05)
    spread = ((x - bias - mean @ weights) ** 2).mean(axis=0)
    spread += np.einsum("ij,ik,kj->j", weights, covariance, weights)
    np.testing.assert_allclose(
        found["generative/visible log deviation"], spread / 0.7**2 - 1, atol=0.06
    )


def test_the_chain_rule_across_layers_is_exact_for_gaussians() -> None:
    machine = nh.HelmholtzMachine(
        [Gaussian(2, deviation=0.5), Gaussian(2, deviation=0.6), Gaussian(1)], dtype="float64"
    )
    rng, own = np.random.default_rng(3), machine.parameters()
    lower = own[WEIGHTS][:] = rng.normal(0, 1, (2, 2))
    upper = own["generative/hidden2->hidden1"][:] = rng.normal(0, 1, (1, 2))
    rule = nh.DDC(encoding="quadratic", data_encoding="quadratic", ridge=0, data_ridge=0)
    x = machine.dream(50, seed=1)
    through = upper @ lower
    noise = 0.36 * lower.T @ lower + 0.25 * np.eye(2)
    gain = np.linalg.solve(through.T @ through + noise, through.T)
    found = rule.posterior(machine, samples=50_000).mean(x, layer=2)
    # over eight other seeds 0.008 +- 0.003: eight deviations
    assert root_mean_square(found - x @ gain) < 0.03


def test_populations_without_sufficient_statistics_are_refused() -> None:
    machine = nh.HelmholtzMachine([4, AutoregressiveBernoulli(3)])
    with pytest.raises(InputError, match="no sufficient statistics"):
        require_family(machine)
    with pytest.raises(InputError, match="no sufficient statistics"):
        nh.train(nh.HelmholtzMachine([nh.NADE(4), 3]), np.eye(4), rule="ddc")
    with pytest.raises(InputError, match="no chain"):
        require_family(nh.HelmholtzMachine([4, 1, 1], edges=nh.machine.cascade(3)))
    with pytest.raises(InputError, match="at least one hidden"):
        require_family(nh.HelmholtzMachine([4]))
