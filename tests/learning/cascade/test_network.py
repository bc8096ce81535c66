"""The cascade as arrays agrees with the machine that it is, and with lists of all codes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson

from neurohm.exceptions import InputError
from neurohm.learning.cascade import CascadeNetwork, Grower, cascade_machine, cascade_network
from neurohm.likelihood import exact_log_likelihood
from neurohm.machine import HelmholtzMachine, log_joint


def test_without_units_the_bound_is_the_likelihood_of_independent_counts(x, observation) -> None:
    network = Grower(observation, pseudo_count=0).without_units(x)
    np.testing.assert_allclose(network.means(np.zeros((1, 0)))[0], x.mean(axis=0), rtol=1e-12)
    if observation == "poisson":
        expected = poisson.logpmf(x, x.mean(axis=0)).sum(axis=1)
    else:
        mean = x.mean(axis=0)
        expected = (x * np.log(mean) + (1 - x) * np.log(1 - mean)).sum(axis=1)
    np.testing.assert_allclose(network.bound(x), expected, rtol=1e-10)


@pytest.mark.parametrize("n_hidden", [0, 1, 4])
def test_it_says_the_same_as_its_machine(network_of, x, n_hidden: int) -> None:
    network = network_of(n_hidden)
    machine = cascade_machine(network)
    states = network.recognise(x)
    ours = log_joint(machine, [x, *(states[:, [k]] for k in range(n_hidden))])
    np.testing.assert_allclose(network.log_joint(x, states), ours, rtol=1e-12)
    exact = exact_log_likelihood(machine, x)
    np.testing.assert_allclose(network.log_likelihood(x), exact, rtol=1e-12)


def test_a_machine_gives_the_network_back(network_of) -> None:
    network = network_of(3)
    again = cascade_network(cascade_machine(network))
    for name, value in vars(network).items():
        np.testing.assert_array_equal(getattr(again, name), value)


def test_the_bound_is_below_the_likelihood(network_of, x) -> None:
    network = network_of(6)
    assert (network.bound(x) <= network.log_likelihood(x)).all()


def test_states_are_those_whose_probability_exceeds_a_half(network_of, x) -> None:
    """Of the machine that draws: each unit in turn, the states of earlier ones given."""
    network = network_of(3)
    states = network.recognise(x)
    received = network.recognition_bias + x @ network.recognition
    received += states @ network.hidden_recognition  # only earlier units project onto later ones
    np.testing.assert_array_equal(states, received > 0)


def test_twice_the_bin_is_twice_the_count() -> None:
    """exp(b) is an expected count: b rises by log 2 where bins are twice as long."""
    network = CascadeNetwork.of_rates("poisson", np.log([0.2, 0.5])).with_unit()
    longer = CascadeNetwork.of_rates("poisson", network.bias + np.log(2)).with_unit()
    code = np.zeros((1, 1))
    np.testing.assert_allclose(longer.means(code), 2 * network.means(code), rtol=1e-14)


def test_too_many_codes_are_not_listed() -> None:
    network = CascadeNetwork.of_rates("poisson", np.zeros(2))
    for _ in range(17):
        network = network.with_unit()
    with pytest.raises(InputError, match="at most 16; take the bound"):
        network.log_likelihood(np.zeros((1, 2)))


def test_a_chain_is_no_cascade() -> None:
    with pytest.raises(InputError, match="a cascade"):
        cascade_network(HelmholtzMachine([4, 3]))
