"""What a learning rule is: phases of activity, and the local updates that they ask for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from neurohm.backend import Activations, RandomStream, Site, as_stream
from neurohm.checks import whole_number
from neurohm.learning.metric import metric_samples
from neurohm.machine import (
    Activity,
    HelmholtzMachine,
    Stream,
    Updates,
    Workspace,
    dream,
    predict,
    teach,
)


@dataclass(frozen=True, eq=False)
class Phases:
    """Activity of the phases of one step.

    Parameters
    ----------
    wake : Activity
        Data drive the recognition pathway.
    sleep : Activity or None
        The generative pathway dreams.
    """

    wake: Activity
    sleep: Activity | None


@dataclass(frozen=True)
class LearningRule(ABC):
    """A function of a machine, a batch and a random stream that returns updates.

    A step is a wake phase and a sleep phase. Both may be asked for at once (`phases`, `updates`),
    reading the same parameters, or one after the other.

    Training records a step once and replays it, if the class of the rule says of itself that it
    is `recordable`: all that it does to arrays is to call ``machine.kernels``. Any other rule is
    gone through at every step, with dense activity.

    Parameters
    ----------
    dreams_per_sample : int
        Dreams in the sleep phase for each sample of the batch.
    """

    dreams_per_sample: int = 1

    name: ClassVar[str]
    default_plasticity: ClassVar[str] = "adam"
    default_steps: ClassVar[int | None] = None
    """Steps of a fit whose length is left to an estimator, of a rule whose steps take long."""
    recordable: ClassVar[bool] = False

    @property
    def consecutive(self) -> int:
        """Samples that follow each other in time, in a batch: 1, unless the rule follows time."""
        return 1

    def count_for(self, machine: HelmholtzMachine) -> int:
        """Return how many rows of activity a sample has awake: one, unless there are particles."""
        return 1

    def __post_init__(self) -> None:
        dreams = whole_number("dreams_per_sample", self.dreams_per_sample)
        object.__setattr__(self, "dreams_per_sample", dreams)

    @abstractmethod
    def wake(
        self,
        machine: HelmholtzMachine,
        x: Activations,
        stream: Stream,
        work: Workspace | None = None,
    ) -> Activity:
        """Return the activity that data drive, ``(rows, units)`` for each population."""

    @abstractmethod
    def wake_updates(
        self, machine: HelmholtzMachine, wake: Activity, work: Workspace | None = None
    ) -> Updates:
        """Return what is learned awake."""

    def sleep(
        self,
        machine: HelmholtzMachine,
        samples: int,
        stream: Stream,
        work: Workspace | None = None,
        *,
        compressed: bool = False,
    ) -> Activity | None:
        """Return the activity of dreams for that many samples of data, compressed as they are."""
        rows = samples * self.dreams_per_sample
        return dream(machine, rows, stream, Site.SLEEP, compressed=compressed, work=work)

    def sleep_updates(
        self, machine: HelmholtzMachine, sleep: Activity | None, work: Workspace | None = None
    ) -> Updates:
        """Return what is learned asleep: the recognition pathway inverts the dream."""
        return Updates() if sleep is None else invert_dream(machine, sleep, 1.0, work)

    def phases(
        self,
        machine: HelmholtzMachine,
        x: Any,
        *,
        seed: int | RandomStream = 0,
        work: Workspace | None = None,
    ) -> Phases:
        """Let the machine wake and sleep once.

        Parameters
        ----------
        machine : HelmholtzMachine
        x : array_like, (rows, visible units)
        seed : int or RandomStream
            The random numbers of this step; a number means step 0 of that seed.
        work : Workspace, optional

        Returns
        -------
        Phases
        """
        stream = as_stream(seed)
        data = machine.as_activity(x)
        return Phases(
            self.wake(machine, data, stream, work),
            self.sleep(machine, data.shape[0], stream, work),
        )

    def updates(
        self, machine: HelmholtzMachine, activity: Phases, *, work: Workspace | None = None
    ) -> Updates:
        """Return what both phases teach, each at the present parameters.

        Parameters
        ----------
        machine : HelmholtzMachine
        activity : Phases
        work : Workspace, optional

        Returns
        -------
        Updates
        """
        return self.wake_updates(machine, activity.wake, work) + self.sleep_updates(
            machine, activity.sleep, work
        )

    def metric(
        self,
        machine: HelmholtzMachine,
        activity: Phases,
        stream: Stream,
        work: Workspace | None = None,
    ) -> Updates:
        """Return what natural plasticity needs beside the updates: activity for its metric.

        Parameters
        ----------
        machine : HelmholtzMachine
        activity : Phases
            Where there are no dreams, as many are drawn as there are rows awake.
        stream : RandomStream
            Of this step.
        work : Workspace, optional

        Returns
        -------
        Updates
            To be added to those of `updates`.

        Raises
        ------
        InputError
            If units of a population have no Fisher matrix of their own.
        """
        dreams = activity.sleep
        if dreams is None:
            dreams = dream(machine, activity.wake.rows, stream, Site.METRIC, work=work)
        return Updates(metric=metric_samples(machine, dreams, activity.wake, work))

    def at(self, epoch: int) -> LearningRule:
        """Return the rule of an epoch, counted from 0: this one, unless a setting is scheduled."""
        return self

    def scheduled(self, epoch: int) -> dict[str, float]:
        """Return the settings of an epoch that are scheduled, by name, for the history."""
        return {}

    def fresh(self) -> LearningRule:
        """Return the same rule without anything remembered: this one, of most rules."""
        return self

    def memory(self) -> dict[str, Any]:
        """Return what is remembered from step to step, as a tree for checkpoints."""
        return {}

    def remember(self, tree: dict[str, Any]) -> None:  # noqa: B027
        """Take up what `memory` returned."""

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, for model files."""
        return asdict(self)


def invert_dream(
    machine: HelmholtzMachine, sleep: Activity, mix: float, work: Workspace | None
) -> Updates:
    """Return the sleep update of the recognition pathway.

    For each hidden population, with dream activity d below and above:
    dV = d_below^T (d_above - prediction), averaged over dreams and times ``mix``.

    References
    ----------
    Hinton, Dayan, Frey, Neal (1995). The wake-sleep algorithm. Science 268:1158.
    """
    dreamt = Activity(sleep.states, None, {})
    updates = Updates()
    for target in machine.recognition.order:
        prediction = predict(
            machine, machine.recognition, target, dreamt, work=work, label=Site.SLEEP
        )
        updates += teach(machine, prediction, mix / sleep.rows, phase="sleep", work=work)
    return updates
