"""Fields with their significance: what was planted is found, and chance is kept to 5 %."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.analysis import (
    dreamt_fields,
    generative_fields,
    linear_fields,
    most_exciting,
    recognition_fields,
)
from neurohm.exceptions import InputError
from neurohm.machine import Normal


def machine(*sizes: int, seed: int = 0, spread: float = 0.7) -> nh.HelmholtzMachine:
    return nh.HelmholtzMachine(sizes, initial=Normal(spread), seed=seed, dtype="float64")


def test_dreamt_fields_are_the_generative_ones_with_a_mask() -> None:
    own = machine(8, 4, 3)
    own.parameters()["generative/hidden1->visible"][:, 5] = 0
    for layer in (1, 2):
        fields = dreamt_fields(own, layer, dreams=300, seed=2)
        expected = generative_fields(own, layer, dreams=300, seed=2)
        np.testing.assert_array_equal(fields.values, expected)
        assert not fields.significant[:, 5].any()
        assert fields.significant.mean() > 0.4
    assert fields.of([2, 0]).values.shape == (2, 8)
    assert fields.strongest(1)[0] == np.linalg.norm(fields.values, axis=1).argmax()


def test_no_effect_is_rarely_significant() -> None:
    """Units without effect downward, 60 fields: 5 % false, 12 below 1e-4."""
    own = machine(10, 6, 60)
    own.parameters()["generative/hidden2->hidden1"][...] = 0
    fields = dreamt_fields(own, 2, dreams=200)
    assert fields.significant.any(axis=1).sum() < 12


def test_linear_response_is_the_slope_of_a_small_change() -> None:
    """Against the change of the exact mean when the probability of the unit changes a little."""
    own = machine(5, 3, 2, spread=0.1)
    dreamt, linear = generative_fields(own, 2, dreams=20_000), linear_fields(own, 2, dreams=20_000)
    np.testing.assert_allclose(linear, dreamt, atol=2e-3)  # weak weights: linear


def test_linear_response_next_to_gaussian_units_is_exact() -> None:
    own = nh.HelmholtzMachine([nh.Gaussian(5), 3, 2], initial=Normal(0.7), dtype="float64")
    weights = own.parameters()["generative/hidden1->visible"]
    np.testing.assert_array_equal(linear_fields(own), weights)
    np.testing.assert_allclose(generative_fields(own), weights, atol=1e-12)
    with pytest.raises(InputError, match="autoregressive"):
        linear_fields(nh.HelmholtzMachine([4, "autoregressive:3"]))


@pytest.fixture(scope="module")
def correlated() -> np.ndarray:
    rng = np.random.default_rng(0)
    mixing = np.eye(6) + 0.6 * np.eye(6, k=1)
    return rng.standard_normal((4000, 6)) @ mixing


def test_whitening_finds_the_weights(correlated: np.ndarray) -> None:
    """Gaussian data: the whitened average points along the unit's weights, the plain one not."""
    own = nh.HelmholtzMachine([nh.Gaussian(6), 2], dtype="float64")
    weights = own.parameters()["recognition/visible->hidden1"]
    weights[...] = 0
    weights[1, 0] = weights[4, 1] = 2.0
    fields = [recognition_fields(own, correlated, whitened=w, ridge=1e-9) for w in (True, False)]
    for unit, pixel in ((0, 1), (1, 4)):
        white, plain = (f.values[unit] / np.abs(f.values[unit]).max() for f in fields)
        expected = np.eye(6)[pixel]
        np.testing.assert_allclose(white, expected, atol=0.08)
        assert np.abs(plain - expected).max() > 0.3
        assert fields[1].significant[unit, pixel]
        far = np.abs(np.arange(6) - pixel) > 1
        assert not fields[1].significant[unit, far].any()


def test_an_average_is_that_of_the_rows_weighted_by_activity(correlated: np.ndarray) -> None:
    own = nh.HelmholtzMachine([nh.Gaussian(6), 3, 2], initial=Normal(0.7), dtype="float64")
    from neurohm.machine import recognise_mean

    active = recognise_mean(own, correlated)[2]
    expected = active.T @ correlated / active.sum(axis=0)[:, None] - correlated.mean(axis=0)
    found = recognition_fields(own, correlated, 2)
    np.testing.assert_allclose(found.values, expected, atol=1e-12)


def test_the_most_exciting_rows() -> None:
    own = machine(4, 2)
    weights = own.parameters()["recognition/visible->hidden1"]
    weights[...] = [[3, 0], [0, 1], [1, 3], [0, 0]]
    assert most_exciting(own, np.eye(4), number=2).tolist() == [[0, 2], [2, 1]]
    with pytest.raises(InputError, match="5 rows of 4"):
        most_exciting(own, np.eye(4), number=5)
    with pytest.raises(InputError, match="layer 2"):
        recognition_fields(own, np.eye(4), 2)
    with pytest.raises(InputError, match="3 rows"):
        recognition_fields(own, np.eye(4)[:3])


def test_few_rows_and_few_dreams() -> None:
    machine = nh.HelmholtzMachine([4, 2], seed=0)
    assert most_exciting(machine, np.eye(4)[:1], number=1).tolist() == [[0], [0]]
    for some in (most_exciting, recognition_fields):
        with pytest.raises(InputError, match="0 rows"):
            some(machine, np.empty((0, 4)))
    # The difference of two dreams is tested by Student's t of one degree of freedom.
    machine = nh.HelmholtzMachine([nh.Gaussian(1), 1], seed=0)
    assert dreamt_fields(machine, dreams=2).significant.all()
