"""Goal-seeded learning: wake-sleep given a context, and practice of what goals should bring about.

That a Helmholtz machine infers from goals, generates, and refines by recognising what it generated,
is the idea of Li (2025), of which only the abstract could be read. Densities, updates and practice
are this package's own formulation of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from neurohm.backend import Activations, Array, RandomStream, Site, as_stream
from neurohm.learning.base import Phases
from neurohm.learning.wake_sleep import WakeSleep
from neurohm.machine import (
    Activity,
    HelmholtzMachine,
    Stream,
    ThirdFactor,
    Updates,
    Workspace,
    dream,
    predict,
    recognise,
    teach,
)

SIGNAL = "how well the goal survives, less what is usual"


@dataclass(frozen=True)
class GoalSeeded(WakeSleep):
    """Wake-sleep of a machine with a context c, such as a goal and a place, see `ContextMachine`.

    Awake, synapses from the context learn to predict the deepest population z as recognition finds
    it, as every other synapse does: dP = c^T (z - sigmoid(c P + b)). Asleep the machine dreams from
    contexts. Without a context it is wake-sleep, to the bit.

    Parameters
    ----------
    dreams_per_sample : int
        1: a dream for each context.

    References
    ----------
    Li (2025). Cycle-consistent Helmholtz machine. arXiv:2507.03065 (the idea; abstract alone).

    Examples
    --------
    >>> import numpy as np
    >>> from neurohm.machine import ContextMachine
    >>> machine = ContextMachine([4, 3], context=2, seed=0)
    >>> rule, context = GoalSeeded(), np.eye(2, dtype="float32")[[0, 0, 1, 1]]
    >>> phases = rule.phases(machine, np.eye(4), context=context, seed=0)
    >>> updates = rule.updates(machine, phases)
    >>> len(updates.of("generative/context->hidden1"))
    1
    """

    name: ClassVar[str] = "goal-seeded"
    recordable: ClassVar[bool] = True

    def wake(
        self,
        machine: HelmholtzMachine,
        x: Activations,
        stream: Stream,
        work: Workspace | None = None,
        *,
        context: Activations | None = None,
    ) -> Activity:
        """Return activity drawn bottom-up, one draw for each sample."""
        return recognise(machine, x, stream, Site.WAKE, scored=True, context=context, work=work)

    def sleep(
        self,
        machine: HelmholtzMachine,
        samples: int,
        stream: Stream,
        work: Workspace | None = None,
        *,
        compressed: bool = False,
        context: Activations | None = None,
    ) -> Activity | None:
        """Return a dream from each context."""
        return dream(machine, samples, stream, Site.SLEEP, context=context, work=work)

    def phases(
        self,
        machine: HelmholtzMachine,
        x: Any,
        *,
        seed: int | RandomStream = 0,
        work: Workspace | None = None,
        context: Activations | None = None,
    ) -> Phases:
        """Let the machine wake and sleep once in contexts, ``(rows, context units)``."""
        stream, data = as_stream(seed), machine.as_activity(x)
        return Phases(
            self.wake(machine, data, stream, work, context=context),
            self.sleep(machine, data.shape[0], stream, work, context=context),
        )


def practise(
    machine: HelmholtzMachine,
    context: Activations,
    advantage: Array,
    imagined: Activity,
    scale: float = 1.0,
    work: Workspace | None = None,
) -> Updates:
    """Return what the generative pathway learns of imagining, by how well it went.

    Every synapse changes by presynaptic activity x error x advantage, one scalar for each row:
    dP = a c^T (z - sigmoid(c P + b)), dW = a z^T (x - prediction), with z and x as imagined.

    Parameters
    ----------
    machine : HelmholtzMachine
    context : ndarray or SparseRows, (rows, context units)
        What was imagined from.
    advantage : ndarray, (rows,)
        How well it went less what is usual, such as log r(g | z') less its mean for that goal.
    imagined : Activity
        Drawn top-down.
    scale : float
        A factor of the mean over rows.
    work : Workspace, optional

    Returns
    -------
    Updates

    References
    ----------
    Williams (1992). Simple statistical gradient-following algorithms for connectionist
    reinforcement learning. Machine Learning 8:229.

    Examples
    --------
    >>> import numpy as np
    >>> from neurohm.machine import ContextMachine
    >>> machine, context = ContextMachine([4, 3], context=2, seed=0), np.eye(2, dtype="float32")
    >>> seen = dream(machine, 2, RandomStream(0), context=context)
    >>> updates = practise(machine, context, np.ones(2, "float32"), seen)
    >>> updates.of("generative/context->hidden1")[0].gain.signal
    'how well the goal survives, less what is usual'
    """
    states: list[Activations] = [*imagined.states[: len(machine.populations)], context]
    activity = Activity(states, None, {})
    gain = ThirdFactor(machine.backend.asarray(advantage, machine.dtype), SIGNAL)
    updates = Updates()
    for target in machine.generative.order:
        prediction = predict(
            machine, machine.generative, target, activity, work=work, label=Site.SLEEP
        )
        factor = scale / activity.rows
        updates += teach(machine, prediction, factor, gain, phase="practice", work=work)
    return updates
