"""A spiking network has the law of its machine, and says what it cannot be made of."""

from __future__ import annotations

import numpy as np
import pytest
from brian2 import Hz, Network, ms, mV
from scipy.stats import chisquare

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.likelihood.exact import all_states
from neurohm.machine.passes import log_joint, log_recognition
from neurohm.spiking import Imperfections, SpikingRule, run, states_of, to_brian2
from neurohm.spiking.readout import parameters_of

FALSE_ALARM = 1e-4  # of each chi-square test, were the laws the same


def joint_states(machine):
    """Return every joint state of a binary machine, one array a population."""
    states = all_states(sum(machine.sizes)).astype(np.float64)
    return np.split(states, np.cumsum(machine.sizes)[:-1], axis=1)


def counted(states):
    """Return how often each joint state occurred, in the order of `joint_states`."""
    columns = np.concatenate(states, axis=1).astype(np.int64)
    place = columns @ (1 << np.arange(columns.shape[1])[::-1])
    return np.bincount(place, minlength=1 << columns.shape[1])


def p_value(counts, probabilities, least=5.0):
    """Return that of a chi-square test; states expected too rarely are taken together."""
    expected = probabilities * counts.sum()
    often = expected >= least
    observed = np.append(counts[often], counts[~often].sum())
    expected = np.append(expected[often], expected[~often].sum())
    kept = expected > 0
    return chisquare(observed[kept], expected[kept]).pvalue


@pytest.mark.parametrize(("sizes", "steps"), [((3, 2, 1), 1), ((6, 4, 2), 3)], ids=str)
def test_dreams_have_the_enumerated_law(normal_machine, sizes, steps):
    machine = normal_machine(sizes, seed=1)
    network = run(to_brian2(machine, window=steps * ms, copies=4000), 5, seed=0)
    states = states_of(network)
    assert [s.shape for s in states] == [(20_000, size) for size in sizes]
    probabilities = np.exp(log_joint(machine, joint_states(machine)))
    assert p_value(counted(states), probabilities) > FALSE_ALARM


@pytest.mark.parametrize(("sizes", "steps"), [((5, 3, 2), 2)], ids=str)
def test_recognition_has_the_enumerated_law(normal_machine, sizes, steps):
    machine = normal_machine(sizes, seed=2)
    x = np.random.default_rng(0).integers(0, 2, (3, sizes[0]))
    network = run(
        to_brian2(machine, "recognise", window=steps * ms, stimulus=x, copies=4000), 6, seed=0
    )
    states = states_of(network)
    np.testing.assert_array_equal(states[0], np.tile(np.repeat(x, 4000, axis=0), (2, 1)))
    hidden = all_states(sum(sizes[1:])).astype(np.float64)
    split = np.split(hidden, np.cumsum(sizes[1:])[:-1], axis=1)
    for i, row in enumerate(x):
        own = [s.reshape(6, 4000, -1)[i::3].reshape(8000, -1) for s in states[1:]]
        law = np.exp(log_recognition(machine, [np.tile(row, (len(hidden), 1)) * 1.0, *split]))
        assert p_value(counted(own), law) > FALSE_ALARM


def test_delays_within_the_gap_lose_nothing(normal_machine):
    machine = normal_machine((4, 3, 2), seed=1)
    network = to_brian2(machine, window=5 * ms, delay=3 * ms, copies=4000)
    states = states_of(run(network, 5, seed=0))
    probabilities = np.exp(log_joint(machine, joint_states(machine)))
    assert p_value(counted(states), probabilities) > FALSE_ALARM
    late = to_brian2(machine, window=5 * ms, delay=3 * ms, gap=0 * ms, copies=4000)
    assert p_value(counted(states_of(run(late, 5, seed=0))), probabilities) < FALSE_ALARM


def test_skip_connections_of_a_cascade(normal_machine):
    machine = normal_machine((3, 2, 2), edges=nh.machine.cascade(3), seed=3)
    states = states_of(run(to_brian2(machine, window=2 * ms, copies=4000), 5, seed=0))
    probabilities = np.exp(log_joint(machine, joint_states(machine)))
    assert p_value(counted(states), probabilities) > FALSE_ALARM


def test_poisson_units_count(normal_machine):
    machine = normal_machine([nh.Poisson(2), 2], seed=4)
    machine.parameters()["generative/visible"][...] = [-0.5, 0.3]
    network = to_brian2(machine, window=20 * ms, dt=0.1 * ms, copies=4000)
    visible, hidden = states_of(run(network, 1, seed=0))
    drive = hidden @ machine.generative.projections[0].weights + [-0.5, 0.3]
    steps = 200
    for unit in range(2):
        mean = np.exp(drive[:, unit])
        chance = 1 - np.exp(-mean / steps)  # of a spike in one step: at most one fits
        error = (visible[:, unit] - steps * chance).sum()
        assert abs(error) < 3.9 * np.sqrt((steps * chance * (1 - chance)).sum())
        # 3.9 deviations: a false alarm in 10 000; and the counts are not clipped
        assert visible[:, unit].max() > 2


def test_it_is_an_ordinary_network(normal_machine):
    network = to_brian2(normal_machine((4, 3, 2)), "recognise", stimulus=np.eye(4))
    assert isinstance(network, Network)
    assert network["recognition_visible_hidden1"].w.dim == (1 * mV).dim
    assert network["hidden1"].hazard.dim == Hz.dim
    assert {"visible", "hidden1", "hidden2", "hidden1_spikes", "stimulus"} <= {
        o.name for o in network.objects
    }


