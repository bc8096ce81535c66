"""Belief nets of which every state is listed, with their probabilities as shares of dreams."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from neurohm.learning.ddc.encoding import Encoding, encoding_of, standard_of
from neurohm.learning.ddc.gradient import Expectations, expected_gradient
from neurohm.learning.ddc.recognition import Code, Recognition
from neurohm.likelihood import all_states
from neurohm.machine import HelmholtzMachine, Normal, log_joint

Form = Callable[[Recognition, Code, np.ndarray], Expectations]


@dataclass(frozen=True)
class Listed:
    """A machine, all its states, and the share of each among infinitely many dreams."""

    machine: HelmholtzMachine
    states: list[np.ndarray]
    shares: np.ndarray

    def recognition(
        self,
        *,
        hidden: str = "tanh",
        data: str = "tanh",
        functions: int = 5,
        seed: int = 0,
        ridge: float = 0.0,
    ) -> Recognition:
        """Return regressions on infinitely many dreams."""
        encodings = [
            self.encoding(layer, hidden if layer else data, functions, seed)
            for layer in range(len(self.states))
        ]
        codes = [encoding(state) for encoding, state in zip(encodings, self.states, strict=True)]
        return Recognition.of(
            encodings, codes, ridge=ridge, data_ridge=ridge, guard=None, shares=self.shares
        )

    def encoding(self, layer: int, kind: str, functions: int, seed: int) -> Encoding:
        """Return the encoding functions of a population."""
        population = self.machine.populations[layer]
        return encoding_of(
            population,
            standard_of(population, []),
            kind=kind,
            functions=functions,
            spread=3.0,
            seed=seed,
            place=layer,
        )

    def gradient(self, recognition: Recognition, x: np.ndarray, form: Form) -> dict:
        """Return the gradient for data."""
        given = form(recognition, recognition.code(x), x)
        return expected_gradient(self.machine, self.states, given)


@pytest.fixture(params=[(4, 3), (4, 3, 2)], ids=str)
def listed(request: pytest.FixtureRequest) -> Listed:
    """A belief net with weights N(0, 2)."""
    sizes = list(request.param)
    machine = HelmholtzMachine(sizes, seed=1, dtype="float64", initial=Normal(2.0, -0.5))
    states = np.split(all_states(sum(sizes)), np.cumsum(sizes)[:-1], axis=1)
    states = [np.ascontiguousarray(state) for state in states]
    return Listed(machine, states, np.exp(log_joint(machine, states)))
