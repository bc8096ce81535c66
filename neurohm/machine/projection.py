"""Projections, and the pathway that they form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from neurohm.backend import Array
from neurohm.exceptions import InputError
from neurohm.populations import InternalParameter, Population


@dataclass(frozen=True, eq=False)
class Projection:
    """Synapses from one population onto another.

    Parameters
    ----------
    key : str
        Name of the parameter, such as ``generative/hidden1->visible``.
    source, target : int
        Index of the presynaptic and of the postsynaptic population.
    weights : ndarray, (source units, target units)
        Changed in place by plasticity.
    """

    key: str
    source: int
    target: int
    weights: Array


@dataclass(frozen=True, eq=False)
class Bias:
    """The bias of a population in one pathway: a synapse from a unit that is always active.

    Parameters
    ----------
    key : str
        Name of the parameter, such as ``generative/visible``.
    target : int
        Index of the population.
    weights : ndarray, (units,)
        Changed in place by plasticity.
    """

    key: str
    target: int
    weights: Array


@dataclass(frozen=True, eq=False)
class Internal:
    """A parameter that a population has for itself in one pathway, such as lateral synapses.

    Parameters
    ----------
    key : str
        Name of the parameter, such as ``generative/visible->visible``.
    target : int
        Index of the population.
    source : int or None
        Index of the population whose activity is presynaptic, if there is one.
    parameter : InternalParameter
        What it is to the population.
    weights : ndarray
        Changed in place by plasticity.
    """

    key: str
    target: int
    source: int | None
    parameter: InternalParameter
    weights: Array


class Pathway:
    """All that drives populations in one direction: projections and biases, an acyclic graph.

    Parameters
    ----------
    name : str
        ``"generative"`` or ``"recognition"``.
    populations : mapping of int to Population
        What the units of each population that this pathway drives are, when it drives them.
    projections : sequence of Projection
    biases : sequence of Bias
        One of each population that this pathway drives.
    internals : sequence of Internal
        What populations have beside these.

    Attributes
    ----------
    order : tuple of int
        The populations that this pathway drives, each after all that drive it.

    Raises
    ------
    InputError
        If the projections form a cycle, or two parameters would have one name.
    """

    def __init__(
        self,
        name: str,
        populations: Mapping[int, Population],
        projections: Sequence[Projection],
        biases: Sequence[Bias],
        internals: Sequence[Internal] = (),
    ) -> None:
        self.name = name
        self.populations = dict(populations)
        self.projections = tuple(projections)
        self.internals = tuple(internals)
        self.biases = {bias.target: bias for bias in biases}
        self._afferents = {
            target: tuple(p for p in self.projections if p.target == target)
            for target in self.biases
        }
        self.order = self._sorted()
        self._check_keys()

    def afferents(self, target: int) -> tuple[Projection, ...]:
        """Return the projections onto a population."""
        return self._afferents[target]

    def internals_of(self, target: int) -> dict[str, Internal]:
        """Return the internal parameters of a population by their role."""
        return {i.parameter.role: i for i in self.internals if i.target == target}

    @property
    def synapses(self) -> tuple[Projection | Bias | Internal, ...]:
        """All projections, then all biases, then what populations have for themselves."""
        return (*self.projections, *self.biases.values(), *self.internals)

    def _check_keys(self) -> None:
        keys = [synapses.key for synapses in self.synapses]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise InputError(
                f"two parameters named {min(twice)!r}",
                "names of populations from which none of their parts has its own",
                "call a population otherwise",
            )

    def _sorted(self) -> tuple[int, ...]:
        """Return the populations that this pathway drives, each after all that drive it."""
        waiting = dict(self._afferents)
        ordered: list[int] = []
        while waiting:
            ready = [t for t, aff in waiting.items() if not any(p.source in waiting for p in aff)]
            if not ready:
                raise InputError(f"the {self.name} projections form a cycle", "an acyclic graph")
            ordered += ready
            for target in ready:
                del waiting[target]
        return tuple(ordered)
