"""A population: units of one kind that share a conditional distribution given their input."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Protocol

from neurohm.backend import Activations, Array, Draws
from neurohm.checks import whole_number
from neurohm.exceptions import InputError
from neurohm.kernels import Kernels, UnitKernels
from neurohm.populations.exponential import GradientTerms


class Room(Protocol):
    """Gives memory by label, the same each time."""

    def __call__(self, label: str, shape: tuple[int, ...], dtype: Any, /) -> Array:
        """Return an array of that shape; its content is arbitrary."""


@dataclass(frozen=True)
class InternalParameter:
    """A parameter that units have beside the weights of their afferents and their bias.

    Parameters
    ----------
    role : str
        What it is to the population, such as ``"lateral"``.
    key : str
        Its name within a pathway, such as ``"hidden1->hidden1"``.
    shape : tuple of int
    start : float
        Starting value, where it is not drawn.
    drawn : bool
        Whether starting values are drawn, as those of weights are.
    row_per_target : bool
        Whether a row has the synapses onto one unit; otherwise it has those from one.
    triangular : bool
        Whether only entries above the diagonal are synapses: from earlier units onto later ones.
    source : str
        Name of the population whose activity is presynaptic; empty where it is none.
    onto_inner : bool
        Whether these are synapses from another population onto a second compartment.
    """

    role: str
    key: str
    shape: tuple[int, ...]
    start: float = 0.0
    drawn: bool = False
    row_per_target: bool = False
    triangular: bool = False
    source: str = ""
    onto_inner: bool = False


@dataclass(frozen=True, eq=False)
class Drive:
    """What afferents bring to a population along one pathway; a row may serve several rows.

    Parameters
    ----------
    soma : ndarray, (rows, units)
        The sum of presynaptic activity x weights.
    inner : ndarray, (rows, inner units), or None
        The same of a second compartment, where units have one.
    """

    soma: Array
    inner: Array | None = None


@dataclass(frozen=True, eq=False)
class Input:
    """All that decides how a population acts in one pathway.

    Parameters
    ----------
    drive : ndarray, (rows, units)
    bias : ndarray, (units,)
    own : dict of str to ndarray
        Internal parameters by their role.
    inner : ndarray, (rows, inner units), or None
    """

    drive: Array
    bias: Array
    own: Mapping[str, Array] = field(default_factory=dict)
    inner: Array | None = None


@dataclass(frozen=True, eq=False)
class InternalChange:
    """What a batch asks of the internal parameters that no afferent of the units teaches.

    Parameters
    ----------
    parameters : dict of str to ndarray
        The direction, uphill, of each by its role.
    inner_error : ndarray, (rows, inner units), or None
        The error of a second compartment, weighed, for the synapses onto it.
    """

    parameters: Mapping[str, Array]
    inner_error: Array | None = None


@dataclass(frozen=True)
class Population(ABC):
    """Units of one kind: how they act, given what reaches them.

    A kind whose passes do nothing to arrays but to call kernels may say that it is `recordable`.

    Most kinds depend on drive and bias alone, and need no more than `passes`. Others have
    `internals`, parameters of their own in each pathway that drives them.

    Parameters
    ----------
    size : int
        Number of units, at least 1.
    name : str, optional
        A machine names its populations ``visible``, ``hidden1``, ... where they have no name.

    Raises
    ------
    InputError, ArgumentTypeError
        If the size is not a positive integer.
    """

    size: int
    name: str = ""

    kind: ClassVar[str]
    domain: ClassVar[str]
    """What values activity has: kinds of one domain can stand for each other in a pathway."""
    recordable: ClassVar[bool] = False
    factorial: ClassVar[bool] = True
    """Whether units are independent of each other, given what reaches them."""
    starts_silent: ClassVar[bool] = True
    """Whether biases below zero, with which hidden units may start, make for sparse activity."""
    compressible: ClassVar[bool] = True
    """Whether the passes take activity in compressed rows."""
    internal_locality: ClassVar[str] = ""
    """How local the changes are that `internal_change` asks for."""
    internal_reason: ClassVar[str] = ""

    def __post_init__(self) -> None:
        size = whole_number("population size", self.size, mend="give e.g. 40")
        object.__setattr__(self, "size", size)

    @property
    def inner_size(self) -> int:
        """Number of units of a second compartment, 0 where there is none."""
        return 0

    @property
    def n_states(self) -> int | None:
        """How many states the units can be in together, or None if infinitely many."""
        return None

    def states(self) -> Array:
        """Return every state, ``(n_states, units)``, where there are finitely many."""
        raise NotImplementedError(f"{self.kind} units have infinitely many states")

    def stands_for(self, other: Population) -> bool:
        """Return whether activity of this population can be activity of another."""
        return (self.size, self.domain) == (other.size, other.domain)

    def passes(self, kernels: Kernels) -> UnitKernels:
        """Return the fused passes over activity of this kind, if drive and bias decide all."""
        raise NotImplementedError(f"{self.kind} units need more than drive and bias")

    @abstractmethod
    def check(self, values: Array) -> None:
        """Raise an `InputError` if values are not activity of this kind."""

    def check_sparse(self, matrix: Any) -> None:
        """Raise an `InputError` if a sparse matrix is not activity; zeros are of most kinds."""
        self.check(matrix.data)

    @abstractmethod
    def bias_of(self, mean: Array) -> Array:
        """Return the bias with which undriven units have the given mean, held to be finite."""

    def information(self, kernels: Kernels, given: Input, out: Array) -> None:
        """Write the Fisher information of each unit about its drive, ``(rows, units)``.

        The drive holds that of lateral synapses, too, of activity that is known.
        """
        raise NotImplementedError(f"{self.kind} units have no Fisher information each")

    def gradient_terms(self, drive: Array, own: Mapping[str, Array]) -> dict[str, GradientTerms]:
        """Return how log p depends on drive and internal parameters, if by sufficient statistics.

        Parameters
        ----------
        drive : ndarray, (rows, units)
            With the bias.
        own : dict of str to ndarray
            Internal parameters by their role.

        Returns
        -------
        dict of str to GradientTerms
            Of the drive (key ``"drive"``), and of each internal parameter that learns, by role.

        Raises
        ------
        InputError
            If units of this kind have no sufficient statistics of their own.
        """
        raise InputError(
            f"population {self.name!r} of kind {self.kind!r}, which has no sufficient statistics "
            "that are independent of the rest of its activity",
            "units of an exponential family: bernoulli, gaussian, laplace, poisson or categorical",
            "generate by one of those, or learn by another rule",
        )

    def locality_of(self, role: str) -> tuple[str, str]:
        """Return how local the change of an internal parameter is, and what it is made of."""
        return self.internal_locality, self.internal_reason

    def internals(self, sources: Sequence[Population]) -> tuple[InternalParameter, ...]:
        """Return the internal parameters in a pathway where those populations drive this one."""
        return ()

    def internal_change(
        self,
        kernels: Kernels,
        given: Input,
        values: Activations,
        error: Array,
        gain: Array,
        scale: float,
        room: Room,
    ) -> InternalChange | None:
        """Return what internal parameters learn that is not presynaptic activity x error.

        Parameters
        ----------
        kernels : Kernels
        given : Input
        values : ndarray, (rows, units)
            What the units did.
        error : ndarray, (rows, units)
            As `error` wrote it.
        gain : ndarray, (rows,) or (1,)
            Third factor of each row.
        scale : float
            A factor of all rows.
        room : Room
            Memory for the result.

        Returns
        -------
        InternalChange or None
        """
        return None

    def settings(self) -> dict[str, Any]:
        """Return kind, size, name and whatever else it was made with, for model files."""
        return {"kind": self.kind, **asdict(self)}

    def mean(self, kernels: Kernels, given: Input, out: Array) -> None:
        """Write the mean activity ``(rows, units)`` into ``out``."""
        self.passes(kernels).mean(given.drive, given.bias, out)

    def draw(
        self,
        kernels: Kernels,
        given: Input,
        draws: Draws,
        out: Activations,
        total: Array | None = None,
    ) -> None:
        """Write drawn activity into ``out``; add its log-probability (nats) to ``total``."""
        passes = self.passes(kernels)
        if total is None:
            passes.draw(given.drive, given.bias, draws, out)
        else:
            passes.draw_with_log_probability(given.drive, given.bias, draws, out, total)

    def error(
        self,
        kernels: Kernels,
        given: Input,
        values: Activations,
        out: Array,
        total: Array | None = None,
    ) -> None:
        """Write what synapses learn from: ``values`` minus their prediction.

        It is the gradient of the log-probability in the drive, so that units with a spread divide
        by their variance. The log-probability is added to ``total``, where there is one.
        """
        passes = self.passes(kernels)
        if total is None:
            passes.error(given.drive, given.bias, values, out)
        else:
            passes.error_with_log_probability(given.drive, given.bias, values, out, total)

    def predicted(self, given: Input, values: Array, error: Array) -> Array:
        """Return what ``values`` were predicted to be, of the error that `error` wrote."""
        return values - error

    def log_probability(
        self, kernels: Kernels, given: Input, values: Activations, total: Array
    ) -> None:
        """Add the log-probability (nats) of each row of ``values`` to ``total``."""
        self.passes(kernels).log_probability(given.drive, given.bias, values, total)
