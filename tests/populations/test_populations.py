"""What a population is: its size and name, its values, and the meaning of its bias."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from neurohm.backend import RandomStream, get_backend
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.kernels import Kernels, get_kernels
from neurohm.populations import (
    Bernoulli,
    Categorical,
    Gaussian,
    Input,
    Poisson,
    Population,
    as_population,
)


@pytest.fixture(scope="module")
def kernels() -> Kernels:
    return get_kernels(get_backend("cpu"))


@pytest.mark.parametrize("size", [0, -3])
def test_a_population_without_units_is_refused(example, size: int) -> None:
    with pytest.raises(InputError, match=f"population size {size}"):
        replace(example.population, size=size)


@pytest.mark.parametrize("size", [2.0, "3", None, True])
def test_a_size_that_is_no_integer_is_refused(example, size: object) -> None:
    with pytest.raises(ArgumentTypeError, match="a whole number"):
        replace(example.population, size=size)


def test_a_numpy_integer_becomes_a_plain_one(example) -> None:
    assert type(replace(example.population, size=np.int64(6)).size) is int


def test_all_states_are_listed_where_they_can_be(example) -> None:
    if example.population.n_states is None:
        with pytest.raises(NotImplementedError, match="infinitely many states"):
            example.population.states()
        return
    states = example.population.states()
    assert states.shape == (example.population.n_states, example.population.size)
    assert len(np.unique(states, axis=0)) == len(states)
    example.population.check(states)


def test_a_number_means_bernoulli_units() -> None:
    assert as_population(3) == Bernoulli(3)
    counts = Poisson(2, name="spikes")
    assert as_population(counts) is counts


def test_a_text_means_a_kind_and_a_size() -> None:
    assert as_population("poisson:4") == Poisson(4)
    assert as_population("gaussian:4") == Gaussian(4)
    assert as_population("categorical:12:3") == Categorical(12, categories=3)


@pytest.mark.parametrize(
    "text", ["poisson:²", "gauss:3", "gaussian", "gaussian:3:1", "categorical:12", "a:b:c"]
)
def test_texts_that_say_too_little_or_too_much_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="'categorical:12:3'"):
        as_population(text)


@pytest.mark.parametrize(
    ("population", "value"),
    [
        (Bernoulli(2), 2),
        (Bernoulli(2), 0.5),
        (Bernoulli(2), -1),
        (Bernoulli(2), np.nan),
        (Poisson(2), -1),
        (Poisson(2), 0.5),
        (Poisson(2), np.nan),
        (Poisson(2), np.inf),
        (Poisson(2), 501),
        (Categorical(2, 2), 2),
        (Categorical(2, 2), np.nan),
        (Gaussian(2), np.nan),
        (Gaussian(2), -np.inf),
    ],
)
def test_values_of_another_kind_are_refused(population: Population, value: float) -> None:
    with pytest.raises(InputError, match=f"value {value:g} for"):
        population.check(np.array([[0, value]]))


@pytest.mark.parametrize(("population", "most"), [(Bernoulli(2), 1), (Poisson(2), 40)])
def test_values_of_the_kind_pass(population: Population, most: int) -> None:
    population.check(np.array([[0, 1], [1, most]], dtype=float))


@pytest.mark.parametrize("kind", [Bernoulli, Poisson])
def test_the_bias_of_a_mean_gives_that_mean(kind: type[Population], kernels: Kernels) -> None:
    mean = np.array([1e-6, 0.01, 0.5, 0.999])
    out = np.empty((1, 4))
    population = kind(4)
    population.mean(kernels, Input(np.zeros((1, 4)), population.bias_of(mean)), out)
    np.testing.assert_allclose(out[0], mean, rtol=1e-12)
    assert np.isfinite(population.bias_of(np.array([0.0, 1.0]))).all()


@pytest.mark.parametrize("kind", [Bernoulli, Poisson])
def test_the_information_is_the_slope_of_the_mean(kind, kernels: Kernels) -> None:
    drive, zero, population = np.linspace(-2, 2, 5)[None], np.zeros(5), kind(5)
    low, mean, high = (np.empty((1, 5)) for _ in range(3))
    for shift, out in ((-1e-5, low), (0, mean), (1e-5, high)):
        population.mean(kernels, Input(drive + shift, zero), out)
    population.information(kernels, Input(drive, zero), mean)
    np.testing.assert_allclose(mean, (high - low) / 2e-5, rtol=1e-8)


@pytest.mark.parametrize("kind", [Bernoulli, Poisson])
def test_passes_add_log_probabilities_where_there_is_a_total(kind, kernels: Kernels) -> None:
    population, given = kind(5), Input(np.zeros((1, 5)), np.full(5, 0.3))
    drawn, same, error, again = (np.empty((7, 5)) for _ in range(4))
    totals = np.zeros((3, 7))
    stream = RandomStream(1).at(0)
    population.draw(kernels, given, stream, drawn)
    population.draw(kernels, given, stream, same, totals[0])
    population.error(kernels, given, drawn, error)
    population.error(kernels, given, drawn, again, totals[1])
    population.log_probability(kernels, given, drawn, totals[2])
    np.testing.assert_array_equal(drawn, same)
    np.testing.assert_allclose(error, again, rtol=1e-12)
    np.testing.assert_allclose(totals[0], totals[2], rtol=1e-12)
    np.testing.assert_allclose(totals[1], totals[2], rtol=1e-12)
    assert (totals < 0).all()
