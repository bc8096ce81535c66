"""What rules with several particles share: drawing them, weighing them, and what they teach."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from neurohm.backend import Activations, Array
from neurohm.exceptions import InputError
from neurohm.learning.base import LearningRule
from neurohm.learning.particle_schedule import ParticleSchedule, as_particles
from neurohm.learning.proposals import Proposal, Recognition
from neurohm.learning.weighting import Weighed, Weighting
from neurohm.machine import (
    Activity,
    HelmholtzMachine,
    Stream,
    ThirdFactor,
    Updates,
    Workspace,
    predict,
    teach,
    zero_total,
)

SIGNAL = "importance weight"


@dataclass(frozen=True)
class ParticleRule(LearningRule):
    """A rule that draws K particles for each sample, weighs them, and learns from all of them.

    Parameters
    ----------
    dreams_per_sample : int
        Dreams in the sleep phase for each sample of the batch.
    particles : int or ParticleSchedule
        K.
    """

    particles: int | ParticleSchedule = 5

    weighting: ClassVar[Weighting]

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "particles", as_particles(self.particles))

    @property
    def proposal(self) -> Proposal:
        """What particles are drawn from."""
        return Recognition()

    @property
    def count(self) -> int:
        """The number of particles.

        Raises
        ------
        InputError
            If it is scheduled; `at` tells the rule of an epoch.
        """
        if isinstance(self.particles, ParticleSchedule):
            raise InputError(
                f"{self.particles!r} outside training", "a number", "take rule.at(epoch)"
            )
        return self.particles

    def count_for(self, machine: HelmholtzMachine) -> int:
        """Return K, which is one where nothing is hidden: all particles would be the sample."""
        return self.count if machine.recognition.order else 1

    @property
    def fewest(self) -> int:
        """The smallest number of particles of any epoch."""
        return self.particles if isinstance(self.particles, int) else self.particles.least

    def at(self, epoch: int) -> ParticleRule:
        """Return the rule of an epoch, with the number of particles that it has then."""
        if isinstance(self.particles, int):
            return self
        return replace(self, particles=self.particles(epoch))

    def scheduled(self, epoch: int) -> dict[str, float]:
        """Return the number of particles of an epoch, if it is scheduled."""
        return {} if isinstance(self.particles, int) else {"particles": self.particles(epoch)}

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, for model files."""
        settings = super().settings()
        if isinstance(self.particles, ParticleSchedule):
            settings["particles"] = self.particles.settings()
        return settings

    def wake(
        self,
        machine: HelmholtzMachine,
        x: Activations,
        stream: Stream,
        work: Workspace | None = None,
    ) -> Activity:
        """Return the activity of K consecutive particles for each sample."""
        return self.proposal.draw(machine, x, stream, self.count_for(machine), work)

    def wake_updates(
        self, machine: HelmholtzMachine, wake: Activity, work: Workspace | None = None
    ) -> Updates:
        """Return the weighted updates of both pathways, the bound and the sample size."""
        work = work or Workspace(machine.backend)
        generative, weighed = self._generative_awake(machine, wake, work)
        recognition = self.recognition_awake(machine, wake, weighed.weights, work)
        return generative + recognition + Updates(monitored=weighed.monitored)

    @abstractmethod
    def recognition_awake(
        self, machine: HelmholtzMachine, wake: Activity, weights: Array, work: Workspace
    ) -> Updates:
        """Return what the recognition pathway learns awake."""

    def _inverted(
        self,
        machine: HelmholtzMachine,
        wake: Activity,
        weights: Array,
        work: Workspace,
        *,
        mix: float = 1.0,
        baseline: bool,
    ) -> Updates:
        """Return sum_k (w_k - baseline) (activity - prediction) of hidden populations, mixed in."""
        count = self.count_for(machine)
        if baseline:
            weights = _less_baseline(machine, weights, count, work)
        gain, scale = ThirdFactor(weights, SIGNAL), mix / (wake.rows // count)
        updates = Updates()
        for target in machine.recognition.order:
            prediction = predict(machine, machine.recognition, target, wake, work=work)
            updates += teach(machine, prediction, scale, gain, work=work)
        return updates

    def _require_several(self, mend: str = "") -> None:
        """Refuse one particle where the recognition pathway learns awake."""
        if self.fewest == 1:
            raise InputError(
                "one particle with a recognition update awake, which is then pure noise",
                "at least 2 particles",
                mend,
            )

    def _generative_awake(
        self, machine: HelmholtzMachine, wake: Activity, work: Workspace
    ) -> tuple[Updates, Weighed]:
        """Return sum_k w_k (activity - prediction) of every population, and the weights."""
        log_joint = zero_total(machine, work, "log p(x, h)", wake.rows)
        predictions = [
            predict(machine, machine.generative, target, wake, total=log_joint, work=work)
            for target in machine.generative.order
        ]
        assert wake.log_probability is not None
        count = self.count_for(machine)
        weighed = self.weighting.weigh(machine, log_joint, wake.log_probability, count, work)
        gain, samples = ThirdFactor(weighed.weights, SIGNAL), wake.rows // count
        updates = Updates()
        for prediction in predictions:
            updates += teach(machine, prediction, 1 / samples, gain, work=work)
        return updates, weighed


def _less_baseline(
    machine: HelmholtzMachine, weights: Array, particles: int, work: Workspace
) -> Array:
    """Return the weights minus 1/K, which leaves expected recognition updates as they are."""
    advantage = work.array("advantage", weights.shape, machine.dtype)
    machine.kernels.weights.advantage(weights, 1 / particles, advantage)
    return advantage
