"""Machines with all parameters drawn from N(0, 1), and their probabilities written out plainly."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.special import gammaln

from neurohm.machine import HelmholtzMachine
from neurohm.machine.build import Edges

SKIP: Edges = (((1, 0), (2, 0), (2, 1)), ((0, 1), (0, 2), (1, 2)))


@pytest.fixture(scope="session")
def skip_edges() -> Edges:
    return SKIP


class Naive:
    """Probabilities of a machine, unit by unit and state by state, from its parameters alone."""

    def __init__(self, machine: HelmholtzMachine) -> None:
        self.machine = machine
        shape = sum(machine.sizes[1:])
        self.hidden = [
            np.split(np.array(state, float), np.cumsum(machine.sizes[1:])[:-1])
            for state in itertools.product((0, 1), repeat=shape)
        ]

    def log_joint(self, x: np.ndarray, hidden: list[np.ndarray]) -> float:
        return self._log("generative", range(len(self.machine.sizes)), [x, *hidden])

    def log_recognition(self, x: np.ndarray, hidden: list[np.ndarray]) -> float:
        return self._log("recognition", range(1, len(self.machine.sizes)), [x, *hidden])

    def table(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return log p(x, h) and log q(h | x) of every hidden state."""
        joint = [self.log_joint(x, h) for h in self.hidden]
        return np.array(joint), np.array([self.log_recognition(x, h) for h in self.hidden])

    def _log(self, way: str, targets: range, states: list[np.ndarray]) -> float:
        parameters = self.machine.parameters()
        names = [p.name for p in self.machine.populations]
        total = 0.0
        for t in targets:
            a = np.array(parameters[f"{way}/{names[t]}"], float)
            for s, name in enumerate(names):
                if (weights := parameters.get(f"{way}/{name}->{names[t]}")) is not None:
                    a = a + states[s] @ weights
            if self.machine.populations[t].kind == "poisson":
                total += (states[t] * a - np.exp(a) - gammaln(states[t] + 1)).sum()
            else:
                total -= np.log1p(np.exp(np.where(states[t] == 1, -a, a))).sum()
        return float(total)


@pytest.fixture(scope="session")
def naive() -> type[Naive]:
    return Naive
