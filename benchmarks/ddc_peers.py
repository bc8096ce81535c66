"""What learning with a distributed code is compared with: the gradient by the exact posterior."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import expit, logsumexp

from neurohm.backend import Array
from neurohm.learning import LearningRule
from neurohm.machine import (
    Activity,
    DeclaredUpdate,
    HelmholtzMachine,
    Stream,
    Updates,
    Workspace,
)
from neurohm.machine.updates import NON_LOCAL
from neurohm.populations import all_states


@dataclass(frozen=True)
class ExactPosterior(LearningRule):
    """The gradient of the log-likelihood of a belief net of two layers, all states listed."""

    name: ClassVar[str] = "exact posterior"

    def wake(
        self, machine: HelmholtzMachine, x: Any, stream: Stream, work: Workspace | None = None
    ) -> Activity:
        """Return the data, with posterior means beside them."""
        posterior, states = _posterior(machine, x)
        return Activity([x, (posterior @ states).astype(machine.dtype)], None, {})

    def wake_updates(
        self, machine: HelmholtzMachine, wake: Activity, work: Workspace | None = None
    ) -> Updates:
        """Return x E[z]' - E[mean z'] and its like for the biases."""
        x, own = wake.dense(), machine.parameters()
        posterior, states = _posterior(machine, x)
        weight = posterior.mean(axis=0)
        mean = expit(states @ own["generative/hidden1->visible"] + own["generative/visible"])
        missed = posterior.T @ x / len(x) - weight[:, None] * mean
        changes = {
            "generative/hidden1->visible": states.T @ missed,
            "generative/visible": missed.sum(axis=0),
            "generative/hidden1": weight @ states - expit(own["generative/hidden1"]),
        }
        declared = [
            DeclaredUpdate(key, change.astype(machine.dtype), NON_LOCAL, "all states listed")
            for key, change in changes.items()
        ]
        return Updates(declared=tuple(declared))

    def sleep(self, machine: HelmholtzMachine, samples: int, *given: Any, **form: Any) -> None:
        """Return none: nothing is dreamt."""


def _posterior(machine: HelmholtzMachine, x: Array) -> tuple[Array, Array]:
    """Return the probability of each hidden state given each row, and the states."""
    own, states = machine.parameters(), all_states(machine.sizes[1])
    drive = states @ own["generative/hidden1->visible"] + own["generative/visible"]
    prior = states @ own["generative/hidden1"]
    joint = x @ drive.T + prior - np.logaddexp(0, drive).sum(axis=1)
    return np.exp(joint - logsumexp(joint, axis=1, keepdims=True)), states
