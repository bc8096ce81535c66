"""Natural gradients: every neuron learns in the metric of its own Fisher matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from neurohm.backend import Array
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.machine import HelmholtzMachine, MetricSample, Updates, Workspace
from neurohm.machine.updates import NEURON_LOCAL, SYNAPSE_LOCAL
from neurohm.plasticity.base import Plasticity
from neurohm.plasticity.delta import Delta
from neurohm.plasticity.neuron_metric import (
    ConjugateGradients,
    Diagonal,
    Inverses,
    NeuronMetric,
    Solver,
)

SOLVERS = ("auto", "cg", "inverse")
_COUNT, _SAMPLE = "metric", "metric of "


class Natural(Plasticity):
    """Other plasticity, on gradients in the metric of each neuron.

    The Fisher matrix of the joint distribution of a network of conditionally independent units has
    one block for each unit, so that its natural gradient needs nothing from other neurons: the
    gradient g of a unit's synapses becomes (1 + a) (F + a I)^-1 g. F is estimated from dreams
    (generative pathway) and from activity awake (recognition), see `LearningRule.metric`. It is not
    the natural gradient of the likelihood of the visible units alone.

    Parameters
    ----------
    inner : Plasticity
        What is done with the gradients; the plain delta rule is the reference.
    damping : float
        a, above 0. Large: the gradient itself. Fisher information of binary units is at most 1/4,
        so 0.1 is not small.
    every : int
        Steps from one estimate of the metric to the next. An older metric costs little more than
        the plain gradient.
    solver : {"auto", "cg", "inverse"}
        Conjugate gradients anew at each step, or inverse matrices that are kept; by default the
        former where the metric is new at each step, the latter where it is not.

    Raises
    ------
    InputError, ArgumentTypeError
        If a setting is out of range.

    References
    ----------
    Varady, Volpi, Malagò, Ay (2022). Natural reweighted wake-sleep. Neural Networks 155:574.
    Amari (1998). Natural gradient works efficiently in learning. Neural Computation 10:251.

    Examples
    --------
    >>> import numpy as np
    >>> import neurohm as nh
    >>> machine = nh.HelmholtzMachine([4, 3, 2], seed=0)
    >>> natural = Natural(nh.Delta(0.05), damping=0.1, every=5)
    >>> _ = nh.train(machine, np.eye(4), plasticity=natural, epochs=2, batch_size=2)
    """

    name: ClassVar[str] = "natural"
    locality: ClassVar[str] = NEURON_LOCAL
    recordable: ClassVar[bool] = False

    def __init__(
        self,
        inner: Plasticity | None = None,
        *,
        damping: float = 0.1,
        every: int = 1,
        solver: str = "auto",
    ) -> None:
        inner = Delta(0.02) if inner is None else inner
        if not isinstance(inner, Plasticity) or isinstance(inner, Natural):
            raise ArgumentTypeError(f"inner {inner!r}", "other plasticity, e.g. Delta(0.02)")
        super().__init__(
            inner.learning_rate,
            rates=inner.rates,
            constraint=inner.constraint,
            weight_decay=inner.weight_decay,
            sparsity=inner.sparsity,
        )
        if solver not in SOLVERS:
            raise InputError(f"solver {solver!r}", " or ".join(map(repr, SOLVERS)))
        self.damping = real_number("damping", damping, above=0, mend="e.g. 0.1")
        self.every = whole_number("every", every)
        self.solver = solver
        self.inner = inner.fresh()
        self.inner.state = self.state
        self._solvers: dict[str, Solver] = {}

    @property
    def wants_metric(self) -> bool:
        """Whether the next step is one that estimates the metric."""
        return int(self.state.get(_COUNT, {}).get("steps", 0)) % self.every == 0

    def prepare(self, machine: HelmholtzMachine, key: str, weights: Array) -> None:
        """Make the running averages that the inner plasticity has."""
        self._link()
        self.inner.prepare(machine, key, weights)

    def pace(self, key: str, rate: float) -> tuple[float, float]:
        """Return what a step of the inner plasticity goes by."""
        return self.inner.pace(key, rate)

    def step(
        self, machine: HelmholtzMachine, key: str, weights: Array, gradient: Array, pace: Array
    ) -> None:
        """Step as the inner plasticity does, along the gradient in the metric."""
        self.inner.step(machine, key, weights, gradient, pace)

    def gradients(
        self, machine: HelmholtzMachine, updates: Updates, work: Workspace
    ) -> dict[str, tuple[Array, Array]]:
        """Return the parameter and its natural gradient, by key.

        Raises
        ------
        InputError
            If a metric is due, and the updates bring none, or they leave out some synapses of
            neurons that learn.
        """
        if machine.backend.name != "cpu":
            raise InputError(
                f"natural gradients on {machine.backend.name!r}", "the CPU", "set device='cpu'"
            )
        total = super().gradients(machine, updates, work)
        self._estimate(updates.metric)
        for pathway in (machine.generative, machine.recognition):
            for target in pathway.order:
                keys = [p.key for p in pathway.afferents(target)]
                inside = pathway.internals_of(target).values()
                keys += [i.key for i in inside if i.parameter.triangular]
                keys.append(pathway.biases[target].key)
                if keys[-1] in total:
                    _require_all(keys, total)
                    name = f"{pathway.name}/{machine.populations[target].name}"
                    self._turn(machine, name, [total[key][1] for key in keys])
        return total

    def fresh(self) -> Natural:
        """Return the same plasticity without running averages and metrics."""
        twin = super().fresh()
        assert isinstance(twin, Natural)
        twin.inner, twin._solvers = self.inner.fresh(), {}
        twin._link()
        return twin

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, for model files."""
        own = {"damping": self.damping, "every": self.every, "solver": self.solver}
        return {**self.inner.settings(), "inner": self.inner.name, **own}

    def make_solver(self, machine: HelmholtzMachine, metric: NeuronMetric) -> Solver:
        """Return what turns gradients in a metric."""
        kept = self.solver == "inverse" or (self.solver == "auto" and self.every > 1)
        if kept or metric.seen is not None:
            return Inverses(metric, self.damping)
        return ConjugateGradients(metric, self.damping, machine.kernels)

    def _link(self) -> None:
        """Keep the state in one place, whoever put another one there."""
        self.inner.state = self.state

    def _estimate(self, samples: tuple[MetricSample, ...]) -> None:
        """Take in what a metric is made of, if it is time to."""
        count = self.state.setdefault(_COUNT, {"steps": 0})
        if self.wants_metric:
            if not samples:
                raise InputError(
                    "updates without activity for a metric",
                    "that of LearningRule.metric beside them",
                    "add rule.metric(machine, activity, stream) to the updates",
                )
            self._solvers.clear()
            for sample in samples:
                metric = NeuronMetric.of(sample)
                key = f"{_SAMPLE}{sample.afferents[-1].synapses.key}"
                self.state[key] = {"activity": metric.activity, "weight": metric.weight.copy()}
                if metric.seen is not None:
                    self.state[key]["seen"] = metric.seen
        count["steps"] += 1

    def _turn(self, machine: HelmholtzMachine, name: str, gradients: list[Array]) -> None:
        """Bring the gradients of a population's synapses into its metric, in place."""
        if name not in self._solvers:
            kept = self.state[f"{_SAMPLE}{name}"]
            activity, weight = (np.asarray(kept[part]) for part in ("activity", "weight"))
            metric = NeuronMetric(activity, weight, kept.get("seen"))
            self._solvers[name] = self.make_solver(machine, metric)
        together = np.concatenate([np.atleast_2d(gradient) for gradient in gradients])
        turned = self._solvers[name].solve(together)
        first = 0
        for gradient in gradients:
            rows = gradient.shape[0] if gradient.ndim == 2 else 1
            gradient[...] = turned[first : first + rows].reshape(gradient.shape)
            first += rows


def _require_all(keys: list[str], learned: Mapping[str, Any]) -> None:
    """Refuse updates of some synapses of a neuron alone: its metric mixes all of them."""
    if frozen := [key for key in keys if key not in learned]:
        raise InputError(
            f"a rule that leaves {frozen[0]!r} as it is, with natural gradients",
            "changes of all synapses of a neuron, which its metric mixes",
            "take other plasticity, e.g. nh.Adam",
        )


class DiagonalNatural(Natural):
    """Other plasticity, on gradients over the Fisher information of each synapse.

    What each synapse needs is at the synapse: the mean of its squared presynaptic activity times
    the information of its neuron.

    Parameters
    ----------
    inner, damping, every
        See `Natural`.

    Examples
    --------
    >>> DiagonalNatural(Delta(0.1)).locality
    'synapse-local'
    """

    name: ClassVar[str] = "diagonal-natural"
    locality: ClassVar[str] = SYNAPSE_LOCAL

    def make_solver(self, machine: HelmholtzMachine, metric: NeuronMetric) -> Solver:
        """Return what divides gradients."""
        return Diagonal(metric, self.damping)
