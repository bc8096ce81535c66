"""How cues enter: mixed, as log-odds, as further afferents; of some units; with any plasticity."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import neurohm as nh
from neurohm.backend import RandomStream
from neurohm.exceptions import InputError
from neurohm.learning import MultiLevel
from neurohm.machine import Normal

SHAPE = (4, 4)
AFFERENT = MultiLevel(shape=SHAPE, grids=(None, (2, 2), (1, 2)), mode="afferent")
KEYS = {"recognition/visible->hidden2": (2, 2), "recognition/visible->hidden3": (1, 2)}


def images(rows: int = 30) -> np.ndarray:
    return (np.random.default_rng(1).random((rows, 16)) < 0.4).astype(float)


def machine(*hidden: int, seed: int = 0) -> nh.HelmholtzMachine:
    return nh.HelmholtzMachine([16, *hidden], initial=Normal(0.7), seed=seed, dtype="float64")


def test_full_cues_are_the_same_in_both_modes() -> None:
    own, x, stream = machine(4), images(), RandomStream(2)
    states = [
        MultiLevel(shape=SHAPE, grids=((2, 2),), mode=mode, clamp=1).at(0).wake(own, x, stream)
        for mode in ("mix", "logit")
    ]
    np.testing.assert_array_equal(states[0].dense(1), states[1].dense(1))


def test_log_odds_are_mixed() -> None:
    own, x = machine(4), images(5)
    rule = MultiLevel(shape=SHAPE, grids=((2, 2),), mode="logit", doubt=0.1, strengths={0: 0.25})
    wake = rule.at(0).wake(own, x, RandomStream(0))
    parameters = own.parameters()
    logit = x @ parameters["recognition/visible->hidden1"] + parameters["recognition/hidden1"]
    told = nh.images.Pyramid(SHAPE, [(2, 2)]).levels(x)[0] > 0.3
    q = 1 / (1 + np.exp(-(0.75 * logit + 0.25 * np.where(told, np.log(9), -np.log(9)))))
    s = wake.dense(1)
    expected = np.log(np.where(s == 1, q, 1 - q)).sum(axis=1)
    np.testing.assert_allclose(wake.log_probability, expected, rtol=1e-6)


def test_levels_are_stretched_and_held() -> None:
    rule = MultiLevel(shape=SHAPE, grids=((1, 1),), state="level", contrast=4, doubt=0.05)
    cue = rule.cues.of(machine(1), np.repeat([[0.3], [0.5], [0.55], [1.0]], 16, axis=1))[1]
    np.testing.assert_allclose(cue.level[:, 0], [0.05, 0.5, 0.7, 0.95])


def test_units_without_a_cue_do_as_in_the_plain_rule() -> None:
    """To the bit: same draws, same states, same updates asleep; nothing more awake."""
    own, x, stream = machine(7, 3), images(), RandomStream(5)
    chosen = (6, 0, 2, 3)
    rule = MultiLevel(shape=SHAPE, grids=((2, 2), None), units=(chosen, None), clamp=1).at(0)
    phases, plain = rule.phases(own, x, seed=stream), nh.WakeSleep().phases(own, x, seed=stream)
    others = [1, 4, 5]
    np.testing.assert_array_equal(phases.wake.dense(1)[:, others], plain.wake.dense(1)[:, others])
    told = nh.images.Pyramid(SHAPE, [(2, 2)]).levels(x)[0] > 0.3
    agree = (phases.wake.dense(1)[:, chosen] == told).mean()
    assert agree > 0.95  # 120 draws, each wrong with probability 0.01: false alarm below 1e-3
    updates, key = rule.updates(own, phases), "recognition/visible->hidden1"
    (awake,), (asleep,) = updates.of(key, "wake"), updates.of(key, "sleep")
    assert not awake.error[:, others].any()
    assert not asleep.error[:, chosen].any()
    (expected,) = nh.WakeSleep().updates(own, plain).of(key, "sleep")
    np.testing.assert_array_equal(asleep.error[:, others], expected.error[:, others])


def test_strengths_by_epoch() -> None:
    rule = MultiLevel(shape=SHAPE, grids=((2, 2),), strengths={1: 0.5, 3: 0.0, 4: 0.2})
    assert [rule.strength(epoch) for epoch in range(6)] == [0.5, 0.5, 0.25, 0.0, 0.2, 0.2]
    history = nh.train(machine(4), images(), rule=rule, epochs=5).history
    assert history["cue_strength"].tolist() == [0.5, 0.5, 0.25, 0.0, 0.2]
    assert rule.at(3) == nh.WakeSleep()


def test_coarse_images_stay_coarse_to_further_afferents() -> None:
    """Weights lie in the span of D, and their change is D' times that from the coarse image."""
    own, x = AFFERENT.machine([16, 6, 4, 2], seed=0, dtype="float64"), images()
    nh.train(own, x, rule=AFFERENT, plasticity=nh.Delta(0.3), epochs=6, batch_size=10)
    rule = AFFERENT.at(7)
    updates = rule.updates(own, rule.phases(own, x, seed=1))
    for key, grid in KEYS.items():
        (level,) = nh.images.Pyramid(SHAPE, [grid]).matrices
        weights = own.parameters()[key]
        inside = level.T @ np.linalg.solve(level @ level.T, level @ weights)
        assert np.abs(weights).max() > 0.01
        np.testing.assert_allclose(weights, inside, atol=1e-12)
        (seen,) = updates.of(key)
        assert seen.phase == "sleep"
        dreamt = rule.phases(own, x, seed=1).sleep
        assert dreamt is not None
        np.testing.assert_allclose(seen.presynaptic, dreamt.dense(0) @ level.T @ level)
    score = nh.log_likelihood(own, x[:3], particles=20_000).value
    np.testing.assert_allclose(score, nh.exact_log_likelihood(own, x[:3]), atol=0.1)


