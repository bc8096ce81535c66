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
    Poisson,
    Population,
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
    """

    population: Population
    values: np.ndarray
    complete: bool


EXAMPLES = {
    "bernoulli": Example(Bernoulli(4), all_states(4), True),
    "autoregressive": Example(AutoregressiveBernoulli(4), all_states(4), True),
    "nade": Example(NADE(4, inner=3), all_states(4), True),
    "poisson": Example(Poisson(2), np.indices((30, 30)).reshape(2, -1).T.astype(float), False),
}


@pytest.fixture(params=list(POPULATIONS))
def example(request: pytest.FixtureRequest) -> Example:
    """An example of every kind that there is."""
    return EXAMPLES[request.param]
