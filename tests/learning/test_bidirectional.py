"""The bidirectional machine, exactly: its marginal, its gradient, its bound."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.learning import Bidirectional, as_rule
from neurohm.likelihood import all_states, exact_log_likelihood
from neurohm.machine import Activity, HelmholtzMachine, log_joint
from neurohm.machine.passes import log_recognition
from neurohm.plasticity import Adam
from neurohm.training import train


def log_overlap(machine, x, hidden: list[np.ndarray]) -> float:
    """Return 2 log sum_h sqrt(p(x, h) q(h | x)), which is log p*(x) + log Z^2."""
    states = [x, *hidden]
    half = (log_joint(machine, states) + log_recognition(machine, states)) / 2
    return float(2 * np.logaddexp.reduce(half))


def bound(machine, tuples, probability: np.ndarray, k: int) -> float:
    """Return the expected bound over all tuples of particles."""
    half = (log_joint(machine, tuples.states) - tuples.log_probability).reshape(-1, k) / 2
    return float(probability @ (2 * np.logaddexp.reduce(half, axis=1) - 2 * np.log(k)))


def test_all_states_together_give_the_gradient_of_the_marginal(
    machine, x, hidden_states, expected_change, slope, assert_same_changes
) -> None:
    # every state once, weighed by sqrt(p q): as if drawn evenly, which the weights make up for
    hidden = hidden_states(machine)
    log_q = log_recognition(machine, [x, *hidden])
    every = Activity([x, *hidden], -log_q, {})
    rule = Bidirectional(particles=len(log_q), baseline=False)
    got = expected_change(rule.wake_updates(machine, every), np.ones(1))

    def marginal() -> float:
        return log_overlap(machine, x, hidden)

    expected = {p: slope(marginal, machine, p) for p in ("generative", "recognition")}
    assert_same_changes(got, {**expected["generative"], **expected["recognition"]})


def test_the_expected_generative_update_is_the_slope_of_the_bound(
    machine, x, particle_tuples, expected_change, slope, assert_same_changes
) -> None:
    tuples, probability = particle_tuples(machine, x, 2)
    changes = expected_change(Bidirectional(particles=2).wake_updates(machine, tuples), probability)
    got = {key: change for key, change in changes.items() if key.startswith("generative")}
    expected = slope(lambda: bound(machine, tuples, probability, 2), machine, "generative")
    assert_same_changes(got, expected)


def test_the_baseline_changes_no_expected_update(
    machine, x, particle_tuples, expected_change, assert_same_changes
) -> None:
    tuples, probability = particle_tuples(machine, x, 2)
    with_it, without = (
        expected_change(
            Bidirectional(particles=2, baseline=b).wake_updates(machine, tuples), probability
        )
        for b in (True, False)
    )
    assert_same_changes(with_it, without, 1e-12)


def test_the_bound_rises_to_the_marginal_and_stays_below_the_likelihood(
    machine, x, particle_tuples, hidden_states
) -> None:
    bounds = [bound(machine, *particle_tuples(machine, x, k), k) for k in (1, 2, 3, 4)]
    ends = [log_overlap(machine, x, hidden_states(machine)), exact_log_likelihood(machine, x)[0]]
    assert (np.diff([*bounds, *ends]) > 0).all()


def test_the_monitor_shows_the_bound(machine, x, particle_tuples) -> None:
    tuples, _ = particle_tuples(machine, x, 2)
    monitor = Bidirectional(particles=2).wake_updates(machine, tuples).monitor
    half = (log_joint(machine, tuples.states) - tuples.log_probability).reshape(-1, 2) / 2
    expected = 2 * (np.logaddexp.reduce(half, axis=1) - np.log(2)).mean()
    assert monitor["bound"] == pytest.approx(expected, rel=1e-12)
    w = np.exp(half)
    size = (w.sum(axis=1) ** 2 / (w**2).sum(axis=1)).mean()
    assert monitor["effective_sample_size"] == pytest.approx(size, rel=1e-12)


def test_with_the_exact_posterior_it_is_the_likelihood_and_recognition_rests(matched) -> None:
    rule, data = Bidirectional(particles=6), all_states(4)
    updates = rule.wake_updates(matched, rule.phases(matched, data, seed=4).wake)
    log_p = exact_log_likelihood(matched, data).mean()
    assert updates.monitor["bound"] == pytest.approx(log_p, rel=1e-12)
    for update in updates.local:
        expected = 1 / 6 if update.pathway == "generative" else 0
        np.testing.assert_allclose(update.gain.values, expected, atol=1e-12)


def test_it_does_not_dream(machine, x) -> None:
    phases = Bidirectional().phases(machine, x)
    assert phases.sleep is None
    updates = Bidirectional().updates(machine, phases)
    assert {u.phase for u in updates.local} == {"wake"}
    keys = {a.synapses.key for u in updates.local for a in u.afferents}
    assert keys == machine.parameters().keys()


@pytest.mark.parametrize("order", ["simultaneous", "alternating"])
def test_learning_raises_the_likelihood(order: str) -> None:
    rng = np.random.default_rng(0)
    x = (rng.random((40, 2)) < 0.4).repeat(4, axis=1)
    machine = HelmholtzMachine([8, 5, 3], seed=1)
    start = exact_log_likelihood(machine, x).mean()
    train(machine, x, rule="bidirectional", plasticity=Adam(0.03), epochs=60, order=order)
    assert exact_log_likelihood(machine, x).mean() > start + 1


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"particles": 1}, InputError, "pure noise"),
        ({"particles": 0}, InputError, "particles 0"),
        ({"dreams_per_sample": 2}, InputError, "does not dream"),
        ({"wake_mix": 1.0}, ArgumentTypeError, "wake_mix"),
    ],
)
def test_settings_that_make_no_rule_are_refused(settings, error, message: str) -> None:
    with pytest.raises(error, match=message):
        as_rule("bidirectional", **settings)
