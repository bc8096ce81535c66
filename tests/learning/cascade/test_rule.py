"""The cascade rule climbs L: its gradients are those of finite differences."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.learning import as_rule
from neurohm.learning.cascade import Cascade, Learner, cascade_machine, cascade_network, learn_unit
from neurohm.learning.cascade.recognition import recognise_as
from neurohm.machine import HelmholtzMachine, Workspace, cascade
from neurohm.plasticity import Delta


def bound(rule: Cascade, machine: HelmholtzMachine, x: np.ndarray) -> float:
    return float(rule.updates(machine, rule.phases(machine, x)).monitored["bound"].mean())


def gradients(rule: Cascade, machine: HelmholtzMachine, x: np.ndarray) -> dict[str, np.ndarray]:
    updates = rule.updates(machine, rule.phases(machine, x))
    made = Delta().gradients(machine, updates, Workspace(machine.backend))
    return {key: gradient for key, (_, gradient) in made.items()}


@pytest.mark.parametrize("entropy", [True, False])
@pytest.mark.parametrize("n_hidden", [1, 2, 3])
def test_gradients_are_those_of_finite_differences(
    network_of, x, n_hidden: int, entropy: bool
) -> None:
    machine, rule = cascade_machine(network_of(n_hidden)), Cascade(entropy=entropy)
    made, parameters = gradients(rule, machine, x), machine.parameters()
    last, step = f"hidden{n_hidden}", 1e-5
    biases = {f"generative/{p.name}" for p in machine.populations}
    assert made.keys() == biases | {key for key in parameters if last in key}
    for key, gradient in made.items():
        for place in np.ndindex(gradient.shape):
            values = []
            for sign in (1, -1):
                parameters[key][place] += sign * step
                values.append(bound(rule, machine, x))
                parameters[key][place] -= sign * step
            slope = (values[0] - values[1]) / (2 * step)
            assert gradient[place] == pytest.approx(slope, rel=1e-6, abs=1e-9), key


@pytest.mark.parametrize("entropy", [True, False])
def test_the_bound_is_that_of_the_learner(network_of, x, entropy: bool) -> None:
    network = network_of(3)
    rule, machine = Cascade(entropy=entropy), cascade_machine(network)
    wake = rule.wake(machine, x, nh.backend.RandomStream(0))
    states = network.recognise(x)
    np.testing.assert_array_equal(np.hstack(wake.states[1:3]), states[:, :2])
    expected = Learner.of(x, states, 2, 0.0).bound(network, wake.states[3][:, 0], entropy=entropy)
    assert bound(rule, machine, x) * len(x) == pytest.approx(expected, rel=1e-10)


def test_where_expectation_maximisation_rests_there_is_no_slope(network_of, x) -> None:
    learner = Learner.of(x, np.zeros((40, 1)), 0, 0.0)
    q = np.random.default_rng(5).uniform(0.05, 0.95, len(x))
    network, _ = learn_unit(learner, network_of(1), q, iterations=3000, tolerance=-1.0)
    network = recognise_as(network, learner, learner.log_odds(network))
    for gradient in gradients(Cascade(), cascade_machine(network), x).values():
        np.testing.assert_allclose(gradient, 0, atol=1e-6)


def test_training_by_gradients_raises_the_bound(network_of, x) -> None:
    machine, rule = cascade_machine(network_of(2)), Cascade()
    before, frozen = bound(rule, machine, x), machine.parameters()["recognition/hidden1"].copy()
    result = nh.train(machine, x, rule="cascade", plasticity=Delta(0.05), epochs=20)
    assert bound(rule, machine, x) > before
    assert result.history["bound"][-1] > result.history["bound"][0]
    np.testing.assert_array_equal(machine.parameters()["recognition/hidden1"], frozen)


def test_no_signal_goes_beyond_the_candidate(network_of) -> None:
    report = nh.locality_report(cascade_machine(network_of(3)), "cascade")
    by_pathway = {(s.parameter.split("/")[0], s.locality) for s in report.signals}
    assert by_pathway == {("generative", "synapse-local"), ("recognition", "neuron-local")}


def test_by_name() -> None:
    assert as_rule("cascade", entropy=False) == Cascade(entropy=False)


@pytest.mark.parametrize("sizes", [[4], [4, 3], [4, 1, 2]])
def test_other_machines_are_refused(sizes: list[int]) -> None:
    machine = HelmholtzMachine(sizes, edges=cascade(len(sizes)))
    with pytest.raises(InputError, match="nh.SpikeCascade grow it"):
        Cascade().phases(machine, np.zeros((2, 4)))


def test_natural_gradients_would_mix_frozen_synapses_in(network_of, x) -> None:
    machine = cascade_machine(network_of(2))
    with pytest.raises(InputError, match="leaves 'generative/hidden1->visible' as it is"):
        nh.train(machine, x, rule="cascade", plasticity="natural", epochs=1)


def test_it_does_not_dream() -> None:
    with pytest.raises(InputError, match="does not dream"):
        Cascade(dreams_per_sample=2)


def test_a_round_trip_through_the_machine_keeps_what_was_learned(network_of, x) -> None:
    machine = cascade_machine(network_of(2))
    nh.train(machine, x, rule=Cascade(), plasticity=Delta(0.05), epochs=2)
    assert cascade_network(machine).n_hidden == 2


def test_earlier_units_that_are_surely_on_are_on_once() -> None:
    machine = HelmholtzMachine([4, 1, 1, 1], edges=cascade(4), seed=0)
    machine.recognition.biases[1].weights[...] = 40  # a probability of 1 in single precision
    machine.recognition.biases[2].weights[...] = 0
    for projection in machine.recognition.projections:
        projection.weights[...] = 0
    wake = Cascade().phases(machine, np.eye(4), seed=0).wake
    assert wake.states[1].ravel().tolist() == [1.0] * 4
    assert wake.states[2].ravel().tolist() == [0.0] * 4  # where nothing is received, off
