"""Learning by spikes is the abstract rule: for the same activity exactly, and in expectation."""

from __future__ import annotations

import numpy as np
import pytest
from brian2 import ms
from scipy.stats import norm

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.images import lines
from neurohm.likelihood import exact_divergence
from neurohm.likelihood.exact import all_states
from neurohm.machine import Activity, Zeros
from neurohm.machine.passes import log_joint, log_recognition
from neurohm.spiking import SpikingRule, machine_of, run, states_of, to_brian2
from neurohm.spiking.readout import parameters_of


def rows(states, cycles, copies, copy):
    """Return the states of one copy, a row for each cycle."""
    return [np.ascontiguousarray(s.reshape(cycles, copies, -1)[:, copy]) for s in states]


def taught(machine, rule, wake, sleep):
    """Return the machine after the abstract rule saw what the spiking one did, at rate 0.1."""
    learner = machine.copy()
    given = [np.repeat(wake[0][:1], len(wake[1]), axis=0), *wake[1:]]
    scored = Activity([wake[0][:1], *wake[1:]], log_recognition(machine, given), {})
    for updates in (
        lambda: rule.wake_updates(learner, scored),
        lambda: rule.sleep_updates(learner, Activity(sleep, None, {})),
    ):
        nh.Delta(0.1).apply(learner, updates())
    return learner.parameters()


@pytest.mark.parametrize(
    ("visible", "particles", "baseline"),
    [(4, 1, True), (4, 3, True), (nh.Poisson(4), 3, False)],
    ids=["wake-sleep", "reweighted", "reweighted, poisson"],
)
def test_a_step_is_that_of_the_abstract_rule(normal_machine, visible, particles, baseline):
    machine, copies = normal_machine([visible, 3, 2]), 10
    for array in machine.parameters().values():
        array *= 0.5
    x = np.array([[1, 0, 1, 1]])
    if particles == 1:
        rule, spiking = nh.WakeSleep(), SpikingRule(0.1)
    else:
        mix = {"wake_mix": 0.4, "sleep_mix": 0.7, "baseline": baseline}
        rule = nh.Reweighted(particles=particles, **mix)
        spiking = SpikingRule(0.1, "reweighted", particles=particles, **mix)
    dt = 1 if visible == 4 else 0.25
    window = (2 if visible == 4 else 20) * ms
    network = to_brian2(
        machine, "alternate", window=window, dt=dt * ms, stimulus=x, copies=copies, learning=spiking
    )
    run(network, particles + 1, seed=0)
    wake, sleep = states_of(network, "wake"), states_of(network, "sleep")
    for copy in range(copies):
        wanted = taught(
            machine, rule, rows(wake, particles, copies, copy), rows(sleep, 1, copies, copy)
        )
        found = machine_of(network, copy).parameters()
        for key, values in wanted.items():
            np.testing.assert_allclose(found[key], values, rtol=0, atol=1e-12, err_msg=key)


def expected_changes(machine, x):
    """Return the expected update of wake-sleep of each parameter, every state enumerated."""
    hidden = all_states(sum(machine.sizes[1:])).astype(np.float64)
    split = np.split(hidden, np.cumsum(machine.sizes[1:])[:-1], axis=1)
    states = [np.repeat(x, len(hidden), axis=0), *(np.tile(s, (len(x), 1)) for s in split)]
    awake = np.exp(log_recognition(machine, states)) / len(x)
    everything = all_states(sum(machine.sizes)).astype(np.float64)
    dreamt = np.split(everything, np.cumsum(machine.sizes)[:-1], axis=1)
    asleep = np.exp(log_joint(machine, dreamt))
    changes = {}
    for pathway, law, activity in (
        (machine.generative, awake, states),
        (machine.recognition, asleep, dreamt),
    ):
        for target, bias in pathway.biases.items():
            drive = bias.weights + sum(
                activity[p.source] @ p.weights for p in pathway.afferents(target)
            )
            error = (activity[target] - 1 / (1 + np.exp(-drive))) * law[:, None]
            changes[bias.key] = error.sum(axis=0)
            for projection in pathway.afferents(target):
                changes[projection.key] = activity[projection.source].T @ error
    return changes


