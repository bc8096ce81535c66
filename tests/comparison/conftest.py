"""Recordings to compare models on, and baselines that tell what they were given."""

from __future__ import annotations

import numpy as np
import pytest

import neurohm as nh
from neurohm.comparison.baselines import Baseline, as_samples


class Spy(Baseline):
    """A baseline that says of every sample the same, and remembers what it was given."""

    name = "spy"
    domain = "binary"

    def __init__(self, nats=-1.0, error=0.0, parameters=1, log=None):
        self.nats, self.error, self.parameters = nats, error, parameters
        self.log = [] if log is None else log

    def __deepcopy__(self, memo):
        return Spy(self.nats, self.error, self.parameters, self.log)

    def fit(self, x, validation=None):
        self.given = {"learned": x, "validation": validation}
        self.log.append(self.given)
        return self

    def score_samples(self, x):
        self.given.setdefault("tested", x)
        return np.full(len(as_samples(x, self.domain)), float(self.nats))

    def sample(self, n_samples, *, seed=0):
        raise NotImplementedError

    @property
    def n_parameters(self):
        return self.parameters

    @property
    def standard_error(self):
        return self.error


@pytest.fixture
def spy():
    return Spy


@pytest.fixture(scope="session")
def numbered():
    """A matrix whose rows tell their places: the number of a bin in binary digits."""
    return (np.arange(240)[:, None] >> np.arange(8)) & 1


@pytest.fixture(scope="session")
def place_of():
    """From rows of `numbered` to their numbers."""
    return lambda samples: np.asarray(samples).astype(int) @ (1 << np.arange(8))


@pytest.fixture(scope="session")
def assemblies():
    """Four minutes of ten units, five of which form an assembly."""
    return nh.simulate_assemblies(10, 4.0, 1, members=(5, 5), occurrence_rate=1.0, seed=3)
