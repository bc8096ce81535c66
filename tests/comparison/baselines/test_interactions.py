"""Moments with noise, places in a vector, the prior, and coordinates of unit curvature."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.comparison.baselines.interactions import Layout, Prior, Scale
from neurohm.comparison.baselines.states import AllStates, SampledStates, bits


def test_noise_is_a_coin_for_each_entry() -> None:
    n, noise = 4, 0.3
    weights = np.random.default_rng(0).dirichlet(np.full(2**n, 0.3))
    states = bits(n)
    differ = (states[:, None] != states).sum(2)
    becomes = (noise / 2) ** differ * (1 - noise / 2) ** (n - differ)
    expected = AllStates(n).moments(weights @ becomes)
    found = AllStates(n).moments(weights).with_noise(noise)
    layout = Layout(n, counted=True)
    np.testing.assert_allclose(layout.join(found), layout.join(expected), atol=1e-12)


@pytest.mark.parametrize(("counted", "n", "size", "n_parameters"), [
    (False, 5, 15, 15), (True, 5, 21, 18), (True, 2, 6, 3), (True, 1, 3, 1),
])  # fmt: skip
def test_places_in_a_vector(counted: bool, n: int, size: int, n_parameters: int) -> None:
    layout = Layout(n, counted)
    assert (layout.size, layout.n_parameters) == (size, n_parameters)
    vector = np.arange(1.0, size + 1)
    interactions = layout.split(vector)
    np.testing.assert_array_equal(layout.vector(interactions), vector)
    np.testing.assert_array_equal(interactions.couplings, interactions.couplings.T)
    # a vector of moments has the product with a vector of parameters that the log-weight is
    states = bits(n).astype(np.uint8)
    one = SampledStates(states[-1:])
    assert one.log_weights(interactions)[0] == pytest.approx(
        vector @ layout.join(one.mean_moments())
    )


def test_the_prior_leaves_fields_and_quadratic_potentials_free() -> None:
    layout = Layout(6, counted=True)
    prior, counts = Prior(layout, 2.0), np.arange(7.0)
    vector = np.zeros(layout.size)
    vector[:6], vector[-7:] = 3.0, 1 - counts + 0.5 * counts**2
    np.testing.assert_allclose(prior.slope(vector), 0, atol=1e-12)
    vector[-7:] = counts**3 / 6  # its third differences are 1
    assert vector @ prior.slope(vector) == pytest.approx(2.0 * 4)
    vector = np.zeros(layout.size)
    vector[6:21] = 0.5
    assert vector @ prior.slope(vector) == pytest.approx(2.0 * 15 * 0.25)


def test_in_scaled_coordinates_curvature_is_one() -> None:
    layout = Layout(5, counted=True)
    prior = Prior(layout, 0.7)
    variance = np.random.default_rng(0).random(layout.size) + 0.1
    scale = Scale(prior, variance)
    curved = np.array(
        [
            scale.gradient(variance * parameters + prior.slope(parameters))
            for parameters in map(scale.parameters, np.eye(layout.size))
        ]
    )
    np.testing.assert_allclose(curved, np.eye(layout.size), atol=1e-10)
