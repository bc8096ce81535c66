"""Numbers that are not finite stop a run, which says in which layer, why, and what to do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neurohm.exceptions import NumericalError
from neurohm.machine import HelmholtzMachine
from neurohm.populations import Gaussian, Poisson
from neurohm.training import Callback, Checkpoint, read_checkpoint, train


class Spoil(Callback):
    """Puts a number into a parameter after a step."""

    def __init__(self, key: str, step: int, value: float = np.nan) -> None:
        self.key, self.step, self.value = key, step, value

    def after_step(self, run) -> None:
        if run.position.step == self.step:
            run.machine.parameters()[self.key][0] = self.value


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("generative/hidden1->visible", "generative projection hidden1->visible"),
        ("recognition/hidden2", "recognition bias of hidden2"),
    ],
)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_the_layer_is_named(run, key: str, words: str, value: float) -> None:
    with pytest.raises(NumericalError) as caught:
        run(callbacks=[Spoil(key, 3, value)])
    assert str(caught.value).startswith(words)
    assert "not finite after step 3, in epoch 1: the weights overflow" in str(caught.value)
    assert "lower the learning rate" in str(caught.value)


def test_the_last_good_checkpoint_stays_and_is_named(run, tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    spoil = Spoil("generative/hidden1", 5)
    with pytest.raises(NumericalError, match=r"the last good state is in .*run\.h5"):
        run(callbacks=[spoil, Checkpoint(path, every=-1.0)])
    assert read_checkpoint(path)["run"]["position"]["step"] == 4
    run.assert_same(run(resume=path), run())


def test_a_poisson_drive_that_explodes_is_called_so() -> None:
    x = np.random.default_rng(0).poisson(30.0, (50, 4)).astype(np.float32)
    machine = HelmholtzMachine([Poisson(4), 3], seed=0)
    with pytest.raises(NumericalError, match="drive of the Poisson units of visible exploded"):
        train(machine, x, plasticity="delta", epochs=50, callbacks=[Fast()])


class Fast(Callback):
    """Makes learning far too fast."""

    def after_step(self, run) -> None:
        for array in run.machine.parameters().values():
            array *= 1e30


def test_gaussian_units_are_told_to_have_their_data_scaled() -> None:
    machine = HelmholtzMachine([Gaussian(3, learned=True), 2], seed=0)
    spoil = Spoil("generative/visible", 1)
    with pytest.raises(NumericalError, match=r"Gaussian units of visible.*learned=False"):
        train(machine, np.eye(3), callbacks=[spoil])


def test_three_are_named_and_the_others_counted(run) -> None:
    class SpoilAll(Callback):
        def after_step(self, run) -> None:
            for array in run.machine.parameters().values():
                array[...] = np.nan

    with pytest.raises(NumericalError) as raised:
        run(callbacks=[SpoilAll()])
    what, _, more = raised.value.found.partition(" and ")
    assert what.count(",") == 2
    assert int(more.split()[0]) >= 5
