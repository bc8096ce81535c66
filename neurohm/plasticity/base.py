"""Plasticity: presynaptic activity x error becomes a gradient, and the gradient a step."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array
from neurohm.checks import real_number
from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.machine import HelmholtzMachine, LocalUpdate, Updates, Workspace
from neurohm.machine.projection import Internal
from neurohm.machine.updates import SYNAPSE_LOCAL, Afferent
from neurohm.plasticity.constraints import Constraint, NonNegative


class Plasticity(ABC):
    """Turns the updates of a learning rule into changes of a machine, uphill.

    `gradients` forms presynaptic activity x error x third factor for every synapse; `step` makes
    a change of it, at a pace that lies in an array, so that a recorded step learns at whatever
    rate was last written there. An optimiser's running averages are kept here, by the key of the
    parameter. Plasticity that does more to arrays than to call kernels is not `recordable`.

    Parameters
    ----------
    learning_rate : float
        Of the mean gradient over a batch.
    rates : mapping of str to float, optional
        Factors of the learning rate by the key of a parameter, ``"generative/hidden1"``, or
        either half of it: a pathway, ``"recognition"``, a projection, ``"hidden1->visible"``, or
        a population, ``"hidden1"``, for its biases. Factors of several that fit multiply.
    constraint : Constraint, optional
        Such as `NonNegative`.
    weight_decay : float
        Fraction by which weights (not biases) shrink in each step, per unit of learning rate.
    sparsity : float
        Amount by which weights (not biases) move towards zero in each step, per unit of learning
        rate, stopping there.

    Attributes
    ----------
    state : dict of str to dict of str to ndarray or float
        Running averages of each parameter.
    """

    name: ClassVar[str]
    locality: ClassVar[str] = SYNAPSE_LOCAL
    recordable: ClassVar[bool] = False
    needs_metric: ClassVar[bool] = False
    """Whether some steps need activity for a metric, of both phases."""
    turns_gradients: ClassVar[bool] = False
    """Whether it changes gradients before the step, and so cannot be within other plasticity."""

    def __init__(
        self,
        learning_rate: float,
        *,
        rates: Mapping[str, float] | None = None,
        constraint: Constraint | None = None,
        weight_decay: float = 0.0,
        sparsity: float = 0.0,
    ) -> None:
        if not isinstance(rates, Mapping | None):
            raise ArgumentTypeError(f"rates {rates!r}", "factors by the key of a parameter")
        if constraint is not None and not callable(getattr(constraint, "apply", None)):
            raise ArgumentTypeError(f"constraint {constraint!r}", "a Constraint", "NonNegative()")
        self.learning_rate = real_number("learning_rate", learning_rate, above=0, mend="e.g. 0.001")
        self.rates = {
            key: real_number(f"rate for {key!r}", factor, least=0)
            for key, factor in (rates or {}).items()
        }
        self.constraint = constraint
        self.weight_decay = real_number("weight_decay", weight_decay, least=0)
        self.sparsity = real_number("sparsity", sparsity, least=0)
        self.state: dict[str, dict[str, Any]] = {}
        self._rate_of: dict[str, float] = {}
        self._place: dict[str, int] = {}
        self._paces: npt.NDArray[np.float64] = np.zeros((0, 2))
        self._pace_arrays: Array = self._paces

    @property
    def wants_metric(self) -> bool:
        """Whether the next step needs activity for a metric, see `LearningRule.metric`."""
        return False

    def plan(self, rows: int, factor: float) -> Hashable:
        """Decide what the next step does; steps of the same kind are the same calls of kernels.

        Parameters
        ----------
        rows : int
            Samples of the batch.
        factor : float
            Of the learning rate.
        """
        return None

    @abstractmethod
    def step(
        self, machine: HelmholtzMachine, key: str, weights: Array, gradient: Array, pace: Array
    ) -> None:
        """Change a parameter in place along its gradient, by calls of ``machine.kernels``."""

    def prepare(self, machine: HelmholtzMachine, key: str, weights: Array) -> None:  # noqa: B027
        """Make the running averages of a parameter, where there are none yet."""

    def pace(self, key: str, rate: float) -> tuple[float, float]:
        """Return what a step goes by, the rate and a second number, and count the step."""
        return rate, 0.0

    def apply(
        self,
        machine: HelmholtzMachine,
        updates: Updates,
        *,
        factor: float = 1.0,
        work: Workspace | None = None,
    ) -> None:
        """Change the machine as the updates ask.

        Parameters
        ----------
        machine : HelmholtzMachine
            Changed in place; it need not be the one that the updates were made with.
        updates : Updates
        factor : float
            Of the learning rate, such as a schedule's.
        work : Workspace, optional

        Raises
        ------
        InputError
            If the updates, or the running averages, are of other parameters or shapes than those
            of the machine, which is left as it is.
        """
        gradients = self.gradients(machine, updates, work or Workspace(machine.backend))
        self._make_ready(machine, gradients)
        self.advance(machine, gradients, factor)
        self._change(machine, gradients)

    def issue(
        self, machine: HelmholtzMachine, updates: Updates, work: Workspace
    ) -> tuple[str, ...]:
        """Call the kernels that change the machine, for a recording; return what they change.

        `advance` has to be called before each replay.
        """
        gradients = self.gradients(machine, updates, work)
        self._make_ready(machine, gradients)
        self._change(machine, gradients)
        return tuple(gradients)

    def advance(self, machine: HelmholtzMachine, keys: Iterable[str], factor: float) -> None:
        """Write the pace of the next step of some parameters.

        Parameters
        ----------
        machine : HelmholtzMachine
        keys : iterable of str
            Of the parameters.
        factor : float
            Of the learning rate.
        """
        paces = self._paces.copy()
        for key in keys:
            paces[self._place[key]] = self.pace(key, factor * self._rate_of[key])
        if not np.array_equal(paces, self._paces):
            self._paces = paces
            machine.backend.write(self._pace_arrays, paces)

    def gradients(
        self, machine: HelmholtzMachine, updates: Updates, work: Workspace
    ) -> dict[str, tuple[Array, Array]]:
        """Return the parameter and its gradient, by key, summed over all updates of it.

        Parameters
        ----------
        machine : HelmholtzMachine
        updates : Updates
        work : Workspace

        Returns
        -------
        dict of str to (ndarray, ndarray)

        Raises
        ------
        InputError
            If the updates are of parameters or shapes that the machine does not have.
        """
        own = machine.parameters()
        _check_fit(own, updates)
        total: dict[str, tuple[Array, Array]] = {}
        for number, update in enumerate(updates.local):
            weighed: dict[int, tuple[Array, Array]] = {}
            for afferent in update.afferents:
                rows = _presynaptic_rows(update, afferent)
                if rows not in weighed:
                    weighed[rows] = _weigh(machine, update, rows, work, number)
                _accumulate(machine, own, total, afferent, weighed[rows], work)
        for declared in updates.declared:
            key = declared.parameter
            if key not in total:
                gradient = work.array(("gradient", key), own[key].shape, machine.dtype)
                machine.kernels.arrays.fill(gradient, 0.0)
                total[key] = (own[key], gradient)
            machine.kernels.arrays.add(declared.change, total[key][1])
        return total

    def fresh(self) -> Plasticity:
        """Return the same plasticity without any running averages."""
        twin = copy.copy(self)
        twin.state, twin._rate_of, twin._place = {}, {}, {}
        twin._paces = twin._pace_arrays = np.zeros((0, 2))
        return twin

    def settings(self) -> dict[str, Any]:
        """Return the settings by name, for model files."""
        constraint = self.constraint
        return {
            "learning_rate": self.learning_rate,
            "rates": dict(self.rates),
            "non_negative": constraint.where if isinstance(constraint, NonNegative) else "",
            "weight_decay": self.weight_decay,
            "sparsity": self.sparsity,
        }

    def _rates(self, machine: HelmholtzMachine) -> dict[str, float]:
        """Return the learning rate of each parameter."""
        rates = dict.fromkeys(machine.parameters(), self.learning_rate)
        for name, factor in self.rates.items():
            fitting = [key for key in rates if name in (key, *key.split("/"))]
            if not fitting:
                raise InputError(
                    f"rates of {name!r}", f"one of {', '.join(rates)}, or a half of one"
                )
            for key in fitting:
                rates[key] *= factor
        return rates

    def _check_state(self, gradients: Mapping[str, tuple[Array, Array]]) -> None:
        """Refuse running averages of parameters of another shape or type."""
        for key, (weights, _) in gradients.items():
            for average in self.state.get(key, {}).values():
                if np.ndim(average) and (average.shape, average.dtype) != (
                    weights.shape,
                    weights.dtype,
                ):
                    raise InputError(
                        f"running averages of {key!r} of shape {average.shape}, {average.dtype}",
                        f"{weights.shape}, {weights.dtype}, as the machine has",
                        "use plasticity.fresh() for another machine",
                    )

    def _make_ready(
        self, machine: HelmholtzMachine, gradients: Mapping[str, tuple[Array, Array]]
    ) -> None:
        """See to rates, paces and running averages that fit the machine."""
        if not gradients.keys() <= self._rate_of.keys():
            self._rate_of = self._rates(machine)
            self._place = {key: i for i, key in enumerate(self._rate_of)}
            self._paces = np.zeros((len(self._place), 2))
            self._pace_arrays = machine.backend.zeros((len(self._place), 2), np.float64)
        self._check_state(gradients)
        for key, (weights, _) in gradients.items():
            self.prepare(machine, key, weights)

    def _change(
        self, machine: HelmholtzMachine, gradients: Mapping[str, tuple[Array, Array]]
    ) -> None:
        """Step every parameter, shrink weights, and hold them to the constraint."""
        optimisers = machine.kernels.optimisers
        for key, (weights, gradient) in gradients.items():
            pace = self._pace_arrays[self._place[key]]
            self.step(machine, key, weights, gradient, pace)
            if "->" in key and (self.weight_decay or self.sparsity):
                optimisers.shrink(weights.reshape(-1), pace, self.weight_decay, self.sparsity)
            if self.constraint is not None:
                self.constraint.apply(machine.kernels, key, weights)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.learning_rate:g})"


def _presynaptic_rows(update: LocalUpdate, afferent: Afferent) -> int:
    """Return how many rows the error is gathered into before it meets the presynaptic activity."""
    rows = update.error.shape[0]
    if afferent.presynaptic is not None:
        return int(afferent.presynaptic.shape[0])
    given = [a.presynaptic.shape[0] for a in update.afferents if a.presynaptic is not None]
    return int(min(given, default=rows))


def _weigh(
    machine: HelmholtzMachine, update: LocalUpdate, rows: int, work: Workspace, number: int
) -> tuple[Array, Array]:
    """Return the error times third factor and scale, gathered into rows, and its sum over rows."""
    units = update.error.shape[1]
    key = (update.pathway, update.population, update.phase, rows, number)
    out = work.array(("weighed", *key), (rows, units), machine.dtype)
    sums = work.array(("summed", *key), (units,), machine.dtype)
    if update.gain is not None:
        gain = update.gain.values
    else:
        gain = work.array(("one", *key), (1,), machine.dtype)
        machine.kernels.arrays.fill(gain, 1.0)
    machine.kernels.weights.weigh_rows(update.error, gain, update.scale, out, sums)
    return out, sums


def _check_fit(own: Mapping[str, Array], updates: Updates) -> None:
    """Refuse updates of parameters or shapes that are not among a machine's own."""
    asked = [(d.parameter, np.shape(d.change)) for d in updates.declared]
    for update in updates.local:
        units = update.error.shape[1:]
        for afferent in update.afferents:
            source = afferent.presynaptic
            shape = units if source is None else (*source.shape[1:], *units)
            asked.append((afferent.synapses.key, shape))
    for key, shape in asked:
        if key not in own or own[key].shape != shape:
            found = f"of shape {own[key].shape}" if key in own else f"one of {', '.join(own)}"
            raise InputError(
                f"an update of {key!r} of shape {shape}",
                f"{found}, as the machine has",
                "apply updates to the machine that made them, or to a copy of it",
            )


def _accumulate(
    machine: HelmholtzMachine,
    own: Mapping[str, Array],
    total: dict[str, tuple[Array, Array]],
    afferent: Afferent,
    weighed: tuple[Array, Array],
    work: Workspace,
) -> None:
    """Add presynaptic activity x weighed error to the gradient of the afferent's synapses."""
    key = afferent.synapses.key
    error, summed = weighed
    kernels, add = machine.kernels, key in total
    if not add:
        gradient = work.array(("gradient", key), own[key].shape, machine.dtype)
        total[key] = (own[key], gradient)
    gradient = total[key][1]
    if afferent.presynaptic is not None:
        kernels.products.transposed_product(afferent.presynaptic, error, gradient, add)
        if isinstance(afferent.synapses, Internal) and afferent.synapses.parameter.triangular:
            kernels.arrays.keep_upper(gradient)
    elif add:
        kernels.arrays.add(summed, gradient)
    else:
        total[key] = (own[key], summed)
