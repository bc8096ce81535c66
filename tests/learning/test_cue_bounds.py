"""Cues by enumeration: their bound, its gradient, and where learning from them ends."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

import neurohm as nh
from neurohm.backend import RandomStream
from neurohm.learning import MultiLevel
from neurohm.machine import Activity, Normal, log_joint

TINY: dict[str, Any] = {"shape": (2, 2), "grids": ((1, 2), (1, 1)), "doubt": 0.2}
IMAGE = np.array([[1.0, 0.0, 1.0, 1.0]])
STATES = np.array(list(product([0.0, 1.0], repeat=3)))
DETERMINED = 1e-12  # doubt with which no cue of these few is wrong


def tiny(seed: int = 0) -> nh.HelmholtzMachine:
    return nh.HelmholtzMachine([4, 2, 1], initial=Normal(1.0, 0.3), seed=seed, dtype="float64")


def activity(log_q: np.ndarray) -> Activity:
    hidden = [np.ascontiguousarray(STATES[:, :2]), np.ascontiguousarray(STATES[:, 2:])]
    return Activity([np.repeat(IMAGE, 8, axis=0), *hidden], log_q, {})


def clamped() -> np.ndarray:
    """ln q of all states when cues alone decide."""
    level = np.array([IMAGE[0, [0, 2]].mean(), IMAGE[0, [1, 3]].mean(), IMAGE.mean()])
    v = np.where(level > 0.3, 0.8, 0.2)
    return np.log(np.where(STATES == 1, v, 1 - v)).sum(axis=1)


def free_energy(machine: nh.HelmholtzMachine) -> float:
    log_q = clamped()
    return float(np.exp(log_q) @ (log_q - log_joint(machine, activity(log_q).states)))


def test_the_free_energy_of_clamped_states_is_a_bound_and_learning_descends_it() -> None:
    machine, log_q = tiny(), clamped()
    assert free_energy(machine) >= -nh.exact_log_likelihood(machine, IMAGE)[0]
    rule = MultiLevel(plain=nh.WakeSleep(), **TINY).at(0)
    updates = rule.wake_updates(machine, activity(log_q))
    for key, array in machine.parameters().items():
        if not key.startswith("generative"):
            continue
        (seen,) = updates.of(key)
        weight = np.exp(log_q)[:, None] * seen.error
        learned = weight.sum(axis=0) if seen.presynaptic is None else seen.presynaptic.T @ weight
        for place in np.ndindex(array.shape):
            before, step, ends = array[place], 1e-5, []
            for sign in (1, -1):
                array[place] = before + sign * step
                ends.append(free_energy(machine))
            array[place] = before
            slope = (ends[0] - ends[1]) / (2 * step)
            assert learned[place] == pytest.approx(-slope, rel=1e-6, abs=1e-9), key


@pytest.mark.parametrize("mode", ["mix", "logit"])
@pytest.mark.parametrize("strength", [1.0, 0.6, 0.05])
def test_mixed_states_are_a_distribution_and_give_a_bound(mode: str, strength: float) -> None:
    """All eight states are among 3000 draws; what is said of their probability sums to one."""
    machine = tiny(1)
    rule = MultiLevel(
        plain=nh.Reweighted(particles=3000), **TINY, mode=mode, strengths={0: strength}
    ).at(0)
    wake = rule.wake(machine, IMAGE, RandomStream(0))
    drawn = np.hstack([wake.dense(1), wake.dense(2)])
    assert wake.log_probability is not None
    of = {
        tuple(row): log_q for row, log_q in zip(drawn.tolist(), wake.log_probability, strict=True)
    }
    log_q = np.array([of[tuple(row)] for row in STATES.tolist()])
    assert np.exp(log_q).sum() == pytest.approx(1, abs=1e-9)
    bound = np.exp(log_q) @ (log_joint(machine, activity(log_q).states) - log_q)
    assert bound <= nh.exact_log_likelihood(machine, IMAGE)[0]


def test_full_cues_lead_each_layer_to_its_logistic_regression() -> None:
    """Full batches, with a ridge: the optimum that Newton's method finds, in either direction."""
    rng = np.random.default_rng(2)
    x = (rng.random((40, 16)) < 0.4).astype(float)
    given: dict[str, Any] = {"shape": (4, 4), "grids": ((2, 2), (1, 2)), "doubt": DETERMINED}
    rule = MultiLevel(plain=nh.WakeSleep(), **given, strengths={0: 1.0})
    machine = nh.HelmholtzMachine([16, 4, 2], seed=0, dtype="float64")
    rate, decay = 1.0, 0.1
    plasticity = nh.Delta(rate, weight_decay=decay)
    nh.train(machine, x, rule=rule, plasticity=plasticity, epochs=700, batch_size=40)
    states = [x, *(l > 0.3 for l in nh.images.Pyramid((4, 4), [(2, 2), (1, 2)]).levels(x))]
    ridge = decay / (1 - rate * decay)  # weights shrink after the step
    for key in ("generative/hidden1->visible", "recognition/visible->hidden1",
                "generative/hidden2->hidden1", "recognition/hidden1->hidden2"):  # fmt: skip
        source, target = (
            states[0 if name == "visible" else int(name[-1])]
            for name in key.split("/")[1].split("->")
        )
        expected = regression(np.asarray(source, float), np.asarray(target, float), ridge)
        np.testing.assert_allclose(machine.parameters()[key], expected, atol=1e-6, err_msg=key)


