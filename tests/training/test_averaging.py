"""Averages of parameters, with early stopping and over a resumed run."""

import numpy as np
import pytest

import neurohm as nh
from neurohm.exceptions import InputError
from neurohm.training import Averaging, Callback, Checkpoint, EarlyStopping


class Path(Callback):
    """Keeps the parameters after each step."""

    def __init__(self):
        self.steps = []

    def after_step(self, run):
        self.steps.append({key: array.copy() for key, array in run.machine.parameters().items()})


@pytest.fixture
def data():
    return np.random.default_rng(0).integers(0, 2, (40, 5)).astype(float)


def test_it_is_the_mean_of_the_path(data):
    machine, path = nh.HelmholtzMachine([5, 3], seed=0), Path()
    nh.train(machine, data, epochs=3, batch_size=10, callbacks=[path, Averaging(1.0, every=1)])
    for key, array in machine.parameters().items():
        np.testing.assert_allclose(array, np.mean([s[key] for s in path.steps], axis=0), rtol=1e-5)


def test_a_short_horizon_forgets(data):
    machine, path = nh.HelmholtzMachine([5, 3], seed=0), Path()
    average = Averaging(1e-6, every=1)
    nh.train(machine, data, epochs=2, batch_size=10, callbacks=[path, average])
    for key, array in machine.parameters().items():
        np.testing.assert_array_equal(array, path.steps[-1][key])


def test_early_stopping_keeps_the_best_average(data):
    machine, average = nh.HelmholtzMachine([5, 3], seed=0), Averaging(0.5, every=1)
    stopping = EarlyStopping(data, patience=50, average=average)
    history = nh.train(
        machine, data, epochs=6, batch_size=10, callbacks=[average, stopping]
    ).history
    score = nh.log_likelihood(machine, data, particles=20).mean
    assert score == pytest.approx(history["held_out"].max(), abs=1e-12)


def test_a_resumed_run_averages_alike(data, tmp_path):
    class Stop(Callback):
        def after_step(self, run):
            if run.position.step == 13:
                raise RuntimeError

    def train(*more, resume=None, part=0.4):
        machine, average = nh.HelmholtzMachine([5, 3], seed=0), Averaging(part, every=3)
        callbacks = [average, Checkpoint(tmp_path / "run.h5", every=0), *more]
        settings = {"epochs": 6, "batch_size": 10, "callbacks": callbacks, "resume": resume}
        nh.train(machine, data, **settings)
        return machine.parameters()

    whole = train()
    with pytest.raises(RuntimeError):
        train(Stop())
    resumed = train(resume=tmp_path / "run.h5")
    for key, array in whole.items():
        np.testing.assert_array_equal(array, resumed[key])
    with pytest.raises(InputError, match=r"part 0\.5 where the checkpoint has 0\.4"):
        train(resume=tmp_path / "run.h5", part=0.5)


@pytest.mark.parametrize("arguments", [{"part": 0}, {"part": 1.5}, {"every": 0}])
def test_arguments_are_checked(arguments):
    with pytest.raises(InputError):
        Averaging(**arguments)
