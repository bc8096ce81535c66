"""What rules built round another rule share: where they change nothing, it acts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from neurohm.backend import Activations
from neurohm.learning.base import LearningRule, Phases
from neurohm.learning.wake_sleep import WakeSleep
from neurohm.machine import Activity, HelmholtzMachine, Stream, Updates, Workspace


@dataclass(frozen=True)
class WrappedRule(LearningRule):
    """A rule that does what another one does, until a subclass changes a phase of it.

    Parameters
    ----------
    dreams_per_sample : int
        That of the rule within.
    plain : LearningRule
        The rule within.
    """

    plain: LearningRule = field(default_factory=WakeSleep)

    def count_for(self, machine: HelmholtzMachine) -> int:
        """Return how many rows of activity a sample has awake in the rule within."""
        return self.plain.count_for(machine)

    def wake(
        self,
        machine: HelmholtzMachine,
        x: Activations,
        stream: Stream,
        work: Workspace | None = None,
    ) -> Activity:
        """Return the activity that data drive in the rule within."""
        return self.plain.wake(machine, x, stream, work)

    def wake_updates(
        self, machine: HelmholtzMachine, wake: Activity, work: Workspace | None = None
    ) -> Updates:
        """Return what the rule within learns awake."""
        return self.plain.wake_updates(machine, wake, work)

    def sleep(
        self,
        machine: HelmholtzMachine,
        samples: int,
        stream: Stream,
        work: Workspace | None = None,
        *,
        compressed: bool = False,
    ) -> Activity | None:
        """Return what the rule within dreams."""
        return self.plain.sleep(machine, samples, stream, work, compressed=compressed)

    def sleep_updates(
        self, machine: HelmholtzMachine, sleep: Activity | None, work: Workspace | None = None
    ) -> Updates:
        """Return what the rule within learns asleep."""
        return self.plain.sleep_updates(machine, sleep, work)

    def metric(
        self,
        machine: HelmholtzMachine,
        activity: Phases,
        stream: Stream,
        work: Workspace | None = None,
    ) -> Updates:
        """Return the activity that natural plasticity measures in the rule within."""
        return self.plain.metric(machine, activity, stream, work)

    def fresh(self) -> LearningRule:
        """Return the same rule round one within that remembers nothing."""
        plain = self.plain.fresh()
        return self if plain is self.plain else replace(self, plain=plain)

    def memory(self) -> dict[str, Any]:
        """Return what the rule within remembers, for checkpoints."""
        return self.plain.memory()

    def remember(self, tree: dict[str, Any]) -> None:
        """Let the rule within take up what `memory` returned."""
        self.plain.remember(tree)
