"""Every kind of visible units above every kind of hidden ones, learned by each rule."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.kernels.reference.poisson import RATE_LIMIT
from neurohm.populations import POPULATIONS


@pytest.mark.parametrize("rule", ["wake-sleep", "reweighted"])
@pytest.mark.parametrize("below", POPULATIONS)
@pytest.mark.parametrize("above", POPULATIONS)
def test_learning_raises_the_likelihood(above, below, rule, examples, normal_machine) -> None:
    kinds = [examples[below].population, examples[above].population]
    teacher = normal_machine(kinds, seed=2, dtype="float32")
    for array in teacher.parameters().values():
        array *= 0.5
    x = teacher.dream(500, seed=1)
    if below == "poisson":  # heavy tails above may ask for more than units can count
        x = np.minimum(x, RATE_LIMIT)
    machine = nh.HelmholtzMachine(kinds, seed=0)
    before = nh.log_likelihood(machine, x, particles=100).value
    nh.train(machine, x, rule=rule, plasticity=nh.Adam(0.01), epochs=10, batch_size=25)
    after = nh.log_likelihood(machine, x, particles=100).value
    assert np.isfinite(after).all()
    assert after.mean() > before.mean()
