"""Small machines, all their states, and expected changes to compare with finite differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from neurohm.likelihood import all_states
from neurohm.machine import Activity, HelmholtzMachine, Updates
from neurohm.machine.build import Edges
from neurohm.machine.passes import log_recognition
from neurohm.machine.projection import Internal
from neurohm.populations import AutoregressiveBernoulli, Poisson

SKIP: Edges = (((1, 0), (2, 0), (2, 1)), ((0, 1), (0, 2), (1, 2)))


Changes = dict[str, np.ndarray]


@pytest.fixture(params=["chain", "skip", "counts", "counts, skip", "autoregressive"])
def machine(request: pytest.FixtureRequest, normal_machine) -> HelmholtzMachine:
    """A machine with three visible and four hidden units, all parameters N(0, 1)."""
    if request.param == "autoregressive":
        return normal_machine([AutoregressiveBernoulli(3), AutoregressiveBernoulli(2), 2], seed=5)
    visible = Poisson(3) if "counts" in request.param else 3
    edges = SKIP if "skip" in request.param else None
    return normal_machine([visible, 2, 2], edges=edges, seed=5)


def is_lateral(synapses: object) -> bool:
    """Whether synapses are from earlier onto later units of one population."""
    return isinstance(synapses, Internal) and synapses.parameter.triangular


@pytest.fixture
def x(machine: HelmholtzMachine) -> np.ndarray:
    return np.array([[1.0, 0.0, 2.0 if machine.visible.kind == "poisson" else 1.0]])


@pytest.fixture(scope="session")
def hidden_states() -> Callable[[HelmholtzMachine], list[np.ndarray]]:
    """All joint hidden states of a machine, one array each population."""

    def states(machine: HelmholtzMachine) -> list[np.ndarray]:
        sizes = machine.sizes[1:]
        return np.split(all_states(sum(sizes)), np.cumsum(sizes)[:-1], axis=1)

    return states


@pytest.fixture(scope="session")
def particle_tuples(hidden_states) -> Callable[..., tuple[Activity, np.ndarray]]:
    """All tuples of K hidden states given x, as activity, and the probability of each tuple."""

    def tuples(machine: HelmholtzMachine, x: np.ndarray, k: int) -> tuple[Activity, np.ndarray]:
        hidden = hidden_states(machine)
        one = log_recognition(machine, [x, *hidden]).copy()
        which = np.stack(np.meshgrid(*[np.arange(len(one))] * k, indexing="ij"), -1).reshape(-1)
        states = [np.repeat(x, len(which) // k, axis=0), *(h[which] for h in hidden)]
        return Activity(states, one[which], {}), np.exp(one[which].reshape(-1, k).sum(axis=1))

    return tuples


@pytest.fixture(scope="session")
def expected_change() -> Callable[..., Changes]:
    """The expectation of a rule's changes, given the probability of each sample of the updates."""

    def expectation(updates: Updates, probability: np.ndarray) -> Changes:
        total: Changes = {}
        for update in updates.local:
            rows, samples = len(update.error), len(probability)
            weight = np.repeat(probability, rows // samples) * update.scale * samples
            if update.gain is not None:
                weight = weight * update.gain.values
            for afferent in update.afferents:
                error, source = weight[:, None] * update.error, afferent.presynaptic
                if source is None:
                    change = error.sum(axis=0)
                else:
                    change = np.repeat(source, rows // len(source), axis=0).T @ error
                if is_lateral(afferent.synapses):
                    change = np.triu(change, 1)
                key = afferent.synapses.key
                total[key] = total.get(key, 0) + change
        return total

    return expectation


@pytest.fixture(scope="session")
def slope() -> Callable[..., Changes]:
    """The gradient of a function of the machine in one pathway, by central differences."""

    def gradient(
        function: Callable[[], float], machine: HelmholtzMachine, pathway: str, step: float = 1e-5
    ) -> Changes:
        result: Changes = {}
        for synapses in machine.pathway(pathway).synapses:
            key, array = synapses.key, synapses.weights
            result[key] = np.zeros(array.shape)
            for i in np.ndindex(array.shape):
                if is_lateral(synapses) and i[0] >= i[1]:
                    continue
                value = array[i]
                array[i] = value + step
                high = function()
                array[i] = value - step
                result[key][i] = (high - function()) / (2 * step)
                array[i] = value
        return result

    return gradient


@pytest.fixture(scope="session")
def assert_same_changes() -> Callable[..., None]:
    """Compare changes key by key, relative to the largest."""

    def compare(got: Changes, expected: Changes, tolerance: float = 1e-6) -> None:
        assert got.keys() == expected.keys()
        for key, change in expected.items():
            largest = max(1.0, np.abs(change).max())
            np.testing.assert_allclose(got[key], change, atol=tolerance * largest, err_msg=key)

    return compare


@pytest.fixture
def matched(normal_machine) -> HelmholtzMachine:
    """One hidden unit whose recognition is the exact posterior."""
    machine = normal_machine([4, 1], seed=2)
    p = machine.parameters()
    w, b = p["generative/hidden1->visible"][0], p["generative/visible"]
    p["recognition/visible->hidden1"][:, 0] = w
    p["recognition/hidden1"][...] = (
        p["generative/hidden1"] + (np.logaddexp(0, b) - np.logaddexp(0, b + w)).sum()
    )
    return machine
