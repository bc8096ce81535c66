"""Learning in portions, at the full learning rate, as ``partial_fit`` does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from neurohm.backend import RandomStream
from neurohm.learning import LearningRule
from neurohm.machine import HelmholtzMachine, Workspace
from neurohm.plasticity import Plasticity


@dataclass
class Increments:
    """What goes on from one portion to the next.

    Parameters
    ----------
    rule : LearningRule
        With what it remembers.
    plasticity : Plasticity
        With its running averages.
    steps : int
        Batches learned; the next step of the random stream.
    portions : int
    """

    rule: LearningRule
    plasticity: Plasticity
    steps: int = 0
    portions: int = 0

    @classmethod
    def begun(cls, rule: LearningRule, plasticity: Plasticity) -> Increments:
        """Return the beginning, with a rule and plasticity that nobody else's learning changes."""
        return cls(rule.fresh(), plasticity.fresh())

    def learn(self, machine: HelmholtzMachine, batches: Iterable[Any], seed: int) -> None:
        """Learn each batch once, in the order given.

        Parameters
        ----------
        machine : HelmholtzMachine
            Changed in place.
        batches : iterable of ndarray or sparse matrix, (rows, visible units)
        seed : int
        """
        rule, work = self.rule.at(0), Workspace(machine.backend)
        for x in batches:
            self.plasticity.plan(x.shape[0], 1.0)
            stream = RandomStream(seed, self.steps)
            activity = rule.phases(machine, x, seed=stream, work=work)
            updates = rule.updates(machine, activity, work=work)
            if self.plasticity.wants_metric:
                updates += rule.metric(machine, activity, stream, work)
            self.plasticity.apply(machine, updates, work=work)
            self.steps += 1
        self.portions += 1
