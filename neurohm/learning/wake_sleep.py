"""Wake-sleep: each pathway learns to predict the activity that the other one drives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from neurohm.backend import Activations, Site
from neurohm.learning.base import LearningRule
from neurohm.machine import (
    Activity,
    HelmholtzMachine,
    Stream,
    Updates,
    Workspace,
    predict,
    recognise,
    teach,
    zero_total,
)


@dataclass(frozen=True)
class WakeSleep(LearningRule):
    """The wake-sleep algorithm.

    Awake, data drive the recognition pathway and the generative synapses learn; asleep, the
    generative pathway dreams and the recognition synapses learn. Every synapse changes by
    presynaptic activity times postsynaptic error:

    - wake: dW = h_above^T (h_below - sigmoid(h_above W + b)),
    - sleep: dV = d_below^T (d_above - sigmoid(d_below V + c)),

    averaged over the batch, with h driven by recognition and d dreamt. Predictions are made from,
    and compared with, drawn activity.

    Parameters
    ----------
    dreams_per_sample : int
        Dreams in the sleep phase for each sample of the batch.

    References
    ----------
    Hinton, Dayan, Frey, Neal (1995). The wake-sleep algorithm for unsupervised neural networks.
    Science 268:1158.

    Examples
    --------
    A step by hand:

    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([4, 2], seed=0)
    >>> rule = nh.WakeSleep()
    >>> activity = rule.phases(machine, np.eye(4), seed=0)
    >>> updates = rule.updates(machine, activity)
    >>> nh.Delta(0.1).apply(machine, updates)
    """

    recordable: ClassVar[bool] = True
    name: ClassVar[str] = "wake-sleep"

    def wake(
        self,
        machine: HelmholtzMachine,
        x: Activations,
        stream: Stream,
        work: Workspace | None = None,
    ) -> Activity:
        """Return activity drawn bottom-up, one draw for each sample."""
        return recognise(machine, x, stream, Site.WAKE, scored=True, work=work)

    def wake_updates(
        self, machine: HelmholtzMachine, wake: Activity, work: Workspace | None = None
    ) -> Updates:
        """Return the wake update of the generative pathway, and the free energy's negative."""
        work = work or Workspace(machine.backend)
        log_joint = zero_total(machine, work, "log p(x, h)", wake.rows)
        updates = Updates()
        for target in machine.generative.order:
            prediction = predict(
                machine, machine.generative, target, wake, total=log_joint, work=work
            )
            updates += teach(machine, prediction, 1 / wake.rows, work=work)
        assert wake.log_probability is not None
        bound = work.array("bound", (wake.rows,), "float64")
        machine.kernels.weights.log_ratio(log_joint, wake.log_probability, bound)
        return updates + Updates(monitored={"bound": bound})
