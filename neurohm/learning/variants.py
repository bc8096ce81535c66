"""Two variants of wake-sleep in the notebooks of Liu (2023), for comparison with the plain rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from neurohm.backend import Activations, Array, Site
from neurohm.checks import real_number
from neurohm.learning.wake_sleep import WakeSleep
from neurohm.machine import (
    Activity,
    HelmholtzMachine,
    Stream,
    ThirdFactor,
    Updates,
    Workspace,
    log_joint,
    recognise_mean,
)
from neurohm.machine.inputs import drive, input_of
from neurohm.machine.passes import log_recognition


@dataclass(frozen=True)
class ConfidenceWeighted(WakeSleep):
    """Wake-sleep whose updates are weighed with the probability of the states drawn.

    Awake the weight is q(h | x), asleep p(x, h), times ``base`` for each unit that was drawn. It is
    one scalar for all synapses, a product over the whole net, and it biases what is learned: a
    variant to compare with, not to prefer.

    Parameters
    ----------
    dreams_per_sample : int
    base : float
        1.5 or 2 in the source.

    References
    ----------
    Liu (2023). Notebooks to arXiv:2306.06792.

    Examples
    --------
    >>> ConfidenceWeighted(base=2.0).base
    2.0
    """

    base: float = 1.5

    name: ClassVar[str] = "confidence-weighted"
    recordable: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "base", real_number("base", self.base, above=0))

    def wake_updates(
        self, machine: HelmholtzMachine, wake: Activity, work: Workspace | None = None
    ) -> Updates:
        """Return the wake updates, weighed with q(h | x)."""
        updates = super().wake_updates(machine, wake, work)
        log_q = log_recognition(machine, wake.states)
        return self._weighed(machine, updates, log_q, sum(machine.sizes[1:]))

    def sleep_updates(
        self, machine: HelmholtzMachine, sleep: Activity | None, work: Workspace | None = None
    ) -> Updates:
        """Return the sleep updates, weighed with p(x, h)."""
        updates = super().sleep_updates(machine, sleep, work)
        if sleep is None:
            return updates
        return self._weighed(machine, updates, log_joint(machine, sleep.states), sum(machine.sizes))

    def _weighed(
        self, machine: HelmholtzMachine, updates: Updates, log_probability: Array, units: int
    ) -> Updates:
        weight = np.exp(log_probability + units * np.log(self.base))
        gain = ThirdFactor(machine.backend.asarray(weight, machine.dtype), "probability of states")
        return replace(updates, local=tuple(replace(u, gain=gain) for u in updates.local))


@dataclass(frozen=True)
class Expectation(WakeSleep):
    """Wake-sleep with probabilities in place of draws, in either phase.

    Hidden units pass on how probable it is that they fire, and learn to predict that. Nothing
    breaks the symmetry of equal units, and recognition finds it easy: dreams become few. A variant
    to compare with.

    References
    ----------
    Liu (2023). Notebooks to arXiv:2306.06792.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([4, 2], seed=0)
    >>> Expectation().wake(machine, machine.as_activity(np.eye(4)), None).states[1].shape
    (4, 2)
    """

    name: ClassVar[str] = "expectation"
    recordable: ClassVar[bool] = False

    def wake(
        self,
        machine: HelmholtzMachine,
        x: Activations,
        stream: Stream | None,
        work: Workspace | None = None,
    ) -> Activity:
        """Return mean activity bottom-up."""
        data = Activity([x], None, {}).dense()
        states: list[Activations] = list(recognise_mean(machine, data, work=work))
        return Activity(states, np.zeros(data.shape[0]), {})

    def sleep(
        self,
        machine: HelmholtzMachine,
        samples: int,
        stream: Stream,
        work: Workspace | None = None,
        *,
        compressed: bool = False,
    ) -> Activity | None:
        """Return dreams: means above, from a drawn deepest population."""
        from neurohm.machine import dream

        drawn = dream(machine, samples * self.dreams_per_sample, stream, Site.SLEEP, work=work)
        pathway, room = machine.generative, Workspace(machine.backend)
        for target in pathway.order[1:]:
            brought = drive(machine, pathway, target, drawn.states, room, Site.SLEEP)
            out = machine.backend.empty(drawn.states[target].shape, machine.dtype)
            given = input_of(pathway, target, brought)
            pathway.populations[target].mean(machine.kernels, given, out)
            drawn.states[target] = out
        return Activity(drawn.states, None, {})
