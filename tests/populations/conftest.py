"""One example of each kind of units, and what is compared with what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from neurohm.likelihood import all_states
from neurohm.populations import (
    NADE,
    POPULATIONS,
    AutoregressiveBernoulli,
    Bernoulli,
    Categorical,
    Gaussian,
    Laplace,
    Poisson,
    Population,
    one_hot_states,
)


@dataclass(frozen=True)
class Example:
    """A small population, and values that it may have.

    Parameters
    ----------
    population : Population
    values : ndarray, (rows, units)
    complete : bool
        Whether these are all values that there are.
    volume : float or ndarray, (rows,)
        Around each value, where probabilities are densities.
    """

    population: Population
    values: np.ndarray
    complete: bool
    volume: float | np.ndarray = 1.0


GRID = np.indices((161, 161)).reshape(2, -1).T / 8.0 - 10.0


def quadrature() -> tuple[np.ndarray, np.ndarray]:
    """Points and volumes in the plane, for densities with edges where a value is zero."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    line, share = 10 * np.append(nodes - 1, nodes + 1), 10 * np.tile(weights, 2)
    points = np.stack(np.meshgrid(line, line, indexing="ij"), axis=2).reshape(-1, 2)
    return points, np.outer(share, share).ravel()


CORNERED, AROUND = quadrature()
EXAMPLES = {
    "bernoulli": Example(Bernoulli(4), all_states(4), True),
    "autoregressive": Example(AutoregressiveBernoulli(4), all_states(4), True),
    "categorical": Example(Categorical(6, categories=3), one_hot_states(2, 3), True),
    "gaussian": Example(Gaussian(2, deviation=0.8, learned=True), GRID, False, volume=1 / 64),
    "laplace": Example(Laplace(2), CORNERED, False, volume=AROUND),
    "nade": Example(NADE(4, inner=3), all_states(4), True),
    "poisson": Example(Poisson(2), np.indices((30, 30)).reshape(2, -1).T.astype(float), False),
}


@pytest.fixture(scope="session")
def examples() -> dict[str, Example]:
    """The examples by their kind."""
    return EXAMPLES


@pytest.fixture(params=list(POPULATIONS))
def example(request: pytest.FixtureRequest) -> Example:
    """An example of every kind that there is."""
    return EXAMPLES[request.param]
