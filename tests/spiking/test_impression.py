"""Phases within a stimulus: the law of neurons without windows, and what their synapses learn."""

from __future__ import annotations

import numpy as np
import pytest
from brian2 import ms
from scipy.stats import chisquare, norm

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.likelihood.exact import all_states
from neurohm.spiking import impression_network, machine_of, run, states_of, to_recording
from neurohm.spiking.readout import parameters_of

FALSE_ALARM = 1e-4  # of each test
SLOW = {"shown": 400 * ms, "period": 400 * ms, "memory": 20 * ms}


def sigmoid(drive):
    return 1 / (1 + np.exp(-drive))


def of_bits(states, chances):
    """Return the probability of each row of bits where each is on by a chance of its own."""
    return np.where(states == 1, chances, 1 - chances).prod(axis=1)


def parameters(machine):
    """Return hidden biases, visible biases and weights, then recognition biases and weights."""
    p = machine.parameters()
    keys = (
        "generative/hidden1", "generative/visible", "generative/hidden1->visible",
        "recognition/hidden1", "recognition/visible->hidden1",
    )  # fmt: skip
    return [p[key] for key in keys]


def joint_law(machine):
    """Return visible and hidden states, and the probability of each pair (hidden, visible)."""
    x, h = all_states(machine.sizes[0]) * 1.0, all_states(machine.sizes[1]) * 1.0
    prior, bias, weights, _, _ = parameters(machine)
    visible = np.stack([of_bits(x, sigmoid(bias + row @ weights)) for row in h])
    return x, h, of_bits(h, sigmoid(prior))[:, None] * visible


def expected_changes(machine, data):
    """Return the expected update of wake-sleep of each parameter, every state enumerated."""
    x, h, asleep = joint_law(machine)
    prior, bias, weights, back, recognition = parameters(machine)
    awake = np.zeros_like(asleep)
    for row in data:
        awake[:, (x == row).all(axis=1)] += of_bits(h, sigmoid(back + row @ recognition))[
            :, None
        ] / len(data)
    visible = x[None] - sigmoid(bias + h @ weights)[:, None]
    hidden = h[:, None] - sigmoid(back + x @ recognition)[None]
    return {
        "generative/hidden1": awake.sum(axis=1) @ (h - sigmoid(prior)),
        "generative/visible": np.einsum("hx,hxi->i", awake, visible),
        "generative/hidden1->visible": np.einsum("hx,hj,hxi->ji", awake, h, visible),
        "recognition/hidden1": np.einsum("hx,hxj->j", asleep, hidden),
        "recognition/visible->hidden1": np.einsum("hx,xi,hxj->ij", asleep, x, hidden),
    }


def deviations(network, machine, rate, stimuli, expected):
    """Return by how many standard errors the mean change of each parameter is off."""
    before, z = machine.parameters(), []
    for key, values in parameters_of(network).items():
        changes = (values - before[key]) / (rate * stimuli)
        error = changes.std(axis=0, ddof=1) / np.sqrt(len(changes))
        z += ((changes.mean(axis=0) - expected[key]) / error).ravel().tolist()
    return np.array(z)


@pytest.mark.parametrize("asleep", [False, True], ids=["awake", "asleep"])
def test_a_phase_that_lasts_has_the_law_of_the_machine(normal_machine, asleep):
    machine, x = normal_machine((3, 2), seed=1), np.array([[1, 0, 1]])
    network = impression_network(machine, x, rate=0, copies=4000, **SLOW)
    network.run((395 if asleep else 195) * ms)
    visible, hidden = (
        np.asarray(network[name].is_on[:]).reshape(4000, -1) for name in ("visible", "hidden1")
    )
    states, hiddens, law = joint_law(machine)
    if not asleep:
        assert (visible == x).all()
        _, _, _, back, weights = parameters(machine)
        law = of_bits(hiddens, sigmoid(back + x[0] @ weights))[:, None] * (states == x).all(axis=1)
    place = hidden.astype(int) @ [2, 1] * 8 + visible.astype(int) @ [4, 2, 1]
    possible = law.ravel() > 0
    counts = np.bincount(place, minlength=32)[possible]
    assert chisquare(counts, 4000 * law.ravel()[possible]).pvalue > FALSE_ALARM


def test_data_are_shown_over_again():
    machine, x = nh.HelmholtzMachine([2, 1], seed=0), np.eye(2)
    times = {"shown": 20 * ms, "period": 20 * ms, "memory": 5 * ms}
    network = run(impression_network(machine, x, monitors=True, **times), 5, seed=0)
    monitor = network["visible_spikes"]
    stimulus, step = np.divmod(np.rint(monitor.t / (5 * ms)).astype(int), 4)
    shown = np.bincount(2 * stimulus[step < 2] + monitor.i[step < 2], minlength=10).reshape(5, 2)
    np.testing.assert_array_equal(shown, 2 * x[[0, 1, 0, 1, 0]])  # in both steps awake