def test_a_seed_gives_one_result(normal_machine):
    machine = normal_machine((4, 3, 2))
    first, same, other = (
        states_of(run(to_brian2(machine, copies=50), 3, seed=seed)) for seed in (0, 0, 1)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, same, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_imperfections_are_in_the_network(normal_machine):
    machine = normal_machine((40, 30))
    flaws = Imperfections(weights=0.2, thresholds=0.1, delay=2 * ms, dropped=1.0)
    network = to_brian2(machine, window=5 * ms, imperfections=flaws, copies=2)
    key = "generative_hidden1_visible"
    ratio = np.asarray(network[key].w / mV).reshape(2, 30, 40)
    ratio /= machine.parameters()["generative/hidden1->visible"]
    np.testing.assert_array_equal(ratio[0], ratio[1])  # copies of one device
    assert ratio.mean() == pytest.approx(1, abs=0.03)
    assert ratio.std() == pytest.approx(0.2, rel=0.1)
    delays = np.asarray(network[key].transmit.delay / ms)
    assert set(np.unique(delays.round(6))) == {0.0, 1.0, 2.0}
    run(network, 2, seed=0)
    assert not np.any(network["visible"].apical / mV)  # every spike was dropped


@pytest.mark.parametrize("rule", ["wake-sleep", "reweighted"])
def test_a_device_is_the_same_whatever_its_synapses_learn_by(normal_machine, rule):
    machine, flaws = normal_machine((4, 3)), Imperfections(weights=0.2, thresholds=0.1, seed=1)
    dreaming = to_brian2(machine, imperfections=flaws)
    learning = to_brian2(machine, "alternate", imperfections=flaws, learning=SpikingRule(0.1, rule))
    own = parameters_of(learning)
    for key, values in parameters_of(dreaming).items():
        np.testing.assert_array_equal(values, own[key], err_msg=key)


@pytest.mark.parametrize("name", ["stimulus", "clamp", "modulator", "recorded", "delay_lines"])
def test_a_population_may_be_called_what_networks_call_other_things(name):
    machine = nh.HelmholtzMachine([nh.Bernoulli(3, name), 2], seed=0)
    network = to_brian2(machine, "recognise", stimulus=np.eye(3))
    np.testing.assert_array_equal(states_of(run(network, 3, seed=0))[0], np.eye(3))


def test_each_synapse_loses_spikes_of_its_own(normal_machine, caplog):
    """As many as said, and Brian2 has no doubt about the order in which they are drawn."""
    machine, copies = normal_machine([nh.Bernoulli(20), 1]), 300
    machine.parameters()["generative/hidden1"][...] = 20  # fires in every cycle
    flaws = Imperfections(dropped=0.3, delay=2 * ms)
    network = to_brian2(machine, window=5 * ms, imperfections=flaws, copies=copies)
    network["generative_hidden1_visible"].w = 1 * mV
    with caplog.at_level("WARNING", logger="brian2"):
        network.run(2 * 5 * ms, namespace={})
    assert "order of execution" not in caplog.text
    arrived = np.asarray(network["visible"].apical / mV).reshape(copies, 20)
    assert set(np.unique(arrived)) == {0.0, 1.0}
    n = arrived.size
    assert abs(arrived.sum() - 0.7 * n) < 3.9 * np.sqrt(n * 0.21)  # false alarms: 1 in 10 000
    # synapses of one neuron lose them independently of each other
    assert abs(arrived.sum(axis=1).var() - 20 * 0.21) < 5 * 20 * 0.21 * np.sqrt(2 / copies)


@pytest.mark.parametrize(
    ("populations", "named"),
    [
        ([4, nh.NADE(3)], "'hidden1' of kind 'nade'"),
        ([nh.Gaussian(4), 3], "'visible' of kind 'gaussian'"),
        ([4, "autoregressive:3"], "'hidden1' of kind 'autoregressive'"),
    ],
)
def test_units_that_are_no_spikes_are_named(populations, named):
    with pytest.raises(InputError, match=named):
        to_brian2(nh.HelmholtzMachine(populations))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"window": 0.02}, ArgumentTypeError, "a time with its unit"),
        ({"window": 2.5 * ms}, InputError, "a whole number of time steps; take dt = 1.25 ms"),
        ({"window": 5 * ms, "delay": 5 * ms}, InputError, "some time to fire in"),
        ({"phase": "asleep"}, InputError, "one of 'recognise', 'dream', 'alternate'"),
        ({"slope": 1 * ms}, ArgumentTypeError, "a voltage with its unit"),
        ({"copies": 0}, InputError, "at least 1"),
        ({"imperfections": 0.2}, ArgumentTypeError, r"imperfections 0.2; expected Imperfections"),
        ({"learning": 0.2}, ArgumentTypeError, r"learning 0.2; expected SpikingRule"),
        ({"stimulus": np.ones((0, 4))}, InputError, "a stimulus without rows"),
        ({"stimulus": np.ones((2, 3))}, InputError, r"data of shape \(2, 3\)"),
        ({"stimulus": 2 * np.ones((2, 4))}, InputError, "bernoulli"),
    ],
)
def test_arguments_that_cannot_be_used(options, error, message):
    with pytest.raises(error, match=f"(?i){message}"):
        to_brian2(nh.HelmholtzMachine([4, 2]), **options)


def test_two_spikes_in_one_step_are_refused():
    machine = nh.HelmholtzMachine([nh.Poisson(3), 2], seed=0)
    machine.parameters()["generative/visible"][...] = np.log(5.0)
    with pytest.raises(InputError, match=r"second ones in their time step.*take a dt of"):
        to_brian2(machine, window=10 * ms, dt=1 * ms)
    with pytest.raises(InputError, match="12 spikes of one unit in a window of 10 steps"):
        to_brian2(
            nh.HelmholtzMachine([nh.Poisson(3), 2], seed=0),
            "recognise",
            stimulus=np.full((1, 3), 12),
        )
