"""A small problem to train on, and runs of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neurohm.machine import HelmholtzMachine
from neurohm.training import TrainingResult, train


@pytest.fixture(scope="session")
def x() -> np.ndarray:
    rng = np.random.default_rng(0)
    return (rng.random((23, 2)) < 0.4).astype(np.float32).repeat(4, axis=1)


@pytest.fixture(scope="session")
def held_out() -> np.ndarray:
    rng = np.random.default_rng(1)
    return (rng.random((70, 2)) < 0.4).astype(np.float32).repeat(4, axis=1)


class Runs:
    """Training of one machine on one data set, with settings that differ."""

    def __init__(self, x: np.ndarray) -> None:
        self.x = x

    def __call__(self, **settings: Any) -> TrainingResult:
        machine = settings.pop("machine", None) or HelmholtzMachine([8, 5, 3], seed=1)
        data = settings.pop("data", self.x)
        return train(machine, data, **{"epochs": 3, "batch_size": 8, "seed": 4, **settings})

    @staticmethod
    def assert_same(a: TrainingResult, b: TrainingResult) -> None:
        """Assert equality to the bit of parameters, history and running averages."""
        twin = b.machine.parameters()
        for key, array in a.machine.parameters().items():
            np.testing.assert_array_equal(array, twin[key], err_msg=key)
        assert a.history.to_dict().keys() == b.history.to_dict().keys()
        for name, column in a.history.to_dict().items():
            np.testing.assert_array_equal(column, b.history[name], err_msg=name)
        assert a.plasticity.state.keys() == b.plasticity.state.keys()
        for key, state in a.plasticity.state.items():
            for name, value in state.items():
                np.testing.assert_array_equal(value, b.plasticity.state[key][name])


@pytest.fixture(scope="session")
def run(x: np.ndarray) -> Runs:
    return Runs(x)