@pytest.mark.parametrize("period", [100, 20])
def test_without_memory_it_is_wake_sleep(normal_machine, period):
    machine, x = normal_machine((3, 2), seed=5), np.array([[1, 0, 1], [0, 1, 1.0]])
    times = {"shown": 100 * ms, "period": period * ms, "memory": 5 * ms}
    network = impression_network(machine, x, rate=1e-6, copies=2000, **times)
    run(network, 2, seed=0)
    z = deviations(network, machine, 1e-6, 2, expected_changes(machine, x))
    assert len(z) == 2 + 3 + 6 + 2 + 6
    assert np.abs(z).max() < norm.isf(FALSE_ALARM / 2 / len(z))


def invertible():
    """Return a machine whose recognition is its posterior: each group of units has one cause."""
    machine = nh.HelmholtzMachine([4, 2], dtype="float64", seed=0)
    prior, bias, weights, back, recognition = parameters(machine)
    prior[...], bias[...] = [-0.5, 0.3], [-1.0, -0.5, 0.0, -1.0]
    weights[...] = [[2.0, 1.0, 0, 0], [0, 0, -1.5, 2.5]]
    recognition[...] = weights.T
    back[...] = prior + (np.log1p(np.exp(bias)) - np.log1p(np.exp(bias + weights))).sum(axis=1)
    return machine


def test_a_machine_that_knows_its_data_stays_where_it_is():
    """However fast phases alternate: impressions of data then have the law of dreams."""
    machine, copies, stimuli = invertible(), 1500, 3
    data = machine.dream(copies * stimuli, seed=0).reshape(stimuli, copies, 4)
    network = impression_network(
        machine, data, rate=1e-6, copies=copies, shown=80 * ms, period=20 * ms, memory=30 * ms,
    )  # fmt: skip
    run(network, stimuli, seed=0)
    nothing = {key: np.zeros(values.shape) for key, values in machine.parameters().items()}
    z = deviations(network, machine, 1e-6, stimuli, nothing)
    assert np.abs(z).max() < norm.isf(FALSE_ALARM / 2 / len(z))


def test_it_learns(normal_machine):
    """Two groups of units: after a few hundred stimuli it is nearer than at the start."""
    patterns = np.repeat(all_states(2), 3, axis=1)
    probabilities = np.array([0.49, 0.21, 0.21, 0.09])
    machine = nh.HelmholtzMachine([6, 2], initial=nh.machine.Zeros(), dtype="float64")
    x = patterns[np.random.default_rng(0).choice(4, size=(200, 4), p=probabilities)]
    network = impression_network(
        machine, x, rate=1.0, shown=40 * ms, period=20 * ms, memory=10 * ms,
        copies=4, monitors=True,
    )  # fmt: skip
    run(network, 200, seed=0)
    start, *bits = (
        nh.likelihood.exact_divergence(m, patterns, probabilities)
        for m in (machine, *(machine_of(network, c) for c in range(4)))
    )
    assert max(bits) < start - 1
    assert to_recording(network, "visible").n_units == 24
    with pytest.raises(InputError, match="without windows"):
        states_of(network)


@pytest.mark.parametrize(
    ("populations", "options", "error", "message"),
    [
        ([4, 3, 2], {}, InputError, "bernoulli, bernoulli, bernoulli; expected a visible and a"),
        ([nh.Poisson(4), 2], {}, InputError, "poisson, bernoulli"),
        ([nh.Gaussian(4), 2], {}, InputError, "'visible' of kind 'gaussian'"),
        ([4, 2], {"shown": 150 * ms}, InputError, "20 steps for a stimulus of 30"),
        ([4, 2], {"shown": 0.2}, ArgumentTypeError, "a time with its unit"),
        ([4, 2], {"shown": 20 * ms, "period": 10 * ms}, InputError, "at least 4"),
        ([4, 2], {"memory": 12 * ms}, InputError, "a whole number of time steps"),
        ([4, 2], {"rate": -1}, InputError, "rate -1"),
        ([4, 2], {"slope": 1 * ms}, ArgumentTypeError, "a voltage with its unit"),
        ([5, 2], {}, InputError, "5"),
    ],
)
def test_what_cannot_be_used(populations, options, error, message):
    with pytest.raises(error, match=message):
        impression_network(nh.HelmholtzMachine(populations), np.eye(4), **options)
