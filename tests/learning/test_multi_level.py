"""Cues: what they do to states and updates, and that without them the rule is the plain one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import neurohm as nh
from neurohm.backend import RandomStream
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.learning import MultiLevel, as_rule
from neurohm.machine import Normal, log_joint
from neurohm.training import loop
from neurohm.training.step import RecordedStep, Step, StepByHand, step_of

SHAPE, GRIDS = (4, 4), ((2, 3), None, (1, 2))
CUED: dict[str, Any] = {"shape": SHAPE, "grids": GRIDS}


def machine(seed: int = 0) -> nh.HelmholtzMachine:
    return nh.HelmholtzMachine([16, 6, 5, 2], initial=Normal(0.7), seed=seed, dtype="float64")


def images(rows: int = 30) -> np.ndarray:
    return (np.random.default_rng(1).random((rows, 16)) < 0.4).astype(float)


@pytest.mark.parametrize("rule", [nh.WakeSleep(), nh.Reweighted(particles=3)])
def test_without_cues_it_is_the_plain_rule_to_the_bit(rule: Any) -> None:
    results = []
    for learned in (rule, MultiLevel(plain=rule, **CUED, clamp=0, ramp=0)):
        own = machine()
        nh.train(own, images(), rule=learned, epochs=3, batch_size=10, seed=4)
        results.append(own.parameters())
    for key, expected in results[0].items():
        np.testing.assert_array_equal(results[1][key], expected, err_msg=key)


@pytest.mark.parametrize("order", ["simultaneous", "alternating"])
@pytest.mark.parametrize("plain", [nh.WakeSleep(), nh.Reweighted(particles=3)])
@pytest.mark.parametrize("units", [((0, 2, 3, 5, 4, 1), None, (1, 0)), ((5, 0, 1, 3), None, (1,))])
def test_recorded_steps_learn_as_steps_by_hand(
    units: Any, plain: Any, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    grids = tuple(None if chosen is None else (1, len(chosen)) for chosen in units)
    grids = ((2, len(units[0]) // 2), *grids[1:])
    rule = MultiLevel(plain=plain, shape=SHAPE, grids=grids, units=units, clamp=1, ramp=2)
    results: list[dict[str, np.ndarray]] = []
    made: list[Step] = []
    for make in (step_of, StepByHand):

        def step(*given: Any, make: Any = make) -> Step:
            made.append(make(*given))
            return made[-1]

        monkeypatch.setattr(loop, "step_of", step)
        own = machine()
        nh.train(own, images(), rule=rule, epochs=5, batch_size=8, order=order)
        results.append(own.parameters())
    assert [type(each) for each in made] == [RecordedStep, StepByHand]
    for key, expected in results[1].items():
        np.testing.assert_array_equal(results[0][key], expected, err_msg=key)


def test_full_cues_alone_decide() -> None:
    rule, x = MultiLevel(plain=nh.WakeSleep(), **CUED).at(0), images(200)
    one, other = machine(), machine()
    for key, weights in other.parameters().items():
        if key.startswith("recognition"):
            weights += 1.0
    states = [rule.wake(m, x, RandomStream(3)).states for m in (one, other)]
    for target, same in ((1, True), (2, False), (3, True)):
        assert np.array_equal(states[0][target], states[1][target]) is same
    coarse = nh.images.Pyramid(SHAPE, [GRIDS[0]]).levels(x)[0]  # type: ignore[list-item]
    agree = ((coarse > 0.3) == states[0][1]).mean()
    assert agree == pytest.approx(0.99, abs=0.012)  # 1200 draws: within four standard errors


@pytest.mark.parametrize("epoch", [0, 5, 7])
@pytest.mark.parametrize("plain", [nh.WakeSleep(), nh.Reweighted(particles=4)])
def test_activity_is_as_probable_as_it_says(epoch: int, plain: Any) -> None:
    """Of all that was drawn: log q is that of (1 - a) q + a v, layer by layer."""
    rule, own, x = MultiLevel(plain=plain, **CUED, clamp=5, ramp=4).at(epoch), machine(), images(5)
    wake = rule.wake(own, x, RandomStream(0))
    levels = nh.images.Pyramid(SHAPE, [(2, 3), (1, 2)]).levels(x)
    total = np.zeros(wake.rows)
    for target in (1, 2, 3):
        below = wake.dense(target - 1).repeat(wake.rows // len(wake.dense(target - 1)), axis=0)
        weights = own.parameters()[f"recognition/{NAMES[target - 1]}->{NAMES[target]}"]
        q = 1 / (1 + np.exp(-(below @ weights + own.parameters()[f"recognition/{NAMES[target]}"])))
        if target != 2:
            v = np.where(levels[target // 2] > 0.3, 0.99, 0.01)
            a = rule.strength
            q = (1 - a) * q + a * v.repeat(wake.rows // len(v), axis=0)
        s = wake.states[target]
        total += (s * np.log(q) + (1 - s) * np.log(1 - q)).sum(axis=1)
    np.testing.assert_allclose(wake.log_probability, total, rtol=1e-6)


NAMES = ("visible", "hidden1", "hidden2", "hidden3")


def test_the_bound_holds_with_cues() -> None:
    """The mean of log p(x, h) - log q(h | x) over 4000 draws lies below log p(x), by nats."""
    own, x = machine(), images(3)
    exact = nh.exact_log_likelihood(own, x)
    rule = MultiLevel(plain=nh.Reweighted(particles=4000), **CUED, clamp=1, ramp=1).at(1)
    wake = rule.wake(own, x, RandomStream(1))
    ratio = (log_joint(own, wake.states) - wake.log_probability).reshape(3, -1)
    assert (ratio.mean(axis=1) < exact).all()


def test_recognition_learns_from_cues_and_the_less_from_dreams() -> None:
    own, x, stream = machine(), images(), RandomStream(2)
    rule = MultiLevel(plain=nh.WakeSleep(), **CUED, clamp=0, ramp=3).at(0)
    phases = rule.phases(own, x, seed=stream)
    updates = rule.updates(own, phases)
    (seen,) = updates.of("recognition/visible->hidden1", "wake")
    assert seen.scale == pytest.approx(0.75 / len(x))
    q = seen.error - phases.wake.dense(1)
    np.testing.assert_allclose(
        -q, 1 / (1 + np.exp(-(x @ own.parameters()["recognition/visible->hidden1"]
        + own.parameters()["recognition/hidden1"]))))  # fmt: skip
    (asleep,) = updates.of("recognition/visible->hidden1", "sleep")
    assert asleep.scale == pytest.approx(0.25 / len(x))
    (uncued,) = updates.of("recognition/hidden1->hidden2", "sleep")
    assert uncued.scale == pytest.approx(1 / len(x))
    keys = {u.phase for u in updates.local if u.population == 2 and u.pathway == "recognition"}
    assert keys == {"sleep"}  # a layer without a cue
    report = nh.locality_report(own, MultiLevel(plain=nh.WakeSleep(), **CUED))
    assert {signal.locality for signal in report.signals} == {"synapse-local"}


def test_strength_falls_and_is_in_the_history() -> None:
    rule = MultiLevel(plain=nh.Reweighted(particles=2), **CUED, clamp=2, ramp=1)
    history = nh.train(machine(), images(), rule=rule, epochs=4, batch_size=15).history
    assert history["cue_strength"].tolist() == [1.0, 1.0, 0.5, 0.0]
    assert MultiLevel(**CUED, clamp=0, ramp=0).strength(0) == 0
    assert rule.at(3) == nh.Reweighted(particles=2)


def test_a_run_with_cues_goes_on(tmp_path) -> None:
    def learn(epochs: int, **options: Any) -> nh.HelmholtzMachine:
        own = machine()
        rule = MultiLevel(plain=nh.Reweighted(particles=2), **CUED, clamp=2, ramp=2)
        nh.train(own, images(), rule=rule, epochs=epochs, batch_size=10, **options)
        return own

    class Stop(Exception):
        pass

    class StopAfter(nh.training.Callback):
        def after_step(self, run: Any) -> None:
            if run.position.step == 8:
                raise Stop

    path = tmp_path / "run.h5"
    with pytest.raises(Stop):
        learn(5, callbacks=[nh.Checkpoint(path, every=0), StopAfter()])
    again, whole = learn(5, resume=path), learn(5)
    for key, expected in whole.parameters().items():
        np.testing.assert_array_equal(again.parameters()[key], expected)


def test_settings_go_there_and_back() -> None:
    given = MultiLevel(plain=nh.Reweighted(particles=7), **CUED, clamp=3, pool="max", doubt=0.05)
    assert as_rule("multi-level", **given.settings()).settings() == given.settings()
    assert as_rule("multi-level", **given.settings()) == replace(given)


def test_what_does_not_fit() -> None:
    with pytest.raises(InputError, match="without a cue"):
        MultiLevel(shape=SHAPE, grids=[None])
    with pytest.raises(ArgumentTypeError, match="with cues"):
        MultiLevel(plain=nh.Bidirectional(), **CUED)
    with pytest.raises(InputError, match="a level of"):
        MultiLevel(shape=SHAPE, grids=[(5, 5)])
    with pytest.raises(InputError, match="doubt"):
        MultiLevel(**CUED, doubt=0.5)
    other = nh.HelmholtzMachine([16, 5, 5, 2])
    with pytest.raises(InputError, match="2 x 3 pixels for hidden layer 1 of 5 bernoulli units"):
        nh.train(other, images(), rule=MultiLevel(**CUED), epochs=1)
    with pytest.raises(InputError, match="4 x 4"):
        nh.train(nh.HelmholtzMachine([9, 6, 5, 2]), np.eye(9), rule=MultiLevel(**CUED), epochs=1)
    with pytest.raises(InputError, match="which there is not"):
        nh.train(nh.HelmholtzMachine([16, 6]), images(), rule=MultiLevel(**CUED), epochs=1)
