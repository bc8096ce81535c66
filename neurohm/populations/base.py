"""A population: units of one kind that share a conditional distribution given their input."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from neurohm.backend import Activations, Array, Draws
from neurohm.checks import whole_number
from neurohm.kernels import Kernels, UnitKernels


@dataclass(frozen=True)
class Population(ABC):
    """Units of one kind. What they do depends on their input a (the drive) and bias b alone.

    A kind whose passes do nothing to arrays but to call kernels may say that it is `recordable`.

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
    recordable: ClassVar[bool] = False

    def __post_init__(self) -> None:
        size = whole_number("population size", self.size, mend="give e.g. 40")
        object.__setattr__(self, "size", size)

    @abstractmethod
    def passes(self, kernels: Kernels) -> UnitKernels:
        """Return the fused passes over activity of this kind."""

    @abstractmethod
    def check(self, values: Array) -> None:
        """Raise an `InputError` if values are not activity of this kind."""

    @abstractmethod
    def bias_of(self, mean: Array) -> Array:
        """Return the bias with which undriven units have the given mean, held to be finite."""

    @abstractmethod
    def fisher_weight(self, mean: Array) -> Array:
        """Return the Fisher information about the drive of units with the given mean."""

    def mean(self, kernels: Kernels, drive: Array, bias: Array, out: Array) -> None:
        """Write the mean activity given the drive ``(rows, units)`` into ``out``."""
        self.passes(kernels).mean(drive, bias, out)

    def draw(
        self,
        kernels: Kernels,
        drive: Array,
        bias: Array,
        draws: Draws,
        out: Activations,
        total: Array | None = None,
    ) -> None:
        """Write drawn activity into ``out``; add its log-probability (nats) to ``total``."""
        if total is None:
            self.passes(kernels).draw(drive, bias, draws, out)
        else:
            self.passes(kernels).draw_with_log_probability(drive, bias, draws, out, total)

    def error(
        self,
        kernels: Kernels,
        drive: Array,
        bias: Array,
        values: Activations,
        out: Array,
        total: Array | None = None,
    ) -> None:
        """Write ``values`` minus their prediction; add their log-probability to ``total``."""
        if total is None:
            self.passes(kernels).error(drive, bias, values, out)
        else:
            self.passes(kernels).error_with_log_probability(drive, bias, values, out, total)

    def log_probability(
        self, kernels: Kernels, drive: Array, bias: Array, values: Activations, total: Array
    ) -> None:
        """Add the log-probability (nats) of each row of ``values`` to ``total``."""
        self.passes(kernels).log_probability(drive, bias, values, total)
