"""Wake-sleep, exactly: expected updates over all states are the gradients that they should be."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.backend import RandomStream
from neurohm.learning import WakeSleep
from neurohm.likelihood import all_states, exact_free_energy, exact_log_likelihood
from neurohm.machine import Activity, log_joint
from neurohm.machine.passes import log_recognition

RULE = WakeSleep()


def all_joint_states(machine, hidden_states) -> list[np.ndarray]:
    """Return every state of the machine; of counts, those below three."""
    hidden = hidden_states(machine)
    values = np.arange(3.0) if machine.visible.kind == "poisson" else np.arange(2.0)
    x = np.stack(np.meshgrid(*[values] * 3, indexing="ij"), -1).reshape(-1, 3)
    return [np.repeat(x, len(hidden[0]), axis=0), *(np.tile(h, (len(x), 1)) for h in hidden)]


def test_the_expected_wake_update_is_the_slope_of_the_free_energy(
    machine, x, particle_tuples, expected_change, slope, assert_same_changes
) -> None:
    activity, q = particle_tuples(machine, x, 1)
    got = expected_change(RULE.wake_updates(machine, activity), q)
    expected = slope(lambda: -exact_free_energy(machine, x)[0], machine, "generative")
    assert_same_changes(got, expected)


def test_the_expected_sleep_update_is_the_slope_of_the_dreams_log_recognition(
    machine, hidden_states, expected_change, slope, assert_same_changes
) -> None:
    states = all_joint_states(machine, hidden_states)
    p = np.exp(log_joint(machine, states))
    got = expected_change(RULE.sleep_updates(machine, Activity(states, None, {})), p)
    expected = slope(lambda: p @ log_recognition(machine, states), machine, "recognition")
    assert_same_changes(got, expected)


def test_with_the_exact_posterior_wake_learns_the_likelihood_and_sleep_nothing(
    matched, particle_tuples, hidden_states, expected_change, slope, assert_same_changes
) -> None:
    data = all_states(4)
    log_p = exact_log_likelihood(matched, data)
    np.testing.assert_allclose(exact_free_energy(matched, data), -log_p, atol=1e-12)
    row = data[5:6]
    activity, q = particle_tuples(matched, row, 1)
    got = expected_change(RULE.wake_updates(matched, activity), q)
    expected = slope(lambda: exact_log_likelihood(matched, row)[0], matched, "generative")
    assert_same_changes(got, expected)
    states = [np.repeat(data, 2, axis=0), np.tile(hidden_states(matched)[0], (16, 1))]
    asleep = RULE.sleep_updates(matched, Activity(states, None, {}))
    for change in expected_change(asleep, np.exp(log_joint(matched, states))).values():
        np.testing.assert_allclose(change, 0, atol=1e-14)


def test_the_monitored_bound_is_the_free_energys_negative(machine, x, particle_tuples) -> None:
    activity, q = particle_tuples(machine, x, 1)
    bounds = []
    for i in range(len(q)):
        states = [x, *(s[i : i + 1] for s in activity.states[1:])]
        alone = Activity(states, activity.log_probability[i : i + 1], {})
        bounds.append(RULE.wake_updates(machine, alone).monitor["bound"])
    assert q @ bounds == pytest.approx(-exact_free_energy(machine, x)[0], rel=1e-12)


def test_the_mean_of_sampled_updates_is_the_expected_one(
    normal_machine, particle_tuples, hidden_states, expected_change
) -> None:
    # 5e5 draws; 22 + 14 deviates held to five standard errors: 2e-5
    machine, count = normal_machine(seed=5), 500_000
    x = np.array([[1.0, 0.0, 1.0]])
    activity, q = particle_tuples(machine, x, 1)
    states = all_joint_states(machine, hidden_states)
    exact = [
        (RULE.wake_updates(machine, activity), q),
        (
            RULE.sleep_updates(machine, Activity(states, None, {})),
            np.exp(log_joint(machine, states)),
        ),
    ]
    phases = RULE.phases(machine, np.repeat(x, count, axis=0), seed=1)
    sampled = RULE.wake_updates(machine, phases.wake), RULE.sleep_updates(machine, phases.sleep)
    for updates, (every, probability) in zip(sampled, exact, strict=True):
        expected = expected_change(every, probability)
        for update in updates.local:
            for afferent in update.afferents:
                source = afferent.presynaptic
                pre = np.ones((count, 1)) if source is None else source
                mean = pre.T @ update.error / count
                square = (pre**2).T @ update.error**2 / count
                error = np.sqrt((square - mean**2) / count)
                deviation = (mean - expected[afferent.synapses.key]) / error
                assert np.abs(deviation).max() < 5


def test_a_step_is_given_by_its_seed_and_step(machine, x) -> None:
    data = np.repeat(x, 50, axis=0)

    def states(seed: int | RandomStream) -> list[np.ndarray]:
        phases = RULE.phases(machine, data, seed=seed)
        return [*phases.wake.states, *phases.sleep.states]

    one, again, other = states(3), states(RandomStream(3, 0)), states(RandomStream(3, 1))
    for a, b in zip(one, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any((a != b).any() for a, b in zip(one, other, strict=True))


def test_dreams_are_as_many_as_asked_for(machine, x) -> None:
    rule = WakeSleep(dreams_per_sample=3)
    phases = rule.phases(machine, np.repeat(x, 4, axis=0))
    assert phases.sleep.rows == 12
    assert {u.scale for u in rule.updates(machine, phases).local if u.phase == "sleep"} == {1 / 12}
