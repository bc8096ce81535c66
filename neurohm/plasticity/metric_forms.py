"""Forms in which the metric of a population is kept, and how gradients become steps in it.

All that a form does to arrays is to call kernels, so that a step in a metric can be recorded. What
has to outlive a step lies in `MetricForm.kept`, which checkpoints hold.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from neurohm.backend import Array
from neurohm.exceptions import InputError
from neurohm.machine import HelmholtzMachine, MetricSample, Workspace

Room: TypeAlias = Callable[..., Array]

ITERATIONS = 60  # of conjugate gradients; what is reached then is taken
USUAL_ITERATIONS = 10


@dataclass(frozen=True)
class MetricShape:
    """How large a metric is.

    Parameters
    ----------
    name : str
        Pathway and population.
    rows, inputs, units : int
    lateral : int
        The first of the inputs that are the units themselves, -1 if none are.
    """

    name: str
    rows: int
    inputs: int
    units: int
    lateral: int = -1


class MetricForm(ABC):
    """The metric of one population.

    Parameters
    ----------
    machine : HelmholtzMachine
        Whose kernels are called; it may be one that records.
    shape : MetricShape
    damping : float
    kept : dict of str to ndarray, optional
        Of an earlier form of the same shape, such as a checkpoint's.

    Attributes
    ----------
    kept : dict of str to ndarray
    """

    def __init__(
        self,
        machine: HelmholtzMachine,
        shape: MetricShape,
        damping: float,
        kept: dict[str, Array] | None = None,
    ) -> None:
        self.shape, self.damping = shape, damping
        self.kept = self.make(machine) if kept is None else kept

    @abstractmethod
    def make(self, machine: HelmholtzMachine) -> dict[str, Array]:
        """Return the arrays that are kept."""

    @abstractmethod
    def estimate(
        self, machine: HelmholtzMachine, sample: MetricSample, gain: Array | None, work: Workspace
    ) -> None:
        """Take up activity; its rows may be weighed by a gain."""

    @abstractmethod
    def solve(
        self, machine: HelmholtzMachine, gradient: Array, out: Array, work: Workspace
    ) -> None:
        """Write (1 + a) (F_j + a I)^-1 g_j of each unit, ``(inputs, units)``."""

    def room(self, machine: HelmholtzMachine, work: Workspace) -> Room:
        """Return what gives memory that lasts for a step."""

        def array(label: str, *shape: int) -> Array:
            return work.array(("metric", self.shape.name, label), shape, machine.dtype)

        return array


class OfRows(MetricForm):
    """A metric kept as the activity that it is made of."""

    def make(self, machine: HelmholtzMachine) -> dict[str, Array]:
        """Return presynaptic activity, ones for the bias in its last column, and Fisher weights."""
        rows, inputs, units = self.shape.rows, self.shape.inputs, self.shape.units
        activity = machine.backend.zeros((rows, inputs), machine.dtype)
        activity[:, -1] = 1
        return {
            "activity": activity,
            "weight": machine.backend.zeros((rows, units), machine.dtype),
        }

    def estimate(
        self, machine: HelmholtzMachine, sample: MetricSample, gain: Array | None, work: Workspace
    ) -> None:
        """Take up activity; its rows may be weighed by a gain."""
        gather(machine, sample, self.kept["activity"])
        given, weight = sample.fisher_weight, self.kept["weight"]
        if gain is None:
            machine.kernels.metric.copy(given, weight)
        else:
            sums = self.room(machine, work)("sums", self.shape.units)
            machine.kernels.weights.weigh_rows(given, gain, 1.0, weight, sums)


class ConjugateGradients(OfRows):
    """All units at once, by conjugate gradients with a Gram matrix that they share.

    With u in the rows of H and K = H H', (F_j + a I)^-1 g = (g - H' x) / a, where x solves
    (n a I + diag(d_j) K) x = diag(d_j) H g: see `neurohm.kernels.reference.fisher`.
    """

    def __init__(
        self,
        machine: HelmholtzMachine,
        shape: MetricShape,
        damping: float,
        kept: dict[str, Array] | None = None,
        *,
        tolerance: float = 1e-3,
    ) -> None:
        if shape.lateral >= 0:
            raise InputError(
                f"solver 'cg' for {shape.name!r}, whose units have different inputs",
                "'cholesky' or 'dense'",
                "solver='auto' takes whichever is faster",
            )
        super().__init__(machine, shape, damping, kept)
        self._setting = machine.backend.asarray(np.array([damping, tolerance]), np.float64)
        self._spent = machine.backend.zeros((shape.units,), np.int64)

    def solve(
        self, machine: HelmholtzMachine, gradient: Array, out: Array, work: Workspace
    ) -> None:
        """Write the steps."""
        activity, weight, kernels = self.kept["activity"], self.kept["weight"], machine.kernels
        room = self.room(machine, work)
        seen, explained = room("seen", *weight.shape), room("explained", *gradient.shape)
        kernels.products.product(activity, gradient, seen)
        kernels.metric.multiply(weight, seen)
        kernels.fisher.conjugate_gradients(
            activity, weight, seen, self._setting, ITERATIONS, explained, self._spent
        )
        kernels.metric.step(gradient, explained, self.damping, out)


class OverRows(OfRows):
    """A Cholesky factor for each unit, in the space of the rows.

    Parameters
    ----------
    machine, shape, damping, kept
        See `MetricForm`.
    slots : int
        Factors that are kept: those of all units, or one for all in turn.
    """

    def __init__(
        self,
        machine: HelmholtzMachine,
        shape: MetricShape,
        damping: float,
        kept: dict[str, Array] | None = None,
        *,
        slots: int,
    ) -> None:
        super().__init__(machine, shape, damping, kept)
        self._factors = machine.backend.zeros((slots, self.size(shape) ** 2), machine.dtype)
        self._anew = machine.backend.zeros((1,), machine.dtype)
        self._anew[...] = 1  # whoever comes first, with activity of a checkpoint or new

    @staticmethod
    def size(shape: MetricShape) -> int:
        """Return how large a system is."""
        return shape.rows

    def estimate(
        self, machine: HelmholtzMachine, sample: MetricSample, gain: Array | None, work: Workspace
    ) -> None:
        """Take up activity; factors are made of it with the next gradients."""
        super().estimate(machine, sample, gain, work)
        machine.kernels.arrays.fill(self._anew, 1.0)

    def solve(
        self, machine: HelmholtzMachine, gradient: Array, out: Array, work: Workspace
    ) -> None:
        """Write the steps."""
        self.solve_systems(machine, gradient, out, work)
        machine.kernels.arrays.fill(self._anew, 0.0)

    def solve_systems(
        self, machine: HelmholtzMachine, gradient: Array, out: Array, work: Workspace
    ) -> None:
        """Write the steps, of factors that are made where they are due."""
        activity, weight, kernels = self.kept["activity"], self.kept["weight"], machine.kernels
        room, lateral = self.room(machine, work), self.shape.lateral
        seen, inner = room("seen", *weight.shape), room("inner", *weight.shape)
        explained = room("explained", *gradient.shape)
        kernels.products.product(activity, gradient, seen)
        given = (activity, weight, seen, self._anew, self.damping, lateral)
        kernels.inverses.over_rows(*given, self._factors, inner)
        kernels.products.transposed_product(activity, inner, explained)
        kernels.metric.step(gradient, explained, self.damping, out)
        if lateral >= 0:
            kernels.arrays.keep_upper(out[lateral : lateral + self.shape.units])


class OverInputs(OverRows):
    """A Cholesky factor for each unit, in the space of its inputs."""

    @staticmethod
    def size(shape: MetricShape) -> int:
        """Return how large a system is."""
        return shape.inputs

    def solve_systems(
        self, machine: HelmholtzMachine, gradient: Array, out: Array, work: Workspace
    ) -> None:
        """Write the steps, of factors that are made where they are due."""
        given = (self.kept["activity"], self.kept["weight"], gradient, self._anew)
        numbers = (self.damping, self.shape.lateral)
        machine.kernels.inverses.over_inputs(*given, *numbers, self._factors, out)


class Diagonal(MetricForm):
    """The diagonal of each Fisher matrix alone: every synapse has a metric of its own."""

    def make(self, machine: HelmholtzMachine) -> dict[str, Array]:
        """Return the Fisher information of each synapse, summed over rows."""
        shape = (self.shape.inputs, self.shape.units)
        return {
            "information": machine.backend.zeros(shape, machine.dtype),
            "rows": np.array([self.shape.rows]),
        }

    def estimate(
        self, machine: HelmholtzMachine, sample: MetricSample, gain: Array | None, work: Workspace
    ) -> None:
        """Take up activity; its rows may be weighed by a gain."""
        kernels, room, weight = machine.kernels, self.room(machine, work), sample.fisher_weight
        activity = room("activity", weight.shape[0], self.shape.inputs)
        kernels.arrays.fill(activity, 1.0)
        gather(machine, sample, activity)
        kernels.metric.squares(activity, activity)
        if gain is not None:
            sums, weighed = room("sums", self.shape.units), room("weighed", *weight.shape)
            kernels.weights.weigh_rows(weight, gain, 1.0, weighed, sums)
            weight = weighed
        kernels.products.transposed_product(activity, weight, self.kept["information"])

    def solve(
        self, machine: HelmholtzMachine, gradient: Array, out: Array, work: Workspace
    ) -> None:
        """Write (1 + a) g / (F + a), synapse by synapse."""
        rows = int(self.kept["rows"][0])
        machine.kernels.metric.diagonal_step(
            gradient, self.kept["information"], self.damping, rows, out
        )


def gather(machine: HelmholtzMachine, sample: MetricSample, activity: Array) -> None:
    """Write the activity of all afferents side by side; the last column, the bias's, stays."""
    first = 0
    for afferent in sample.afferents:
        if afferent.presynaptic is not None:
            machine.kernels.metric.place(afferent.presynaptic, first, activity)
            first += afferent.presynaptic.shape[1]


