"""The forward algorithm, and back a lag, against sums over all courses of hidden activity."""

from __future__ import annotations

import tracemalloc
from itertools import product

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.machine import Normal


@pytest.fixture(scope="module")
def dynamics() -> nh.HiddenDynamics:
    return nh.HiddenDynamics(3, 2, seed=2, dtype="float64", initial=Normal(2.0, -0.5))


def sigmoid(drive: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-drive))


def log_bernoulli(values: np.ndarray, drive: np.ndarray) -> np.ndarray:
    return (values * drive - np.logaddexp(0, drive)).sum(axis=-1)


@pytest.mark.parametrize("lag", [0, 1, 2])
def test_it_is_the_sum_over_all_courses(dynamics, lag) -> None:
    own = {k.removeprefix("generative/"): v for k, v in dynamics.parameters().items()}
    x = np.array([[1.0, 0, 0], [0, 1, 1], [1, 1, 0], [0, 0, 1]])
    patterns = np.array(list(product((0.0, 1.0), repeat=2)))
    found = nh.exact_filter(dynamics, x, lag=lag)
    for place in range(len(x) - lag):
        known = place + lag + 1
        shares: dict[tuple, float] = {}
        for course in product(patterns, repeat=known + 1):
            log_p = log_bernoulli(course[0], own["before"])
            for t in range(known):
                drive = course[t] @ own["before->hidden"] + own["hidden"]
                log_p += log_bernoulli(course[t + 1], drive)
                log_p += log_bernoulli(
                    x[t], course[t + 1] @ own["hidden->visible"] + own["visible"]
                )
            key = tuple(course[place + 1])
            shares[key] = shares.get(key, 0.0) + np.exp(log_p)
        total = sum(shares.values())
        expected = [shares[tuple(state)] / total for state in found.states]
        np.testing.assert_allclose(found.probability[place], expected, rtol=1e-9)
        assert found.log_likelihood[:known].sum() == pytest.approx(np.log(total), rel=1e-9)


def test_bins_are_scored_in_parts_and_any_emission_will_do(dynamics) -> None:
    x = dynamics.dream(300, seed=1)
    whole, part = (nh.exact_filter(dynamics, rows) for rows in (x, x[:100]))
    np.testing.assert_allclose(whole.probability[:100], part.probability, rtol=1e-9)
    counts = nh.HiddenDynamics(nh.Poisson(4), 2, seed=0)
    found = nh.exact_filter(counts, counts.dream(20, seed=0), lag=3)
    assert found.mean.shape == (17, 2)
    np.testing.assert_allclose(found.probability.sum(axis=1), 1)


def test_memory_of_a_lag_is_bounded(monkeypatch) -> None:
    dynamics = nh.HiddenDynamics(2, 6, seed=0)
    x = dynamics.dream(150, seed=1)
    whole = nh.exact_filter(dynamics, x, lag=2)
    monkeypatch.setattr("neurohm.likelihood.filtering._ENTRIES", 2**15)
    tracemalloc.start()
    parts = nh.exact_filter(dynamics, x, lag=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_array_equal(parts.probability, whole.probability)
    assert peak < 150 * 64**2 * 8 / 2  # bytes of half of all transitions in all bins


def test_what_cannot_be_listed_is_refused(dynamics) -> None:
    with pytest.raises(InputError, match="infinitely many states"):
        nh.exact_filter(nh.HiddenDynamics(3, nh.Gaussian(2)), np.zeros((4, 3)))
    with pytest.raises(InputError, match="with 2048 states"):
        nh.exact_filter(nh.HiddenDynamics(3, 11), np.zeros((4, 3)))
    with pytest.raises(InputError, match="2 bins; expected more than the lag, 2"):
        nh.exact_filter(dynamics, np.zeros((2, 3)), lag=2)
    with pytest.raises(ArgumentTypeError, match="a HelmholtzMachine"):
        nh.exact_filter(nh.HelmholtzMachine([3, 2]), np.zeros((4, 3)))
