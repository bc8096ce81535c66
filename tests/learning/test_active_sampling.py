"""Active sampling: the rule, against enumeration."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.agents import Predicate, RhythmWorld
from neurohm.backend import RandomStream
from neurohm.exceptions import ArgumentTypeError, InputError, NumericalError
from neurohm.learning import JudgedDreams, free_energy
from neurohm.likelihood import exact_distribution, exact_free_energy, exact_log_likelihood
from neurohm.machine import Activity, Normal, log_joint, predict
from neurohm.populations import all_states

EVEN = Predicate(lambda x: x.sum(axis=1) % 2 == 0, 4)
ALWAYS = Predicate(lambda x: np.ones(len(x), bool), 4)
NEVER = Predicate(lambda x: np.zeros(len(x), bool), 4)


def small(seed: int = 0) -> nh.HelmholtzMachine:
    return nh.HelmholtzMachine([4, 3], initial=Normal(0.8), dtype="float64", seed=seed)


def every_state(sizes: tuple[int, ...]) -> list[np.ndarray]:
    joint = all_states(sum(sizes))
    return [np.ascontiguousarray(part) for part in np.split(joint, np.cumsum(sizes)[:-1], axis=1)]


def test_the_mean_update_of_rejected_dreams_is_the_gradient_of_the_accuracy() -> None:
    machine, factor = small(), 3.0
    states = every_state(machine.sizes)
    p = np.exp(log_joint(machine, states))
    verdict = EVEN.accepts(states[0]).astype("float64")
    rule = nh.ActiveSampling(world=EVEN, unlearning=factor)
    dreams = JudgedDreams(states, None, {}, verdict)
    asked = rule.sleep_updates(machine, dreams).local
    found = {}
    for update in asked:
        if update.pathway != "generative":
            continue
        assert update.gain is not None
        error = update.error * (update.scale * len(p) * update.gain.values * p)[:, None]
        for afferent in update.afferents:
            before = afferent.presynaptic
            found[afferent.synapses.key] = error.sum(0) if before is None else before.T @ error
    accepted = EVEN.accepts(all_states(4))
    assert len(found) == 3
    for key, gradient in found.items():
        parameter = machine.parameters()[key]
        for place in np.ndindex(parameter.shape):
            kept, values = parameter[place], []
            for step in (1e-5, -1e-5):
                parameter[place] = kept + step
                values.append(exact_distribution(machine)[accepted].sum())
            parameter[place] = kept
            slope = factor * (values[0] - values[1]) / 2e-5
            np.testing.assert_allclose(gradient[place], slope, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("plain", [nh.WakeSleep(), nh.Reweighted(particles=3)])
@pytest.mark.parametrize(("world", "unlearning"), [(EVEN, 0.0), (ALWAYS, 4.0)])
def test_without_rejection_it_is_the_plain_rule_to_the_bit(plain, world, unlearning) -> None:
    x = all_states(4)
    rules = plain, nh.ActiveSampling(world=world, plain=plain, unlearning=unlearning)
    machines = [nh.HelmholtzMachine([4, 3], seed=1) for _ in rules]
    for machine, rule in zip(machines, rules, strict=True):
        settings = {"epochs": 5, "batch_size": 4, "order": "alternating", "plasticity": "delta"}
        nh.train(machine, x, rule=rule, **settings)
    for key, value in machines[0].parameters().items():
        np.testing.assert_array_equal(value, machines[1].parameters()[key])


def test_a_recorded_run_is_that_gone_through_by_hand() -> None:
    class ByHand(nh.ActiveSampling):
        can_be_recorded = False

    runs = []
    for kind in (nh.ActiveSampling, ByHand):
        machine = nh.HelmholtzMachine([4, 3], seed=1)
        rule = kind(world=EVEN, unlearning=2.0)
        assert rule.can_be_recorded == (kind is nh.ActiveSampling)
        nh.train(machine, all_states(4), rule=rule, epochs=5, batch_size=4, plasticity="delta")
        runs.append(machine.parameters())
    for key, value in runs[0].items():
        np.testing.assert_array_equal(value, runs[1][key])


def test_unlearning_makes_dreams_well_formed() -> None:
    world, accuracy = RhythmWorld(6), []
    for factor in (0.0, 5.0):
        machine = nh.HelmholtzMachine([6, 5], seed=0)
        rule = nh.ActiveSampling(world=world, unlearning=factor)
        settings = {"epochs": 150, "batch_size": 8, "plasticity": nh.Delta(0.4)}
        nh.train(machine, world.patterns(), rule=rule, **settings)
        accuracy.append(exact_distribution(machine)[world.accepts(all_states(6))].sum())
    assert accuracy[1] > accuracy[0] + 0.05


def test_errors_are_those_of_predictive_coding() -> None:
    """e = b - sigmoid(x) is minus the gradient of -log p in the input x: errors times activity."""
    machine = small()
    states = every_state(machine.sizes)
    prediction = predict(machine, machine.generative, 0, Activity(states, None, {}))
    weights = machine.parameters()["generative/hidden1->visible"]
    error = prediction.error
    for place in np.ndindex(weights.shape):
        kept, values = weights[place], []
        for step in (1e-6, -1e-6):
            weights[place] = kept + step
            values.append(log_joint(machine, states).copy())
        weights[place] = kept
        slope = (values[0] - values[1]) / 2e-6
        expected = states[1][:, place[0]] * error[:, place[1]]
        np.testing.assert_allclose(slope, expected, atol=1e-8)
    logit = states[1] @ weights + machine.parameters()["generative/visible"]
    np.testing.assert_allclose(error, states[0] - 1 / (1 + np.exp(-logit)), atol=1e-12)


def test_the_free_energy_is_above_surprise_and_its_draws_are_unbiased() -> None:
    machine = small(2)
    x = all_states(4)
    exact = exact_free_energy(machine, x)
    assert (exact >= -exact_log_likelihood(machine, x) - 1e-12).all()
    draws = np.stack([free_energy(machine, x, RandomStream(0, step)) for step in range(800)])
    spread = draws.std(axis=0) / np.sqrt(len(draws))
    assert (np.abs(draws.mean(axis=0) - exact) < 5 * spread + 1e-9).all()  # false alarms: 1e-5


def test_sleep_on_accepted_dreams_has_as_many_as_asked_for() -> None:
    machine = small()
    rule = nh.ActiveSampling(world=EVEN, sleep_on="accepted")
    dreams = rule.phases(machine, all_states(4), seed=3).sleep
    assert isinstance(dreams, JudgedDreams)
    assert dreams.rows == 16
    assert EVEN.accepts(dreams.dense()).all()
    again = rule.phases(machine, all_states(4), seed=3).sleep
    np.testing.assert_array_equal(dreams.dense(), again.dense())


def test_acceptance_by_free_energy_prefers_what_does_not_surprise() -> None:
    machine = nh.HelmholtzMachine([4, 3], initial=Normal(2.0), seed=1)
    surprise = {}
    for beta in (2.0, 0.0, -2.0):
        rule = nh.ActiveSampling(
            world=ALWAYS, sleep_on="accepted", beta=beta, free_energy=2.5 if beta > 0 else 8.0
        )
        x = np.zeros((800, 4))
        dreams = rule.phases(machine, x, seed=1).sleep
        assert dreams is not None
        surprise[beta] = -exact_log_likelihood(machine, dreams.dense()).mean()
    assert surprise[2.0] < surprise[0.0] - 0.05
    assert surprise[-2.0] > surprise[0.0] + 0.05


def test_a_world_that_accepts_nothing_is_given_up() -> None:
    rule = nh.ActiveSampling(world=NEVER, sleep_on="accepted", tries=50)
    with pytest.raises(NumericalError, match=r"accepted 0 of \d+ dreams"):
        nh.train(small(), all_states(4), rule=rule, epochs=1)


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({}, ArgumentTypeError, "accepts"),
        ({"world": 3}, ArgumentTypeError, "accepts"),
        ({"world": EVEN, "beta": 1.0, "free_energy": "low"}, ArgumentTypeError, "free_energy"),
        ({"world": EVEN, "sleep_on": "none"}, InputError, "'every' or 'accepted'"),
        ({"world": EVEN, "sleep_on": "accepted", "unlearning": 1}, InputError, "sleep_on='every'"),
        ({"world": EVEN, "unlearning": -1}, InputError, "at least 0"),
        ({"world": EVEN, "plain": "active-sampling"}, ArgumentTypeError, "accepts"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, error, words: str) -> None:
    with pytest.raises(error, match=words):
        nh.ActiveSampling(**settings)


def test_a_world_that_answers_wrongly_is_refused() -> None:
    class Mute:
        def accepts(self, x):
            return True

    rule = nh.ActiveSampling(world=Mute(), unlearning=1.0)
    with pytest.raises(InputError, match="one answer"):
        rule.phases(small(), all_states(4))


def test_the_locality_report_names_the_broadcast_bit() -> None:
    report = nh.locality_report(small(), nh.ActiveSampling(world=NEVER, unlearning=1.0))
    assert "rejection by the world" in str(report)


def test_variants_of_the_source_learn() -> None:
    from neurohm.learning import ConfidenceWeighted, Expectation

    for plain in (ConfidenceWeighted(), Expectation()):
        machine = nh.HelmholtzMachine([4, 3], seed=1)
        rule = nh.ActiveSampling(world=EVEN, plain=plain)
        before = {key: value.copy() for key, value in machine.parameters().items()}
        nh.train(machine, all_states(4)[:8], rule=rule, epochs=3, batch_size=4)
        assert all((before[k] != v).any() for k, v in machine.parameters().items())


def test_what_the_rule_within_remembers_is_kept_for_a_run_and_in_its_checkpoints(tmp_path) -> None:
    x, path = all_states(4)[::2], tmp_path / "run.h5"
    plain = nh.DDC(functions=4, data_functions=4, sleep_samples=60, window=3)
    rule = nh.ActiveSampling(world=EVEN, plain=plain, unlearning=1.0)
    given = {"rule": rule, "plasticity": nh.Adam(0.01), "batch_size": 4, "seed": 3, "epochs": 3}
    whole, again = small(), small()
    for machine in (whole, again):
        nh.train(machine, x, **given)
    assert rule.memory() == {}

    class PowerCut(nh.training.Callback):
        def after_epoch(self, run) -> None:
            raise RuntimeError("power cut")

    callbacks = [nh.training.Checkpoint(path, every=0.0), PowerCut()]
    with pytest.raises(RuntimeError):
        nh.train(small(), x, callbacks=callbacks, **given)
    resumed = small(seed=5)
    nh.train(resumed, x, resume=path, **given)
    for key, value in whole.parameters().items():
        np.testing.assert_array_equal(again.parameters()[key], value, err_msg=key)
        np.testing.assert_array_equal(resumed.parameters()[key], value, err_msg=key)