def test_expected_changes_are_those_of_the_abstract_rule(normal_machine):
    """Of each synapse within two standard errors, as often as chance has it.

    Two bounds, each with a false-alarm rate of 1e-4 or less: the largest of all deviations
    (Bonferroni), and the number of synapses beyond two standard errors, 4.6 % of which are.
    """
    machine, x = normal_machine((3, 2, 2), seed=5), np.array([[1, 0, 1], [0, 1, 1.0]])
    copies, rate = 10_000, 1e-6  # at this rate parameters hardly move: the change is linear
    learning = SpikingRule(rate)
    network = to_brian2(
        machine, "alternate", window=2 * ms, stimulus=x, copies=copies, learning=learning
    )
    run(network, 4, seed=0)
    z = []
    before, found = machine.parameters(), parameters_of(network)
    for key, expected in expected_changes(machine, x).items():
        changes = (found[key] - before[key]) / (2 * rate)
        deviation = changes.std(axis=0, ddof=1) / np.sqrt(copies)
        z += (np.abs(changes.mean(axis=0) - expected) / deviation).ravel().tolist()
    assert len(z) == sum(values.size for values in before.values()) == 31
    assert max(z) < norm.isf(0.5e-4 / len(z))
    assert np.mean(np.array(z) < 2) > 0.74  # eight beyond: chance 5e-5


def test_a_rate_may_be_an_equation(normal_machine):
    machine = normal_machine((3, 2))
    learning = SpikingRule("0.1*int(cycle < 2)")
    network = to_brian2(machine, "alternate", window=1 * ms, stimulus=np.eye(3), learning=learning)
    once = machine_of(run(network, 2, seed=0)).parameters()
    later = machine_of(run(network, 4)).parameters()
    for key, values in once.items():
        np.testing.assert_array_equal(later[key], values)
    assert any((once[key] != start).any() for key, start in machine.parameters().items())


@pytest.mark.slow
def test_lines_are_learned_by_spikes():
    """Within 0.1 bit of the abstract rule; benchmarks/spiking.py goes on until they are known.

    Means of 90 learners of either kind. Divergences have a standard deviation of 0.17 bits, so that
    0.1 bit is 3.9 standard errors of the difference: a false alarm in 10 000.
    """
    data, copies, n, rate = lines(), 90, 400, 0.1
    x = data.sample(n * copies, seed=0).reshape(n, copies, 9)
    machine = nh.HelmholtzMachine([9, 6, 1], initial=Zeros(), dtype="float64")
    network = to_brian2(
        machine, "alternate", window=1 * ms, stimulus=x, copies=copies,
        learning=SpikingRule(rate), monitors=False,
    )  # fmt: skip
    run(network, 2 * n, seed=0)
    abstract = [machine.copy() for _ in range(copies)]
    for copy, learner in enumerate(abstract):
        nh.train(
            learner, x[:, copy], rule=nh.WakeSleep(), plasticity=nh.Delta(rate), epochs=1,
            batch_size=1, seed=copy,
        )  # fmt: skip
    start, by_spikes, by_rule = (
        np.array([exact_divergence(m, data.patterns, data.probabilities) for m in machines])
        for machines in ([machine], [machine_of(network, c) for c in range(copies)], abstract)
    )
    assert abs(by_spikes.mean() - by_rule.mean()) < 0.1
    error = np.hypot(by_spikes.std(), by_rule.std()) / np.sqrt(copies)
    assert error < 0.1 / 3.5  # the bound means something
    assert by_spikes.mean() < start[0] - 3.9 * error  # and there is a gain


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: SpikingRule(0.1, "hebb"), InputError, "one of 'wake-sleep', 'reweighted'"),
        (lambda: SpikingRule(None), ArgumentTypeError, "rate None; expected a number"),
        (lambda: SpikingRule("0.1*foo"), InputError, "'foo' in rate"),
        (lambda: SpikingRule("0.1*("), InputError, "an equation"),
        (lambda: SpikingRule(0.1, particles=3), InputError, "3 particles of wake-sleep"),
        (
            lambda: to_brian2(nh.HelmholtzMachine([4, 2]), "dream", learning=SpikingRule()),
            InputError,
            "phase 'alternate'",
        ),
    ],
)
def test_settings_that_make_no_sense(make, error, message):
    with pytest.raises(error, match=message):
        make()