@pytest.mark.parametrize("plasticity", [nh.Adam(0.01), nh.Natural(nh.Delta(0.02), every=3)])
@pytest.mark.parametrize("plain", [nh.WakeSleep(), nh.Reweighted(particles=3)])
@pytest.mark.parametrize("mode", ["mix", "afferent"])
def test_every_rule_with_every_plasticity(mode: str, plain: Any, plasticity: Any) -> None:
    grids = (None, (2, 2), (1, 2)) if mode == "afferent" else ((2, 3), (2, 2), (1, 2))
    rule = MultiLevel(plain=plain, shape=SHAPE, grids=grids, clamp=1, ramp=1, mode=mode)
    own = rule.machine([16, 6, 5, 2], seed=0)
    result = nh.train(own, images(), rule=rule, plasticity=plasticity, epochs=4, batch_size=10)
    assert np.isfinite(result.history["bound"]).all()
    report = nh.locality_report(own, rule)
    assert {s.locality for s in report.signals} <= {"synapse-local", "global scalar"}


def test_settings_of_all_kinds_go_there_and_back() -> None:
    given = MultiLevel(
        plain=nh.Reweighted(particles=3), shape=(4, 2), grids=((2, 2), None), mode="logit",
        state="level", contrast=2.0, units=((4, 1, 2, 0), None), groups=((0, 1, 1, 0), None),
        strengths={0: 1, 5: 0}, shuffled=True,
    )  # fmt: skip
    assert nh.learning.as_rule("multi-level", **given.settings()) == given


def test_what_does_not_fit() -> None:
    cued: dict[str, Any] = {"shape": SHAPE, "grids": ((2, 2),)}
    with pytest.raises(InputError, match="mode 'gate'"):
        MultiLevel(**cued, mode="gate")
    with pytest.raises(InputError, match="pool 'max'"):
        MultiLevel(**cued, mode="afferent", pool="max")
    with pytest.raises(InputError, match="strengths"):
        MultiLevel(**cued, strengths={3: 0.5, 1: 1.0})
    with pytest.raises(InputError, match="3 units of hidden layer 1 for 4 pixels"):
        MultiLevel(**cued, units=((1, 2, 3),))
    with pytest.raises(InputError, match="units for 2 layers"):
        MultiLevel(**cued, units=((1, 2, 3, 4), None))
    with pytest.raises(InputError, match="groups"):
        MultiLevel(**cued, groups=((0, 0, 0, 0),))
    with pytest.raises(InputError, match="cue state 'mean'"):
        MultiLevel(**cued, state="mean")
    with pytest.raises(InputError, match=r"rule.machine\(sizes\)"):
        nh.train(machine(6, 4, 2), images(), rule=AFFERENT, epochs=1)
