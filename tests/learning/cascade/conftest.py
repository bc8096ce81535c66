"""Small cascades with weights drawn at random, and counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from neurohm.learning.cascade import CascadeNetwork


@pytest.fixture(params=["poisson", "bernoulli"])
def observation(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def x(observation: str) -> np.ndarray:
    """Counts of five units in 40 rows."""
    counts = np.random.default_rng(1).poisson(0.7, (40, 5)).astype(float)
    return counts if observation == "poisson" else np.minimum(counts, 1)


@pytest.fixture
def network_of(observation: str) -> Callable[[int], CascadeNetwork]:
    """A cascade of so many hidden units, all parameters N(0, 1) / 2."""

    def network(n_hidden: int, size: int = 5) -> CascadeNetwork:
        rng = np.random.default_rng(2)
        draw = lambda *shape: 0.5 * rng.standard_normal(shape)
        return CascadeNetwork(
            observation,
            draw(size),
            draw(n_hidden, size),
            draw(n_hidden),
            np.tril(draw(n_hidden, n_hidden), -1),
            draw(size, n_hidden),
            np.triu(draw(n_hidden, n_hidden), 1),
            draw(n_hidden),
        )

    return network
