"""Single and double precision learn the same, within bounds."""

from __future__ import annotations

import numpy as np
import pytest

from neurohm.learning import Reweighted, WakeSleep
from neurohm.likelihood import exact_log_likelihood
from neurohm.machine import HelmholtzMachine
from neurohm.populations import Poisson
from neurohm.training import train


def trained(visible, x: np.ndarray, dtype: str, **settings) -> HelmholtzMachine:
    machine = HelmholtzMachine([visible, 4, 3], seed=1, dtype=dtype)
    return train(machine, x, seed=4, batch_size=8, **settings).machine


@pytest.mark.parametrize("rule", [WakeSleep(), Reweighted(particles=3)])
@pytest.mark.parametrize("kind", ["bernoulli", "poisson"])
def test_the_first_steps_agree_to_single_precision(x, rule, kind: str) -> None:
    # no draw of these few falls between the two: afterwards both are the same but for rounding
    visible = 8 if kind == "bernoulli" else Poisson(8)
    single, double = (
        trained(visible, x, dtype, rule=rule, epochs=2).parameters()
        for dtype in ("float32", "float64")
    )
    for key, array in double.items():
        np.testing.assert_allclose(single[key], array, rtol=1e-4, atol=2e-5, err_msg=key)


def test_a_whole_fit_ends_as_good(x) -> None:
    # draws that differ send the two different ways, as another seed would: 0.15 nats of about 3
    single, double = (
        exact_log_likelihood(trained(8, x, dtype, rule="reweighted", epochs=150), x).mean()
        for dtype in ("float32", "float64")
    )
    assert abs(single - double) < 0.15


def test_a_likelihood_agrees_to_six_digits(x) -> None:
    machine = trained(8, x, "float64", rule="reweighted", epochs=20)
    single = HelmholtzMachine([8, 4, 3], dtype="float32")
    single.set_parameters(machine.parameters())
    double = exact_log_likelihood(machine, x)
    np.testing.assert_allclose(exact_log_likelihood(single, x), double, rtol=2e-6)
