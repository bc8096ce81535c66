"""NADE: the published equations, exact where alone, and what it says of its locality."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.backend import RandomStream
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.likelihood import all_states
from neurohm.machine import HelmholtzMachine, Sparse
from neurohm.machine.passes import add_log_probability, log_joint, log_recognition


def sigmoid(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))


def chain_rule(machine: HelmholtzMachine, x: np.ndarray, y: np.ndarray | None) -> np.ndarray:
    """log p(x | y) of visible units, one unit after the other, as the papers write it."""
    p = {key.removeprefix("generative/"): array for key, array in machine.parameters().items()}
    bias, alpha = p["visible"], np.tile(p["visible.inner"], (len(x), 1))
    if y is not None:
        bias = bias + y @ p["hidden1->visible"]
        alpha = alpha + y @ p["hidden1->visible.inner"]
    log_p = np.zeros(len(x))
    for i, row in enumerate(p["visible.inner->visible"]):
        logit = np.broadcast_to(bias, x.shape)[:, i] + sigmoid(alpha) @ row
        log_p += x[:, i] * logit - np.logaddexp(0, logit)
        alpha = alpha + x[:, [i]] * p["visible->visible.inner"][i]
    return log_p


def test_alone_it_is_exact(normal_machine) -> None:
    machine = normal_machine([nh.NADE(5, inner=7)])
    x = all_states(5)
    expected = chain_rule(machine, x, None)
    assert np.exp(expected).sum() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(nh.exact_log_likelihood(machine, x), expected, rtol=1e-12)
    estimate = nh.log_likelihood(machine, x, particles=3)
    np.testing.assert_allclose(estimate.value, expected, rtol=1e-12)


def test_driven_it_follows_the_published_equations(normal_machine) -> None:
    machine = normal_machine([nh.NADE(4, inner=3), 2])
    x, y = np.repeat(all_states(4), 4, axis=0), np.tile(all_states(2), (16, 1))
    bias = machine.parameters()["generative/hidden1"]
    prior = (y * bias - np.logaddexp(0, bias)).sum(axis=1)
    joint = log_joint(machine, [x, y])
    np.testing.assert_allclose(joint, chain_rule(machine, x, y) + prior, rtol=1e-12)


@pytest.mark.parametrize("size", [4, 6])
def test_recognition_by_nade_is_normalised_and_weighs_right(size, normal_machine) -> None:
    machine = normal_machine([3, nh.NADE(size)], recognition=[nh.NADE(size, inner=2)])
    h, x = all_states(size), np.tile([[1.0, 0.0, 1.0]], (2**size, 1))
    log_q = log_recognition(machine, [x, h])
    assert np.exp(log_q).sum() == pytest.approx(1, abs=1e-12)
    weights = np.exp(log_joint(machine, [x, h]) - log_q)
    likelihood = np.exp(nh.exact_log_likelihood(machine, x[:1]))[0]
    assert np.exp(log_q) @ weights == pytest.approx(likelihood, rel=1e-12)


@pytest.mark.parametrize("rule", ["wake-sleep", "reweighted"])
def test_alone_it_learns_dependences(rule) -> None:
    # the first half of the units is copied into the second: 4 bits, of 8 if they were independent
    first = np.random.default_rng(0).integers(0, 2, (2000, 4))
    x = np.hstack([first, first])
    machine = HelmholtzMachine([nh.NADE(8)])
    nh.train(machine, x, rule=rule, plasticity=nh.Adam(0.05), epochs=30)
    assert nh.exact_log_likelihood(machine, x).mean() > -4 * np.log(2) - 0.05


def test_without_hidden_units_particles_change_nothing(normal_machine) -> None:
    machine = normal_machine([nh.NADE(5)])
    x = np.random.default_rng(0).integers(0, 2, (6, 5))
    learned = []
    for rule in (nh.WakeSleep(), nh.Reweighted(particles=3)):
        twin = machine.copy()
        nh.Delta(0.1).apply(twin, rule.updates(twin, rule.phases(twin, x, seed=1)))
        learned.append(twin.parameters())
    for key, array in learned[0].items():
        np.testing.assert_allclose(learned[1][key], array, rtol=1e-12, atol=1e-12, err_msg=key)


def test_a_deep_machine_of_nade_learns_more_than_one_of_factorial_units() -> None:
    bars = nh.images.bars()
    x = bars.sample(1000, seed=0)
    nade = HelmholtzMachine([nh.NADE(16, inner=12), nh.NADE(8)], recognition=[nh.NADE(8)])
    scores = []
    for machine in (HelmholtzMachine([16, 8]), nade):
        options = {"rule": "reweighted", "batch_size": 20, "seed": 0}
        before = bars.probabilities @ nh.exact_log_likelihood(machine, bars.patterns)
        nh.train(machine, x, plasticity=nh.Adam(0.01), epochs=40, **options)
        after = bars.probabilities @ nh.exact_log_likelihood(machine, bars.patterns)
        assert after > before + 1
        scores.append(after)
    assert -bars.entropy - 0.3 < scores[1] < -bars.entropy
    assert scores[1] > scores[0] + 1


def test_what_goes_back_through_the_readout_says_so() -> None:
    machine = HelmholtzMachine([nh.NADE(4), 3], recognition=[nh.NADE(3, inner=2)])
    of = {s.parameter: s for s in nh.locality_report(machine, nh.WakeSleep()).signals}
    assert of.keys() == machine.parameters().keys()
    inner = {"visible.inner", "visible->visible.inner", "hidden1->visible.inner"}
    inner |= {"hidden1.inner", "hidden1->hidden1.inner", "visible->hidden1.inner"}
    for parameter, signal in of.items():
        if parameter.split("/")[1] in inner:
            assert signal.locality == "non-local"
            assert "backpropagation" in signal.postsynaptic
        else:
            assert signal.locality == "synapse-local"


def test_without_a_readout_they_are_bernoulli_units(normal_machine) -> None:
    plain = normal_machine([5, 4])
    machine = normal_machine([nh.NADE(5), nh.NADE(4)], recognition=[nh.NADE(4)])
    for key, array in machine.parameters().items():
        array[...] = plain.parameters().get(key, 0.0)
    np.testing.assert_array_equal(machine.dream(30, seed=3), plain.dream(30, seed=3))
    for own, other in zip(
        nh.machine.recognise_mean(machine, machine.dream(9)),
        nh.machine.recognise_mean(plain, plain.dream(9)),
        strict=True,
    ):
        np.testing.assert_allclose(own, other, rtol=1e-14)


def test_the_mean_is_that_of_mean_field(normal_machine) -> None:
    machine = normal_machine([3, nh.NADE(4, inner=3)])
    x = np.array([[1.0, 0.0, 1.0]])
    p = {k.removeprefix("recognition/"): v for k, v in machine.parameters().items()}
    bias = x[0] @ p["visible->hidden1"] + p["hidden1"]
    alpha = x[0] @ p["visible->hidden1.inner"] + p["hidden1.inner"]
    expected = []
    for i in range(4):
        expected.append(sigmoid(bias[i] + p["hidden1.inner->hidden1"][i] @ sigmoid(alpha)))
        alpha = alpha + expected[-1] * p["hidden1->hidden1.inner"][i]
    np.testing.assert_allclose(nh.machine.recognise_mean(machine, x)[1][0], expected, rtol=1e-12)


def test_starting_values_are_as_small_as_the_inputs_are_many() -> None:
    machine = HelmholtzMachine([nh.NADE(40, inner=10), 20], initial=Sparse())
    p = machine.parameters()
    for key, n_in in (("visible.inner->visible", 10), ("visible->visible.inner", 40)):
        largest = np.sqrt(6 / 50) / n_in
        array = p[f"generative/{key}"]
        assert array.shape == (40, 10)
        assert 0.9 * largest < np.abs(array).max() <= largest
    assert not p["generative/visible.inner"].any()


def test_there_are_as_many_inner_units_as_units_by_default() -> None:
    assert nh.NADE(7).inner_size == 7
    assert nh.NADE(7) == nh.NADE(7, inner=7)
    assert type(nh.NADE(7, inner=np.int64(3)).inner) is int
    assert HelmholtzMachine([nh.NADE(7)]).parameters()["generative/visible.inner"].shape == (7,)


@pytest.mark.parametrize(("inner", "error"), [(0, InputError), (2.5, ArgumentTypeError)])
def test_a_number_of_inner_units_that_is_none_is_refused(inner, error) -> None:
    with pytest.raises(error, match="number of inner units"):
        nh.NADE(3, inner=inner)


def test_many_afferents_reach_both_compartments(normal_machine) -> None:
    edges = [(1, 0), (2, 0), (2, 1)], [(0, 1), (0, 2), (1, 2)]
    machine = normal_machine([nh.NADE(3, inner=2), 2, 2], edges=edges)
    states = nh.machine.dream(machine, 50, RandomStream(0)).states
    h = np.hstack(states[1:])
    expected = chain_rule(_as_chain(machine, normal_machine), states[0], h)
    total = np.zeros(50)
    work = nh.machine.Workspace(machine.backend)
    add_log_probability(machine, machine.generative, 0, states, total, work)
    np.testing.assert_allclose(total, expected, rtol=1e-12)


def _as_chain(machine: HelmholtzMachine, normal_machine) -> HelmholtzMachine:
    """The same visible units, driven by one population that stands for both."""
    chain = normal_machine([nh.NADE(3, inner=2), 4])
    given = machine.parameters()
    for key, array in chain.parameters().items():
        if key.startswith("generative/hidden1->"):
            target = key.split("->")[1]
            both = [given[f"generative/{source}->{target}"] for source in ("hidden1", "hidden2")]
            array[...] = np.vstack(both)
        elif key.startswith("generative/visible"):
            array[...] = given[key]
    return chain


def test_no_population_may_be_named_as_a_part_of_another() -> None:
    with pytest.raises(InputError, match=r"two parameters named 'generative/a\.inner'"):
        HelmholtzMachine([nh.NADE(3, name="a"), nh.Bernoulli(4, name="a.inner")])
