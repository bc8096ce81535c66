"""Restarts: the best run is kept, and one seed gives one result."""

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.training import Averaging, EarlyStopping, GistReadout, train_restarts


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
    with pytest.raises(ArgumentTypeError, match="restarts 2.0"):
        train_restarts(start, np.eye(4), restarts=2.0)


def test_callbacks_begin_anew_in_each_run():
    x = np.eye(4)

    def callbacks():
        average = Averaging(part=0.5, every=1)
        stopping = EarlyStopping(x, particles=5, average=average, patience=2)
        return [average, stopping, GistReadout(x, (2, 2), [(1, 2)])]

    def learned(seed, used):
        result = nh.train(start(seed), x, epochs=4, seed=seed, callbacks=used)
        return result.machine.parameters() | {"gist": used[2].weights[1]}

    used = callbacks()
    learned(0, used)
    again, fresh = learned(1, used), learned(1, callbacks())
    for key, array in fresh.items():
        np.testing.assert_array_equal(again[key], array)
