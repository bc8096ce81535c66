"""The metric of each neuron followed event by event, as a neuron could do it while it lives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from neurohm.backend import Array
from neurohm.checks import real_number, whole_number
from neurohm.machine import HelmholtzMachine, MetricSample, Workspace
from neurohm.plasticity.base import Plasticity
from neurohm.plasticity.metric_forms import MetricForm, MetricShape, gather
from neurohm.plasticity.natural import Natural


class Following(MetricForm):
    """Inverses of damped Fisher matrices, which follow activity by rank-one changes.

    Parameters
    ----------
    machine, shape, damping, kept
        See `MetricForm`.
    forgetting : float
        Factor of what was learned so far, at each event.
    """

    def __init__(
        self,
        machine: HelmholtzMachine,
        shape: MetricShape,
        damping: float,
        kept: dict[str, Array] | None = None,
        *,
        forgetting: float,
    ) -> None:
        super().__init__(machine, shape, damping, kept)
        self.forgetting = forgetting
        taken = np.array([float(shape.rows)])
        self._taken = machine.backend.asarray(taken, np.float64)

    def make(self, machine: HelmholtzMachine) -> dict[str, Array]:
        """Return inverses of the damping alone, (units, inputs * inputs), and no events so far."""
        inputs, units = self.shape.inputs, self.shape.units
        inverses = machine.backend.zeros((units, inputs * inputs), machine.dtype)
        inverses[:, :: inputs + 1] = 1 / self.damping
        return {"inverses": inverses, "events": machine.backend.zeros((1,), np.float64)}

    def estimate(
        self, machine: HelmholtzMachine, sample: MetricSample, gain: Array | None, work: Workspace
    ) -> None:
        """Follow some rows of the activity, far from each other; nothing is weighed by a gain."""
        kernels, room, shape = machine.kernels, self.room(machine, work), self.shape
        given = sample.fisher_weight
        activity = room("activity", given.shape[0], shape.inputs)
        kernels.arrays.fill(activity, 1.0)
        gather(machine, sample, activity)
        places = np.arange(shape.rows) * given.shape[0] // shape.rows
        chosen = machine.backend.asarray(places, np.int64)
        seen, weight = room("seen", shape.rows, shape.inputs), room("w", shape.rows, shape.units)
        kernels.windows.rows_of(activity, chosen, seen)
        kernels.windows.rows_of(given, chosen, weight)
        events, setting = self.kept["events"], (self.damping, self.forgetting, shape.lateral)
        kernels.inverses.follow(seen, weight, events, *setting, self.kept["inverses"])
        kernels.arrays.accumulate(self._taken, events)

    def solve(
        self, machine: HelmholtzMachine, gradient: Array, out: Array, work: Workspace
    ) -> None:
        """Write (1 + a) P_j g_j of each unit."""
        machine.kernels.inverses.turn(self.kept["inverses"], gradient, self.damping, out)
        lateral = self.shape.lateral
        if lateral >= 0:
            machine.kernels.arrays.keep_upper(out[lateral : lateral + self.shape.units])


class OnlineNatural(Natural):
    """Other plasticity, on gradients in a metric that each neuron follows event by event.

    A neuron keeps P, its estimate of (F + a I)^-1 over its own inputs u, and changes it with each
    event by two rank-one steps (Sherman and Morrison), without ever inverting a matrix:

        P^-1 <- l P^-1 + (1 - l) (v u u' + a m e e'),    l = 1 - 1 / memory,

    with the neuron's variance v, and a pulse e at one of its m synapses in turn, without which the
    damping a would be forgotten. It is recursive least squares with the neuron's own gain: nothing
    is stored of past activity, and nothing comes from other neurons.

    Parameters
    ----------
    inner : Plasticity
    damping : float
        a, above 0.
    events : int
        Rows of each step that are followed, at most.
    horizon : float
        Events over which the past is forgotten. Several times the number of inputs, so that the
        damping stays about what it is.
    memory : float
        Bytes that the matrices of a population may take.

    Raises
    ------
    InputError, ArgumentTypeError
        If a setting is out of range.

    References
    ----------
    Ay (2020). On the locality of the natural gradient for deep learning. arXiv:2005.10791.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([4, 3, 2], seed=0)
    >>> online = OnlineNatural(nh.Delta(0.05), horizon=100)
    >>> _ = nh.train(machine, np.eye(4), plasticity=online, epochs=2, batch_size=2)
    >>> online.locality
    'neuron-local'
    """

    name: ClassVar[str] = "online-natural"
    recordable: ClassVar[bool] = True

    def __init__(
        self,
        inner: Plasticity | None = None,
        *,
        damping: float = 0.1,
        events: int = 8,
        horizon: float = 1000.0,
        memory: float = 1e9,
    ) -> None:
        super().__init__(inner, damping=damping, memory=memory)
        self.events = whole_number("events", events)
        self.horizon = real_number("horizon", horizon, above=1, mend="e.g. 1000")

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, for model files."""
        inner = {**self.inner.settings(), "inner": self.inner.name}
        own = ("damping", "events", "horizon", "memory")
        return {**inner, **{name: getattr(self, name) for name in own}}

    def make_form(
        self, machine: HelmholtzMachine, shape: MetricShape, kept: dict[str, Array] | None
    ) -> MetricForm:
        """Return the inverses of a population: those that there are, or new ones.

        Raises
        ------
        InputError
            If they take more memory than they may.
        """
        needed = shape.units * shape.inputs**2 * machine.dtype.itemsize
        self.require_memory(
            shape.name, needed, "raise memory=, or take nh.Natural, which keeps no matrices"
        )
        if kept is None:
            kept = self.kept_of(shape.name)
        rows = min(shape.rows, self.events)
        shape = MetricShape(shape.name, rows, shape.inputs, shape.units, shape.lateral)
        forgetting = 1 - 1 / self.horizon
        form = Following(machine, shape, self.damping, kept, forgetting=forgetting)
        self.keep(form)
        return form

    @staticmethod
    def rows_of(kept: Mapping[str, Array]) -> int:
        """Return 1: no rows are kept."""
        return 1
