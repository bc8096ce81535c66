"""Errors that a published implementation of reweighted wake-sleep had, and this one has not."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.backend import RandomStream
from neurohm.learning import Reweighted
from neurohm.likelihood import all_states
from neurohm.machine import HelmholtzMachine, Workspace, log_joint
from neurohm.machine.passes import log_recognition
from neurohm.plasticity import Delta
from neurohm.training import ArrayBatches, train

X = (np.random.default_rng(0).random((24, 6)) < 0.4).astype(np.float64)


def test_momentum_decays_once_a_step_in_both_pathways() -> None:
    # wake and sleep of recognition share one velocity, which takes one step for both of them
    machine, rule = HelmholtzMachine([6, 4, 3], dtype="float64", seed=1), Reweighted(particles=3)
    twin = machine.copy()
    train(machine, X, rule=rule, plasticity=Delta(0.1, momentum=0.8), epochs=3, batch_size=24)
    velocity = {key: np.zeros_like(array) for key, array in twin.parameters().items()}
    for step in range(3):
        batch = X[ArrayBatches(X).order(step, 0)]
        phases = rule.phases(twin, batch, seed=RandomStream(0, step))
        made = Delta(0.1).gradients(twin, rule.updates(twin, phases), Workspace(twin.backend))
        for key, (weights, gradient) in made.items():
            velocity[key] = 0.8 * velocity[key] + gradient
            weights += 0.1 * velocity[key]
    for key, array in machine.parameters().items():
        np.testing.assert_allclose(array, twin.parameters()[key], rtol=1e-10, err_msg=key)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("logit", [0.0, 9.0, 30.0, 80.0])
def test_probabilities_near_zero_and_one_are_treated_alike(dtype: str, logit: float) -> None:
    # no clamp: log p(s = 1) at a logit is log p(s = 0) at its negative, and exact far out
    machine = HelmholtzMachine([2, 1], dtype=dtype)
    for array in machine.parameters().values():
        array[...] = 0
    bias = machine.parameters()["generative/visible"]
    totals = []
    for sign, x in ((1, [[1, 0]]), (-1, [[0, 1]])):
        bias[:] = sign * logit, sign * logit
        totals.append(log_joint(machine, [np.array(x, dtype), np.ones((1, 1), dtype)])[0])
    assert totals[0] == totals[1]
    expected = -np.log1p(np.exp(-logit)) - np.logaddexp(0, logit) - np.log(2)
    assert totals[0] == pytest.approx(expected, rel=1e-6 if dtype == "float32" else 1e-14)


def test_log_probabilities_are_normalised_however_sure_the_units_are() -> None:
    machine = HelmholtzMachine([3, 2], dtype="float64", seed=0)
    for array in machine.parameters().values():
        array *= 300
        array += 20
    states, hidden = all_states(3), np.array([[1.0, 0.0]])
    joint = log_joint(machine, [states, hidden.repeat(8, axis=0)])
    prior = np.logaddexp(0, -machine.parameters()["generative/hidden1"] * [1, -1])
    assert np.logaddexp.reduce(joint) == pytest.approx(-prior.sum(), rel=1e-12)


def test_weights_are_constants_of_the_recognition_update(
    normal_machine, particle_tuples, expected_change, slope
) -> None:
    # a gradient through the weights climbs E[L_2] instead, and is another one
    machine, x = normal_machine(seed=5), np.array([[1.0, 0.0, 1.0]])
    tuples, probability = particle_tuples(machine, x, 2)
    rule = Reweighted(particles=2, wake_mix=1.0)
    got = expected_change(rule.wake_updates(machine, tuples), probability)
    states = [np.repeat(tuples.states[0], 2, axis=0), *tuples.states[1:]]
    joint = log_joint(machine, states).copy()

    def log_weights() -> np.ndarray:
        return (joint - log_recognition(machine, states)).reshape(-1, 2)

    def bound() -> float:
        q = np.exp(log_recognition(machine, states).reshape(-1, 2).sum(axis=1))
        return float(q @ np.logaddexp.reduce(log_weights(), axis=1))

    weights = np.exp(log_weights() - np.logaddexp.reduce(log_weights(), axis=1)[:, None])
    frozen = (probability[:, None] * weights).reshape(-1)
    constant = slope(lambda: frozen @ log_recognition(machine, states), machine, "recognition")
    through = slope(bound, machine, "recognition")
    for key, change in constant.items():
        np.testing.assert_allclose(got[key], change, atol=1e-8)
    assert max(np.abs(got[key] - through[key]).max() for key in through) > 0.05
