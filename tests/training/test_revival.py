"""Idle units begin anew while a machine learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine
from neurohm.training import Callback, Checkpoint, Revival, train

X = np.eye(6)[np.arange(60) % 6]


def machine() -> HelmholtzMachine:
    made = HelmholtzMachine([6, 4], seed=2)
    for pathway in (made.generative, made.recognition):
        pathway.biases[1].weights[[0, 2]] = -60, 60
    return made


class Silence(Callback):
    """Switches a unit off again after an epoch."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def after_epoch(self, run) -> None:
        if run.position.epoch == self.epoch:
            for pathway in (run.machine.generative, run.machine.recognition):
                pathway.biases[1].weights[1] = -60
                for projection in pathway.projections:
                    if projection.target == 1:
                        projection.weights[:, 1] = 0


def test_idle_units_are_revived_when_it_is_time_to() -> None:
    result = train(
        machine(), X, epochs=6, callbacks=[Silence(4), Revival(X, every=2, until=4)], batch_size=10
    )
    assert result.history["revived"].tolist() == [0, 2, 0, 1, 0, 0]


def test_by_default_only_in_the_first_half() -> None:
    result = train(machine(), X, epochs=5, callbacks=[Silence(3), Revival(X, every=1)])
    assert result.history["revived"].tolist() == [2, 0, 0, 0, 0]


@pytest.mark.parametrize("stopped", [1, 2, 3])
def test_a_resumed_run_revives_as_the_unbroken_one(tmp_path: Path, stopped: int) -> None:
    def run(path: Path, epochs_kept: int | None, resume: Path | None = None):
        class Stop(Checkpoint):
            def after_epoch(self, run) -> None:
                super().write(run)
                if run.position.epoch == epochs_kept:
                    raise KeyboardInterrupt

        callbacks = [Revival(X, every=2, until=2), Stop(path, every=1e9)]
        return train(machine(), X, epochs=4, plasticity="adam", callbacks=callbacks, resume=resume)

    unbroken = run(tmp_path / "whole.h5", None)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "part.h5", stopped)
    resumed = run(tmp_path / "part.h5", None, tmp_path / "part.h5")
    for key, values in unbroken.machine.parameters().items():
        np.testing.assert_array_equal(resumed.machine.parameters()[key], values)
    others = [Revival(X, every=1, until=2), Checkpoint(tmp_path / "part.h5")]
    resume = tmp_path / "part.h5"
    with pytest.raises(InputError, match="every 1 where the checkpoint has 2"):
        train(machine(), X, epochs=4, plasticity="adam", callbacks=others, resume=resume)
