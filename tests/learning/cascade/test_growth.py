"""Growth: planted patterns are found and told apart; without any, nothing grows."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.learning.cascade import Grower
from neurohm.learning.cascade.starts import starts

SIZE = 30


def rows(n_rows: int, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Counts at 0.15 with two patterns, each in a share of the rows, and which is in which."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(0.15, (n_rows, SIZE)).astype(float)
    kind = rng.choice(3, n_rows, p=[1 - 2 * share, share, share])
    for number in (1, 2):
        on = kind == number
        part = slice(10 * number - 10, 10 * number)
        counts[on, part] += rng.random((on.sum(), 10)) < 0.8
    return counts, kind


def test_two_patterns_are_found_and_told_apart() -> None:
    x, _ = rows(2000, 0.03, seed=0)
    validation, _ = rows(2000, 0.03, seed=1)
    test, kind = rows(2000, 0.03, seed=2)
    growth = Grower(most=5).grow(x, validation, np.random.default_rng(0))
    states = growth.network.recognise(test)
    codes = {tuple(row) for row in states[kind == 0]}
    for number in (1, 2):
        own, times = np.unique(states[kind == number], axis=0, return_counts=True)
        assert times.max() > 0.9 * (kind == number).sum()
        codes.add(tuple(own[times.argmax()]))
    assert len({tuple(np.median(states[kind == k], axis=0)) for k in range(3)}) == 3


@pytest.mark.parametrize("observation", ["poisson", "bernoulli"])
def test_without_patterns_nothing_grows(observation: str) -> None:
    for seed in range(3):
        x, _ = rows(1500, 0.0, seed)
        validation, _ = rows(1500, 0.0, 100 + seed)
        if observation == "bernoulli":
            x, validation = np.minimum(x, 1), np.minimum(validation, 1)
        growth = Grower(observation, most=3).grow(x, validation, np.random.default_rng(0))
        assert growth.network.n_hidden == 0
        assert [trial.kept for trial in growth.trials] == [False]


def test_every_unit_that_stays_lowers_the_cost_of_unseen_rows() -> None:
    x, _ = rows(1500, 0.03, seed=0)
    validation, _ = rows(1500, 0.03, seed=1)
    growth = Grower(most=4).grow(x, validation, np.random.default_rng(0))
    kept = [trial for trial in growth.trials if trial.kept]
    assert len(kept) == growth.network.n_hidden >= 2
    assert all(trial.after < trial.before for trial in kept)
    cost = -growth.network.bound(validation).mean()
    assert cost == pytest.approx(kept[-1].after, rel=1e-10)


def test_the_same_seed_grows_the_same() -> None:
    x, _ = rows(800, 0.05, seed=0)
    validation, _ = rows(800, 0.05, seed=1)
    one, other = (
        Grower(most=2).grow(x, validation, np.random.default_rng(0)).network for _ in range(2)
    )
    np.testing.assert_array_equal(one.weights, other.weights)


def test_a_code_of_two_patterns_is_split() -> None:
    """One unit takes both patterns; among the starts from its rows, one has a pattern alone."""
    x, kind = rows(2000, 0.03, seed=0)
    network = Grower().without_units(x).with_unit()
    states = (kind > 0).astype(float)[:, None]
    network.weights[0, :20] = np.log(4.0)
    found = list(starts(network, x, states, 1, np.random.default_rng(0)))
    assert {start.source for start in found} == {"similar", "split"}
    purest = max(
        (kind[start.q > 0.5] == number).mean()
        for start in found
        for number in (1, 2)
        if start.source == "split"
    )
    assert purest > 0.9