def fastest(shape: MetricShape, every: int, memory: float, itemsize: int) -> str:
    """Return the solver that takes least time, within memory, about.

    Parameters
    ----------
    shape : MetricShape
    every : int
        Steps from one metric to the next.
    memory : float
        Bytes that factors may take.
    itemsize : int
        Bytes of a number.

    Returns
    -------
    str
        ``"cg"``, ``"cholesky"`` or ``"dense"``.

    Examples
    --------
    >>> wide, narrow = MetricShape("", 100, 785, 200), MetricShape("", 320, 11, 10)
    >>> fastest(wide, 1, 1e9, 4), fastest(narrow, 1, 1e9, 4)
    ('cg', 'dense')
    """
    n, m, units = shape.rows, shape.inputs, shape.units
    # about nanoseconds: 30 multiplications each in products, 3 in a decomposition, 2 from memory
    times = {
        "cholesky": (n**3 / 18 + n * n / 2) / every + n * n / 2 + n * m / 15,
        "dense": (n * m * m / 30 + m**3 / 18 + m * m) / every + m * m / 2,
    }
    if shape.lateral < 0:
        times["cg"] = USUAL_ITERATIONS * (n * n / 30 + 2 * n) + n * m / 15 + n * n * m / units / 30
    sizes = {"cg": 0, "cholesky": n * n, "dense": m * m}
    slots = units if every > 1 else 1
    able = [name for name in times if slots * sizes[name] * itemsize <= memory]
    return min(able or times, key=times.__getitem__)
