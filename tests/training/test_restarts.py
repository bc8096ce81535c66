"""Restarts: the best run is kept, and one seed gives one result."""

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.training import train_restarts


def start(seed):
    return nh.HelmholtzMachine([4, 2], seed=seed)


def test_the_best_run_is_kept():
    x, scores = np.eye(4), []

    def score(machine):
        scores.append(float(nh.exact_log_likelihood(machine, x).mean()))
        return scores[-1]

    result = train_restarts(start, x, restarts=4, score=score, seed=2, epochs=3)
    assert len(set(scores)) == 4
    assert nh.exact_log_likelihood(result.machine, x).mean() == max(scores)


def test_one_seed_one_result():
    first, second = (train_restarts(start, np.eye(4), restarts=2, seed=1, epochs=2) for _ in "ab")
    for key, array in first.machine.parameters().items():
        np.testing.assert_array_equal(array, second.machine.parameters()[key])


def test_no_restart_is_refused():
    with pytest.raises(InputError):
        train_restarts(start, np.eye(4), restarts=0)