def regression(x: np.ndarray, y: np.ndarray, ridge: float) -> np.ndarray:
    """Return the weights of a logistic regression of each column, by Newton's method."""
    inputs = np.hstack([x, np.ones((len(x), 1))])
    shrunk = np.diag([ridge] * x.shape[1] + [0.0])
    found = np.zeros((inputs.shape[1], y.shape[1]))
    for column in range(y.shape[1]):
        w = found[:, column]
        for _ in range(30):
            p = 1 / (1 + np.exp(-inputs @ w))
            slope = inputs.T @ (y[:, column] - p) / len(x) - shrunk @ w
            curve = (inputs * (p * (1 - p))[:, None]).T @ inputs / len(x) + shrunk
            w += np.linalg.solve(curve + 1e-12 * np.eye(len(w)), slope)
    return found[:-1]


def test_levels_of_constant_images_are_what_layers_predict() -> None:
    """One level for all: the generative mean of each layer is that level (9000 draws; 5 s.e.)."""
    x = np.full((3000, 4), 0.3)
    rule = MultiLevel(
        plain=nh.WakeSleep(), shape=(2, 2), grids=((1, 2), (1, 1)), state="level",
        strengths={0: 1.0},
    )  # fmt: skip
    machine = nh.HelmholtzMachine([nh.Bernoulli(4), 2, 1], seed=0, dtype="float64")
    states = rule.at(0).wake(machine, x, RandomStream(0)).states
    assert np.asarray(states[1]).mean() == pytest.approx(0.3, abs=5 * 0.46 / 6000**0.5)
    updates = rule.at(0).wake_updates(machine, rule.at(0).wake(machine, x, RandomStream(1)))
    machine.parameters()["generative/hidden2"][...] = np.log(0.3 / 0.7)
    (top,) = rule.at(0).wake_updates(
        machine, rule.at(0).wake(machine, x, RandomStream(1))
    ).of("generative/hidden2")  # fmt: skip
    assert abs(top.error.mean()) < 5 * 0.46 / 3000**0.5
    assert updates.of("generative/hidden1->visible")


def test_cues_of_other_images_teach_the_mean_image() -> None:
    """Weights onto the image tend to 0, biases to its mean; between cued layers they are learned.

    Of 400 images the weights of either kind differ by a factor of about 20.
    """
    rng = np.random.default_rng(3)
    blocks = (rng.random((400, 2, 2)) < 0.5).repeat(2, axis=1).repeat(2, axis=2)
    x = blocks.reshape(400, 16).astype(float)
    learned = []
    for shuffled in (False, True):
        machine = nh.HelmholtzMachine([16, 4, 1], seed=0, dtype="float64")
        rule = MultiLevel(shape=(4, 4), grids=((2, 2), (1, 1)), threshold=0.6, doubt=0.01,
                          strengths={0: 1.0}, shuffled=shuffled)  # fmt: skip
        nh.train(machine, x, rule=rule, plasticity=nh.Delta(1.0), epochs=60, batch_size=100)
        learned.append(machine.parameters())
    weights = [np.abs(each["generative/hidden1->visible"]).max() for each in learned]
    assert weights[1] < 0.3 < 2.0 < weights[0]
    deeper = learned[1]["generative/hidden2->hidden1"]
    assert (deeper > 1.0).all()
    mean = machine.dream(4000, seed=0).mean(axis=0)
    np.testing.assert_allclose(mean, x.mean(axis=0), atol=0.08)
