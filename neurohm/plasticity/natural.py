"""Natural gradients: every neuron learns in the metric of its own Fisher matrix."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, ClassVar

from neurohm.backend import Array
from neurohm.checks import real_number, whole_number
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.machine import HelmholtzMachine, MetricSample, Pathway, Updates, Workspace
from neurohm.machine.updates import NEURON_LOCAL
from neurohm.plasticity.base import Plasticity
from neurohm.plasticity.delta import Delta
from neurohm.plasticity.metric_forms import (
    ConjugateGradients,
    MetricForm,
    MetricShape,
    OverInputs,
    OverRows,
    fastest,
)

SOLVERS = ("auto", "cg", "cholesky", "dense")
LARGE_CHANGE = 2.0  # of the learning rate: a metric from before it is not kept
_CLOCK, _KEPT = "metric", "metric of "


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
        Steps from one estimate of the metric to the next. One that is older is made anew where the
        learning rate has more than doubled or halved since.
    solver : {"auto", "cg", "cholesky", "dense"}
        Conjugate gradients for all units of a population at once; a Cholesky factor for each unit,
        in the space of the rows (samples) or in that of its inputs. By default the fastest of
        them, by size.
    tolerance : float
        Of conjugate gradients: error of a step relative to it, in the norm of the Fisher matrix.
    memory : float
        Bytes that the factors of a population may take. With ``every=1`` there is one at a time.
    compat : bool
        As the code of the paper does it: the generative matrix is weighed with the importance
        weights of particles that it is not made of, which makes it K times smaller. For comparison.

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
    recordable: ClassVar[bool] = True
    needs_metric: ClassVar[bool] = True
    turns_gradients: ClassVar[bool] = True

    def __init__(
        self,
        inner: Plasticity | None = None,
        *,
        damping: float = 0.1,
        every: int = 1,
        solver: str = "auto",
        tolerance: float = 1e-3,
        memory: float = 1e9,
        compat: bool = False,
    ) -> None:
        inner = Delta(0.02) if inner is None else inner
        if not isinstance(inner, Plasticity) or inner.turns_gradients:
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
        self.solver, self.compat = solver, bool(compat)
        self.tolerance = real_number("tolerance", tolerance, above=0, below=1, mend="e.g. 0.001")
        self.memory = real_number("memory", memory, above=0, mend="e.g. 1e9, in bytes")
        self.inner = inner.fresh()
        self._let_go()

    @property
    def wants_metric(self) -> bool:
        """Whether the step that was planned is one that estimates the metric."""
        return self._due

    def plan(self, rows: int, factor: float) -> Hashable:
        """Decide whether the next step, of so many samples, estimates the metric."""
        clock, self._rows = self.state.get(_CLOCK), rows
        self._due = clock is None or clock["age"] >= self.every or self._has_changed(factor)
        return ("estimated", rows) if self._due else ("kept", self._rows_held)

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

    def advance(self, machine: HelmholtzMachine, keys: Iterable[str], factor: float) -> None:
        """Write the pace of the next step; count how old the metric is."""
        clock = self.state.setdefault(_CLOCK, {"age": 0, "factor": factor})
        if self._due:
            clock.update(age=0, factor=factor)
            self._rows_held = self._rows
            for name, form in self._forms[self._rows].items():
                self._current[name] = form
                self.keep(form)
        clock["age"] += 1
        super().advance(machine, keys, factor)

    def gradients(
        self, machine: HelmholtzMachine, updates: Updates, work: Workspace
    ) -> dict[str, tuple[Array, Array]]:
        """Return the parameter and its natural gradient, by key.

        Raises
        ------
        InputError
            If a metric is due, and the updates bring none, or they leave out some synapses of
            neurons that learn, or the metric takes too much memory.
        """
        total = super().gradients(machine, updates, work)
        self._due = bool(updates.metric)
        if self._due:
            self._forms[self._rows] = {}
        samples = {(s.pathway, s.population): s for s in updates.metric}
        for pathway in (machine.generative, machine.recognition):
            for target in pathway.order:
                keys = _keys_of(pathway, target)
                if keys[-1] not in total:
                    continue
                _require_all(keys, total)
                sample = samples.get((pathway.name, target))
                form = self._form_for(machine, pathway, target, sample)
                if sample is not None:
                    form.estimate(machine, sample, self._gain(updates, sample), work)
                self._turn(machine, form, keys, total, work)
        return total

    def fresh(self) -> Natural:
        """Return the same plasticity without running averages and metrics."""
        twin = super().fresh()
        assert isinstance(twin, Natural)
        twin.inner = self.inner.fresh()
        twin._let_go()
        return twin

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, for model files."""
        own = ("damping", "every", "solver", "tolerance", "memory", "compat")
        inner = {**self.inner.settings(), "inner": self.inner.name}
        return {**inner, **{name: getattr(self, name) for name in own}}

    def make_form(
        self, machine: HelmholtzMachine, shape: MetricShape, kept: dict[str, Array] | None
    ) -> MetricForm:
        """Return the form that the metric of a population has.

        Raises
        ------
        InputError
            If it takes more memory than it may.
        """
        itemsize = machine.dtype.itemsize
        solver = self.solver
        if solver == "auto":
            solver = fastest(shape, self.every, self.memory, itemsize)
        if solver == "cg":
            given = (machine, shape, self.damping, kept)
            return ConjugateGradients(*given, tolerance=self.tolerance)
        kind = OverRows if solver == "cholesky" else OverInputs
        one_by_one = self.every == 1 and machine.kernels.name != "cuda"
        slots = 1 if one_by_one else shape.units
        self.require_memory(shape.name, slots * kind.size(shape) ** 2 * itemsize)
        return kind(machine, shape, self.damping, kept, slots=slots)

    def require_memory(
        self,
        name: str,
        needed: float,
        mend: str = "raise memory=, set solver='cg', or every=1 to go through units one by one",
    ) -> None:
        """Refuse matrices that are larger than they may be, before they are made."""
        if needed > self.memory:
            raise InputError(
                f"a metric of {name!r} that takes {needed / 1e9:.3g} GB",
                f"at most {self.memory / 1e9:.3g} GB",
                mend,
            )

    def kept_of(self, name: str) -> dict[str, Array] | None:
        """Return what is kept of the metric of a population, if there is something."""
        return self.state.get(f"{_KEPT}{name}")

    def keep(self, form: MetricForm) -> None:
        """Keep what a metric is made of, for checkpoints and for later steps."""
        self.state[f"{_KEPT}{form.shape.name}"] = form.kept

    def _let_go(self) -> None:
        """Begin without any metric."""
        self._forms: dict[int, dict[str, MetricForm]] = {}
        self._current: dict[str, MetricForm] = {}
        self._due, self._rows, self._rows_held = True, 0, -1
        self._link()

    def _link(self) -> None:
        """Keep the state in one place, whoever put another one there."""
        self.inner.state = self.state

    def _has_changed(self, factor: float) -> bool:
        """Return whether the rate is far from what it was when the metric was estimated."""
        low, high = sorted((abs(factor), abs(float(self.state[_CLOCK]["factor"]))))
        return high > LARGE_CHANGE * low > 0

    def _form_for(
        self,
        machine: HelmholtzMachine,
        pathway: Pathway,
        target: int,
        sample: MetricSample | None,
    ) -> MetricForm:
        """Return the metric of a population: a new one to be estimated, or that which is kept."""
        name = f"{pathway.name}/{machine.populations[target].name}"
        if sample is not None:
            shape = _shape_of(machine, pathway, target, name, sample.fisher_weight.shape[0])
            form = self._forms[self._rows][name] = self.make_form(machine, shape, None)
            return form
        if name not in self._current:
            kept = self.kept_of(name)
            if kept is None:
                raise InputError(
                    "updates without activity for a metric",
                    "that of LearningRule.metric beside them",
                    "add rule.metric(machine, activity, stream) to the updates",
                )
            shape = _shape_of(machine, pathway, target, name, self.rows_of(kept))
            self._current[name] = self.make_form(machine, shape, kept)
        return self._current[name]

    @staticmethod
    def rows_of(kept: Mapping[str, Array]) -> int:
        """Return of how many rows a metric was made that was kept."""
        return int(kept["activity"].shape[0])

    def _gain(self, updates: Updates, sample: MetricSample) -> Array | None:
        """Return what the released code weighs the rows with."""
        if not self.compat or sample.pathway != "generative" or len(sample.afferents) == 1:
            return None
        gains = [
            update.gain.values
            for update in updates.local
            if (update.pathway, update.population) == (sample.pathway, sample.population)
            and update.gain is not None
        ]
        if not gains:
            return None
        rows, needed = sample.fisher_weight.shape[0], gains[0].size
        if rows != needed:
            raise InputError(
                f"compat with {rows} dreams",
                f"as many as there are particles, {needed}",
                "set dreams_per_sample of the rule to the number of particles",
            )
        return gains[0]

    def _turn(
        self,
        machine: HelmholtzMachine,
        form: MetricForm,
        keys: list[str],
        total: dict[str, tuple[Array, Array]],
        work: Workspace,
    ) -> None:
        """Put the gradients of a population's synapses in its metric in their place."""
        room, shape = form.room(machine, work), (form.shape.inputs, form.shape.units)
        together, turned = room("gradient", *shape), room("step", *shape)
        first = 0
        for key in keys:
            weights, gradient = total[key]
            rows = gradient.shape[0] if gradient.ndim == 2 else 1
            part = slice(first, first + rows)
            machine.kernels.metric.copy(gradient, together[part])
            total[key] = weights, turned[part].reshape(gradient.shape)
            first += rows
        form.solve(machine, together, turned, work)


def _keys_of(pathway: Pathway, target: int) -> list[str]:
    """Return the keys of the synapses onto a population that its metric is over, the bias last."""
    inside = pathway.internals_of(target).values()
    lateral = [i.key for i in inside if i.parameter.triangular]
    return [*(p.key for p in pathway.afferents(target)), *lateral, pathway.biases[target].key]


def _shape_of(
    machine: HelmholtzMachine, pathway: Pathway, target: int, name: str, rows: int
) -> MetricShape:
    """Return the shape of the metric of a population."""
    units = machine.sizes[target]
    outside = sum(machine.sizes[p.source] for p in pathway.afferents(target))
    inside = any(i.parameter.triangular for i in pathway.internals_of(target).values())
    inputs = outside + units * inside + 1
    return MetricShape(name, rows, inputs, units, outside if inside else -1)


def _require_all(keys: list[str], learned: Mapping[str, Any]) -> None:
    """Refuse updates of some synapses of a neuron alone: its metric mixes all of them."""
    if frozen := [key for key in keys if key not in learned]:
        raise InputError(
            f"a rule that leaves {frozen[0]!r} as it is, with natural gradients",
            "changes of all synapses of a neuron, which its metric mixes",
            "take other plasticity, e.g. nh.Adam",
        )
